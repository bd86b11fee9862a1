import { CsvError, parse } from 'csv-parse/sync';
import { Refused } from './gates';
import { LF, LINE_BYTES_MAX, tooLong } from './line-blocks';

const QUOTE = 0x22;

/** A record of a quoted file, or what is wrong with its line. */
export interface CsvRecord {
  /** Line on which the record begins, from 1. */
  lineNo: number;
  fields: string[] | Refused;
}

/** Cuts quoted CSV into records; a quoted value may go on over several lines. Holds one record between blocks. */
export class CsvRecords {
  /** Lines that were taken in. */
  lines = 0;
  private rest: Buffer = Buffer.alloc(0);
  private nextRecord = 1;

  constructor(
    private readonly delimiter: string,
    private readonly encoding: 'utf8' | 'latin1',
  ) {}

  /**
   * @param block whole lines; at the end of the file also the last one without its line end.
   * @throws Refused when a quote is opened and not closed for longer than any line may be.
   */
  take(block: Buffer, isEnd: boolean): CsvRecord[] {
    const bytes = this.rest.length === 0 ? block : Buffer.concat([this.rest, block]);
    const end = isEnd ? bytes.length : afterLastWhole(bytes);
    // The memory of a block is used again for the next one.
    this.rest = Buffer.from(bytes.subarray(end));
    this.lines += linesIn(block);
    const first = this.nextRecord;
    const whole = bytes.subarray(0, end);
    this.nextRecord += linesIn(whole);
    if (this.rest.length > LINE_BYTES_MAX) throw openQuote(this.nextRecord);
    return this.parsed(whole, first);
  }

  private parsed(bytes: Buffer, firstLine: number): CsvRecord[] {
    if (bytes.length === 0) return [];
    try {
      return this.parse(bytes, firstLine);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return this.oneByOne(bytes, firstLine);
    }
  }

  private parse(bytes: Buffer, firstLine: number): CsvRecord[] {
    const parsed = parse(bytes.toString(this.encoding), {
      delimiter: this.delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      info: true,
    }) as unknown as { info: { lines: number }; record: string[] }[];
    let lineNo = firstLine;
    return parsed.map(({ info, record }) => {
      const taken = { lineNo, fields: record };
      lineNo = firstLine + info.lines;
      return taken;
    });
  }

  /** A block with a fault in it, line by line, so that each fault is found where it stands. */
  private oneByOne(bytes: Buffer, firstLine: number): CsvRecord[] {
    const records: CsvRecord[] = [];
    let lineNo = firstLine;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(LF, start);
      const end = found < 0 ? bytes.length : found + 1;
      if (end - start > LINE_BYTES_MAX) throw tooLong(lineNo);
      try {
        for (const record of this.parse(bytes.subarray(start, end), lineNo)) records.push(record);
      } catch (error) {
        if (!(error instanceof CsvError)) throw error;
        records.push({ lineNo, fields: brokenQuotes(lineNo) });
      }
      lineNo += 1;
      start = end;
    }
    return records;
  }
}

/** Just after the last line end that stands outside of quotes. */
function afterLastWhole(bytes: Buffer): number {
  let isOpen = false;
  let whole = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) isOpen = !isOpen;
    else if (byte === LF && !isOpen) whole = at + 1;
  }
  return whole;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === LF) lines += 1;
  return lines;
}

function brokenQuotes(lineNo: number): Refused {
  const reason = `line ${lineNo} has a quote where none may stand, or one that is not closed`;
  return new Refused('line_invalid', lineNo, 'a stray quote', 'quotes around a whole value', reason);
}

function openQuote(lineNo: number): Refused {
  const reason = `line ${lineNo} opens a quote that is not closed`;
  return new Refused('line_invalid', lineNo, 'an open quote', 'a closed one', reason);
}
