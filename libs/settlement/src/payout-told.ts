import { recordAudit, userOf } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import type { Statements, Transaction } from '#lib/platform';
import { notAgreedTo, type PayoutTools } from './payout-approval';
import { movePayout, type PayoutRefusal } from './payout-moves';
import { shownAtBank } from './payout-shown';
import type { PayoutEvent } from './payout.states';
import { findPayout, type Payout } from './payouts';

/**
 * Tells what a person did with a payout, or that the bank has taken it on. It is not sent while a statement shows a debit of
 * its amount that nobody has named: that may be it; nor before it is due, unless two people have agreed that it leaves early;
 * nor where what it rests on was opened again and they have not seen that.
 * @param told `despite` names a line (`BANKX/1234567890 2026/196/2`) that a person knows to be something else.
 * @throws NoUser.
 */
export async function tellPayout(
  { database, reconciled }: PayoutTools,
  told: {
    reference: string;
    event: 'cancelled' | 'sent' | 'accepted';
    by: string;
    note?: string;
    despite?: string;
    at: Date;
  },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, told.reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { despite, event, at } = told;
  const objectionTo = (statements: Statements) =>
    objectionToLeaving({ statements, reconciled }, payout, { at, despite });
  const why = [told.note, despite === undefined ? undefined : `it is not ${despite}`].filter(
    (part) => part !== undefined,
  );
  const by = userOf(told.by);
  const note = why.length === 0 ? undefined : why.join('; ').slice(0, 500);
  return movePayout(database, payout, event, {
    by,
    at,
    tell: (tx) => recordTold(tx, payout, { event, by, at, note }),
    ...(note !== undefined && { note }),
    ...(event === 'sent' && { objectionTo }),
  });
}

/** Tells the audit trail what a person told of a payout, in the transaction that moves it. */
export function recordTold(
  tx: Transaction,
  { reference, state, approvalId }: Payout,
  { event, by, at, note }: { event: PayoutEvent; by: string; at: Date; note: string | undefined },
): void {
  recordAudit(tx, {
    by,
    action: event,
    object: { kind: 'payout', id: reference },
    at,
    reason: note,
    before: { state },
    approvalId: approvalId ?? undefined,
  });
}

/** Why a payout may not be handed to the bank now, asked within the transaction that says it was. */
export async function objectionToLeaving(
  { statements, reconciled }: { statements: Statements; reconciled: PayoutTools['reconciled'] },
  payout: Payout,
  { at, despite }: { at: Date; despite?: string | undefined },
): Promise<PayoutRefusal | undefined> {
  const notAgreed = await notAgreedTo({ statements, reconciled }, payout, at);
  if (notAgreed) return notAgreed;
  const line = (await shownAtBank(statements, payout)).find((one) => one !== despite);
  return line === undefined ? undefined : { kind: 'shown', line };
}
