import { recordAudit, userOf } from '#lib/audit';
import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import { fromJson, type Statements, type Transaction } from '#lib/platform';
import { endAlerts } from './alerts';
import type { DayOrder } from './day-order';
import { claimJob, type JobLease } from './job-lease';
import type { JobEvent, JobState } from './job-states';
import type { ReconOutcome } from './outcome';
import { dayInHand, type ReconciliationTools } from './reconciliation-day';
import { effectiveRun } from './files-and-runs';
import { decisionNeeded, moveUnlessSettled, rerunOf } from './reopened-days';
import { runReconciliation } from './run-reconciliation';

/** A day's job as operators see it. */
export interface JobLine {
  source: string;
  businessDate: BusinessDate;
  direction: string;
  seq: number;
  state: JobState;
  fileName: string | null;
  /** Number of the run that counts; null before the day is closed. */
  run: number | null;
  failures: number;
  /** Not looked at again before; null: as soon as it is owed. */
  nextAt: Date | null;
  updatedAt: Date;
  /** Who holds it now. */
  owner: string | null;
  evidence: unknown;
}

/** Which jobs to list. */
export interface JobQuery {
  source?: string;
  businessDate?: BusinessDate;
  /** Also days that are closed and need nothing. */
  all?: boolean;
}

const JOBS_MAX = 1_000;

/** The jobs, the oldest day first; without `all` or a date those that are not over. */
export async function listJobs(
  statements: Statements,
  { source, businessDate, all }: JobQuery,
): Promise<JobLine[]> {
  const rows = await statements.rows<JobLineRow>(
    `SELECT j.source, j.business_date, j.direction, j.seq, j.state, j.file_name, r.run_no, j.failures, j.next_at,
       j.updated_at, IF(j.lease_until >= UTC_TIMESTAMP(3), j.owner, NULL) AS owner, j.evidence
     FROM recon_job j LEFT JOIN recon_run r ON r.source = j.source AND r.effective_date = j.business_date AND j.direction = 'in'
     WHERE (? IS NULL OR j.source = ?) AND (? IS NULL OR j.business_date = ?) AND (? OR j.state NOT IN ('archived', 'empty'))
     ORDER BY j.business_date, j.source, j.direction, j.seq LIMIT ${JOBS_MAX}`,
    [
      source ?? null,
      source ?? null,
      businessDate ?? null,
      businessDate ?? null,
      all === true || businessDate !== undefined ? 1 : 0,
    ],
  );
  return rows.map((row) => ({
    source: row.source,
    businessDate: row.business_date,
    direction: row.direction,
    seq: row.seq,
    state: row.state,
    fileName: row.file_name,
    run: row.run_no,
    failures: row.failures,
    nextAt: row.next_at,
    updatedAt: row.updated_at,
    owner: row.owner,
    evidence: fromJson(row.evidence),
  }));
}

/** Sources of the configuration that no job was ever planned for: nothing was sold over them, so no file is expected. */
export async function sourcesWithoutJob(
  statements: Statements,
  sources: Iterable<string>,
): Promise<string[]> {
  const known = await statements.rows<{ source: string }>('SELECT DISTINCT source FROM recon_job');
  const planned = new Set(known.map(({ source }) => source));
  return [...sources].filter((source) => !planned.has(source)).toSorted();
}

interface JobLineRow {
  source: string;
  business_date: BusinessDate;
  direction: string;
  seq: number;
  state: JobState;
  file_name: string | null;
  run_no: number | null;
  failures: number;
  next_at: Date | null;
  updated_at: Date;
  owner: string | null;
  evidence: unknown;
}

/** One line of a job's history, as operators see it. */
export interface JobHistoryLine {
  at: Date;
  event: string;
  from: string;
  to: string;
  by: string;
  evidence: unknown;
}

/** What became of a day's job, from its first move on. */
export async function jobHistory(
  statements: Statements,
  source: string,
  businessDate: BusinessDate,
): Promise<JobHistoryLine[]> {
  const rows = await statements.rows<{
    at: Date;
    event: string;
    from_state: string;
    to_state: string;
    done_by: string;
    evidence: unknown;
  }>(
    `SELECT e.at, e.event, e.from_state, e.to_state, e.done_by, e.evidence FROM recon_job_event e
       JOIN recon_job j ON j.job_id = e.job_id
     WHERE j.source = ? AND j.business_date = ? AND j.direction = 'in' ORDER BY j.seq, e.no`,
    [source, businessDate],
  );
  return rows.map(({ at, event, from_state, to_state, done_by, evidence }) => {
    return { at, event, from: from_state, to: to_state, by: done_by, evidence: fromJson(evidence) };
  });
}

