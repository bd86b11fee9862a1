import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { BusinessDate } from '#lib/kernel';
import { writeAmount, type AmountDialect } from './amount-dialect';
import type { Column, RecordLayout } from './columns';
import { ControlTotals } from './control-totals';
import { isStatement, type SettlementFormat, type Status, type TextBody } from './settlement-format';

/** What stands around the details of a file. */
export interface FileHeader {
  businessDate: BusinessDate;
  seq: number;
  /** `2026-07-14 23:50:00`, local time of whom it is for. */
  createdAt: string;
  /** The reconciliation run that it tells of. */
  run?: number | null;
  /** The sequence that it takes the place of. */
  replaces?: number | null;
}

/** A detail to be written; what the format has no column for is left out. */
export interface RowToWrite {
  ourRef: string;
  theirRef?: string | null;
  customerNo?: string;
  /** Whole rupiah, not negative. */
  amount: bigint;
  fee?: bigint | null;
  status: Status;
  /** `2026-07-14 23:41:09`. */
  paidAt?: string | null;
  hint?: string | null;
  groupKey?: string | null;
  type?: string | null;
  product?: string | null;
  breakKind?: string | null;
}

/** A file that was written. */
export interface FileWritten {
  /** The name it must go under. */
  name: string;
  /** Of its companion, which lies beside it with the same ending; undefined where the format has none. */
  companionName: string | undefined;
  details: number;
  /** As its totals state it. */
  amount: bigint;
}

const BLOCK_BYTES = 262_144;
/** Columns that are numbers: in fixed width they fill up with zeros from the left. */
const NUMBERS = new Set([
  'line_no',
  'amount',
  'fee',
  'count',
  'hash',
  'seq',
  'run',
  'replaces',
  'customer_no',
]);

/**
 * Writes a settlement file by the grammar that reads it: header, a detail for each row, trailer and companion with
 * their totals, line ends, encoding and gzip. It appears whole and durable under its path, its companion after it.
 * @throws RangeError for a value that a column cannot hold or that would break the line, naming line and column; for a
 *   bank's statement, a zip or OpenPGP, which are only read.
 */
export async function writeSettlementFile(
  format: SettlementFormat,
  header: FileHeader,
  rows: Iterable<RowToWrite> | AsyncIterable<RowToWrite>,
  path: string,
): Promise<FileWritten> {
  const { body, control, packing } = format;
  if (isStatement(body) || packing?.kind === 'zip' || format.pgp)
    throw new RangeError(`${format.source}: such files are only read`);
  const totals = new ControlTotals(control);
  const out = await Out.open(path, format);
  try {
    if (body.titles) await out.line(joined(body, [...body.titles], 0));
    if (body.header) await out.line(lineOf(body, body.header, headerValues(header), out.lines + 1));
    for await (const row of rows) {
      const line = out.lines + 1;
      await out.line(lineOf(body, body.detail, detailValues(format, row, totals.details + 1), line));
      const customerNo = row.customerNo ?? '0';
      if (control.hash && !/^\d{1,40}$/.test(customerNo))
        throw new RangeError(`line ${line}: customer_no is not digits, and the hash adds them up`);
      totals.add(row.status, row.amount, customerNo);
    }
    const stated = totals.stated();
    if (body.trailer)
      await out.line(lineOf(body, body.trailer, totalValues(stated, format.amount), out.lines + 1));
    const sha256 = await out.finish();
    const companionName = format.companion && `${format.name.write(header)}${format.companion}`;
    if (companionName) await writeWhole(`${path}${format.companion}`, companionText(format, stated, sha256));
    const amount = totals.controlAmount;
    return { name: format.name.write(header), companionName, details: totals.details, amount };
  } finally {
    await out.discard();
  }
}

type Values = Readonly<Record<string, string>>;
type Stated = ReturnType<ControlTotals['stated']>;

function headerValues({ businessDate, seq, createdAt, run = null, replaces = null }: FileHeader): Values {
  return {
    business_date: businessDate,
    seq: seqText(seq),
    created_at: createdAt,
    run: run === null ? '' : String(run),
    replaces: replaces === null ? '' : seqText(replaces),
  };
}

function seqText(seq: number): string {
  return String(seq).padStart(3, '0');
}

function detailValues(
  { amount, statuses, values: tables }: SettlementFormat,
  row: RowToWrite,
  number: number,
): Values {
  const code = [...statuses].find(([, status]) => status === row.status)?.[0];
  if (code === undefined && statuses.size > 0)
    throw new RangeError(`no code stands for the status ${row.status}`);
  const values: Record<string, string> = {
    line_no: String(number),
    our_ref: row.ourRef,
    their_ref: row.theirRef ?? '',
    customer_no: row.customerNo ?? '',
    amount: writeAmount(amount, row.amount),
    fee: writeAmount(amount, row.fee ?? 0n),
    status: code ?? '',
    paid_at: row.paidAt ?? '',
    hint: row.hint ?? '',
    group_key: row.groupKey ?? '',
    type: row.type ?? '',
    product: row.product ?? '',
    break_kind: row.breakKind ?? '',
    narrative: '',
  };
  for (const [name, table] of tables)
    values[name] = [...table].find(([, ours]) => ours === values[name])?.[0] ?? values[name] ?? '';
  return values;
}

