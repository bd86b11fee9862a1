import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import { parse } from 'csv-parse';
import type { SettlementFormat } from './format';
import { noTrailer, Refused, shown, type GateFailure } from './gates';
import { LineGuard } from './line-guard';
import { detailReader, readHeader, trailerReader, type DetailRow, type Trailer } from './records';

/** Rows per batch: large enough for one multi-row INSERT, small enough to hold. */
const BATCH_ROWS = 1_000;

const HASH_MODULUS = 10_000_000_000n;

/** What a file that passed its gates says in sum. */
export interface FileTotals {
  businessDate: BusinessDate;
  details: number;
  /** Sum of the rows with status S, in whole rupiah, as the trailer states it too. */
  amount: bigint;
}

/** A settlement file as it lies with us, and who wants its rows. */
export interface FileToRead {
  /** Where the file lies. */
  path: string;
  /** The name it came under; its date and sequence count. */
  name: string;
  format: SettlementFormat;
  /** Takes the rows in batches of up to 1,000, in the order of the file; the file waits for it. */
  onRows?: (rows: DetailRow[]) => Promise<void>;
}

/**
 * Reads a settlement file in one pass and in bounded memory, and holds it to its gates. Rows reach `onRows` before
 * the trailer has been seen, so whoever keeps them must read the file once without, or drop them on a failure.
 * @throws only what the disk or `onRows` throws; a bad file is a value.
 */
export async function readSettlementFile(file: FileToRead): Promise<Result<FileTotals, GateFailure>> {
  try {
    return ok(await readThrough(file));
  } catch (error) {
    if (error instanceof Refused) return fail(error.of(file.name));
    throw error;
  }
}

async function readThrough({ path, name, format, onRows }: FileToRead): Promise<FileTotals> {
  const nameParts = format.name.read(name);
  if (!nameParts)
    throw new Refused(
      'name_wrong',
      null,
      shown(name),
      format.name.text,
      `"${shown(name)}" is not a name of ${format.source}; its files are named ${format.name.text}`,
    );

  const guard = new LineGuard(format.trailer.id);
  const content = new ContentReader(format, onRows);
  const parser = parse({
    delimiter: format.delimiter,
    quote: false,
    record_delimiter: ['\r\n', '\n'],
    // The header is the guard's first line. Were it the parser's first record too, every detail line would differ
    // from it in its column count, and the parser makes an error object with a stack for each of them.
    from_line: 2,
    relax_column_count: true,
  });
  let isHeaderRead = false;
  const readFirstLine = () => {
    isHeaderRead = true;
    checkHeader(guard.firstLine, format, nameParts.businessDate);
  };
  // A pipeline reports that it was aborted, not why; the reason is kept beside it.
  let reason: unknown;
  try {
    await pipeline(createReadStream(path), guard, parser, async (records: AsyncIterable<string[]>) => {
      try {
        for await (const record of records) {
          if (!isHeaderRead) readFirstLine();
          await content.take(record);
        }
      } catch (error) {
        reason ??= error;
        throw error;
      }
    });
  } catch (error) {
    throw reason ?? error;
  }
  // Without a second line the file may have been cut inside its first.
  if (!isHeaderRead && guard.isCut) throw noTrailer(1, format.trailer.id);
  if (!isHeaderRead && guard.firstLine !== undefined) readFirstLine();
  return { businessDate: nameParts.businessDate, ...(await content.end(guard.isCut)) };
}

function checkHeader(line = '', format: SettlementFormat, businessDate: BusinessDate): void {
  const fields = line.split(format.delimiter);
  if (fields[0] !== format.header.id) throw unknownRecord(1, fields[0] ?? '', format.header.id);
  const stated = readHeader(format, fields);
  if (stated !== businessDate)
    throw new Refused(
      'date_wrong',
      1,
      stated,
      businessDate,
      `the header says ${stated}, the name says ${businessDate}`,
    );
}

/** Takes the lines after the header, adds up what the trailer must state, and hands rows on in batches. */
class ContentReader {
  private line = 1;
  private details = 0;
  private amount = 0n;
  private hash = 0n;
  private rows: DetailRow[] = [];
  private trailer: Trailer | undefined;
  /** A fault is held back by one line: on the last line of a cut file it is the cut that counts. */
  private fault: Refused | undefined;
  private readonly readDetail;
  private readonly readTrailer;

  constructor(
    private readonly format: SettlementFormat,
    private readonly onRows: FileToRead['onRows'],
  ) {
    this.readDetail = detailReader(format);
    this.readTrailer = trailerReader(format);
  }

  async take(fields: readonly string[]): Promise<void> {
    if (this.fault) throw this.fault;
    this.line += 1;
    try {
      this.read(fields);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fault = error;
    }
    if (this.rows.length >= BATCH_ROWS) await this.handOn();
  }

  /** The gates that need the whole file: it has a trailer, and the trailer states what we counted. */
  async end(isCut: boolean): Promise<{ details: number; amount: bigint }> {
    const { trailer, format, line } = this;
    if (this.fault && !(isCut && !trailer)) throw this.fault;
    if (!trailer) throw noTrailer(line, format.trailer.id);
    const compare = (
      gate: 'control_count' | 'control_amount' | 'control_hash',
      stated: bigint,
      computed: bigint,
    ) => {
      if (stated === computed) return;
      const what = { control_count: 'detail lines', control_amount: 'rupiah', control_hash: 'as hash total' }[
        gate
      ];
      const reason = `the trailer states ${stated} ${what}, the lines make ${computed}`;
      throw new Refused(gate, line, String(stated), String(computed), reason);
    };
    compare('control_count', trailer.count, BigInt(this.details));
    compare('control_amount', trailer.amount, this.amount);
    if (trailer.hash !== null) compare('control_hash', trailer.hash, this.hash);
    await this.handOn();
    return { details: this.details, amount: this.amount };
  }

  private read(fields: readonly string[]): void {
    const id = fields[0] ?? '';
    const { detail, trailer, hasHash } = this.format;
    if (id !== detail.id && id !== trailer.id)
      throw unknownRecord(this.line, id, `${detail.id} or ${trailer.id}`);
    if (this.trailer)
      throw new Refused(
        'line_invalid',
        this.line,
        shown(id),
        'the end of the file',
        `line ${this.line} stands after the trailer`,
      );
    if (id === trailer.id) {
      this.trailer = this.readTrailer(fields, this.line);
      return;
    }
    const row = this.readDetail(fields, this.line);
    this.details += 1;
    if (row.status === 'S') this.amount += row.amount;
    if (hasHash) this.hash = (this.hash + BigInt(row.customerNo)) % HASH_MODULUS;
    this.rows.push(row);
  }

  private async handOn(): Promise<void> {
    const rows = this.rows;
    this.rows = [];
    if (rows.length > 0) await this.onRows?.(rows);
  }
}

function unknownRecord(line: number, id: string, expected: string): Refused {
  const reason = `line ${line} begins with "${shown(id)}"; this format knows ${expected} here`;
  return new Refused('record_unknown', line, shown(id), expected, reason);
}
