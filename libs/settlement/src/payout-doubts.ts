import { formatRupiah, rupiah, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { Reconciled } from './reconciled';
import type { Party } from './shares';

/** A payout rests on what was booked to end a break, and that break is open again. */
export interface PayoutDoubt {
  breakId: string;
  /** What the booking changes in the payout, whole rupiah; negative: so much less is paid. */
  effect: Rupiah;
}

/** What asking about doubts needs. */
export type DoubtTools = Pick<Reconciled, 'reopened' | 'holdBreaks'>;

/**
 * What a payout rests on that is open again: bookings in its settlement, and in those before it whose net was carried into
 * it. A channel's payout rests on none.
 * @param reference that under which its settlement pays, without part and attempt.
 * @param isHeld none of it is opened again before the caller's transaction ends.
 */
export async function doubtsBehind(
  statements: Statements,
  reconciled: DoubtTools,
  { party, partOf: reference }: { party: Party; partOf: string },
  { isHeld = false }: { isHeld?: boolean } = {},
): Promise<PayoutDoubt[]> {
  if (party.kind !== 'biller') return [];
  const booked = await statements.rows<{ subject_id: string; amount: string }>(
    `SELECT c.subject_id, SUM(c.amount) AS amount FROM settlement_net own
       JOIN settlement_net n ON n.party_kind = own.party_kind AND n.party_id = own.party_id AND n.seq <= own.seq
         AND n.seq > (SELECT COALESCE(MAX(b.seq), 0) FROM settlement_net b WHERE b.party_kind = own.party_kind
           AND b.party_id = own.party_id AND b.seq < own.seq AND b.pay > 0)
       JOIN clearing_change c ON c.settlement_id = n.settlement_id AND c.biller_id = n.party_id
     WHERE own.paid_by = ? AND own.party_kind = ? AND own.party_id = ? GROUP BY c.subject_id`,
    [reference, party.kind, party.id],
  );
  const amounts = new Map(booked.map(({ subject_id, amount }) => [subject_id, BigInt(amount)]));
  if (isHeld) await reconciled.holdBreaks(statements, [...amounts.keys()]);
  const effects = new Map<string, bigint>();
  for (const { subjectId, breakId } of await reconciled.reopened(statements, [...amounts.keys()]))
    effects.set(breakId, (effects.get(breakId) ?? 0n) - (amounts.get(subjectId) ?? 0n));
  return [...effects]
    .map(([breakId, effect]) => ({ breakId, effect: rupiah(effect) }))
    .toSorted((a, b) => a.breakId.localeCompare(b.breakId));
}

/** Doubts in a sentence, the first of many: `it rests on bookings for breaks that are open again: brk_… (-292.500)`. */
export function doubtsInWords(doubts: readonly PayoutDoubt[]): string {
  const named = doubts
    .slice(0, NAMED_MAX)
    .map(({ breakId, effect }) => `${breakId} (${formatRupiah(effect)})`);
  const others = doubts.length - named.length;
  return `it rests on what was booked for breaks that are open again: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}

const NAMED_MAX = 5;
