import { closedRun } from './files-and-runs';
import { claimJob, LeaseLost, type JobLease } from './job-lease';
import { closedOutcome, type ReconOutcome } from './outcome';
import { dayInHand, type DayInHand, type ReconciliationTools } from './reconciliation-day';
import { fetchStep } from './step-fetch';
import { matchStep } from './step-match';
import { reportStep } from './step-report';
import { stageStep } from './step-stage';
import { verifyStep } from './step-verify';

/** First pause after a failure; it doubles with each further one, up to an hour. */
const RETRY_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;

/**
 * Works a source's business date to its end: fetch the file, hold it to its gates, stage it, match it against our
 * payments, prove the bridge, report. A day that was left half-way is taken up where it was left; a closed day is
 * printed again unless a file replaces its own.
 * @throws UnknownDay, and whatever the drop, the disk or the database throws; the job remembers it and is retried.
 */
export async function runReconciliation(
  request: ReconciliationTools & { source: string; businessDate: string },
): Promise<ReconOutcome> {
  const { database, clock, jobs, logger } = request;
  const day = dayInHand(request, request.source, request.businessDate);
  const { source, businessDate } = day;

  const lease = await claimJob(database, source, businessDate, clock.now());
  if (!lease) return { source, businessDate, state: 'busy' };
  try {
    const outcome = await workToItsEnd(request, day, lease);
    logger.info({ source, businessDate, state: outcome.state }, 'reconciliation worked');
    return outcome;
  } catch (error) {
    if (error instanceof LeaseLost) return { source, businessDate, state: 'busy' };
    const pauseMs = Math.min(RETRY_MS * 2 ** lease.job.failures, RETRY_MAX_MS);
    const now = clock.now();
    await lease
      .fail(error as Error, jobs.failuresMax, new Date(now.getTime() + pauseMs), now)
      .catch((failure: unknown) => logger.error({ err: failure, source, businessDate }, 'failure not kept'));
    throw error;
  } finally {
    await lease.release().catch((error: unknown) => {
      // The lease runs out by itself.
      logger.warn({ err: error, source, businessDate }, 'lease not released');
    });
  }
}

async function workToItsEnd(
  tools: ReconciliationTools,
  day: DayInHand,
  lease: JobLease,
): Promise<ReconOutcome> {
  for (;;)
    switch (lease.job.state) {
      case 'scheduled':
      case 'waiting':
      case 'quarantined':
      case 'failed':
      case 'archived': {
        const end = await fetchStep(tools, day, lease);
        if (end) return end;
        break;
      }
      case 'downloaded': {
        const refused = await verifyStep(tools, day, lease);
        if (refused) return refused;
        break;
      }
      case 'verified':
        await stageStep(tools, day, lease);
        break;
      case 'staged':
        await matchStep(tools, day, lease);
        break;
      case 'matched': {
        const runId = await reportStep(tools, day, lease);
        return closedOutcome(tools.database, await closedRun(tools.database, runId), false);
      }
    }
}
