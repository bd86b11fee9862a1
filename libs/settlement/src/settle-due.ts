import {
  addDays,
  businessDateOf,
  JAKARTA_MIDNIGHT,
  localIso,
  type BusinessDate,
  type Result,
} from '#lib/kernel';
import { draftChannelPayouts } from './payout-drafts';
import { nextDayToSettle, settleDay, type SettlementTools, type SettleRefusal } from './settle-day';
import type { Settlement } from './settlement-rows';

/** A day that was tried, and what became of it. */
export interface SettledDay {
  source: string;
  businessDate: BusinessDate;
  result: Result<{ settlement: Settlement; isRepeat: boolean }, SettleRefusal>;
}

/**
 * Settles every day that is reconciled and not settled, the oldest of each source first; then, from the hour on that the
 * contracts name, drafts what channels are owed by the days before today. Safe to repeat, and by any number at once.
 * @param stop ends it before the next day.
 */
export async function settleDue(
  tools: SettlementTools,
  sources: Iterable<string>,
  stop?: AbortSignal,
): Promise<SettledDay[]> {
  const days: SettledDay[] = [];
  for (const source of sources)
    for (;;) {
      if (stop?.aborted) return days;
      const businessDate = await nextDayToSettle(tools, source);
      if (businessDate === undefined) break;
      const result = await settleDay(tools, source, businessDate);
      days.push({ source, businessDate, result });
      if (!result.ok) break;
    }
  await payChannels(tools);
  return days;
}

async function payChannels({ database, clock, contracts }: SettlementTools): Promise<void> {
  const now = clock.now();
  const isTime = localIso(now, 'Asia/Jakarta').slice(11, 16) >= contracts.channelsPaidAt;
  const yesterday = addDays(businessDateOf(now, JAKARTA_MIDNIGHT), -1);
  if (isTime) await draftChannelPayouts(database, yesterday, contracts, now);
}
