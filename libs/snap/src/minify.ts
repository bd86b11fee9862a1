import { hash } from 'node:crypto';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A quote in every byte of a word, and a backslash, and a one. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const ONES = 0x01010101;
const SPACES = 0x20202020;
const TOP_BITS = 0x80808080;

/** A body stands so far behind the start, so that a word written never reaches what is still to be read. */
const LEAD = 4;
/** Room behind a body for what ends its last string, and for the rest of the last word. */
const TRAIL = 8;
/** More than any door takes; what is longer is read byte by byte. */
const BODY_MAX = 131_072;

/**
 * Where bodies are read and squeezed, one after the other; nothing waits between that and the use of what is left. Never
 * exchanged for a larger one: the compiler counts on where it stands, which is a third of the time.
 */
const scratch = new Uint8Array(LEAD + BODY_MAX + TRAIL);
const words = new DataView(scratch.buffer);

/**
 * Takes the insignificant white space out of a JSON text and touches nothing else: members keep their order, escapes
 * their spelling, numbers their digits, and white space inside keys and values stays. It reads bytes, not JSON, so it
 * answers for any bytes; a body of usual length that has no such white space comes back as the same buffer.
 * @see SNAP, technical and security guide, signature: `Lowercase(HexEncode(SHA-256(minify(RequestBody))))`.
 */
export function minify(raw: Buffer): Buffer {
  if (raw.length > BODY_MAX) return byByte(raw);
  const end = laidOut(raw);
  return hasSpace(end) ? Buffer.from(squeezed(end)) : raw;
}

/** SHA-256 of a minified body. */
export function minifiedHash(raw: Buffer, encoding: 'hex' | 'base64'): string {
  if (raw.length > BODY_MAX) return hash('sha256', byByte(raw), encoding);
  const end = laidOut(raw);
  return hash('sha256', hasSpace(end) ? squeezed(end) : raw, encoding);
}

/** Puts a body into the scratch. @returns where it ends. */
function laidOut(raw: Buffer): number {
  const end = LEAD + raw.length;
  scratch.set(raw, LEAD);
  // Every string ends here at the latest, also behind a backslash, so no loop within one needs another bound.
  scratch[end] = scratch[end + 1] = QUOTE;
  return end;
}

/** Whether white space stands outside of every string. */
function hasSpace(end: number): boolean {
  let at = LEAD;
  while (at < end) {
    const byte = scratch[at++] as number;
    if (byte > SPACE) {
      if (byte !== QUOTE) continue;
      for (;;) {
        const step = upToStop(words.getInt32(at, true));
        if (step === 0) {
          at += 4;
          continue;
        }
        at += step;
        if (scratch[at - 1] === QUOTE) break;
        at += 1;
      }
    } else if (isSpace(byte)) return true;
  }
  return false;
}

/** All but that white space, in the scratch: it is good until the next body. */
function squeezed(end: number): Uint8Array {
  let at = LEAD;
  let count = 0;
  while (at < end) {
    const byte = scratch[at++] as number;
    if (byte > SPACE) {
      scratch[count++] = byte;
      if (byte !== QUOTE) continue;
      for (;;) {
        const word = words.getInt32(at, true);
        words.setInt32(count, word, true);
        const step = upToStop(word);
        if (step === 0) {
          at += 4;
          count += 4;
          continue;
        }
        at += step;
        count += step;
        if (scratch[at - 1] === QUOTE) break;
        scratch[count++] = scratch[at++] as number;
      }
      // Of a string that was never closed, without what stood there to end it.
      if (at > end) count -= at - end;
    } else if (!isSpace(byte)) scratch[count++] = byte;
    else {
      // Indentation comes in runs.
      while (words.getInt32(at, true) === SPACES) at += 4;
      while (scratch[at] === SPACE) at += 1;
    }
  }
  return scratch.subarray(0, count);
}

/**
 * How many of the four bytes of a word lead up to the first quote or backslash, which is counted too; 0 where there is
 * neither. Four at once, for most bytes of a body stand in strings.
 */
function upToStop(word: number): number {
  const quotes = word ^ QUOTES;
  const backslashes = word ^ BACKSLASHES;
  // What was looked for is zero now, and borrows: the lowest top bit that is set is its own.
  const stops = (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes)) & TOP_BITS;
  return stops === 0 ? 0 : 4 - (Math.clz32(stops & -stops) >>> 3);
}

/** The same without haste. */
function byByte(raw: Buffer): Buffer {
  const kept = Buffer.alloc(raw.length);
  let count = 0;
  let isWithin = false;
  for (let at = 0; at < raw.length; at += 1) {
    const byte = raw[at] as number;
    if (!isWithin && isSpace(byte)) continue;
    kept[count++] = byte;
    if (byte === QUOTE) isWithin = !isWithin;
    else if (isWithin && byte === BACKSLASH && at + 1 < raw.length) kept[count++] = raw[(at += 1)] as number;
  }
  return kept.subarray(0, count);
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
