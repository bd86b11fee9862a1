/** How one data element is written: so many characters, or up to `most` behind their count. */
export type Form =
  | { readonly digits: number }
  | { readonly text: number }
  | { readonly countDigits: 2 | 3; readonly most: number };
export type Forms = Readonly<Record<number, Form>>;

/** An ISO 8583 message: its type, and its data elements by number. */
export type IsoMessage = { readonly type: string; readonly fields: Readonly<Record<number, string>> };

const TYPE_LENGTH = 4;
const MAP_LENGTH = 16;
const FIELDS_PER_MAP = 64;

/** Writes a message: type, bitmap in upper-case hex (two where an element is above 64), elements in order. */
export function packed({ type, fields }: IsoMessage, forms: Forms): string {
  const numbers = Object.keys(fields)
    .map(Number)
    .toSorted((one, other) => one - other);
  const hasSecond = (numbers.at(-1) ?? 0) > FIELDS_PER_MAP;
  const bits = hasSecond ? [1, ...numbers] : numbers;
  const map = bits.reduce((sum, number) => sum | (1n << BigInt(2 * FIELDS_PER_MAP - number)), 0n);
  const hex = map
    .toString(16)
    .toUpperCase()
    .padStart(2 * MAP_LENGTH, '0');
  const body = numbers.map((number) => written(number, fields[number] ?? '', forms[number]));
  return type + hex.slice(0, hasSecond ? 2 * MAP_LENGTH : MAP_LENGTH) + body.join('');
}

function written(number: number, value: string, form: Form | undefined): string {
  if (!form) throw new RangeError(`DE ${number} is not of this dialect`);
  if ('countDigits' in form) {
    if (value.length > form.most) throw new RangeError(`DE ${number} has ${value.length} characters`);
    return String(value.length).padStart(form.countDigits, '0') + value;
  }
  const length = 'digits' in form ? form.digits : form.text;
  const filled = 'digits' in form ? value.padStart(length, '0') : value.padEnd(length);
  if (filled.length !== length) throw new RangeError(`DE ${number} has ${value.length} characters`);
  return filled;
}

/** Reads a message; undefined where it is none of this dialect, to the last character. */
export function unpacked(text: string, forms: Forms): IsoMessage | undefined {
  const type = text.slice(0, TYPE_LENGTH);
  let place = TYPE_LENGTH + MAP_LENGTH;
  let hex = text.slice(TYPE_LENGTH, place);
  if (!/^\d{4}$/.test(type) || !/^[0-9A-Fa-f]{16}$/.test(hex)) return undefined;
  if (Number.parseInt(hex.slice(0, 1), 16) >= 8) {
    hex += text.slice(place, place + MAP_LENGTH);
    place += MAP_LENGTH;
    if (!/^[0-9A-Fa-f]{32}$/.test(hex)) return undefined;
  }
  const map = BigInt(`0x${hex.padEnd(2 * MAP_LENGTH, '0')}`);
  const fields: Record<number, string> = {};
  for (let number = 2; number <= 2 * FIELDS_PER_MAP; number += 1) {
    if (((map >> BigInt(2 * FIELDS_PER_MAP - number)) & 1n) === 0n) continue;
    const form = forms[number];
    const read = form && readAt(text, place, form);
    if (!read) return undefined;
    fields[number] = read.value;
    place = read.next;
  }
  return place === text.length ? { type, fields } : undefined;
}

function readAt(text: string, place: number, form: Form): { value: string; next: number } | undefined {
  let start = place;
  let length = 0;
  if ('countDigits' in form) {
    const counted = text.slice(place, place + form.countDigits);
    if (!/^\d+$/.test(counted) || counted.length < form.countDigits || Number(counted) > form.most)
      return undefined;
    start += form.countDigits;
    length = Number(counted);
  } else length = 'digits' in form ? form.digits : form.text;
  const value = text.slice(start, start + length);
  if (value.length < length || ('digits' in form && !/^\d*$/.test(value))) return undefined;
  return { value, next: start + length };
}

/** Characters cut or filled with blanks to a width. */
export function fit(text: string, width: number): string {
  return text.slice(0, width).padEnd(width);
}

/** A number filled with zeros to a width. */
export function digits(value: bigint | number | string, width: number): string {
  return String(value).padStart(width, '0');
}
