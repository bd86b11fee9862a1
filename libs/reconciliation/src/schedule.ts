import { schedule } from 'node-cron';
import type { ReconciliationTools } from './reconciliation-day';
import { tick } from './tick';

/**
 * Wakes the day's end up by `config/jobs.yaml`. The wake-up only asks what is owed, so a missed one costs nothing,
 * and one that finds its predecessor still at work leaves.
 * @returns stops the wake-ups and waits for the day in hand.
 */
export function startReconciliationSchedule(tools: ReconciliationTools): () => Promise<void> {
  const stop = new AbortController();
  let inHand: Promise<unknown> = Promise.resolve();
  const task = schedule(
    tools.jobs.wakeUp,
    async () => {
      inHand = tick(tools, stop.signal).catch((error: unknown) => {
        tools.logger.error({ err: error }, 'the wake-up of the day failed');
      });
      await inHand;
    },
    { name: 'reconciliation', timezone: tools.jobs.timeZone, noOverlap: true, suppressMissedWarning: true },
  );
  return async () => {
    stop.abort();
    await task.destroy();
    await inHand;
  };
}