function totalValues({ count, amount, hash }: Stated, dialect: AmountDialect): Values {
  return { count: String(count), amount: writeAmount(dialect, amount), hash: String(hash) };
}

function companionText(
  { control, companionAmount }: SettlementFormat,
  stated: Stated,
  sha256: string,
): string {
  const values = totalValues(stated, companionAmount);
  const wanted = (['count', 'amount', 'hash'] as const).filter((name) => control[name]);
  const pairs = wanted.map((name) => `${name}=${values[name]}`);
  if (control.checksum) pairs.push(`sha256=${sha256}`);
  return `${pairs.join(';')}\n`;
}

function lineOf(body: TextBody, layout: RecordLayout, values: Values, line: number): string {
  const fields = layout.columns.map((column) => valueOf(column, values));
  if (body.layout !== 'fixed') {
    if (layout.id !== undefined) fields[0] = layout.id;
    return joined(body, fields, line);
  }
  let text = (layout.id ?? '').padEnd(body.width ?? 0);
  for (const [index, column] of layout.columns.entries()) {
    const { start, end } = column.span ?? { start: 0, end: 0 };
    const name = column.kind === 'skip' ? '_' : column.name;
    const value = fields[index] ?? '';
    const isNumber = column.kind === 'text' && NUMBERS.has(column.name) && value !== '';
    const padded =
      isNumber && name !== 'customer_no' ? value.padStart(end - start, '0') : value.padEnd(end - start);
    if (padded.length > end - start) throw doesNotFit(line, name, value);
    text = text.slice(0, start) + padded + text.slice(end);
  }
  if (/[\r\n]/.test(text)) throw doesNotFit(line, 'a value', text);
  return text;
}

function valueOf(column: Column, values: Values): string {
  if (column.kind === 'skip') return '';
  if (column.kind === 'constant') return column.value;
  const value = values[column.name] ?? '';
  return column.kind === 'date' ? column.pattern.write(value) : value;
}

function joined({ layout, delimiter }: TextBody, fields: readonly string[], line: number): string {
  if (layout === 'csv')
    return fields
      .map((value) =>
        /["\r\n]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value,
      )
      .join(delimiter);
  for (const [index, value] of fields.entries())
    if (value.includes(delimiter) || /[\r\n]/.test(value))
      throw doesNotFit(line, `column ${index + 1}`, value);
  return fields.join(delimiter);
}

function doesNotFit(line: number, name: string, value: string): RangeError {
  return new RangeError(`line ${line}: ${name} cannot hold "${value}"`);
}

/** A file being written, under another name until it is whole. */
class Out {
  lines = 0;
  private text = '';
  private readonly hash = createHash('sha256');
  private isOpen = true;

  private constructor(
    private readonly handle: Awaited<ReturnType<typeof open>>,
    private readonly path: string,
    private readonly end: string,
    private readonly encoding: 'utf8' | 'latin1',
    private readonly isPacked: boolean,
  ) {}

  static async open(path: string, { lineEnd, encoding, packing }: SettlementFormat): Promise<Out> {
    const end = { any: '\n', lf: '\n', crlf: '\r\n', cr: '\r' }[lineEnd];
    await rm(`${path}.part`, { force: true });
    const handle = await open(`${path}.part`, 'wx', 0o600);
    return new Out(handle, path, end, encoding === 'latin1' ? 'latin1' : 'utf8', packing !== undefined);
  }

  async line(text: string): Promise<void> {
    this.lines += 1;
    this.text += text + this.end;
    if (this.text.length >= BLOCK_BYTES) await this.flush();
  }

  /** @returns the SHA-256 of what lies there. */
  async finish(): Promise<string> {
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    this.isOpen = false;
    await rename(`${this.path}.part`, this.path);
    return this.hash.digest('hex');
  }

  /** Leaves nothing of a file that did not become whole. */
  async discard(): Promise<void> {
    if (!this.isOpen) return;
    await this.handle.close();
    await rm(`${this.path}.part`, { force: true });
  }

  /** Each block is a gzip member of its own; members one after another are one gzip file (RFC 1952, section 2.2). */
  private async flush(): Promise<void> {
    if (this.text === '') return;
    const plain = Buffer.from(this.text, this.encoding);
    const bytes = this.isPacked ? gzipSync(plain) : plain;
    this.text = '';
    this.hash.update(bytes);
    await this.handle.appendFile(bytes);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const handle = await open(`${path}.part`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.part`, path);
}
