import { randomUUID } from 'node:crypto';
import type { BusinessDate } from '#lib/kernel';
import { failPoint, type Database, type SqlValue, type Statements, type Transaction } from '#lib/platform';
import { addJobEvent, type JobEventLine } from './job-history';
import { nextJobState, type JobEvent, type JobState } from './job-states';

const LEASE_S = 20;
const HEARTBEAT_MS = 5_000;

/** Another process has the job now; whatever this one still holds must not be written. */
export class LeaseLost extends Error {}

/** A day's job as it stands in its row. */
export interface Job {
  jobId: number;
  source: string;
  businessDate: BusinessDate;
  state: JobState;
  /** The files in hand. */
  batchId: number | null;
  /** The first of them. */
  fileId: number | null;
  /** The name it came under. */
  fileName: string | null;
  runId: number | null;
  failures: number;
  /** Which claim of the job this is. */
  claim: number;
}

/** What a move changes besides the state. */
export interface MoveChanges {
  batchId?: number | null;
  fileId?: number;
  fileName?: string;
  runId?: number;
  /** What the move rests on, for people who ask later. */
  evidence?: Record<string, unknown>;
  /** Not to be looked at again before. */
  nextAt?: Date;
}

/** The right to work on one job. Every write goes through its fence, so a process that overslept writes nothing. */
export interface JobLease {
  readonly job: Readonly<Job>;
  /**
   * Makes a move of the state table, in one transaction with the work that it stands for.
   * @param work may run more than once, when the server asks for it.
   * @throws LeaseLost when the job is no longer ours; then nothing of the work remains.
   */
  move(event: JobEvent, now: Date, work: (statements: Transaction) => Promise<MoveChanges>): Promise<void>;
  /** Counts a failure; after `failuresMax` in a row the job rests as failed. */
  fail(error: Error, failuresMax: number, nextAt: Date, now: Date): Promise<void>;
  release(): Promise<void>;
}

/** Inserts the jobs of these days where they are missing; safe to repeat. @returns how many were new. */
export async function insertJobs(
  statements: Statements,
  source: string,
  dates: readonly BusinessDate[],
  now: Date,
): Promise<number> {
  if (dates.length === 0) return 0;
  const known = await statements.rows<{ business_date: string }>(
    "SELECT business_date FROM recon_job WHERE source = ? AND direction = 'in' AND seq = 1 AND business_date BETWEEN ? AND ?",
    [source, dates[0] ?? '', dates.at(-1) ?? ''],
  );
  const days = new Set(known.map(({ business_date }) => business_date));
  const missing = dates.filter((date) => !days.has(date));
  if (missing.length === 0) return 0;
  // Two planners may have seen the same gap; the unique key lets one of them win.
  return statements.run(
    'INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ? ' +
      'ON DUPLICATE KEY UPDATE job_id = job_id',
    [missing.map((date) => [source, date, 'in', 1, 'scheduled', '{}', now])],
  );
}

/**
 * Claims the job of a source's day, made now where it is missing.
 * @param by who does it, for the job's history: a process, or a person.
 * @returns undefined when somebody else has it.
 */
export async function claimJob(
  database: Database,
  source: string,
  businessDate: BusinessDate,
  now: Date,
  by = `process ${process.pid}`,
): Promise<JobLease | undefined> {
  await insertJobs(database, source, [businessDate], now);
  const owner = `${process.pid}-${randomUUID()}`;
  const claimed = await database.run(
    `UPDATE recon_job SET owner = ?, fence = fence + 1, claimed_at = UTC_TIMESTAMP(3),
       lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND
     WHERE source = ? AND business_date = ? AND direction = 'in' AND seq = 1
       AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))`,
    [owner, source, businessDate],
  );
  if (claimed === 0) return undefined;
  const [row] = await database.rows<JobRow>(
    `SELECT job_id, state, batch_id, file_id, file_name, run_id, failures, fence FROM recon_job
     WHERE source = ? AND business_date = ? AND direction = 'in' AND seq = 1 AND owner = ?`,
    [source, businessDate, owner],
  );
  return row && leaseOf(database, row, { source, businessDate, owner, by });
}

