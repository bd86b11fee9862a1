import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import { fileContent } from './file-content';
import { Refused, shown, type GateFailure } from './gates';
import { NormalisedLines } from './normalised-lines';
import type { DetailRow } from './records';
import { isStatement, type SettlementFormat, type Status } from './settlement-format';
import { TextReader, type RowSink } from './text-reader';

/** Rows per batch: large enough for one multi-row INSERT, small enough to hold. */
const BATCH_ROWS = 1_000;

/** What a file that passed its gates says in sum. */
export interface FileTotals {
  businessDate: BusinessDate;
  details: number;
  /** Sum of the rows with status S, in whole rupiah. */
  amount: bigint;
  /** Sums of the rows with each status. */
  amounts: Readonly<Record<Status, bigint>>;
}

/** A settlement file as it lies with us. */
export interface SettlementFile {
  /** Where the file lies. */
  path: string;
  /** The name it came under; its date and sequence count. */
  name: string;
  format: SettlementFormat;
}

/** A settlement file, and who wants its rows. */
export interface FileToRead extends SettlementFile {
  /** Takes the rows in batches of up to 1,000, in the order of the file; the file waits for it. */
  onRows?: (rows: DetailRow[]) => Promise<void>;
}

/**
 * Reads a settlement file in one pass and in bounded memory, and holds it to its gates. Rows reach `onRows` before
 * the trailer has been seen, so whoever keeps them must read the file once without, or drop them on a failure.
 * @throws only what the disk or `onRows` throws; a bad file is a value.
 */
export async function readSettlementFile({
  onRows,
  ...file
}: FileToRead): Promise<Result<FileTotals, GateFailure>> {
  if (!onRows) return readInto(file, nowhere());
  const batches = new Batches(onRows);
  const read = await readInto(file, batches);
  if (read.ok) await batches.end();
  return read;
}

/**
 * Reads a settlement file and writes its details as normalised lines (`NORMALISED_COLUMNS`, tab-separated). All gates
 * are held; the file at `outPath` appears whole and durable, or not at all.
 * @param fileNo tells the files of one batch apart; from 1.
 * @throws only what the disk throws; a bad file is a value.
 */
export async function normaliseFile(
  file: SettlementFile,
  outPath: string,
  fileNo = 1,
): Promise<Result<FileTotals, GateFailure>> {
  const lines = await NormalisedLines.create(outPath, fileNo);
  let isKept = false;
  try {
    const read = await readInto(file, {
      row: (row) => lines.row(row),
      flush: () => lines.flush(),
      plainLines: { into: lines },
    });
    if (read.ok) await lines.finish();
    isKept = read.ok;
    return read;
  } finally {
    if (!isKept) await lines.discard();
  }
}

async function readInto(file: SettlementFile, sink: RowSink): Promise<Result<FileTotals, GateFailure>> {
  try {
    return ok(await readThrough(file, sink));
  } catch (error) {
    if (error instanceof Refused) return fail(error.of(file.name));
    throw error;
  }
}

async function readThrough(file: SettlementFile, sink: RowSink): Promise<FileTotals> {
  const { format, name } = file;
  const parts = format.name.read(name);
  if (!parts) throw wrongName(name, format);
  const { businessDate } = parts;
  const content = fileContent(file);
  const { body } = format;
  if (isStatement(body)) throw new Error(`no reader for ${body.layout}`);
  const { totals, fault } = await new TextReader(
    { format, businessDate, sink, onFault: undefined },
    body,
  ).read(content);
  if (fault) throw fault;
  const { details, amounts } = totals;
  return { businessDate, details, amount: amounts.S, amounts };
}

function wrongName(name: string, format: SettlementFormat): Refused {
  const reason = `"${shown(name)}" is not a name of ${format.source}; its files are named ${format.name.text}`;
  return new Refused('name_wrong', null, shown(name), format.name.text, reason);
}

/** For whoever wants the gates only. */
function nowhere(): RowSink {
  return { row: () => undefined, flush: async () => undefined, plainLines: { into: undefined } };
}

/** Hands rows on in batches. */
class Batches implements RowSink {
  readonly plainLines = undefined;
  private rows: DetailRow[] = [];

  constructor(private readonly onRows: (rows: DetailRow[]) => Promise<void>) {}

  row(row: DetailRow): void {
    this.rows.push(row);
  }

  async flush(): Promise<void> {
    const { rows } = this;
    let from = 0;
    for (; rows.length - from >= BATCH_ROWS; from += BATCH_ROWS)
      await this.onRows(rows.slice(from, from + BATCH_ROWS));
    this.rows = rows.slice(from);
  }

  async end(): Promise<void> {
    if (this.rows.length > 0) await this.onRows(this.rows);
    this.rows = [];
  }
}
