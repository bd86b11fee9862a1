import { recordAudit, userOf } from '#lib/audit';
import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import { bigintOrNull, duplicateKey, type Database, type Statements } from '#lib/platform';

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
  /** What lay there as acknowledgement when it was looked at last. */
  ackSeen: string | null;
}

/** How long a claim holds when its holder says nothing more, by the database's clock; and how often he says so. */
const LEASE_S = 300;
const HOLD_MS = 60_000;
const COLUMNS =
  'contract, business_date, seq, run_no, replaces, state, fence, failures, said, planned_at, file_name, sha256, row_count, ' +
  'amount, sent_at, ack_due_at, overdue_at, ack_seen_sha256';

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

/** Why a day's file is not sent again. */
export type SendAgainRefusal = { kind: 'never sent' } | { kind: 'on its way'; seq: number };

/**
 * Plans a day's file once more, because its receiver has not got it, has refused it, or asks for it: a file of the next
 * sequence, which says which one it replaces and tells of the day as it is by then. Of several who ask at once, one does.
 * @throws NoUser for somebody who is none. @throws RangeError for a reason that is empty or longer than 500 characters.
 */
export async function sendAgain(
  database: Database,
  order: { contract: string; businessDate: BusinessDate; by: string; reason: string; at: Date },
): Promise<Result<{ seq: number; replaces: number }, SendAgainRefusal>> {
  const { contract, businessDate, at } = order;
  const [by, reason] = [userOf(order.by), order.reason.trim()];
  if (reason === '' || reason.length > 500) throw new RangeError('a reason has 1 to 500 characters');
  const [last] = await database.rows<FileRow>(
    `SELECT ${COLUMNS} FROM outbound_file WHERE contract = ? AND business_date = ? ORDER BY seq DESC LIMIT 1`,
    [contract, businessDate],
  );
  if (!last) return fail({ kind: 'never sent' });
  if (last.state === 'planned' || last.state === 'made') return fail({ kind: 'on its way', seq: last.seq });
  const seq = last.seq + 1;
  try {
    await database.transaction(async (tx) => {
      await tx.run(
        `INSERT INTO outbound_file (contract, business_date, seq, run_no, replaces, state, planned_at, asked_by, asked_why)
         VALUES (?, ?, ?, ?, ?, 'planned', ?, ?, ?)`,
        [contract, businessDate, seq, last.run_no, last.seq, at, by, reason],
      );
      const object = { kind: 'outbound_file', id: `${contract} ${businessDate}` };
      recordAudit(tx, {
        by,
        action: 'ordered again',
        object,
        at,
        reason,
        after: { seq, replaces: last.seq },
      });
    });
  } catch (error) {
    if (duplicateKey(error) === undefined) throw error;
    return fail({ kind: 'on its way', seq });
  }
  return ok({ seq, replaces: last.seq });
}

/** Whether a later file of its day takes its place. */
export async function isReplaced(database: Database, file: OutboundFile): Promise<boolean> {
  const later = await database.rows(
    'SELECT 1 FROM outbound_file WHERE contract = ? AND business_date = ? AND seq > ? LIMIT 1',
    keyOf(file),
  );
  return later.length > 0;
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

/** Holds a claimed file for as long as a step takes. @returns stops holding. */
export function holdFile(database: Database, file: OutboundFile): () => void {
  const timer = setInterval(() => {
    database
      .run(
        `UPDATE outbound_file SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND WHERE ${KEY} AND fence = ?`,
        [...keyOf(file), file.fence],
      )
      // The next beat tries again; where none succeeds, the claim runs out and the fence sees to the rest.
      .catch(() => undefined);
  }, HOLD_MS);
  return () => clearInterval(timer);
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
  ack_seen_sha256: string | null;
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
    amount: bigintOrNull(row.amount),
    sentAt: row.sent_at,
    ackDueAt: row.ack_due_at,
    overdueAt: row.overdue_at,
    ackSeen: row.ack_seen_sha256,
  };
}
