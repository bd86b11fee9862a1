import { rupiah, ZERO, type Rupiah } from '#lib/kernel';
import { BareNumber, isObject, readAmount, type Json, type JsonObject } from '#lib/snap';
import type { Bill, BillLine } from '#lib/switching';
import { keptReference } from '../told';
import { UnreadableAnswer } from '../unreadable-answer';
import type { ApprovedSpec, BillSpec, ValueSpec } from './spec';

const TEXT_MAX = 500;
const COUNT_MAX = 1_000_000_000;
/** Rupiah as a text with two decimals, which are none. */
const WHOLE_DECIMALS = /^(\d{1,13})\.00$/;

/** Reads a bill. @throws UnreadableAnswer where something is missing or of another form. */
export function billIn(body: JsonObject, spec: BillSpec): Bill {
  const { payable } = spec;
  const lines = itemsOf(body, spec).map((item) => lineIn(item, spec));
  return {
    customerName: requiredText(body, spec.customerName),
    lines,
    // At least what it sent, also where it counts wrong: fewer would be a negative number of bills left.
    outstanding: Math.max(lines.length, countIn(body, spec.outstanding) ?? 0),
    details: textsIn(body, spec.details),
    // The payment cannot be sent without these, so a bill that lacks one is none.
    echo: Object.fromEntries(
      Object.entries(spec.echo).map(([name, value]) => [name, requiredText(body, value)]),
    ),
    validSeconds: countIn(body, spec.validSeconds),
    ...(payable && {
      payable: { minimum: rupiahIn(body, payable.minimum), maximum: rupiahIn(body, payable.maximum) },
    }),
  };
}

/** What a success says of a payment. @throws UnreadableAnswer */
export function approvalIn(body: JsonObject, { reference, amount, receipt }: ApprovedSpec) {
  return {
    billerReference: keptReference(requiredText(body, reference)),
    amount: rupiahIn(body, amount),
    receipt: textsIn(body, receipt),
  };
}

/** A member as text, a bare number as its digits; undefined where it is not there. @throws UnreadableAnswer */
export function textAt(body: Json, path: string): string | undefined {
  const value = valueAt(body, path);
  if (value === undefined || value === null) return undefined;
  const text = value instanceof BareNumber ? value.text : value;
  if (typeof text !== 'string') throw new UnreadableAnswer(`${path} is neither text nor number`);
  return text.slice(0, TEXT_MAX);
}

function requiredText(body: Json, value: ValueSpec): string {
  const text = textIn(body, value);
  if (text === undefined || text === '') throw new UnreadableAnswer(`${partsOf(value).path} is missing`);
  return text;
}

function textIn(body: Json, value: ValueSpec): string | undefined {
  const { path, form } = partsOf(value);
  if (form === 'text') return textAt(body, path);
  return valueAt(body, path) === undefined ? undefined : rupiahIn(body, value).toString();
}

/** The texts that are there, by our own names for them. */
function textsIn(body: Json, values: Readonly<Record<string, ValueSpec>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const text = textIn(body, value);
    if (text !== undefined && text !== '') found[name] = text;
  }
  return found;
}

function rupiahIn(body: Json, value: ValueSpec): Rupiah {
  const { path, form } = partsOf(value);
  const found = valueAt(body, path);
  if (form === 'decimals') {
    const whole = typeof found === 'string' ? WHOLE_DECIMALS.exec(found)?.[1] : undefined;
    if (whole === undefined) throw new UnreadableAnswer(`${path} is not whole rupiah with two decimals`);
    return rupiah(BigInt(whole));
  }
  if (form !== 'amount' || !isObject(found)) throw new UnreadableAnswer(`${path} is no amount`);
  const { value: digits, currency } = found;
  if (typeof digits !== 'string' || typeof currency !== 'string')
    throw new UnreadableAnswer(`${path} is no amount`);
  const read = readAmount(digits, currency);
  if (!read.ok) throw new UnreadableAnswer(`${path}: ${read.error}`);
  return read.value;
}

function countIn(body: Json, value: ValueSpec | undefined): number | undefined {
  const text = value === undefined ? undefined : textIn(body, value);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || Number(text) > COUNT_MAX) throw new UnreadableAnswer('a count is none');
  return Number(text);
}

function itemsOf(body: Json, { lines }: BillSpec): Json[] {
  if (lines === undefined) return [];
  const items = valueAt(body, lines);
  if (!Array.isArray(items)) throw new UnreadableAnswer(`${lines} is not a list`);
  // Partners send null and {} where they mean nothing.
  return items.filter((item) => isObject(item) && Object.keys(item).length > 0);
}

function lineIn(item: Json, { line }: BillSpec): BillLine {
  if (!line) throw new Error('a spec with lines and without line was not refused');
  const period = requiredText(item, line.period).replace(/\D/g, '');
  if (period === '') throw new UnreadableAnswer('a period has no digits');
  return {
    period,
    amount: rupiahIn(item, line.amount),
    penalty: line.penalty === undefined ? ZERO : rupiahIn(item, line.penalty),
    details: textsIn(item, line.details),
  };
}

function partsOf(value: ValueSpec): { path: string; form: 'text' | 'amount' | 'decimals' } {
  return typeof value === 'string' ? { path: value, form: 'text' } : { path: value.at, form: value.form };
}

function valueAt(body: Json, path: string): Json | undefined {
  let value: Json | undefined = body;
  for (const name of path.split('.')) {
    if (Array.isArray(value)) value = /^\d+$/.test(name) ? value[Number(name)] : undefined;
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}
