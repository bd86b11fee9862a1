import type { IsoMessage, Iso8583Spec, LayoutValues } from '#lib/iso8583';
import {
  alternativesOf,
  callOf,
  type CallSpec,
  type Iso8583BillerSpec,
  type ValueSpec,
} from '../../iso8583/spec';
import type { Spoilt, Way } from '../driver';
import type { BillerCase } from '../fixtures';
import { paired, unlistedCode, type IsoCase } from './iso-case';
import type { IsoReaction } from './raw-host';

type Spoil = (message: IsoMessage) => IsoMessage;

/** Ways in which a case's own answer is made unbelievable, as its biller's file says what is read of it. */
export function spoiltAnswers(
  spec: Iso8583BillerSpec,
  dialect: Iso8583Spec,
  { call: name, question, leg, outcome, answer }: IsoCase,
): Spoilt<IsoReaction> {
  if (name === 'balance' || name === 'stamp') throw new Error(`${spec.biller} has no ${name}`);
  const product = spec.products ? (name === 'inquiry' ? question.product : leg.product) : undefined;
  const call = callOf(spec, product, name);
  if (!call) throw new Error(`${spec.biller} has no ${name}`);
  const way = (words: string, spoil: Spoil): Way<IsoReaction> => ({
    name: words,
    react: (one: BillerCase) => ({
      react: (line, asked) => line.send(spoil(paired(dialect, (one as IsoCase).answer, asked))),
    }),
  });
  const { field } = dialect.definition.codes;
  const isWhole = outcome['bill'] !== undefined || ['approved', 'accepted'].includes(String(outcome['kind']));
  const setting = (path: string, value: string | undefined) => (message: IsoMessage) =>
    changed(dialect, call, message, path, value);
  return {
    codes: [
      way('missing', without(field)),
      way('unlisted', (message) => withField(message, field, unlistedCode(spec, dialect))),
    ],
    needed: neededBy(dialect, call).map((path) => way(path, setting(path, undefined))),
    amounts: amountsOf(call).flatMap((amount) =>
      spoiltAmounts(dialect, call, answer, amount).map(({ path, words, value }) =>
        way(`${words} as ${path}`, setting(path, value)),
      ),
    ),
    repeats: Object.keys(call.repeats)
      .map(alternativesOf)
      // A refusal has no layouts: only its own data elements are compared.
      .filter((paths) => isWhole || !paths.some((path) => path.includes('.')))
      .map((paths) =>
        way(paths.join(' or '), (message) =>
          paths.reduce((spoilt, path) => {
            const value = textAt(dialect, call, spoilt, path);
            return changed(dialect, call, spoilt, path, value === undefined ? undefined : other(value));
          }, message),
        ),
      ),
  };
}

const other = (value: string) => value.slice(0, -1) + (value.endsWith('1') ? '2' : '1');

function withoutMember<T extends object>(from: T, name: string): T {
  return Object.fromEntries(Object.entries(from).filter(([one]) => one !== name)) as T;
}

const without =
  (number: number): Spoil =>
  ({ mti, fields }) => ({ mti, fields: withoutMember(fields, String(number)) });

function withField({ mti, fields }: IsoMessage, number: number, value: string): IsoMessage {
  return { mti, fields: { ...fields, [number]: value } };
}

/** The places without which an answer says nothing that can be used, as far as they can be empty at all. */
function neededBy(dialect: Iso8583Spec, { bill, approved, layouts }: CallSpec): string[] {
  const values: ValueSpec[] = approved
    ? [approved.reference]
    : bill
      ? [bill.customerName, ...Object.values(bill.echo)]
      : [];
  const paths = values.map(pathOf).filter((path) => canBeEmpty(dialect, layouts, path));
  return [...new Set([...paths, ...paths.map((path) => path.split('.')[0] ?? path)])];
}

/** A part of digits is never empty: it is zeros. */
function canBeEmpty(dialect: Iso8583Spec, layouts: CallSpec['layouts'], path: string): boolean {
  const [number = '', part] = path.split('.');
  const layout = dialect.definition.layouts[layouts[number] ?? ''];
  if (part === undefined || layout?.kind !== 'fixed') return true;
  return layout.parts.some((one) => 'name' in one && one.name === part && one.type !== 'n');
}

function amountsOf({ bill, approved }: CallSpec): ValueSpec[] {
  if (approved) return [approved.amount];
  return typeof bill?.lines === 'object' || !bill?.line ? [] : [bill.line.amount];
}

/** Amounts that are not whole rupiah, as far as the way they are written can say such a thing. */
function spoiltAmounts(
  dialect: Iso8583Spec,
  call: CallSpec,
  answer: IsoMessage,
  amount: ValueSpec,
): { path: string; words: string; value: string | undefined }[] {
  const path = pathOf(amount);
  const form = typeof amount === 'string' ? 'text' : amount.form;
  const value = textAt(dialect, call, answer, path);
  const missing = { path, words: 'missing', value: undefined };
  if (value === undefined) return [];
  if (form === 'cents') return [missing, { path, words: 'with sen', value: `${value.slice(0, -2)}50` }];
  if (form !== 'currency') return path.includes('.') ? [] : [missing];
  return [
    missing,
    { path, words: 'in another currency', value: `840${value.slice(3)}` },
    { path, words: 'with sen', value: `3602${value.slice(4, -2)}50` },
  ];
}

const pathOf = (value: ValueSpec): string => (typeof value === 'string' ? value : value.at);

function textAt(
  dialect: Iso8583Spec,
  call: CallSpec,
  { fields }: IsoMessage,
  path: string,
): string | undefined {
  const [number = '', part] = path.split('.');
  const text = fields[Number(number)];
  if (part === undefined || text === undefined) return text;
  const value = valuesOf(dialect, call, number, text)[part];
  return typeof value === 'string' ? value : undefined;
}

/** The same message with another value at a path; undefined takes it away. */
function changed(
  dialect: Iso8583Spec,
  call: CallSpec,
  message: IsoMessage,
  path: string,
  value: string | undefined,
): IsoMessage {
  const [number = '', part] = path.split('.');
  const at = Number(number);
  if (part === undefined) return value === undefined ? without(at)(message) : withField(message, at, value);
  const text = message.fields[at];
  if (text === undefined) return message;
  const name = call.layouts[number] ?? '';
  const others = withoutMember(valuesOf(dialect, call, number, text), part);
  const isFixed = dialect.definition.layouts[name]?.kind === 'fixed';
  const values: LayoutValues =
    value !== undefined ? { ...others, [part]: value } : isFixed ? { ...others, [part]: '' } : others;
  return withField(message, at, dialect.layout(name).write(values));
}

function valuesOf(dialect: Iso8583Spec, call: CallSpec, number: string, text: string): LayoutValues {
  const read = dialect.layout(call.layouts[number] ?? '').read(text);
  if (!read.ok) throw new Error(`the fixture's DE ${number} is not of its layout: ${read.error.message}`);
  return read.value;
}
