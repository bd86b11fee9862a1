import { findApproval, putForward, userOf, weighApproval, type ApprovalTools } from '#lib/audit';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type Result } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';
import { doubtsBehind, type DoubtTools, type PayoutDoubt } from './payout-doubts';
import { movePayout, type PayoutRefusal } from './payout-moves';
import { findPayout, type Payout } from './payouts';

/** What deciding about a payout needs. */
export interface PayoutTools {
  database: Database;
  reconciled: DoubtTools;
}

/** What the maker asks for, as the checker is shown it. */
interface PayoutPayload {
  reference: string;
  party: string;
  accountId: string;
  amount: string;
  /** It may leave before it is due; the reason is the proposal's. */
  leavesEarly?: true;
  /** Breaks behind it that are open again, and what was booked for each. */
  openAgain?: { breakId: string; effect: string }[];
}

/**
 * A maker proposes that a drafted payout leaves; what it rests on that is open again is part of what the checker is shown.
 * @param order `isEarly`: it may leave before its due date, for that reason. @throws NoUser.
 */
export async function proposePayout(
  { database, reconciled }: PayoutTools,
  order: { reference: string; by: string; reason: string; isEarly?: boolean; at: Date },
): Promise<Result<{ approvalId: string; version: string; doubts: PayoutDoubt[] }, PayoutRefusal>> {
  const { reference, by, reason, isEarly = false, at } = order;
  return database.transaction(async (statements) => {
    const payout = await findPayout(statements, reference);
    if (!payout) return fail({ kind: 'unknown' });
    if (payout.state !== 'drafted') return fail({ kind: 'cannot', state: payout.state, event: 'approved' });
    const { accountId, amount, party } = payout;
    const doubts = await doubtsBehind(statements, reconciled, payout);
    const payload: PayoutPayload = {
      reference,
      party: `${party.kind}:${party.id}`,
      accountId,
      amount: amount.toString(),
      ...(isEarly && { leavesEarly: true }),
      ...(doubts.length > 0 && { openAgain: asShown(doubts) }),
    };
    const proposed = await putForward(statements, {
      kind: 'payout',
      subject: reference,
      payload,
      by,
      reason,
      at,
    });
    if (!proposed.ok) return proposed;
    const { approvalId, version } = proposed.value;
    await statements.run('UPDATE payout SET approval_id = ? WHERE reference = ? AND state = ?', [
      approvalId,
      reference,
      'drafted',
    ]);
    return ok({ approvalId, version, doubts });
  });
}

function asShown(doubts: readonly PayoutDoubt[]): { breakId: string; effect: string }[] {
  return doubts.map(({ breakId, effect }) => ({ breakId, effect: effect.toString() }));
}

/**
 * A checker who is not the maker lets a payout leave, as it was proposed. @param order `version` as the checker saw it.
 * @throws NoUser.
 */
export async function approvePayout(
  { database, reconciled, approvalLimits }: PayoutTools & ApprovalTools,
  { reference, version, by, at }: { reference: string; version: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, reference);
  if (!payout) return fail({ kind: 'unknown' });
  const { approvalId, state } = payout;
  if (state !== 'drafted') return fail({ kind: 'cannot', state, event: 'approved' });
  if (approvalId === null) return fail({ kind: 'not proposed' });
  const weighed = await weighApproval(database, { approvalId, version, by, at }, approvalLimits);
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const { approval, inserts, updates } = weighed.value;
  const shown = approval.payload as PayoutPayload;
  return movePayout(database, payout, 'approved', {
    by: userOf(by),
    at,
    inserts,
    updates,
    objectionTo: (statements) => inDoubt({ statements, reconciled }, payout, shown),
  });
}

/** What it rests on that is open again and was not shown; until the move is made nothing more of it is opened. */
async function inDoubt(
  { statements, reconciled }: { statements: Statements; reconciled: DoubtTools },
  payout: Payout,
  shown: PayoutPayload,
): Promise<PayoutRefusal | undefined> {
  const doubts = await doubtsBehind(statements, reconciled, payout, { isHeld: true });
  return wereShown(doubts, shown) ? undefined : { kind: 'in doubt', state: payout.state, doubts };
}

function wereShown(doubts: readonly PayoutDoubt[], { openAgain = [] }: PayoutPayload): boolean {
  return asShown(doubts).every((one) =>
    openAgain.some(({ breakId, effect }) => breakId === one.breakId && effect === one.effect),
  );
}

/** What two people would have to agree to before it leaves, and have not. */
export async function notAgreedTo(
  { statements, reconciled }: { statements: Statements; reconciled: DoubtTools },
  payout: Payout,
  at: Date,
): Promise<PayoutRefusal | undefined> {
  const { state, approvalId, dueDate } = payout;
  if (state !== 'approved') return undefined;
  const approval = approvalId === null ? undefined : await findApproval(statements, approvalId);
  const agreed = (approval?.payload ?? {}) as PayoutPayload;
  const today = businessDateOf(at, JAKARTA_MIDNIGHT);
  if (dueDate !== null && today < dueDate && agreed.leavesEarly !== true)
    return { kind: 'not due', dueDate, today };
  return inDoubt({ statements, reconciled }, payout, agreed);
}
