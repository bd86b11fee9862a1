import type { Iso8583Spec, IsoFields, LayoutValues } from '#lib/iso8583';
import { ZERO } from '#lib/kernel';
import type { Bill, BillLine } from '#lib/switching';
import type { ApprovedSpec, BillSpec, CallSpec, ValueSpec } from './spec';
import { keptReference } from '../told';
import { UnreadableAnswer } from '../unreadable-answer';
import {
  countOf,
  requiredTextOf,
  rupiahOf,
  textIn,
  textInMember,
  textOf,
  type Contents,
  type TextAt,
} from './value';

/**
 * Opens the layouts of an answer that has come to what was asked for; what must be there is asked for when it is read.
 * @throws UnreadableAnswer where one is not of its form.
 */
export function opened(dialect: Iso8583Spec, { layouts }: CallSpec, fields: IsoFields): Contents {
  const read: Record<string, LayoutValues> = {};
  for (const [number, name] of Object.entries(layouts)) {
    const text = fields[Number(number)];
    if (text === undefined) continue;
    const values = dialect.layout(name).read(text);
    if (!values.ok) throw new UnreadableAnswer(values.error.message);
    read[number] = values.value;
  }
  return { fields, layouts: read };
}

/** Reads a bill. @throws UnreadableAnswer where something is missing or of another form. */
export function billIn(dialect: Iso8583Spec, contents: Contents, spec: BillSpec): Bill {
  const at = textIn(contents);
  const lines = membersOf(dialect, contents, spec, at).map((member) => lineIn(member, spec));
  const { payable } = spec;
  return {
    customerName: requiredTextOf(spec.customerName, at),
    lines,
    // At least what it sent, also where it counts wrong: fewer would be a negative number of bills left.
    outstanding: Math.max(lines.length, countIn(spec.outstanding, at) ?? 0),
    details: textsIn(spec.details, at),
    echo: echoIn(spec, at),
    validSeconds: countIn(spec.validSeconds, at),
    ...(payable && {
      payable: { minimum: rupiahOf(payable.minimum, at), maximum: rupiahOf(payable.maximum, at) },
    }),
  };
}

/** What a success says of a payment. */
export function approvalIn(contents: Contents, { reference, amount, receipt }: ApprovedSpec) {
  const at = textIn(contents);
  return {
    billerReference: keptReference(requiredTextOf(reference, at)),
    amount: rupiahOf(amount, at),
    receipt: textsIn(receipt, at),
  };
}

function membersOf(
  dialect: Iso8583Spec,
  contents: Contents,
  { lines, line }: BillSpec,
  at: TextAt,
): TextAt[] {
  if (!line) return [];
  if (lines === undefined) return [at];
  if (typeof lines !== 'string') {
    const layout = dialect.layout(lines.layout);
    return lines.each.flatMap((path) => {
      const text = at(path);
      if (text === undefined) return [];
      const read = layout.read(text);
      if (!read.ok) throw new UnreadableAnswer(read.error.message);
      return textInMember(read.value, at);
    });
  }
  const [number = '', name = ''] = lines.split('.');
  const members = contents.layouts[number]?.[name];
  if (!Array.isArray(members)) throw new UnreadableAnswer(`${lines} is no list`);
  return members.map((member) => textInMember(member, at));
}

function countIn(value: ValueSpec | undefined, at: TextAt): number | undefined {
  return value === undefined ? undefined : countOf(value, at);
}

function lineIn(at: TextAt, { line }: BillSpec): BillLine {
  if (!line) throw new Error('a bill without lines has none to read');
  const period = requiredTextOf(line.period, at).replace(/\D/g, '');
  if (period === '') throw new UnreadableAnswer('a period has no digits');
  return {
    period,
    amount: rupiahOf(line.amount, at),
    penalty: line.penalty === undefined ? ZERO : rupiahOf(line.penalty, at),
    details: textsIn(line.details, at),
  };
}

/** What the payment must bring back; it cannot be sent without, so a bill that lacks one is none. */
function echoIn({ echo }: BillSpec, at: TextAt): Record<string, string> {
  return Object.fromEntries(Object.entries(echo).map(([name, value]) => [name, rawOf(value, at)]));
}

/** A plain path is echoed as it came, its spaces included. */
function rawOf(value: BillSpec['echo'][string], at: TextAt): string {
  if (typeof value !== 'string') return requiredTextOf(value, at);
  const text = at(value);
  if (text === undefined) throw new UnreadableAnswer(`${value} is missing`);
  return text;
}

function textsIn(values: ApprovedSpec['receipt'], at: TextAt): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const text = textOf(value, at);
    if (text !== undefined && text !== '') found[name] = text;
  }
  return found;
}
