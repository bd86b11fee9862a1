import { remainderOf } from './bridge';
import { listClearingBreaks } from './clearing-check';
import { breaksOf, closedRun, type ClosedRun } from './files-and-runs';
import type { JobLease } from './job-lease';
import type { DayInHand, RecapData, ReconciliationTools } from './reconciliation-day';
import { KINDS } from './totals';

/**
 * Compares the legs of the matched run with the ledger, has its breaks worked and its reports written, and moves the
 * job on.
 * @returns the run's id.
 */
export async function reportStep(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<number> {
  const { runId } = lease.job;
  if (runId === null) throw new Error(`the job of ${day.source} ${day.businessDate} has no run in hand`);
  const run = await closedRun(tools.database, runId);
  const different = await listClearingBreaks(tools.database, run);
  if (different > 0)
    tools.logger.error(
      { source: run.source, businessDate: run.businessDate, billers: different },
      'the ledger does not agree with the payments of a closed day',
    );
  await tools.workBreaks?.(runId);
  const reports = await writeReports(tools, day, run);
  await lease.move('reports written', tools.clock.now(), async () => ({ evidence: { reports } }));
  return runId;
}

/** Writes the reports of a closed run and remembers where they are. Safe to repeat: names carry the run's number. */
export async function writeReports(
  { database, writeRecap }: ReconciliationTools,
  { format }: DayInHand,
  run: ClosedRun,
): Promise<string[]> {
  const { source, businessDate, totals } = run;
  const recap: RecapData = {
    source,
    businessDate,
    run: run.runNo,
    supersedes: run.supersedes,
    file: run.fileName,
    sha256: run.sha256,
    closedAt: run.closedAt,
    timeZone: format.cutOff.timeZone,
    lines: totals.theirs.count,
    bridge: totals.bridge,
    remainder: remainderOf(totals.bridge),
    otherLines: totals.lines,
    outcomes: KINDS.map((kind) => ({ kind, ...totals.kinds[kind] })),
    breaks: () => breaksOf(database, run.runId),
  };
  const reports = await writeRecap(recap);
  await database.run('UPDATE recon_run SET reports = ? WHERE run_id = ?', [
    JSON.stringify(reports),
    run.runId,
  ]);
  return reports;
}
