import { rupiah, type Rupiah } from '#lib/kernel';
import type { IsoFields, LayoutValues } from '#lib/iso8583';
import { UnreadableAnswer } from '../unreadable-answer';
import type { ValueSpec } from './spec';

/** What stands in an answer: its data elements, and the inside of those that have a layout. */
export interface Contents {
  fields: IsoFields;
  layouts: Readonly<Record<string, LayoutValues>>;
}

/** A text by its path, or undefined where it is not there or empty. */
export type TextAt = (path: string) => string | undefined;

/** Looks up `37` or `48.customerName`. */
export function textIn({ fields, layouts }: Contents): TextAt {
  return (path) => {
    const dot = path.indexOf('.');
    if (dot < 0) return nonEmpty(fields[Number(path)]);
    const values = layouts[path.slice(0, dot)];
    const name = path.slice(dot + 1);
    const value = values && Object.hasOwn(values, name) ? values[name] : undefined;
    return typeof value === 'string' ? nonEmpty(value) : undefined;
  };
}

/** Looks up a part of one member of a group by its name, and everything else in the message around it. */
export function textInMember(member: LayoutValues, around: TextAt): TextAt {
  return (path) => {
    if (!Object.hasOwn(member, path)) return around(path);
    const value = member[path];
    return typeof value === 'string' ? nonEmpty(value) : undefined;
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}

/** A value as people read it: text as it stands, or a number without what pads it. @throws UnreadableAnswer */
export function textOf(value: ValueSpec, at: TextAt): string | undefined {
  const { path, form, decimals } = parts(value);
  const text = at(path);
  if (text === undefined) return undefined;
  switch (form) {
    case 'text':
      return text.trim();
    case 'number':
      return withoutZeros(scaled(text, decimalsAt(decimals, at), path));
    case 'number above zero':
      return aboveZero(withoutZeros(scaled(text, decimalsAt(decimals, at), path)));
    case 'rupiah':
    case 'cents':
    case 'currency':
      return rupiahOf(value, at).toString();
    case 'ddMMyyyy':
      return dateOf(text, path, (digits) => `${digits.slice(4)}-${digits.slice(2, 4)}-${digits.slice(0, 2)}`);
    case 'yyyyMMdd':
      return dateOf(text, path, (digits) => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
    case 'month of ddMMyyyy':
      return dateOf(text, path, (digits) => digits.slice(4) + digits.slice(2, 4));
  }
}

/** @throws UnreadableAnswer when it is missing. */
export function requiredTextOf(value: ValueSpec, at: TextAt): string {
  const text = textOf(value, at);
  if (text === undefined) throw new UnreadableAnswer(`${parts(value).path} is missing`);
  return text;
}

/**
 * Whole rupiah, never negative.
 * @throws UnreadableAnswer for anything else: another currency, decimals that are not zero, no digits at all.
 */
export function rupiahOf(value: ValueSpec, at: TextAt): Rupiah {
  const { path, form, decimals } = parts(value);
  const text = at(path);
  if (text === undefined) throw new UnreadableAnswer(`${path} is missing`);
  if (!/^\d{1,17}$/.test(text)) throw new UnreadableAnswer(`${path} is no amount`);
  if (form !== 'currency') return whole(text, form === 'cents' ? 2 : decimalsAt(decimals, at), path);
  if (text.length !== 16 || !text.startsWith('360')) throw new UnreadableAnswer(`${path} is not in rupiah`);
  return whole(text.slice(4), Number(text[3]), path);
}

/** A count, or undefined where it is not there. @throws UnreadableAnswer where it is no count. */
export function countOf(value: ValueSpec, at: TextAt): number | undefined {
  const text = at(parts(value).path);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UnreadableAnswer(`${parts(value).path} is not a count`);
  return Number(text);
}

interface Parts {
  path: string;
  form: Exclude<ValueSpec, string>['form'];
  decimals: string | number;
}

function parts(value: ValueSpec): Parts {
  return typeof value === 'string'
    ? { path: value, form: 'text', decimals: 0 }
    : { path: value.at, form: value.form, decimals: value.decimals };
}

/** How many of the last digits are decimals: said by the spec, or by a part of the answer. */
function decimalsAt(decimals: string | number, at: TextAt): number {
  if (typeof decimals === 'number') return decimals;
  const text = at(decimals);
  if (text === undefined || !/^\d$/.test(text))
    throw new UnreadableAnswer(`${decimals} is no count of decimals`);
  return Number(text);
}

function whole(digits: string, decimals: number, path: string): Rupiah {
  const [, sen = ''] = scaled(digits, decimals, path).split('.');
  if (!/^0*$/.test(sen)) throw new UnreadableAnswer(`${path} is not whole rupiah`);
  return rupiah(BigInt(digits.slice(0, digits.length - decimals)));
}

/** Digits with their decimal point. */
function scaled(digits: string, decimals: number, path: string): string {
  if (!/^\d+$/.test(digits)) throw new UnreadableAnswer(`${path} is no number`);
  if (decimals === 0) return digits;
  if (decimals >= digits.length) throw new UnreadableAnswer(`${path} has more decimals than digits`);
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function withoutZeros(number: string): string {
  const [units = '', decimals = ''] = number.split('.');
  const rest = decimals.replace(/0+$/, '');
  const digits = units.replace(/^0+(?=\d)/, '');
  return rest === '' ? digits : `${digits}.${rest}`;
}

/** Where a fixed layout has zeros for what is not there. */
function aboveZero(number: string): string | undefined {
  return /[1-9]/.test(number) ? number : undefined;
}

function dateOf(text: string, path: string, write: (digits: string) => string): string {
  if (!/^\d{8}$/.test(text)) throw new UnreadableAnswer(`${path} is no date`);
  return write(text);
}
