import type { FieldType } from '../spec/field-format';

const DIGIT = 1;
const LETTER = 2;
const SPACE = 4;
const SPECIAL = 8;
const SEPARATOR = 16;
const HEX_LETTER = 32;

/** What each byte is. Above 0x7E there is nothing: ISO 8583 text is printable ASCII. */
export const KIND = Uint8Array.from({ length: 256 }, (_, code) => kindOf(String.fromCharCode(code)));

function kindOf(character: string): number {
  if (/[0-9]/.test(character)) return DIGIT;
  if (/[A-Za-z]/.test(character)) {
    const hex = /[A-Fa-f]/.test(character) ? HEX_LETTER : 0;
    return LETTER | hex | (character === 'D' ? SEPARATOR : 0);
  }
  if (character === ' ') return SPACE;
  if (character === '=') return SPECIAL | SEPARATOR;
  return character > ' ' && character < '\x7f' ? SPECIAL : 0;
}

/** What a field of each type may hold, as bits of `KIND`; b is held as hex text. */
export const ALLOWED: Readonly<Record<FieldType, number>> = {
  a: LETTER | SPACE,
  n: DIGIT,
  an: DIGIT | LETTER | SPACE,
  ans: DIGIT | LETTER | SPACE | SPECIAL,
  b: DIGIT | HEX_LETTER,
  z: DIGIT | SEPARATOR,
};

const SAID: Readonly<Record<FieldType, string>> = {
  a: 'letters',
  n: 'digits',
  an: 'letters and digits',
  ans: 'printable ASCII',
  b: 'hexadecimal',
  z: 'digits and track separators',
};

/** The sentence for a value that holds something else. */
export function notOfType(type: FieldType): string {
  return `is not all ${SAID[type]}`;
}

/** Whether every character from one place to before another is allowed. */
export function isAll(text: string, from: number, to: number, allowed: number): boolean {
  for (let at = from; at < to; at += 1) if (!((KIND[text.charCodeAt(at)] ?? 0) & allowed)) return false;
  return true;
}

/** The same for bytes. */
export function isAllBytes(bytes: Uint8Array, from: number, to: number, allowed: number): boolean {
  for (let at = from; at < to; at += 1) if (!((KIND[bytes[at] ?? 0] ?? 0) & allowed)) return false;
  return true;
}

/** Two hexadecimal digits of each byte. */
export const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** The value of a hexadecimal digit's character code; 255 where it is none. */
export const NIBBLE = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});
