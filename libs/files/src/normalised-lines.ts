import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import type { DetailRow } from './records';

const TAB = 0x09;
const LF = 0x0a;
const ZERO = 0x30;
const BUFFER_BYTES = 1_048_576;
/** Below this a number divides as a machine word. */
const SMALL = 0x7fff_ffff;
/** No line is longer: every column has its bound. */
const LINE_BYTES_MAX = 512;

/** The columns of a normalised file, in their order. Empty stands for none. */
export const NORMALISED_COLUMNS = [
  'file_no',
  'line_no',
  'our_ref',
  'their_ref',
  'amount',
  'st',
  'paid_at',
  'hint',
  'group_key',
  'type',
] as const;

/**
 * Writes normalised lines: one per detail, the columns of `NORMALISED_COLUMNS` with a tab between them, in ASCII and
 * without quotes. The file appears whole under its name, or not at all.
 */
export class NormalisedLines {
  private buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private at = 0;
  private readonly full: { memory: Buffer; bytes: number }[] = [];
  /** Memory whose bytes are written: a large file would otherwise leave all of them to the collector. */
  private readonly spare: Buffer[] = [];
  private readonly digits = Buffer.alloc(20);

  private constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
    private readonly fileNo: number,
  ) {}

  /** @param fileNo tells the files of one batch apart. */
  static async create(path: string, fileNo: number): Promise<NormalisedLines> {
    await rm(`${path}.part`, { force: true });
    return new NormalisedLines(await open(`${path}.part`, 'wx', 0o600), path, fileNo);
  }

  /** Writes a row. */
  row({ lineNo, ourRef, theirRef, amount, status, paidAt, hint, groupKey, type }: DetailRow): void {
    this.begin(lineNo);
    for (const value of [ourRef, theirRef, amount.toString(), status, paidAt, hint, groupKey, type]) {
      this.tab();
      this.ascii(value ?? '');
    }
    this.end();
  }

  /** Begins a line, with the number of its file and its own. */
  begin(lineNo: number): void {
    if (this.at + LINE_BYTES_MAX > BUFFER_BYTES) this.turn();
    this.number(this.fileNo);
    this.tab();
    this.number(lineNo);
  }

  /** Ends a column. */
  tab(): void {
    this.buffer[this.at] = TAB;
    this.at += 1;
  }

  /** Ends a line. */
  end(): void {
    this.buffer[this.at] = LF;
    this.at += 1;
  }

  ascii(text: string): void {
    for (let index = 0; index < text.length; index += 1)
      this.buffer[this.at + index] = text.charCodeAt(index);
    this.at += text.length;
  }

  /** Bytes out of a block. */
  slice(block: Buffer, from: number, to: number): void {
    const { buffer } = this;
    let { at } = this;
    for (let index = from; index < to; index += 1) {
      buffer[at] = block[index] as number;
      at += 1;
    }
    this.at = at;
  }

  /** A whole number of at most 15 digits. */
  number(value: number): void {
    let first = this.digits.length;
    let rest = value;
    do {
      first -= 1;
      const next = rest < SMALL ? (rest / 10) | 0 : Math.floor(rest / 10);
      this.digits[first] = ZERO + (rest - next * 10);
      rest = next;
    } while (rest > 0);
    this.slice(this.digits, first, this.digits.length);
  }

  /** Lets the disk catch up. Call it between blocks. */
  async flush(): Promise<void> {
    for (const { memory, bytes } of this.full.splice(0)) {
      await this.handle.appendFile(memory.subarray(0, bytes));
      this.spare.push(memory);
    }
  }

  /** Gives the file its name. It is durable before. */
  async finish(): Promise<void> {
    this.turn();
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    await rename(`${this.path}.part`, this.path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(`${this.path}.part`, { force: true });
  }

  private turn(): void {
    this.full.push({ memory: this.buffer, bytes: this.at });
    this.buffer = this.spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    this.at = 0;
  }
}
