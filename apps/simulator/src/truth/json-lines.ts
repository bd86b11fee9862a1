import {
  appendFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * An append-only file of JSON lines that keeps its word when its process is killed: a line that is complete was
 * written, a torn last line never happened. It is not flushed to the disk, as a simulated biller need not survive
 * a power cut.
 */
export class JsonLines<Line> {
  private readonly descriptor: number;
  private bytes: number;
  /** Every line found when the file was opened. */
  readonly initial: readonly Line[];

  /**
   * Opens the file, and creates it and its folder where they are missing.
   * @param read turns one parsed line into its type and throws what is wrong with it.
   * @throws Error naming file and line when a complete line cannot be read.
   */
  constructor(path: string, read: (value: unknown) => Line) {
    mkdirSync(dirname(path), { recursive: true });
    const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    this.bytes = content.lastIndexOf(0x0a) + 1;
    if (this.bytes < content.length) truncateSync(path, this.bytes);
    const lines = content.subarray(0, this.bytes).toString('utf8').split('\n').slice(0, -1);
    this.initial = lines.map((line, index) => readLine(path, index + 1, line, read));
    this.descriptor = openSync(path, 'a', 0o600);
  }

  /**
   * Writes one line before it returns. `Line` must hold nothing that JSON cannot carry.
   * @throws the file system's error; then nothing of the line stays in the file.
   */
  append(line: Line): void {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      appendFileSync(this.descriptor, text);
    } catch (error) {
      ftruncateSync(this.descriptor, this.bytes);
      throw error;
    }
    this.bytes += text.length;
  }
}

function readLine<Line>(
  path: string,
  lineNumber: number,
  text: string,
  read: (value: unknown) => Line,
): Line {
  try {
    return read(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${path} line ${lineNumber} cannot be read (${reason}); mend or remove that file and start again`,
      {
        cause: error,
      },
    );
  }
}
