import {
  approve,
  MOVES_NO_MONEY,
  findApproval,
  propose,
  type ApprovalRefusal,
  type Decision,
  type ProposalRefusal,
} from '#lib/audit';
import { fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import type { Database, Statements, Transaction } from '#lib/platform';
import { raiseAlert, type AlertKind } from './alerts';
import { batchOf, type Batch } from './batches';
import type { JobLease, MoveChanges } from './job-lease';
import type { JobEvent } from './job-states';
import type { Day } from './ours';
import type { ReconciliationTools } from './reconciliation-day';
import type { DayOrder } from './day-order';

/** The kind of the proposals to re-open a settled day. */
export const REOPEN_DAY = 'reopen_day';
const EXPIRES_MS = 2 * 86_400_000;

/** Whether two people have agreed that a batch may be worked although its day is settled. */
export async function isReopened(
  statements: Statements,
  { source, businessDate }: Day,
  content: string,
): Promise<boolean> {
  const rows = await statements.rows(
    'SELECT 1 FROM recon_reopen WHERE source = ? AND business_date = ? AND content = ?',
    [source, businessDate, content],
  );
  return rows.length > 0;
}

const RERUN = 'rerun ';

/** What two people agree to when the files of a settled day are to be worked once more: once, for the run that counts. */
export function rerunOf(runId: number): string {
  return `${RERUN}${runId}`;
}

/** What two people agree to when files that counted before are to count again: once, in the place of one run. */
export function backTo(runId: number, batchId: number): string {
  return `back ${runId} ${batchId}`;
}

/**
 * A settled day is worked again only after two people have agreed to it; people are told what waits for them.
 * @param content of the files, or `rerunOf` the run that is to be replaced by a further one of the same files.
 * @returns what the day waits for; undefined where it may be worked.
 */
export async function decisionNeeded(
  {
    database,
    clock,
    logger,
    isDaySettled,
  }: Pick<ReconciliationTools, 'database' | 'clock' | 'logger' | 'isDaySettled'>,
  { source, businessDate }: Day,
  { content, why }: { content: string; why: string },
): Promise<string | undefined> {
  if (!isDaySettled || !(await isDaySettled({ source, businessDate }))) return undefined;
  if (await isReopened(database, { source, businessDate }, content)) return undefined;
  const reason = `${why}; it is worked once two people agree to re-open the day`;
  const alert = { source, businessDate, kind: 'reopen', subject: content, reason } as const;
  if (!content.startsWith(RERUN)) await tellOnce(database, alert, clock.now());
  await raiseAlert(database, logger, alert, clock.now());
  return reason;
}

/**
 * Of a day one file waits for people: the one that lies on the drop. What lay there before it is over, and is told anew
 * should its sender go back to it.
 */
async function tellOnce(
  statements: Statements,
  { source, businessDate, kind, subject }: Day & { kind: AlertKind; subject: string },
  now: Date,
): Promise<void> {
  const key = [source, businessDate, kind, subject];
  await statements.run(
    `UPDATE recon_alert SET ended_at = ?, ended_by = ? WHERE source = ? AND business_date = ? AND kind = ? AND subject <> ?
       AND subject NOT LIKE ? AND ended_at IS NULL`,
    [now, REPLACED, ...key, `${RERUN}%`],
  );
  await statements.run(
    `UPDATE recon_alert SET ended_at = NULL, ended_by = NULL, raised_at = ? WHERE source = ? AND business_date = ?
       AND kind = ? AND subject = ? AND ended_by = ?`,
    [now, ...key, REPLACED],
  );
}

const REPLACED = 'another file came in its place';

/** The day was settled after it had been looked at; nothing was moved. */
class SettledMeanwhile extends Error {}

/**
 * Begins to work a closed day anew, unless it has been settled meanwhile. A settlement is drafted under the lock of the
 * day's job, and so is the question here: whichever comes second sees the other.
 * @returns false, and no move, where it is settled and nobody has agreed.
 */
export async function moveUnlessSettled(
  { isDaySettled, clock }: Pick<ReconciliationTools, 'isDaySettled' | 'clock'>,
  lease: JobLease,
  event: JobEvent,
  content: string,
  work: (tx: Transaction, at: Date) => Promise<MoveChanges>,
): Promise<boolean> {
  const { jobId, source, businessDate } = lease.job;
  try {
    const at = clock.now();
    await lease.move(event, at, async (statements) => {
      await statements.rows('SELECT 1 FROM recon_job WHERE job_id = ? FOR UPDATE', [jobId]);
      const day = { source, businessDate };
      if ((await isDaySettled?.(day)) && !(await isReopened(statements, day, content)))
        throw new SettledMeanwhile();
      return work(statements, at);
    });
    return true;
  } catch (error) {
    if (error instanceof SettledMeanwhile) return false;
    throw error;
  }
}

/** The days of a source that were re-opened and that no run has worked since, oldest first. */
export async function reopenedDays(statements: Statements, source: string): Promise<BusinessDate[]> {
  const rows = await statements.rows<{ business_date: BusinessDate }>(
    `SELECT b.business_date ${REOPENED} AND b.source = ?
     UNION SELECT b.business_date ${REOPENED_BACK} AND b.source = ?
     UNION SELECT p.business_date FROM recon_reopen p JOIN recon_run r ON r.source = p.source
       AND r.effective_date = p.business_date AND p.content = CONCAT('rerun ', r.run_id) WHERE p.source = ?
     ORDER BY business_date`,
    [source, source, source],
  );
  return rows.map(({ business_date }) => business_date);
}

/** The files that a day was re-opened for and that no run has worked yet; the latest decision counts. */
export async function reopenedBatch(
  statements: Statements,
  { source, businessDate }: Day,
): Promise<Batch | undefined> {
  const [row] = await statements.rows<{ batch_id: number }>(
    `SELECT b.batch_id, p.approved_at ${REOPENED} AND b.source = ? AND b.business_date = ?
     UNION SELECT b.batch_id, p.approved_at ${REOPENED_BACK} AND b.source = ? AND b.business_date = ?
     ORDER BY approved_at DESC LIMIT 1`,
    [source, businessDate, source, businessDate],
  );
  return row && batchOf(statements, row.batch_id);
}

const REOPENED = `FROM recon_reopen p
  JOIN recon_batch b ON b.source = p.source AND b.business_date = p.business_date AND b.content = p.content
  LEFT JOIN recon_run r ON r.batch_id = b.batch_id AND r.run_no IS NOT NULL
WHERE r.run_id IS NULL`;

const REOPENED_BACK = `FROM recon_reopen p
  JOIN recon_run r ON r.source = p.source AND r.effective_date = p.business_date
  JOIN recon_batch b ON b.source = p.source AND b.business_date = p.business_date
    AND p.content = CONCAT('back ', r.run_id, ' ', b.batch_id)
WHERE 1 = 1`;

/** Why a day cannot be proposed for re-opening. */
export type ReopenRefusal = ProposalRefusal | { kind: 'nothing waits' };

/**
 * Proposes to work the files that came for a settled day after all, or those it was closed with once more. What differs then becomes lines of the next open
 * date; a paid settlement is never rewritten.
 */
export function proposeReopening(
  database: Database,
  { source, businessDate, by, reason }: DayOrder,
  now: Date,
): Promise<Result<{ approvalId: string; version: string }, ReopenRefusal>> {
  return database.transaction(async (statements) => {
    const [waiting] = await statements.rows<{ subject: string; reason: string }>(
      `SELECT subject, reason FROM recon_alert WHERE source = ? AND business_date = ? AND kind = 'reopen'
         AND ended_at IS NULL ORDER BY raised_at DESC LIMIT 1`,
      [source, businessDate],
    );
    if (!waiting) return fail({ kind: 'nothing waits' } as const);
    const proposed = await propose(statements, {
      kind: REOPEN_DAY,
      subject: `${source} ${businessDate}`,
      version: waiting.subject,
      payload: { source, businessDate, content: waiting.subject, files: waiting.reason },
      by,
      reason,
      at: now,
      expiresAt: new Date(now.getTime() + EXPIRES_MS),
    });
    if (!proposed.ok) return proposed;
    const { approvalId, version } = proposed.value;
    return ok({ approvalId, version });
  });
}

/** Agrees to re-open a day; its files are worked at the next wake-up. */
export function approveReopening(
  database: Database,
  decision: Decision,
): Promise<Result<Day, ApprovalRefusal | { kind: 'another kind' }>> {
  return database.transaction(async (statements) => {
    const proposal = await findApproval(statements, decision.approvalId);
    if (proposal && proposal.kind !== REOPEN_DAY) return fail({ kind: 'another kind' } as const);
    const approved = await approve(statements, decision, MOVES_NO_MONEY);
    if (!approved.ok) return approved;
    const { payload, maker, reason } = approved.value.approval;
    const { source, businessDate, content } = payload as Day & { content: string };
    await statements.run(
      `INSERT INTO recon_reopen (source, business_date, content, reason, proposed_by, approved_by, approved_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [source, businessDate, content, reason.slice(0, 300), maker, decision.by, decision.at],
    );
    await endReopenAlerts(statements, { source, businessDate, content }, decision);
    return ok({ source, businessDate });
  });
}

/** What was agreed to is over, and so is working the run of before once more; another file that came meanwhile waits. */
async function endReopenAlerts(
  statements: Statements,
  { source, businessDate, content }: Day & { content: string },
  { by, at }: Decision,
): Promise<void> {
  await statements.run(
    `UPDATE recon_alert SET ended_at = ?, ended_by = ? WHERE source = ? AND business_date = ? AND kind = 'reopen'
       AND (subject = ? OR subject LIKE ?) AND ended_at IS NULL`,
    [at, by, source, businessDate, content, `${RERUN}%`],
  );
}
