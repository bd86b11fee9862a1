import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { operatorOf, recordAudit, systemOf } from '#lib/audit';
import type { BusinessDate } from '#lib/kernel';
import {
  failPoint,
  fromJson,
  type Database,
  type Logger,
  type Statements,
  type Transaction,
} from '#lib/platform';
import { localTime } from './cells';
import type { ExpectedFile } from './definition';
import { makeReport, type MadeReport, type ReportOrder } from './make-report';
import { contentOf } from './whole-file';

/** What making an export needs. */
export interface ExportTools {
  database: Database;
  /** Folder of the installation; exports lie below it. */
  home: string;
  now: Date;
  logger: Logger;
  expectedFiles: readonly ExpectedFile[];
}

/** A file that was written for people. */
export interface ExportedFile {
  exportId: string;
  part: number;
  parts: number;
  report: string;
  from: BusinessDate;
  to: BusinessDate;
  filters: Record<string, string>;
  form: string;
  language: string;
  madeBy: string;
  madeAt: Date;
  unmaskReason: string | null;
  /** Below the home of the installation. */
  path: string;
  /** Bytes. */
  size: number;
  sha256: string;
  /** Of the whole report. */
  rows: number;
}

/** `exp_`, the time in base 36 so that ids sort, and 40 random bits. */
export function newExportId(now: Date): string {
  return `exp_${now.getTime().toString(36)}${randomBytes(5).toString('hex')}`;
}

/**
 * Makes a report, keeps its files below `<home>/exports` and a row of each for ever: who, when, of what, and its SHA-256.
 * The same export again writes the same names and adds no row.
 * @throws ReportDoesNotTie, TooLongForPaper; nothing is left behind then.
 */
export async function makeExport(
  tools: ExportTools,
  order: ReportOrder,
  exportId: string,
  onRows?: (rows: number) => void,
): Promise<MadeReport & { exported: ExportedFile[] }> {
  const { database, home, now, logger } = tools;
  const path = join(home, 'exports', localTime(now).slice(0, 10), nameOf(order, exportId));
  const made = await makeReport(tools, order, path, onRows);
  const exported = await rowsOf(order, exportId, made, home, now);
  failPoint('K12 report written', exportId);
  await database.transaction(async (tx) => {
    if (await keep(tx, exported, made)) tellExport(tx, exported);
  });
  failPoint('K12 report recorded', exportId);
  const { definition, from, to, filters, madeBy, unmaskReason } = order;
  logger.info(
    { exportId, report: definition.name, from, to, filters, madeBy, rows: made.rows, unmaskReason },
    unmaskReason === null ? 'report made' : 'report made with customer numbers shown',
  );
  return { ...made, exported };
}

/** Whether an export was written down, with the SHA-256 that its files have. */
export async function isExported(statements: Statements, exportId: string): Promise<boolean> {
  const known = await statements.rows('SELECT 1 FROM report_export WHERE export_id = ? LIMIT 1', [exportId]);
  return known.length > 0;
}

/** Exports, the newest first. */
export async function listExports(statements: Statements, rowsMax: number): Promise<ExportedFile[]> {
  const rows = await statements.rows<ExportRow>(
    'SELECT * FROM report_export ORDER BY made_at DESC, export_id DESC, part LIMIT ?',
    [rowsMax],
  );
  return rows.map((row) => ({
    exportId: row.export_id,
    part: row.part,
    parts: row.parts,
    report: row.report,
    from: row.from_date,
    to: row.to_date,
    filters: fromJson(row.filters) as Record<string, string>,
    form: row.form,
    language: row.language,
    madeBy: row.made_by,
    madeAt: row.made_at,
    unmaskReason: row.unmask_reason,
    path: row.path,
    size: Number(row.size),
    sha256: row.sha256,
    rows: Number(row.row_count),
  }));
}

interface ExportRow {
  export_id: string;
  part: number;
  parts: number;
  report: string;
  from_date: string;
  to_date: string;
  filters: unknown;
  form: string;
  language: string;
  made_by: string;
  made_at: Date;
  unmask_reason: string | null;
  path: string;
  size: string;
  sha256: string;
  row_count: string;
}

function nameOf({ definition, from, to, filters }: ReportOrder, exportId: string): string {
  const day = (date: string) => date.replaceAll('-', '');
  const days = from === to ? day(from) : `${day(from)}-${day(to)}`;
  const narrowed = Object.values(filters).map((value) => `-${value.replace(/[^\w-]/g, '_')}`);
  return `${definition.name}-${days}${narrowed.join('')}-${exportId.slice('exp_'.length)}`;
}

function rowsOf(
  { definition, from, to, filters, form, language, madeBy, unmaskReason }: ReportOrder,
  exportId: string,
  { files, rows }: MadeReport,
  home: string,
  madeAt: Date,
): Promise<ExportedFile[]> {
  return Promise.all(
    files.map(async (file, index) => ({
      exportId,
      part: index + 1,
      parts: files.length,
      report: definition.name,
      from,
      to,
      filters: { ...filters },
      form,
      language,
      madeBy,
      madeAt,
      unmaskReason,
      path: relative(home, file),
      ...(await contentOf(file)),
      rows,
    })),
  );
}

/** @returns whether it was not written down before. */
async function keep(
  statements: Statements,
  exported: readonly ExportedFile[],
  { sums, ties, runs }: MadeReport,
): Promise<boolean> {
  const [first] = exported;
  if (await isExported(statements, first?.exportId ?? '')) return false;
  await statements.run(
    `INSERT INTO report_export (export_id, part, parts, report, from_date, to_date, filters, form, language, made_by,
       made_at, unmask_reason, path, size, sha256, row_count, sums, ties, runs) VALUES ?`,
    [
      exported.map((one) => [
        one.exportId,
        one.part,
        one.parts,
        one.report,
        one.from,
        one.to,
        JSON.stringify(one.filters),
        one.form,
        one.language,
        one.madeBy,
        one.madeAt,
        one.unmaskReason,
        one.path,
        one.size,
        one.sha256,
        one.rows,
        digitsJson(sums),
        digitsJson(ties),
        JSON.stringify(runs),
      ]),
    ],
  );
  return true;
}

/** Tells the audit trail who has which figures in hand, and whether with the numbers of customers. */
function tellExport(tx: Transaction, exported: readonly ExportedFile[]): void {
  const [first] = exported;
  if (!first) return;
  const { exportId, report, from, to, filters, form, madeBy, madeAt: at, unmaskReason } = first;
  const who = madeBy === 'worker' ? systemOf('reports') : operatorOf(madeBy);
  const files = exported.map(({ path, sha256, rows }) => ({ path, sha256, rows }));
  recordAudit(tx, {
    by: madeBy.includes('@') ? madeBy : who,
    action: unmaskReason === null ? 'exported' : 'exported unmasked',
    object: { kind: 'report', id: exportId },
    at,
    reason: unmaskReason ?? undefined,
    after: { report, from, to, filters, form, files },
  });
}

/** JSON with amounts as digits. */
function digitsJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? member.toString() : member,
  );
}
