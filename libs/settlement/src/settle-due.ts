import {
  addDays,
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  localIso,
  type BusinessDate,
  type Result,
} from '#lib/kernel';
import { failPoint } from '#lib/platform';
import { draftChannelPayouts } from './payout-drafts';
import { nextDayToSettle, settleDay, type SettlementTools, type SettleRefusal } from './settle-day';
import type { Settlement } from './settlement-rows';

/** A day could not be settled for a reason that nobody expected. */
export interface SettleFailure {
  kind: 'failed';
  error: unknown;
}

/** A day that was tried, and what became of it. */
export interface SettledDay {
  source: string;
  /** Null where it failed before a day was found. */
  businessDate: BusinessDate | null;
  result: Result<{ settlement: Settlement; isRepeat: boolean }, SettleRefusal | SettleFailure>;
}

/**
 * Settles every day that is reconciled and not settled, the oldest of each source first; then, from the hour on that the
 * contracts name, drafts what channels are owed by the days before today. Safe to repeat, and by any number at once. What
 * stops one source stops no other.
 * @param stop ends it before the next day.
 */
export async function settleDue(
  tools: SettlementTools,
  sources: Iterable<string>,
  stop?: AbortSignal,
): Promise<SettledDay[]> {
  const days: SettledDay[] = [];
  for (const source of sources) {
    days.push(...(await settleSource(tools, source, stop)));
    if (stop?.aborted) return days;
  }
  if (isTimeToPayChannels(tools)) await payChannels(tools);
  return days;
}

async function settleSource(
  tools: SettlementTools,
  source: string,
  stop: AbortSignal | undefined,
): Promise<SettledDay[]> {
  const days: SettledDay[] = [];
  let inHand: BusinessDate | undefined;
  try {
    for (;;) {
      if (stop?.aborted) break;
      inHand = undefined;
      inHand = await nextDayToSettle(tools, source);
      if (inHand === undefined) break;
      const result = await settleDay(tools, source, inHand);
      days.push({ source, businessDate: inHand, result });
      if (!result.ok) break;
    }
  } catch (error) {
    days.push({ source, businessDate: inHand ?? null, result: fail({ kind: 'failed', error }) });
  }
  return days;
}

function isTimeToPayChannels({ clock, contracts }: SettlementTools): boolean {
  return localIso(clock.now(), 'Asia/Jakarta').slice(11, 16) >= contracts.channelsPaidAt;
}

/** On days that the bank works: what was settled meanwhile goes out with its next day, in one payout. */
async function payChannels({ database, clock, contracts, ...tools }: SettlementTools): Promise<void> {
  const now = clock.now();
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  const calendar = await tools.calendar();
  if (!calendar.isBankDay(today)) return;
  const made = await draftChannelPayouts(database, addDays(today, -1), { contracts, calendar }, now);
  if (made > 0) failPoint('K12 channels drafted', today);
}
