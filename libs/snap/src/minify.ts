import { hash } from 'node:crypto';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where bodies are squeezed; nothing waits between that and the use of what is left. */
let scratch = new Uint8Array(16_384);

/**
 * Takes the insignificant white space out of a JSON text and touches nothing else: members keep their order, escapes
 * their spelling, numbers their digits, and white space inside keys and values stays. It reads bytes, not JSON, so it
 * answers for any bytes; a body that has no such white space comes back as the same buffer.
 * @see SNAP, technical and security guide, signature: `Lowercase(HexEncode(SHA-256(minify(RequestBody))))`.
 */
export function minify(raw: Buffer): Buffer {
  if (!hasSpace(raw)) return raw;
  return Buffer.from(squeezed(raw));
}

/** SHA-256 of a minified body. */
export function minifiedHash(raw: Buffer, encoding: 'hex' | 'base64'): string {
  if (!hasSpace(raw)) return hash('sha256', raw, encoding);
  return hash('sha256', squeezed(raw), encoding);
}

/** Whether white space stands outside of every string. */
function hasSpace(raw: Buffer): boolean {
  const { length } = raw;
  // Every string that is closed at all is closed here at the latest, so the inner loop needs no other bound.
  const lastQuote = lastQuoteOf(raw);
  let at = 0;
  while (at < length) {
    let byte = raw[at++] as number;
    if (byte === QUOTE) {
      if (at > lastQuote) return false;
      do {
        byte = raw[at++] as number;
        if (byte === BACKSLASH && ++at > lastQuote) return false;
      } while (byte !== QUOTE);
    } else if (byte <= SPACE && isSpace(byte)) return true;
  }
  return false;
}

/** Where the last quote stands, or -1. It stands near the end, where looking costs less than calling a search. */
function lastQuoteOf(raw: Buffer): number {
  let at = raw.length - 1;
  while (at >= 0 && raw[at] !== QUOTE) at -= 1;
  return at;
}

/** All but that white space, in the scratch: it is good until the next body. */
function squeezed(raw: Buffer): Uint8Array {
  const { length } = raw;
  if (scratch.length < length + 2) scratch = new Uint8Array(length * 2);
  const bytes = scratch;
  bytes.set(raw);
  // Every string ends here at the latest, also behind a backslash, so no loop within needs another bound.
  bytes[length] = bytes[length + 1] = QUOTE;
  let at = 0;
  let count = 0;
  while (at < length) {
    let byte = bytes[at++] as number;
    if (byte > SPACE) {
      bytes[count++] = byte;
      if (byte !== QUOTE) continue;
      do {
        byte = bytes[at++] as number;
        bytes[count++] = byte;
        if (byte === BACKSLASH) bytes[count++] = bytes[at++] as number;
      } while (byte !== QUOTE);
      // Of a string that was never closed, without what stood there to end it.
      if (at > length) count -= at - length;
    } else if (!isSpace(byte)) bytes[count++] = byte;
    // Indentation comes in runs.
    else while (bytes[at] === SPACE) at += 1;
  }
  return bytes.subarray(0, count);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
