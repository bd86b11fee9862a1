const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Takes the insignificant white space out of a JSON text and touches nothing else: members keep their order, escapes
 * their spelling, numbers their digits, and white space inside keys and values stays. It reads bytes, not JSON, so it
 * answers for any bytes; a body that has no such white space comes back as the same buffer.
 * @see SNAP, technical and security guide, signature: `Lowercase(HexEncode(SHA-256(minify(RequestBody))))`.
 */
export function minify(raw: Buffer): Buffer {
  const first = nextSpace(raw, 0);
  if (first === raw.length) return raw;
  const kept = Buffer.allocUnsafe(raw.length);
  let length = 0;
  let from = 0;
  for (let space = first; ; space = nextSpace(raw, from)) {
    kept.set(raw.subarray(from, space), length);
    length += space - from;
    if (space === raw.length) return kept.subarray(0, length);
    from = space + 1;
    while (isSpace(raw[from])) from += 1;
  }
}

/** Where the next white space outside of a string stands, looked for from outside of one; the length if nowhere. */
function nextSpace(raw: Buffer, from: number): number {
  const { length } = raw;
  let at = from;
  while (at < length) {
    const byte = raw[at] as number;
    if (byte === QUOTE) at = endOfString(raw, at + 1);
    else if (byte > SPACE || !isSpace(byte)) at += 1;
    else return at;
  }
  return length;
}

/** Behind the quote that closes the string; the length where none does. */
function endOfString(raw: Buffer, from: number): number {
  const { length } = raw;
  let at = from;
  while (at < length) {
    const byte = raw[at] as number;
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return length;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
