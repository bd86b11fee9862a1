import {
  findApproval,
  MOVES_NO_MONEY,
  putForward,
  userOf,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import { commitApproved, type ApprovedCommitRefusal, type Books, type UnitOfWork } from '#lib/ledger';
import type { Database } from '#lib/platform';
import { endOfPause, openPause } from './alerts';

/** The kind of the proposals to let a paused biller go on; their subject is the biller. */
export const FLOAT_RESUME = 'float_resume';

/** Why a biller does not go on. */
export type ResumeRefusal =
  /** It is not paused, or the pause that was meant has ended; a later one is another matter. */
  { kind: 'not paused' } | StandsAlready;

interface Payload {
  billerId: string;
  /** The pause that is meant, and no later one. */
  alertId: string;
  pausedFor: string;
  pausedAt: Date;
}

/**
 * A maker proposes that a biller goes on which was paused because it said that our float was empty. Nothing changes before
 * another person agrees. @throws NoUser. @throws RangeError without a reason.
 */
export async function proposeResume(
  database: Database,
  order: { billerId: string; by: string; reason: string; at: Date },
): Promise<Result<Proposed, ResumeRefusal>> {
  const { billerId, reason, at } = order;
  const by = userOf(order.by);
  return database.transaction(async (statements) => {
    const pause = await openPause(statements, billerId);
    if (!pause) return fail({ kind: 'not paused' });
    const { alertId, reason: pausedFor, raisedAt: pausedAt } = pause;
    const payload: Payload = { billerId, alertId, pausedFor, pausedAt };
    return putForward(statements, { kind: FLOAT_RESUME, subject: billerId, payload, by, reason, at });
  });
}

/** Another person agrees, as it was shown: that pause ends, in one commit with the agreement. @throws NoUser. */
export async function approveResume(
  books: Books,
  decision: { approvalId: string; version: string; by: string; at: Date },
): Promise<Result<{ billerId: string }, ResumeRefusal | ApprovedCommitRefusal>> {
  const { statements } = books;
  const proposal = await findApproval(statements, decision.approvalId);
  if (proposal?.kind !== FLOAT_RESUME) return fail({ kind: 'approval', refusal: { kind: 'unknown' } });
  const pause = proposal.payload as Payload;
  const isOver = async () =>
    proposal.state === 'proposed' && (await openPause(statements, pause.billerId))?.alertId !== pause.alertId;
  if (await isOver()) return fail({ kind: 'not paused' });
  const by = `resumed by ${proposal.maker} and ${userOf(decision.by)}: ${proposal.reason}`;
  const done = await commitApproved(
    { ...books, approvalLimits: MOVES_NO_MONEY },
    FLOAT_RESUME,
    decision,
    () => unitOf(pause, by, decision.at),
  );
  if (done.ok) return ok({ billerId: pause.billerId });
  return done.error.kind === 'overloaded' && (await isOver()) ? fail({ kind: 'not paused' }) : done;
}

function unitOf(pause: Payload, by: string, at: Date): UnitOfWork {
  const end = endOfPause(pause, by, at);
  return {
    journal: undefined,
    claims: [],
    inserts: () => [],
    updates: () => [end],
    witness: { table: end.table, values: { alert_id: pause.alertId, ...end.set } },
  };
}
