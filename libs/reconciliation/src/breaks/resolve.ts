import { userOf } from '#lib/audit';
import { fail, type Result } from '#lib/kernel';
import { breakHistory, findBreak, type Break } from './break';
import type { BreakDesk } from './desk';
import { isFinalState } from './payment-ends';
import { act, type Deed } from './people';
import { objectionToReason } from './propose';
import type { BreakRefusal } from './refusals';

/**
 * Ends a break as their mistake: nothing is booked, and they are asked for a corrected file. A repeated line speaks for
 * itself; anything else needs a proof beside the break.
 * @throws NoUser.
 */
export async function resolveAsTheirError(
  desk: BreakDesk,
  deed: Deed & { reason: string },
): Promise<Result<Break, BreakRefusal>> {
  userOf(deed.by);
  const objection = objectionToReason(deed.reason);
  if (objection) return fail(objection);
  const one = await findBreak(desk.database, deed.breakId);
  if (!one) return fail({ kind: 'unknown', breakId: deed.breakId });
  const history = await breakHistory(desk.database, deed.breakId);
  const hasProof = history.some(({ event }) => event === 'evidence added');
  if (one.sub !== 'repeat_line' && !hasProof)
    return fail({
      kind: 'needs',
      what: 'only a repeated line is their mistake without a proof: add what they wrote with "simpul break evidence"',
    });
  return act(desk, deed, 'resolved', {
    resolution: 'counterparty_error',
    outcome: 'none',
    amount: one.amount,
  });
}

/**
 * Ends a break whose payment has come to its end by the biller's answer, where that end and the file agree: no second
 * person is needed.
 * @throws NoUser.
 */
export async function resolveByAdvice(desk: BreakDesk, deed: Deed): Promise<Result<Break, BreakRefusal>> {
  const one = await findBreak(desk.database, deed.breakId);
  if (!one) return fail({ kind: 'unknown', breakId: deed.breakId });
  const wanted = agreedEnd(one);
  if (wanted === undefined || one.paymentId === null)
    return fail({ kind: 'needs checker', resolution: 'advice_result' });
  const leg = { paymentId: one.paymentId, legNo: one.legNo ?? 1 };
  if (!(await isFinalState(desk.database, leg, wanted)))
    return fail({ kind: 'needs checker', resolution: 'advice_result' });
  return act(desk, deed, 'resolved', { resolution: 'advice_result', outcome: wanted });
}

/** The end of a payment of unknown outcome that its biller's file agrees with; undefined where the file says none. */
export function agreedEnd({
  kind,
  ourStatus,
  theirStatus,
  ourAmount,
  theirAmount,
}: Break): 'paid' | 'not_paid' | undefined {
  if (ourStatus !== 'U') return undefined;
  if (kind === 'only_ours') return 'not_paid';
  if (theirStatus === 'F') return 'not_paid';
  return theirStatus === 'S' && ourAmount === theirAmount ? 'paid' : undefined;
}
