import type { BusinessDate } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';

/** How far a file of ours has come. */
export type OutboundState = 'planned' | 'made' | 'sent' | 'acknowledged' | 'rejected';

/** A file that is sent, is to be sent, or was. */
export interface OutboundFile {
  contract: string;
  businessDate: BusinessDate;
  /** From 1 within the day. */
  seq: number;
  runNo: number | null;
  /** The sequence it takes the place of. */
  replaces: number | null;
  state: OutboundState;
  fence: number;
  failures: number;
  /** Why it failed last, or what the other side said. */
  said: string | null;
  plannedAt: Date;
  fileName: string | null;
  sha256: string | null;
  rows: number | null;
  amount: bigint | null;
  sentAt: Date | null;
  ackDueAt: Date | null;
  overdueAt: Date | null;
}

/** How long somebody who has claimed a file has for one step, by the database's clock. */
const LEASE_S = 300;
const COLUMNS =
  'contract, business_date, seq, run_no, replaces, state, fence, failures, said, planned_at, file_name, sha256, row_count, ' +
  'amount, sent_at, ack_due_at, overdue_at';

/**
 * Plans the one file that a day has where it does not wait for runs. Two planners may see the same gap; the unique key
 * lets one of them win.
 * @returns whether it was planned now.
 */
export async function planDay(
  database: Database,
  contract: string,
  businessDate: BusinessDate,
  now: Date,
): Promise<boolean> {
  const planned = await database.run(
    `INSERT IGNORE INTO outbound_file (contract, business_date, seq, state, planned_at) VALUES (?, ?, 1, 'planned', ?)`,
    [contract, businessDate, now],
  );
  return planned === 1;
}

/**
 * Plans the file that tells of a run, once for ever. It replaces the one before it. Where another run's file takes the
 * sequence at the same moment, the next look plans it.
 * @returns whether it was planned now.
 */
export async function planRun(
  database: Database,
  contract: string,
  businessDate: BusinessDate,
  run: { runId: number; runNo: number },
  now: Date,
): Promise<boolean> {
  const planned = await database.run(
    `INSERT IGNORE INTO outbound_file (contract, business_date, seq, run_id, run_no, replaces, state, planned_at)
     SELECT ?, ?, COALESCE(MAX(seq), 0) + 1, ?, ?, MAX(seq), 'planned', ? FROM outbound_file
     WHERE contract = ? AND business_date = ?`,
    [contract, businessDate, run.runId, run.runNo, now, contract, businessDate],
  );
  return planned === 1;
}

/** Files that have a next step now, the oldest day first, and of a day the lowest sequence. */
export async function filesWithWork(
  statements: Statements,
  contract: string,
  now: Date,
): Promise<OutboundFile[]> {
  const rows = await statements.rows<FileRow>(
    `SELECT ${COLUMNS} FROM outbound_file
     WHERE contract = ? AND (state IN ('planned', 'made') OR (state = 'sent' AND ack_due_at IS NOT NULL))
       AND (next_at IS NULL OR next_at <= ?) ORDER BY business_date, seq`,
    [contract, now],
  );
  return rows.map(fileOf);
}

/** Files of all contracts, the newest day first. */
export async function listOutboundFiles(statements: Statements, rowsMax: number): Promise<OutboundFile[]> {
  const rows = await statements.rows<FileRow>(
    `SELECT ${COLUMNS} FROM outbound_file ORDER BY business_date DESC, contract, seq DESC LIMIT ?`,
    [rowsMax],
  );
  return rows.map(fileOf);
}

/** Takes a file into one's hands. @returns it as it stands then; undefined when somebody else has it. */
export async function claimFile(database: Database, file: OutboundFile): Promise<OutboundFile | undefined> {
  const claimed = await database.run(
    `UPDATE outbound_file SET fence = fence + 1, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND
     WHERE ${KEY} AND fence = ? AND state = ? AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))`,
    [...keyOf(file), file.fence, file.state],
  );
  return claimed === 1 ? { ...file, fence: file.fence + 1 } : undefined;
}

/** Lets go of a file. */
export async function releaseFile(database: Database, file: OutboundFile): Promise<void> {
  await database.run(`UPDATE outbound_file SET lease_until = NULL WHERE ${KEY} AND fence = ?`, [
    ...keyOf(file),
    file.fence,
  ]);
}

/** Another process has the file now; what this one did is of no effect. */
export class FileLost extends Error {}

/**
 * Writes what a step has done, while the file is still in one's hands and where it was.
 * @throws FileLost otherwise.
 */
export async function moveFile(
  database: Database,
  file: OutboundFile,
  to: OutboundState,
  columns: Readonly<Record<string, string | number | bigint | Date | null>>,
): Promise<OutboundFile> {
  const changes = { next_at: null, ...columns };
  const names = Object.keys(changes);
  const moved = await database.run(
    `UPDATE outbound_file SET state = ?, failures = 0${names.map((name) => `, ${name} = ?`).join('')}
     WHERE ${KEY} AND fence = ? AND state = ?`,
    [to, ...Object.values(changes), ...keyOf(file), file.fence, file.state],
  );
  const [row] = await database.rows<FileRow>(
    `SELECT ${COLUMNS} FROM outbound_file WHERE ${KEY}`,
    keyOf(file),
  );
  if (moved !== 1 || !row) throw new FileLost(`${file.contract} ${file.businessDate} is in other hands`);
  return fileOf(row);
}

/** Remembers why a step failed, and when it is tried again. */
export async function failFile(
  database: Database,
  file: OutboundFile,
  error: Error,
  nextAt: Date,
): Promise<void> {
  await database.run(
    `UPDATE outbound_file SET failures = failures + 1, said = ?, next_at = ? WHERE ${KEY} AND fence = ?`,
    [error.message.slice(0, 500), nextAt, ...keyOf(file), file.fence],
  );
}

const KEY = 'contract = ? AND business_date = ? AND seq = ?';

function keyOf({ contract, businessDate, seq }: OutboundFile): [string, string, number] {
  return [contract, businessDate, seq];
}

interface FileRow {
  contract: string;
  business_date: BusinessDate;
  seq: number;
  run_no: number | null;
  replaces: number | null;
  state: OutboundState;
  fence: number;
  failures: number;
  said: string | null;
  planned_at: Date;
  file_name: string | null;
  sha256: string | null;
  row_count: number | null;
  amount: string | null;
  sent_at: Date | null;
  ack_due_at: Date | null;
  overdue_at: Date | null;
}

function fileOf(row: FileRow): OutboundFile {
  return {
    contract: row.contract,
    businessDate: row.business_date,
    seq: row.seq,
    runNo: row.run_no,
    replaces: row.replaces,
    state: row.state,
    fence: row.fence,
    failures: row.failures,
    said: row.said,
    plannedAt: row.planned_at,
    fileName: row.file_name,
    sha256: row.sha256,
    rows: row.row_count,
    amount: row.amount === null ? null : BigInt(row.amount),
    sentAt: row.sent_at,
    ackDueAt: row.ack_due_at,
    overdueAt: row.overdue_at,
  };
}
