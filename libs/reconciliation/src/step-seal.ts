import type { JobLease } from './job-lease';
import { endAlerts, type AlertKind } from './alerts';
import type { DayInHand, ReconciliationTools } from './reconciliation-day';
import { archivedFiles } from './step-verify';
import { closedRun } from './files-and-runs';

const OVER_ONCE_CLOSED: readonly AlertKind[] = [
  ...(['expected', 'warn', 'escalate', 'quarantined'] as const),
  ...(['failed', 'hanging', 'host_key'] as const),
];

/** Ends the job: the files of the run are in the archive, and what people were told about the day is over. */
export async function sealStep(tools: ReconciliationTools, day: DayInHand, lease: JobLease): Promise<number> {
  const { database, clock } = tools;
  const { runId } = lease.job;
  if (runId === null) throw new Error(`the job of ${day.source} ${day.businessDate} has no run in hand`);
  const run = await closedRun(database, runId);
  const files = await archivedFiles(tools, day, lease);
  const now = clock.now();
  await lease.move('day sealed', now, async (statements) => {
    await endAlerts(statements, day, OVER_ONCE_CLOSED, `run ${run.runNo}`, now);
    return {
      evidence: {
        run: run.runNo,
        files: files.map(({ name }) => name),
        format: day.format.effectiveFrom ?? null,
      },
    };
  });
  return runId;
}