interface JobRow {
  job_id: number;
  state: JobState;
  batch_id: number | null;
  file_id: number | null;
  file_name: string | null;
  run_id: number | null;
  failures: number;
  fence: number;
}

function leaseOf(
  database: Database,
  row: JobRow,
  {
    source,
    businessDate,
    owner,
    by,
  }: { source: string; businessDate: BusinessDate; owner: string; by: string },
): JobLease {
  const job: Job = {
    jobId: row.job_id,
    source,
    businessDate,
    state: row.state,
    batchId: row.batch_id,
    fileId: row.file_id,
    fileName: row.file_name,
    runId: row.run_id,
    failures: row.failures,
    claim: row.fence,
  };
  const FENCED = 'WHERE job_id = ? AND fence = ? AND owner = ?';
  const mine: SqlValue[] = [row.job_id, row.fence, owner];
  const lost = () => new LeaseLost(`${source} ${businessDate}: another process works on this day now`);
  const tell = (statements: Statements, line: Pick<JobEventLine, 'at' | 'event' | 'to' | 'evidence'>) =>
    addJobEvent(statements, { ...line, jobId: job.jobId, from: job.state, by });

  const beat = setInterval(() => {
    // A heartbeat that fails changes nothing here: the fence of the next move finds out.
    database
      .run(`UPDATE recon_job SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_S} SECOND ${FENCED}`, mine)
      .catch(() => 0);
  }, HEARTBEAT_MS).unref();

  return {
    job,
    async move(event, now, work) {
      const state = nextJobState(job.state, event);
      failPoint('K11 before step', `${source} ${businessDate} ${event}`);
      const moved = await database.transaction(async (statements) => {
        const changes = await work(statements);
        const {
          batchId,
          fileId,
          fileName,
          runId,
          evidence,
          nextAt = null,
        } = { ...job, evidence: {}, ...changes };
        const rows = await statements.run(
          `UPDATE recon_job SET state = ?, batch_id = ?, file_id = ?, file_name = ?, run_id = ?, evidence = ?, next_at = ?,
             failures = 0, moves = moves + 1, updated_at = ? ${FENCED} AND state = ?`,
          [
            state,
            batchId,
            fileId,
            fileName,
            runId,
            JSON.stringify({ on: event, ...evidence }),
            nextAt,
            now,
            ...mine,
            job.state,
          ],
        );
        if (rows !== 1) throw lost();
        if (batchId !== null && runId !== null)
          await statements.run('UPDATE recon_run SET batch_id = ? WHERE run_id = ? AND batch_id IS NULL', [
            batchId,
            runId,
          ]);
        // Looking again in vain is no history.
        if (state !== job.state) await tell(statements, { at: now, event, to: state, evidence });
        return { batchId, fileId, fileName, runId };
      });
      failPoint('K11 after step', `${source} ${businessDate} ${event}`);
      Object.assign(job, { state, ...moved, failures: 0 });
    },
    async fail(error, failuresMax, nextAt, now) {
      const failures = job.failures + 1;
      const state = failures < failuresMax ? job.state : nextJobState(job.state, 'retries spent');
      const evidence = { error: error.message };
      await database.transaction(async (statements) => {
        const rows = await statements.run(
          `UPDATE recon_job SET state = ?, failures = ?, next_at = ?, evidence = ?, moves = moves + 1, updated_at = ? ${FENCED}`,
          [state, failures, nextAt, JSON.stringify(evidence), now, ...mine],
        );
        if (rows !== 1) throw lost();
        const event = state === job.state ? 'failed, to be tried again' : 'retries spent';
        await tell(statements, { at: now, event, to: state, evidence });
      });
    },
    async release() {
      clearInterval(beat);
      await database.run(`UPDATE recon_job SET owner = NULL, lease_until = NULL ${FENCED}`, mine);
    },
  };
}
