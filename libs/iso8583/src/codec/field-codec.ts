import { fieldFormat, type FieldFormat, type FieldType } from '../spec/field-format';
import type { FieldDefinition, SpecDefinition } from '../spec/spec-shape';
import type { Mask } from '../mask';
import { ALLOWED, HEX_PAIRS, isAll, isAllBytes, KIND, NIBBLE, notOfType } from './characters';
import { ValueRefused, type Cursor, type Read, type Write } from './bytes';
import { lengthCodec, writePacked } from './length-codec';

/** How one data element is read and written. */
export interface FieldCodec {
  number: number;
  name: string;
  mask: Mask;
  read: Read;
  write: Write;
}

/** How the body of a value is read and written, once its length is known. */
interface BodyCodec {
  read(cursor: Cursor, length: number): string;
  write: Write;
  /** Of a value, in the units its length is said in. */
  lengthOf(value: string): number;
}

/** Compiles one data element of a dialect. */
export function fieldCodec(
  number: number,
  field: FieldDefinition,
  defaults: SpecDefinition['encoding'],
): FieldCodec {
  const format = fieldFormat(field.format);
  const encoding = field.body ?? (format.type === 'n' ? defaults.body : 'ascii');
  const body = bodyCodec(format.type, encoding);
  const named = { number, name: field.name, mask: field.mask };
  const isText = encoding === 'ascii' && format.type !== 'b';
  if (format.lengthDigits === 0) {
    const pad = field.pad ?? usualPad(format.type);
    return { ...named, ...(isText ? fixedText(format, pad) : fixed(format, body, pad)) };
  }
  const prefix = field.prefix ?? defaults.prefix;
  if (isText && prefix === 'ascii') return { ...named, ...variableText(format) };
  const length = lengthCodec(prefix, format.lengthDigits, format.length);
  return {
    ...named,
    read(cursor) {
      const count = length.read(cursor);
      return count < 0 ? '' : body.read(cursor, count);
    },
    write: (value, out, at) => body.write(value, out, length.write(body.lengthOf(value), out, at)),
  };
}

/** A fixed value that is no text on the wire: packed digits, which zeros may stand before, or bytes. */
function fixed(
  { length }: FieldFormat,
  body: BodyCodec,
  pad: 'zeros' | 'spaces' | 'none',
): Pick<FieldCodec, 'read' | 'write'> {
  return {
    read: (cursor) => body.read(cursor, length),
    write(value, out, at) {
      const padded = pad === 'zeros' ? value.padStart(length, '0') : value;
      if (body.lengthOf(padded) !== length)
        throw new ValueRefused(`is ${body.lengthOf(value)} long instead of ${length}`);
      return body.write(padded, out, at);
    },
  };
}

/** Most fields by far: so many characters of text, written and read in one go. */
function fixedText(
  { type, length }: FieldFormat,
  pad: 'zeros' | 'spaces' | 'none',
): Pick<FieldCodec, 'read' | 'write'> {
  const allowed = ALLOWED[type];
  const problem = notOfType(type);
  const isTrimmed = pad === 'spaces';
  const filler = pad === 'zeros' ? 48 : 32;
  return {
    read(cursor) {
      const from = cursor.at;
      const to = from + length;
      if (to > cursor.end) return cursor.refuse('is cut short');
      const { bytes } = cursor;
      let end = to;
      if (isTrimmed) while (end > from && bytes[end - 1] === 32) end -= 1;
      for (let at = from; at < end; at += 1)
        if (!((KIND[bytes[at] ?? 0] ?? 0) & allowed)) return cursor.refuse(problem);
      cursor.at = to;
      return cursor.text.substring(from, end);
    },
    write(value, out, at) {
      const size = value.length;
      if (size > length || (pad === 'none' && size < length))
        throw new ValueRefused(`is ${size} long instead of ${length}`);
      const end = at + length;
      let to = at;
      // Zeros stand before digits, spaces behind text.
      if (!isTrimmed) for (const first = end - size; to < first; to += 1) out[to] = filler;
      for (let index = 0; index < size; index += 1, to += 1) {
        const code = value.charCodeAt(index);
        if (!((KIND[code] ?? 0) & allowed)) throw new ValueRefused(problem);
        out[to] = code;
      }
      for (; to < end; to += 1) out[to] = filler;
      return end;
    },
  };
}

