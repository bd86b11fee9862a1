import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import { Camt053Reader } from './camt053';
import { companionMissing, holdAgainst, readCompanion, requireChecksum, type Companion } from './companion';
import type { ControlTotals } from './control-totals';
import { requireDetachedSignature } from './detached-signature';
import { fileContent, sha256OfFile } from './file-content';
import { Refused, shown, type GateFailure } from './gates';
import { Mt940Reader } from './mt940';
import { NormalisedLines } from './normalised-lines';
import type { SecretByName } from './pgp-content';
import type { Previous, RowSink, StatementEnds } from './reading';
import type { DetailRow } from './records';
import { isStatement, type SettlementFormat, type Status } from './settlement-format';
import { TextReader } from './text-reader';

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
  /** Of a bank's statement: its account, number and balances. */
  statement?: StatementEnds;
}

/** A settlement file as it lies with us. */
export interface SettlementFile {
  /** Where the file lies. */
  path: string;
  /** The name it came under; its date and sequence count. */
  name: string;
  format: SettlementFormat;
  /** Where its companion lies, if it came; its name is `companionOf` it. */
  companionPath?: string | undefined;
  /** Where the signature beside it lies, if it came; its name is `signatureOf` it. */
  signaturePath?: string | undefined;
  /** Gives the keys that the format names under `pgp`; default: from the files that the environment names. */
  secret?: SecretByName | undefined;
  /** The bank's statement before this one, which it must go on from, or that of each account; undefined for the first. */
  previous?: Previous | undefined;
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
    const { header: _, ...totals } = await readThrough(file, sink);
    return ok(totals);
  } catch (error) {
    if (error instanceof Refused) return fail(error.of(file.name));
    throw error;
  }
}

/**
 * Reads a file to its end.
 * @param onFault is told each faulty line; without it the first one ends the reading.
 * @throws Refused at the first gate that does not hold.
 */
export async function readThrough(
  file: SettlementFile,
  sink: RowSink,
  onFault?: (fault: Refused) => void,
): Promise<FileTotals & { header: string | undefined }> {
  const { format, name, path, previous } = file;
  const parts = format.name.read(name);
  if (!parts) throw wrongName(name, format);
  const { businessDate } = parts;
  const companion = await companionFor(file);
  if (companion && format.control.checksum) requireChecksum(companion, await sha256OfFile(path));
  if (format.pgp?.detached !== undefined)
    await requireDetachedSignature(
      { path, name, signaturePath: file.signaturePath },
      format.pgp,
      file.secret,
    );
  const content = fileContent(path, format, file.secret);
  const reading = { format, businessDate, sink, previous, onFault };
  const { body } = format;
  if (isStatement(body)) {
    const Reader = body.layout === 'mt940' ? Mt940Reader : Camt053Reader;
    const { totals, statement } = await new Reader(reading, body).read(content);
    return { ...sums(businessDate, totals), statement, header: undefined };
  }
  const { totals, trailer, header, fault } = await new TextReader(reading, body).read(content);
  if (companion) holdAgainst(companion, totals, format, trailer);
  if (fault && onFault) onFault(fault);
  else if (fault) throw fault;
  return { ...sums(businessDate, totals), header };
}

function sums(businessDate: BusinessDate, { details, amounts }: ControlTotals): FileTotals {
  return { businessDate, details, amount: amounts.S, amounts };
}

async function companionFor({ format, name, companionPath }: SettlementFile): Promise<Companion | undefined> {
  if (format.companion === undefined) return undefined;
  if (companionPath === undefined) throw companionMissing(format, name);
  return readCompanion(companionPath, format);
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
