import { schedule } from 'node-cron';
import { compressOldFiles } from './compress-archive';
import { watchDeadlines } from './deadlines';
import type { ReconciliationTools } from './reconciliation-day';
import { tick } from './tick';

/**
 * Wakes the day's end up by `config/jobs.yaml`. The wake-up only asks what is owed, so a missed one costs nothing,
 * and one that finds its predecessor still at work leaves. What is overdue is watched apart from the work, so that a
 * job that hangs keeps nothing from being told.
 * @returns stops the wake-ups and waits for the day in hand.
 */
export function startReconciliationSchedule(tools: ReconciliationTools): () => Promise<void> {
  const stop = new AbortController();
  const looks = new Map<string, number>();
  const wakeUps = [
    wakeUp(tools, 'reconciliation', async () => {
      await tick(tools, stop.signal, looks);
      await compressOldFiles(tools, stop.signal);
    }),
    wakeUp(tools, 'reconciliation deadlines', () => watchDeadlines(tools)),
  ];
  return async () => {
    stop.abort();
    await Promise.all(wakeUps.map((end) => end()));
  };
}

function wakeUp({ jobs, logger }: ReconciliationTools, name: string, work: () => Promise<void>) {
  let inHand: Promise<void> = Promise.resolve();
  const task = schedule(
    jobs.wakeUp,
    async () => {
      inHand = work().catch((error: unknown) =>
        logger.error({ err: error, wakeUp: name }, 'a wake-up failed'),
      );
      await inHand;
    },
    { name, timezone: jobs.timeZone, noOverlap: true, suppressMissedWarning: true },
  );
  return async (): Promise<void> => {
    await task.destroy();
    await inHand;
  };
}