/** Text with its length in digits before it, written and read in one go. */
function variableText({ type, length, lengthDigits }: FieldFormat): Pick<FieldCodec, 'read' | 'write'> {
  const allowed = ALLOWED[type];
  const problem = notOfType(type);
  const prefix = lengthCodec('ascii', lengthDigits, length);
  return {
    read(cursor) {
      const { bytes, end } = cursor;
      const from = cursor.at + lengthDigits;
      if (from > end) return cursor.refuse('ends within its length');
      let count = 0;
      for (let at = cursor.at; at < from; at += 1) {
        const digit = (bytes[at] ?? 0) - 48;
        if (digit < 0 || digit > 9) return cursor.refuse('has a length that is no number');
        count = count * 10 + digit;
      }
      if (count > length) return cursor.refuse(`says ${count}, and ${length} is the most`);
      const to = from + count;
      if (to > end) return cursor.refuse('is cut short');
      for (let at = from; at < to; at += 1)
        if (!((KIND[bytes[at] ?? 0] ?? 0) & allowed)) return cursor.refuse(problem);
      cursor.at = to;
      return cursor.text.substring(from, to);
    },
    write(value, out, at) {
      const from = prefix.write(value.length, out, at);
      for (let index = 0; index < value.length; index += 1) {
        const code = value.charCodeAt(index);
        if (!((KIND[code] ?? 0) & allowed)) throw new ValueRefused(problem);
        out[from + index] = code;
      }
      return from + value.length;
    },
  };
}

function usualPad(type: FieldType): 'zeros' | 'spaces' | 'none' {
  if (type === 'n') return 'zeros';
  return type === 'b' || type === 'z' ? 'none' : 'spaces';
}

function bodyCodec(type: FieldType, encoding: 'ascii' | 'bcd' | 'binary'): BodyCodec {
  if (type === 'b') return encoding === 'binary' ? RAW_BYTES : HEX_TEXT;
  return encoding === 'bcd' ? packedDigits(type) : characters(type);
}

function characters(type: FieldType): BodyCodec {
  const allowed = ALLOWED[type];
  const problem = notOfType(type);
  return {
    read(cursor, length) {
      const from = cursor.at;
      const to = from + length;
      if (to > cursor.end) return cursor.refuse('is cut short');
      if (!isAllBytes(cursor.bytes, from, to, allowed)) return cursor.refuse(problem);
      cursor.at = to;
      return cursor.text.substring(from, to);
    },
    write(value, out, at) {
      const { length } = value;
      for (let index = 0; index < length; index += 1) {
        const code = value.charCodeAt(index);
        if (!((KIND[code] ?? 0) & allowed)) throw new ValueRefused(problem);
        out[at + index] = code;
      }
      return at + length;
    },
    lengthOf: (value) => value.length,
  };
}

function packedDigits(type: FieldType): BodyCodec {
  const allowed = ALLOWED[type];
  const problem = notOfType(type);
  const isDigit = (nibble: number) => nibble < 10 || (type === 'z' && nibble === 13);
  const digitOf = (nibble: number) => (nibble === 13 ? '=' : String(nibble));
  return {
    read(cursor, length) {
      const from = cursor.at;
      const to = from + Math.ceil(length / 2);
      if (to > cursor.end) return cursor.refuse('is cut short');
      let digits = '';
      for (let at = from; at < to; at += 1) {
        const byte = cursor.bytes[at] ?? 0;
        const high = byte >> 4;
        const low = byte & 15;
        const isFiller = at === from && length % 2 === 1;
        if (isFiller ? high !== 0 : !isDigit(high)) return cursor.refuse(problem);
        if (!isDigit(low)) return cursor.refuse(problem);
        digits += isFiller ? digitOf(low) : digitOf(high) + digitOf(low);
      }
      cursor.at = to;
      return digits;
    },
    write(value, out, at) {
      if (!isAll(value, 0, value.length, allowed)) throw new ValueRefused(problem);
      return writePacked(value, out, at);
    },
    lengthOf: (value) => value.length,
  };
}

/** Hexadecimal text on the wire, two characters a byte. */
const HEX_TEXT: BodyCodec = {
  read(cursor, length) {
    const from = cursor.at;
    const to = from + length * 2;
    if (to > cursor.end) return cursor.refuse('is cut short');
    if (!isAllBytes(cursor.bytes, from, to, ALLOWED.b)) return cursor.refuse(notOfType('b'));
    cursor.at = to;
    return cursor.text.substring(from, to).toUpperCase();
  },
  write(value, out, at) {
    checkHex(value);
    for (let index = 0; index < value.length; index += 1) out[at + index] = value.charCodeAt(index);
    return at + value.length;
  },
  lengthOf: byteCount,
};

/** Bytes as they are on the wire, hexadecimal text in the message. */
const RAW_BYTES: BodyCodec = {
  read(cursor, length) {
    const from = cursor.at;
    const to = from + length;
    if (to > cursor.end) return cursor.refuse('is cut short');
    let hex = '';
    for (let at = from; at < to; at += 1) hex += HEX_PAIRS[cursor.bytes[at] ?? 0];
    cursor.at = to;
    return hex;
  },
  write(value, out, at) {
    checkHex(value);
    for (let index = 0; index < value.length; index += 2)
      out[at + index / 2] =
        ((NIBBLE[value.charCodeAt(index)] ?? 0) << 4) | (NIBBLE[value.charCodeAt(index + 1)] ?? 0);
    return at + value.length / 2;
  },
  lengthOf: byteCount,
};

function byteCount(value: string): number {
  return value.length / 2;
}

function checkHex(value: string): void {
  if (value.length % 2 === 1 || !isAll(value, 0, value.length, ALLOWED.b))
    throw new ValueRefused(notOfType('b'));
}
