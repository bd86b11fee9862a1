import type { Statements } from '#lib/platform';
import { lateFrom } from './day-clock';
import type { JobLease } from './job-lease';
import { match } from './matching';
import { snapshotOurs } from './ours';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { totalsOf, totalsToJson, TotalsDoNotTie, untiedEquation, type RunTotals } from './totals';

/**
 * Takes our side of the day, matches, adds up, proves the bridge, and closes the run in place of the one before:
 * all in one commit, so that a day is never half closed.
 * @throws TotalsDoNotTie when a row is in no class or in two; the run stays open.
 */
export async function matchStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<void> {
  const { format } = day;
  const { runId } = lease.job;
  if (runId === null) throw new Error(`the job of ${day.source} ${day.businessDate} has no run in hand`);
  const now = tools.clock.now();

  await lease.move('bridge proven', now, async (statements) => {
    await snapshotOurs(statements, runId, day, format.cutOff.timeZone);
    await match(statements, runId, {
      ...format.match,
      businessDate: day.businessDate,
      lateFrom: lateFrom(day.businessDate, format.cutOff),
    });
    const totals = await totalsOf(statements, runId);
    const untied = untiedEquation(totals);
    if (untied) throw new TotalsDoNotTie(`${day.source} ${day.businessDate}: ${untied}`);
    return { evidence: { run: await closeRun(statements, runId, day, totals, now) } };
  });
}

/** Makes this run the one that counts. @returns its number within the day. */
async function closeRun(
  statements: Statements,
  runId: number,
  { source, businessDate }: DayInHand,
  totals: RunTotals,
  now: Date,
): Promise<number> {
  const closedRuns = await statements.rows<{ run_no: number; effective_date: string | null }>(
    'SELECT run_no, effective_date FROM recon_run WHERE source = ? AND business_date = ? AND run_no IS NOT NULL',
    [source, businessDate],
  );
  const runNo = Math.max(0, ...closedRuns.map(({ run_no }) => run_no)) + 1;
  const superseded = closedRuns.find(({ effective_date }) => effective_date !== null)?.run_no ?? null;
  await statements.run(
    "UPDATE recon_run SET state = 'superseded', effective_date = NULL WHERE source = ? AND effective_date = ?",
    [source, businessDate],
  );
  const closed = await statements.run(
    `UPDATE recon_run SET state = 'closed', run_no = ?, effective_date = ?, supersedes = ?, totals = ?, closed_at = ?
     WHERE run_id = ? AND state = 'staged'`,
    [runNo, businessDate, superseded, totalsToJson(totals), now, runId],
  );
  if (closed !== 1) throw new Error(`run ${runId} of ${source} ${businessDate} is no longer open`);
  return runNo;
}
