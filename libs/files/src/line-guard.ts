import { isUtf8 } from 'node:buffer';
import { Transform, type TransformCallback } from 'node:stream';
import { noTrailer, Refused } from './gates';

/** A line longer than this is no settlement line; reading on would let one line fill the memory. */
const LINE_BYTES_MAX = 65_536;

const LF = 0x0a;
const CR = 0x0d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Lets bytes through in whole lines, without a byte order mark, and refuses what a text parser would swallow or
 * choke on: NUL bytes, invalid UTF-8, over-long lines. It needs no more memory than one chunk and one line.
 */
export class LineGuard extends Transform {
  /** The first line, without its line end; undefined until it has passed. */
  firstLine: string | undefined;
  /** Whether the last line has no line end, as in a file cut short. Known once the stream has ended. */
  isCut = false;

  private linesPassed = 0;
  private rest: Buffer = Buffer.alloc(0);

  /** @param trailerId what the last line begins with, for the message about a cut file. */
  constructor(private readonly trailerId: string) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const block = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = block.lastIndexOf(LF) + 1;
    this.rest = block.subarray(end);
    try {
      if (end > 0) this.pass(block.subarray(0, end));
      if (this.rest.length > LINE_BYTES_MAX) throw tooLong(this.linesPassed + 1);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    this.isCut = this.rest.length > 0;
    try {
      if (this.isCut) this.pass(this.rest);
      done();
    } catch (error) {
      // A cut may go through the middle of a character.
      done(error instanceof Refused ? noTrailer(this.linesPassed + 1, this.trailerId) : (error as Error));
    }
  }

  private pass(lines: Buffer): void {
    const isClean = isUtf8(lines) && !lines.includes(0);
    let start = 0;
    while (start < lines.length) {
      const lineFeed = lines.indexOf(LF, start);
      const end = lineFeed < 0 ? lines.length : lineFeed;
      const number = this.linesPassed + 1;
      if (end - start > LINE_BYTES_MAX) throw tooLong(number);
      // The block as a whole was looked at above; only a block with a fault is searched line by line.
      if (!isClean) refuseUnclean(lines.subarray(start, end), number);
      if (number === 1) this.firstLine = textOf(lines.subarray(start, end));
      this.linesPassed = number;
      start = end + 1;
    }
    this.push(lines.subarray(0, BOM.length).equals(BOM) ? lines.subarray(BOM.length) : lines);
  }
}

function textOf(line: Buffer): string {
  const start = line.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  const end = line[line.length - 1] === CR ? line.length - 1 : line.length;
  return line.toString('utf8', start, Math.max(start, end));
}

function refuseUnclean(line: Buffer, number: number): void {
  if (line.includes(0))
    throw new Refused('line_invalid', number, 'NUL byte', 'text', `line ${number} contains a NUL byte`);
  if (!isUtf8(line))
    throw new Refused('line_invalid', number, 'other bytes', 'UTF-8', `line ${number} is not valid UTF-8`);
}

function tooLong(number: number): Refused {
  const limit = `at most ${LINE_BYTES_MAX} bytes`;
  return new Refused('line_invalid', number, 'a longer line', limit, `line ${number} has more than ${limit}`);
}
