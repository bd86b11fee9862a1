import { setTimeout as sleep } from 'node:timers/promises';
import { HostKeyRefused } from '#lib/files';
import { raiseAlert, type AlertKind } from './alerts';
import { closedRun } from './files-and-runs';
import { claimJob, LeaseLost, type JobLease } from './job-lease';
import { closedOutcome, type ReconOutcome } from './outcome';
import type { Day } from './ours';
import {
  calendarOf,
  dayInHand,
  type DayInHand,
  type DayTools,
  type ReconciliationTools,
} from './reconciliation-day';
import { fetchStep } from './step-fetch';
import { matchStep } from './step-match';
import { reportStep } from './step-report';
import { sealStep } from './step-seal';
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
  const { database, clock, logger, by } = request;
  const day = dayInHand(request, request.source, request.businessDate);
  const { source, businessDate } = day;

  const lease = await claimJob(database, source, businessDate, clock.now(), by);
  if (!lease) return { source, businessDate, state: 'busy' };
  try {
    const calendar = await calendarOf(request);
    const outcome = await withinTimeLimit(request, day, workToItsEnd({ ...request, calendar }, day, lease));
    logger.info({ source, businessDate, state: outcome.state }, 'reconciliation worked');
    return outcome;
  } catch (error) {
    if (error instanceof LeaseLost) return { source, businessDate, state: 'busy' };
    await keepFailure(request, day, lease, error as Error);
    throw error;
  } finally {
    await lease.release().catch((error: unknown) => {
      // The lease runs out by itself.
      logger.warn({ err: error, source, businessDate }, 'lease not released');
    });
  }
}

/** One go took longer than it may. Its lease is given back, so whatever it still does finds itself fenced out. */
export class TookTooLong extends Error {}

async function withinTimeLimit<T>({ jobs }: ReconciliationTools, day: Day, work: Promise<T>): Promise<T> {
  const { source, businessDate } = day;
  const minutes = jobs.timeLimitMs / 60_000;
  const inTime = new AbortController();
  const limit = sleep(jobs.timeLimitMs, undefined, { signal: inTime.signal }).then(() => {
    throw new TookTooLong(
      `${source} ${businessDate} was not worked within ${minutes} minutes (time_limit_minutes)`,
    );
  });
  limit.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    inTime.abort();
  }
}

/** Counts the failure, plans the next try, and tells people where one is needed. */
async function keepFailure(
  { database, clock, jobs, logger }: ReconciliationTools,
  { source, businessDate }: Day,
  lease: JobLease,
  error: Error,
): Promise<void> {
  const now = clock.now();
  const pauseMs = Math.min(RETRY_MS * 2 ** lease.job.failures, RETRY_MAX_MS);
  const kind = alertOf(error, lease.job.failures + 1 >= jobs.failuresMax);
  const subject = kind === 'host_key' ? '' : `claim ${lease.job.claim}`;
  try {
    await lease.fail(error, jobs.failuresMax, new Date(now.getTime() + pauseMs), now);
    if (kind)
      await raiseAlert(database, logger, { source, businessDate, kind, subject, reason: error.message }, now);
  } catch (failure) {
    logger.error({ err: failure, source, businessDate }, 'failure not kept');
  }
}

function alertOf(error: Error, isSpent: boolean): AlertKind | undefined {
  if (error instanceof HostKeyRefused) return 'host_key';
  if (error instanceof TookTooLong) return 'hanging';
  return isSpent ? 'failed' : undefined;
}

async function workToItsEnd(tools: DayTools, day: DayInHand, lease: JobLease): Promise<ReconOutcome> {
  for (;;)
    switch (lease.job.state) {
      case 'scheduled':
      case 'waiting':
      case 'quarantined':
      case 'failed':
      case 'empty':
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
      case 'matched':
        await reportStep(tools, day, lease);
        break;
      case 'reported': {
        const runId = await sealStep(tools, day, lease);
        return closedOutcome(tools.database, await closedRun(tools.database, runId), false);
      }
    }
}
