import type { PrefixEncoding } from '../spec/spec-shape';
import { NIBBLE } from './characters';
import { ValueRefused, type Cursor } from './bytes';

/** The length before a variable field. */
export interface LengthCodec {
  /** @returns -1, with the reason in the cursor, where there is none. */
  read(cursor: Cursor): number;
  write(length: number, out: Uint8Array, at: number): number;
}

/** Lengths of so many digits, up to a limit: ASCII digits, packed digits, or a binary number. */
export function lengthCodec(encoding: PrefixEncoding, digits: number, max: number): LengthCodec {
  const form = FORMS[encoding](digits);
  const { width } = form;
  return {
    read(cursor) {
      if (cursor.at + width > cursor.end) {
        cursor.refuse('ends within its length');
        return -1;
      }
      const length = form.read(cursor.text, cursor.at);
      if (length < 0 || length > max) {
        cursor.refuse(
          length < 0 ? 'has a length that is no number' : `says ${length}, and ${max} is the most`,
        );
        return -1;
      }
      cursor.at += width;
      return length;
    },
    write(length, out, at) {
      if (length > max) throw new ValueRefused(`is ${length} long, and ${max} is the most`);
      form.write(length, out, at);
      return at + width;
    },
  };
}

interface Form {
  /** Bytes. */
  width: number;
  read(text: string, at: number): number;
  write(length: number, out: Uint8Array, at: number): void;
}

const FORMS: Readonly<Record<PrefixEncoding, (digits: number) => Form>> = {
  ascii: (digits) => ({
    width: digits,
    read(text, at) {
      let length = 0;
      for (let index = at; index < at + digits; index += 1) {
        const digit = text.charCodeAt(index) - 48;
        if (digit < 0 || digit > 9) return -1;
        length = length * 10 + digit;
      }
      return length;
    },
    write(length, out, at) {
      for (let index = at + digits - 1, rest = length; index >= at; index -= 1) {
        out[index] = 48 + (rest % 10);
        rest = Math.trunc(rest / 10);
      }
    },
  }),
  bcd: (digits) => {
    const width = Math.ceil(digits / 2);
    return {
      width,
      read(text, at) {
        let length = 0;
        for (let index = at; index < at + width; index += 1) {
          const byte = text.charCodeAt(index);
          if (byte >> 4 > 9 || (byte & 15) > 9) return -1;
          length = length * 100 + (byte >> 4) * 10 + (byte & 15);
        }
        return length;
      },
      write(length, out, at) {
        for (let index = at + width - 1, rest = length; index >= at; index -= 1) {
          const pair = rest % 100;
          out[index] = (Math.trunc(pair / 10) << 4) | (pair % 10);
          rest = Math.trunc(rest / 100);
        }
      },
    };
  },
  binary: (digits) => {
    const width = digits === 2 ? 1 : 2;
    return {
      width,
      read: (text, at) =>
        width === 1 ? text.charCodeAt(at) : text.charCodeAt(at) * 256 + text.charCodeAt(at + 1),
      write(length, out, at) {
        if (width === 2) out[at] = length >> 8;
        out[at + width - 1] = length & 255;
      },
    };
  },
};

/** Packs digits two a byte. An odd count begins with a zero nibble. A track's separator is the nibble D. */
export function writePacked(value: string, out: Uint8Array, at: number): number {
  let place = at;
  let high = value.length % 2 === 1 ? 0 : -1;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    const nibble = code === 61 ? 13 : (NIBBLE[code] ?? 255);
    if (high < 0) high = nibble;
    else {
      out[place] = (high << 4) | nibble;
      place += 1;
      high = -1;
    }
  }
  return place;
}
