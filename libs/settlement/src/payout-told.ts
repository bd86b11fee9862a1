import { recordAudit, userOf } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { notAgreedTo, type PayoutTools } from './payout-approval';
import { movePayout, type PayoutRefusal } from './payout-moves';
import { shownAtBank } from './payout-shown';
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
  const { reference, despite, event, at } = told;
  const objectionTo = async (statements: Statements): Promise<PayoutRefusal | undefined> => {
    const notAgreed = await notAgreedTo({ statements, reconciled }, payout, at);
    if (notAgreed) return notAgreed;
    const line = (await shownAtBank(statements, payout)).find((one) => one !== despite);
    return line === undefined ? undefined : { kind: 'shown', line };
  };
  const why = [told.note, despite === undefined ? undefined : `it is not ${despite}`].filter(
    (part) => part !== undefined,
  );
  const by = userOf(told.by);
  const note = why.length === 0 ? undefined : why.join('; ').slice(0, 500);
  const { state, approvalId } = payout;
  return movePayout(database, payout, event, {
    by,
    at,
    tell: (tx) =>
      recordAudit(tx, {
        by,
        action: event,
        object: { kind: 'payout', id: reference },
        at,
        reason: note,
        before: { state },
        approvalId: approvalId ?? undefined,
      }),
    ...(note !== undefined && { note }),
    ...(event === 'sent' && { objectionTo }),
  });
}
