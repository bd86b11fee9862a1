import { bigintOrNull, fromJson, type Statements } from '#lib/platform';
import type { Day } from './ours';
import { totalsFromJson, type RunTotals } from './totals';

/** A closed run as it stands in its row. */
export interface ClosedRun extends Day {
  runId: number;
  /** Counts on within the day. */
  runNo: number;
  supersedes: number | null;
  /** The files it was made of; null for one of before batches were kept. */
  batchId: number | null;
  /** The first of them. */
  fileId: number;
  fileName: string;
  sha256: string;
  /** Of the archived snapshot of our side; null for a run of before there were any. */
  oursSha256: string | null;
  totals: RunTotals;
  reports: string[] | null;
  closedAt: Date;
}

/** Remembers a content and the name it came under. @returns its id: one content is one file, whatever its names. */
export async function keepFile(
  statements: Statements,
  { source, businessDate }: Day,
  file: { name: string; sha256: string; size: number },
  now: Date,
): Promise<number> {
  await statements.run(
    `INSERT INTO settlement_file (source, sha256, business_date, size, received_at) VALUES (?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE file_id = file_id`,
    [source, file.sha256, businessDate, file.size, now],
  );
  const [row] = await statements.rows<{ file_id: number }>(
    'SELECT file_id FROM settlement_file WHERE source = ? AND sha256 = ?',
    [source, file.sha256],
  );
  if (!row) throw new Error(`settlement file ${file.sha256} of ${source} was kept and is not there`);
  await statements.run(
    `INSERT INTO settlement_file_name (file_id, name, seen_at) SELECT ?, ?, ? FROM DUAL
     WHERE NOT EXISTS (SELECT 1 FROM settlement_file_name WHERE file_id = ? AND name = ?)`,
    [row.file_id, file.name, now, row.file_id, file.name],
  );
  return row.file_id;
}

/** The SHA-256 of a file. */
export async function sha256Of(statements: Statements, fileId: number): Promise<string> {
  const [row] = await statements.rows<{ sha256: string }>(
    'SELECT sha256 FROM settlement_file WHERE file_id = ?',
    [fileId],
  );
  if (!row) throw new Error(`settlement file ${fileId} is not known`);
  return row.sha256;
}

/** The run that counts for a day, or undefined before the day was closed. */
export async function effectiveRun(
  statements: Statements,
  { source, businessDate }: Day,
): Promise<ClosedRun | undefined> {
  const [row] = await statements.rows<RunRow>(`${RUNS} WHERE r.source = ? AND r.effective_date = ?`, [
    source,
    businessDate,
  ]);
  return row && runOf(row);
}

/** A closed run by its id. @throws Error when there is none. */
export async function closedRun(statements: Statements, runId: number): Promise<ClosedRun> {
  const [row] = await statements.rows<RunRow>(`${RUNS} WHERE r.run_id = ? AND r.run_no IS NOT NULL`, [runId]);
  if (!row) throw new Error(`reconciliation run ${runId} is not closed`);
  return runOf(row);
}

const RUNS = `
SELECT r.run_id, r.source, r.business_date, r.run_no, r.supersedes, r.batch_id, r.file_id, r.file_name, f.sha256,
  r.ours_sha256, r.totals,
  r.reports, r.closed_at
FROM recon_run r JOIN settlement_file f ON f.file_id = r.file_id`;

interface RunRow {
  run_id: number;
  source: string;
  business_date: string;
  run_no: number;
  supersedes: number | null;
  batch_id: number | null;
  file_id: number;
  file_name: string;
  sha256: string;
  ours_sha256: string | null;
  totals: unknown;
  reports: unknown;
  closed_at: Date;
}

function runOf(row: RunRow): ClosedRun {
  return {
    runId: row.run_id,
    source: row.source,
    businessDate: row.business_date,
    runNo: row.run_no,
    supersedes: row.supersedes,
    batchId: row.batch_id,
    fileId: row.file_id,
    fileName: row.file_name,
    sha256: row.sha256,
    oursSha256: row.ours_sha256,
    totals: totalsFromJson(fromJson(row.totals)),
    reports: fromJson(row.reports) as string[] | null,
    closedAt: row.closed_at,
  };
}

/** A break as reports and operators see it. */
export interface RunBreak {
  kind: string;
  sub: string | null;
  /** Our reference; null where they state none. */
  legReference: string | null;
  paymentId: string | null;
  /** Whole rupiah; null where a side has no row. */
  ourAmount: bigint | null;
  theirAmount: bigint | null;
  line: number | null;
}

const PAGE_ROWS = 5_000;

/** The breaks of a run, in the order they were found, page by page. */
export async function* breaksOf(statements: Statements, runId: number): AsyncGenerator<RunBreak> {
  let after = '0';
  for (;;) {
    const page = await statements.rows<BreakRow>(
      `SELECT break_id, kind, sub, match_key, payment_id, our_amount, their_amount, line_no FROM recon_break
       WHERE run_id = ? AND break_id > ? ORDER BY break_id LIMIT ${PAGE_ROWS}`,
      [runId, after],
    );
    for (const row of page) {
      after = row.break_id;
      yield {
        kind: row.kind,
        sub: row.sub,
        legReference: row.match_key || null,
        paymentId: row.payment_id,
        ourAmount: bigintOrNull(row.our_amount),
        theirAmount: bigintOrNull(row.their_amount),
        line: row.line_no,
      };
    }
    if (page.length < PAGE_ROWS) return;
  }
}

interface BreakRow {
  break_id: string;
  kind: string;
  sub: string | null;
  match_key: string;
  payment_id: string | null;
  our_amount: string | null;
  their_amount: string | null;
  line_no: number | null;
}
