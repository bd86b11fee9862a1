import { hash } from 'node:crypto';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What is minified only to be hashed is written here; nothing waits between the two. */
let scratch = Buffer.allocUnsafe(16_384);

/**
 * Takes the insignificant white space out of a JSON text and touches nothing else: members keep their order, escapes
 * their spelling, numbers their digits, and white space inside keys and values stays. It reads bytes, not JSON, so it
 * answers for any bytes; a body that has no such white space comes back as the same buffer.
 * @see SNAP, technical and security guide, signature: `Lowercase(HexEncode(SHA-256(minify(RequestBody))))`.
 */
export function minify(raw: Buffer): Buffer {
  if (!hasSpace(raw)) return raw;
  const kept = Buffer.allocUnsafe(raw.length);
  return kept.subarray(0, squeeze(raw, kept));
}

/** SHA-256 of a minified body. */
export function minifiedHash(raw: Buffer, encoding: 'hex' | 'base64'): string {
  if (!hasSpace(raw)) return hash('sha256', raw, encoding);
  if (scratch.length < raw.length) scratch = Buffer.allocUnsafe(raw.length * 2);
  return hash('sha256', scratch.subarray(0, squeeze(raw, scratch)), encoding);
}

/** Whether white space stands outside of every string. */
function hasSpace(raw: Buffer): boolean {
  const { length } = raw;
  let at = 0;
  while (at < length) {
    let byte = raw[at++] as number;
    if (byte === QUOTE) {
      do {
        byte = at < length ? (raw[at++] as number) : QUOTE;
        if (byte === BACKSLASH) at += 1;
      } while (byte !== QUOTE);
    } else if (byte <= SPACE && isSpace(byte)) return true;
  }
  return false;
}

/** Copies all but that white space. @returns how many bytes were kept. */
function squeeze(raw: Buffer, kept: Buffer): number {
  const { length } = raw;
  let at = 0;
  let count = 0;
  while (at < length) {
    let byte = raw[at++] as number;
    if (byte === QUOTE) {
      kept[count++] = byte;
      while (at < length) {
        byte = raw[at++] as number;
        kept[count++] = byte;
        if (byte === QUOTE) break;
        if (byte === BACKSLASH && at < length) kept[count++] = raw[at++] as number;
      }
    } else if (byte > SPACE || !isSpace(byte)) kept[count++] = byte;
  }
  return count;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
