import { isUtf8 } from 'node:buffer';
import { Refused } from './gates';
import type { SettlementFormat } from './settlement-format';

/** A line longer than this is no settlement line; reading on would let one line fill the memory. */
export const LINE_BYTES_MAX = 65_536;

export const LF = 0x0a;
export const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** Where a reader is. Who takes lines out of a block counts them here. */
export interface Position {
  /** Lines taken so far, which is the number of the last one. */
  line: number;
  /** Whether it has come to a last line without a line end, as in a file cut short. */
  isTail: boolean;
}

/** Whole lines as they follow one another in a file. */
export interface LineBlock {
  /** Ends with a line feed, unless it is the tail: a last line without one. */
  bytes: Buffer;
  isTail: boolean;
}

/**
 * Cuts a stream of bytes into blocks of whole lines, without a byte order mark. NUL bytes, bytes of another encoding
 * and over-long lines are refused with their line. It needs no more memory than two chunks and two lines, which it uses
 * again and again: a block holds until the next one is asked for, as a chunk does for us.
 * @throws Refused
 */
export async function* lineBlocks(
  chunks: AsyncIterable<Buffer>,
  format: Pick<SettlementFormat, 'encoding' | 'lineEnd'>,
  position: Position,
): AsyncGenerator<LineBlock> {
  const memory = new Memory();
  let rest: Buffer = Buffer.alloc(0);
  let isBegun = false;
  for await (const chunk of chunks) {
    let block = memory.joined(rest, chunk);
    if (format.lineEnd === 'cr') block = withLineFeeds(block);
    if (!isBegun && block.length < BOM.length) {
      rest = memory.kept(block);
      continue;
    }
    if (!isBegun) block = withoutBom(block, format.encoding);
    isBegun = true;
    const end = block.lastIndexOf(LF) + 1;
    rest = memory.kept(block.subarray(end));
    if (end > 0) {
      const bytes = block.subarray(0, end);
      refuseUnclean(bytes, position.line + 1, format.encoding);
      yield { bytes, isTail: false };
    }
    if (rest.length > LINE_BYTES_MAX) throw tooLong(position.line + 1);
  }
  if (!isBegun) rest = withoutBom(rest, format.encoding);
  if (rest.length === 0) return;
  position.isTail = true;
  refuseUnclean(rest, position.line + 1, format.encoding);
  yield { bytes: rest, isTail: true };
}

/** What outlives a chunk, and a block of it and what came before; the same memory for all of them. */
class Memory {
  private rest = Buffer.alloc(0);
  private block = Buffer.alloc(0);

  /** @param rest the last that was kept. */
  joined(rest: Buffer, chunk: Buffer): Buffer {
    if (rest.length === 0) return chunk;
    const length = rest.length + chunk.length;
    if (this.block.length < length) this.block = Buffer.allocUnsafeSlow(length + LINE_BYTES_MAX);
    rest.copy(this.block, 0);
    chunk.copy(this.block, rest.length);
    return this.block.subarray(0, length);
  }

  /** @param rest is no part of what was kept before. */
  kept(rest: Buffer): Buffer {
    if (this.rest.length < rest.length) this.rest = Buffer.allocUnsafeSlow(rest.length + LINE_BYTES_MAX);
    rest.copy(this.rest, 0);
    return this.rest.subarray(0, rest.length);
  }
}

/** Line ends of old Macintosh exports; what follows reads line feeds. */
function withLineFeeds(block: Buffer): Buffer {
  const copy = Buffer.from(block);
  for (let at = copy.indexOf(CR); at >= 0; at = copy.indexOf(CR, at + 1)) copy[at] = LF;
  return copy;
}

function withoutBom(block: Buffer, encoding: SettlementFormat['encoding']): Buffer {
  const [first, second] = block;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new Refused('line_invalid', 1, 'UTF-16', named(encoding), 'the file is in UTF-16');
  return block.subarray(0, BOM.length).equals(BOM) ? block.subarray(BOM.length) : block;
}

/** Looks at the block as a whole; only one with a fault is searched line by line. */
function refuseUnclean(bytes: Buffer, firstLine: number, encoding: SettlementFormat['encoding']): void {
  if (!bytes.includes(0) && (encoding === 'latin1' || isUtf8(bytes))) return;
  let start = 0;
  for (let number = firstLine; start < bytes.length; number += 1) {
    const found = bytes.indexOf(LF, start);
    const line = bytes.subarray(start, found < 0 ? bytes.length : found);
    if (line.includes(0))
      throw new Refused('line_invalid', number, 'NUL byte', 'text', `line ${number} contains a NUL byte`);
    if (encoding === 'utf-8' && !isUtf8(line))
      throw new Refused('line_invalid', number, 'other bytes', 'UTF-8', `line ${number} is not valid UTF-8`);
    start += line.length + 1;
  }
}

/** A line of more bytes than any settlement line has. */
export function tooLong(number: number): Refused {
  const limit = `at most ${LINE_BYTES_MAX} bytes`;
  return new Refused('line_invalid', number, 'a longer line', limit, `line ${number} has more than ${limit}`);
}

function named(encoding: SettlementFormat['encoding']): string {
  return encoding === 'utf-8' ? 'UTF-8' : 'Latin-1';
}
