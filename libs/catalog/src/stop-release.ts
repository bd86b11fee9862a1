import {
  approve,
  findApproval,
  MOVES_NO_MONEY,
  putForward,
  userOf,
  type ApprovalRefusal,
  type Decision,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import { duplicateKey, insertRow, type Database, type Statements } from '#lib/platform';
import { openStops, type PaymentStop } from './stops';

/** The kind of the proposals to release a stop; their subject is its number. */
export const STOP_RELEASE = 'stop_release';

/** Why a stop is not released. */
export type ReleaseRefusal =
  /** There is no such stop, or it is released. */
  { kind: 'not stopped' } | StandsAlready | { kind: 'approval'; refusal: ApprovalRefusal };

/**
 * A maker has found out what happened and put it right, and proposes that a scope takes new payments again. Nothing changes
 * before another person agrees. @throws NoUser. @throws RangeError without a reason.
 */
export async function proposeRelease(
  database: Database,
  order: { stopId: string; by: string; reason: string; at: Date },
): Promise<Result<Proposed, ReleaseRefusal>> {
  const { stopId, reason, at } = order;
  const by = userOf(order.by);
  return database.transaction(async (statements) => {
    const stop = await openStop(statements, stopId);
    if (!stop) return fail({ kind: 'not stopped' });
    const { scope, reason: stoppedFor, stoppedBy, stoppedAt } = stop;
    const payload = { stopId, scope, stoppedFor, stoppedBy, stoppedAt };
    return putForward(statements, { kind: STOP_RELEASE, subject: stopId, payload, by, reason, at });
  });
}

const RELEASED_BY_MAX = 80;
const REASON_MAX = 500;

/**
 * Another person agrees, as it was shown: the stop is released, once, in one commit with the agreement. Should the books
 * still be broken, the next check stops the scope again.
 * @param database by the account that may release: the application's has no right to. @throws NoUser.
 */
export async function approveRelease(
  database: Database,
  decision: Decision,
): Promise<Result<PaymentStop, ReleaseRefusal>> {
  const { approvalId, by, at } = decision;
  try {
    return await database.transaction(async (statements) => {
      const proposal = await findApproval(statements, approvalId);
      if (proposal?.kind !== STOP_RELEASE)
        return fail({ kind: 'approval', refusal: { kind: 'unknown' } } as const);
      const stop = await openStop(statements, proposal.subject);
      const approved = await approve(statements, decision, MOVES_NO_MONEY);
      if (!approved.ok) return fail({ kind: 'approval', refusal: approved.error } as const);
      if (!stop) throw new ReleasedBefore();
      const { maker, reason } = approved.value.approval;
      await insertRow(statements, {
        table: 'payment_stop_release',
        values: {
          stop_id: stop.stopId,
          reason: `${approvalId}: ${reason}`.slice(0, REASON_MAX),
          released_by: `${maker} and ${userOf(by)}`.slice(0, RELEASED_BY_MAX),
          released_at: at,
        },
      });
      return ok(stop);
    });
  } catch (error) {
    if (error instanceof ReleasedBefore || duplicateKey(error) !== undefined)
      return fail({ kind: 'not stopped' });
    throw error;
  }
}

/** Somebody else has released it; the agreement is taken back with the transaction. */
class ReleasedBefore extends Error {}

async function openStop(statements: Statements, stopId: string): Promise<PaymentStop | undefined> {
  return (await openStops(statements)).find((stop) => stop.stopId === stopId);
}