/** Why an order was not carried out. */
export type OrderRefusal =
  | { kind: 'busy' }
  | { kind: 'not in this state'; state: JobState; states: string }
  /** The day is settled: two people must agree first. */
  | { kind: 'settled'; reason: string };

/**
 * Lets a day that rests as quarantined, failed or empty be looked at again by itself, and ends what people were told
 * about it. The day's history says who did it and why.
 * @throws UnknownDay; NoUser.
 */
export async function releaseDay(
  tools: ReconciliationTools,
  order: DayOrder,
): Promise<Result<'waiting', OrderRefusal>> {
  const { source, businessDate } = order;
  const by = userOf(order.by);
  return underLease(tools, order, async (lease) => {
    const refused = await moveBy(tools, lease, order, 'released', ['quarantined', 'failed', 'empty']);
    if (refused) return fail(refused);
    const over = ['quarantined', 'failed', 'hanging', 'host_key'] as const;
    await endAlerts(tools.database, { source, businessDate }, over, by, tools.clock.now());
    return ok('waiting');
  });
}

/**
 * Works the files of a closed day once more against our side as it is now: a new run, which supersedes the one before.
 * Of a settled day only after two people have agreed to re-open it.
 * @throws UnknownDay; NoUser; and whatever `runReconciliation` throws.
 */
export async function rerunDay(
  tools: ReconciliationTools,
  order: DayOrder,
): Promise<Result<ReconOutcome, OrderRefusal>> {
  const by = userOf(order.by);
  const moved = await underLease(tools, order, async (lease) => {
    const { state } = lease.job;
    if (state !== 'archived') return fail({ kind: 'not in this state', state, states: 'archived' } as const);
    const undecided = await beginRerun(tools, lease, order);
    return undecided === undefined ? ok(undefined) : fail({ kind: 'settled', reason: undecided } as const);
  });
  return moved.ok ? ok(await runReconciliation({ ...tools, ...order, by })) : moved;
}

/** @returns what a settled day waits for, and then nothing is moved. */
async function beginRerun(
  tools: ReconciliationTools,
  lease: JobLease,
  order: DayOrder,
): Promise<string | undefined> {
  const { source, businessDate, reason } = order;
  const effective = await effectiveRun(tools.database, { source, businessDate });
  const content = effective ? rerunOf(effective.runId) : '';
  const why = `the day is settled, and its files are to be worked once more: ${reason}`;
  const need = async () => effective && decisionNeeded(tools, { source, businessDate }, { content, why });
  const undecided = await need();
  if (undecided !== undefined) return undecided;
  const { state } = lease.job;
  const isMoved = await moveUnlessSettled(tools, lease, 'run again', content, async (tx, at) => {
    tellOrder(tx, order, { event: 'run again', state, at, runId: effective?.runId });
    return { evidence: { reason } };
  });
  return isMoved ? undefined : ((await need()) ?? 'the day has just been settled');
}

async function underLease<T>(
  tools: ReconciliationTools,
  { source, businessDate, by }: DayOrder,
  work: (lease: JobLease) => Promise<Result<T, OrderRefusal>>,
): Promise<Result<T, OrderRefusal>> {
  dayInHand(tools, source, businessDate);
  const lease = await claimJob(tools.database, source, businessDate, tools.clock.now(), userOf(by));
  if (!lease) return fail({ kind: 'busy' });
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}

async function moveBy(
  { clock }: ReconciliationTools,
  lease: JobLease,
  order: DayOrder,
  event: JobEvent,
  states: readonly JobState[],
): Promise<OrderRefusal | undefined> {
  const { state } = lease.job;
  if (!states.includes(state)) return { kind: 'not in this state', state, states: states.join(', ') };
  const at = clock.now();
  await lease.move(event, at, async (tx) => {
    tellOrder(tx, order, { event, state, at });
    return { evidence: { reason: order.reason } };
  });
  return undefined;
}

/** Tells the audit trail what a person has ordered of a day. */
function tellOrder(
  tx: Transaction,
  { source, businessDate, by, reason }: DayOrder,
  { event, state, at, runId }: { event: JobEvent; state: JobState; at: Date; runId?: number | undefined },
): void {
  recordAudit(tx, {
    by: userOf(by),
    action: event,
    object: { kind: 'recon_day', id: `${source} ${businessDate}` },
    at,
    reason,
    before: { state },
    runId,
  });
}
