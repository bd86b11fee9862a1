import { MOVES_NO_MONEY, putForward, recordAudit, userOf, weighApproval, type Proposed } from '#lib/audit';
import { fail, ok, type Result } from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import {
  ChangedMeanwhile,
  changeRows,
  duplicateKey,
  insertRow,
  type Database,
  type Statements,
} from '#lib/platform';
import { alertOf, type AlertEnds } from './bank-alerts';
import { linesReturning } from './bank-lines';
import { openProposal } from './open-proposal';
import { freeRedraftReference, insertDraft } from './payout-drafts';
import { nextPayoutState } from './payout.states';
import { movePayout, rowsOfMove, type PayoutRefusal } from './payout-moves';
import { namedAtBank, shownAtBank } from './payout-shown';
import { findPayout, type Payout } from './payouts';

const REFUSED = 'payout_refused';

/**
 * A maker says that the bank has said no for certain, by its proof; a second person looks at the proof. Nobody pays again
 * before.
 * @param order `evidence`: the bank's message and where it lies. @throws NoUser. @throws RangeError without evidence.
 */
export async function proposeRefused(
  database: Database,
  { reference, by, evidence, at }: { reference: string; by: string; evidence: string; at: Date },
): Promise<Result<Proposed, PayoutRefusal>> {
  return database.transaction(async (statements) => {
    const payout = await findPayout(statements, reference);
    if (!payout) return fail({ kind: 'unknown' });
    const objection = await objectionToRefused(statements, payout);
    if (objection) return fail(objection);
    return putForward(statements, {
      kind: REFUSED,
      subject: reference,
      payload: { reference, version: payout.version, evidence },
      by,
      reason: evidence,
      at,
    });
  });
}

/** The second person agrees that the bank has refused a payout. @throws NoUser. */
export async function approveRefused(
  database: Database,
  { reference, version, by, at }: { reference: string; version: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const payout = await findPayout(database, reference);
  if (!payout) return fail({ kind: 'unknown' });
  const approvalId = await openProposal(database, REFUSED, reference);
  if (approvalId === undefined) return fail({ kind: 'not proposed' });
  const weighed = await weighApproval(database, { approvalId, version, by, at }, MOVES_NO_MONEY);
  if (!weighed.ok) return fail({ kind: 'approval', refusal: weighed.error });
  const { approval, inserts, updates } = weighed.value;
  const said = approval.payload as { version: number; evidence: string };
  if (said.version !== payout.version) return fail({ kind: 'changed meanwhile' });
  return movePayout(database, payout, 'refused', {
    by: userOf(by),
    at,
    note: said.evidence,
    inserts,
    updates,
    objectionTo: (statements) => objectionToRefused(statements, payout),
  });
}

async function objectionToRefused(
  statements: Statements,
  payout: Payout,
): Promise<PayoutRefusal | undefined> {
  if (!nextPayoutState(payout.state, 'refused'))
    return { kind: 'cannot', state: payout.state, event: 'refused' };
  const line = (await namedAtBank(statements, payout)) ?? (await shownAtBank(statements, payout))[0];
  return line === undefined ? undefined : { kind: 'shown', line };
}

/**
 * Drafts a rejected or returned payout again, once, under a reference of its own: the bank may still show the old one. Only
 * where it is certain that the old one did not happen, so not while a statement shows a debit of its name that is not
 * booked. The alert that a returned one came back ends with it.
 */
export async function redraftPayout(
  { database, endsOf }: { database: Database; endsOf: AlertEnds },
  { reference, by, at }: { reference: string; by: string; at: Date },
): Promise<Result<Payout, PayoutRefusal>> {
  const user = userOf(by);
  const old = await findPayout(database, reference);
  if (!old) return fail({ kind: 'unknown' });
  const { partOf, party, businessDate, dueDate, part, amount, state } = old;
  const attempt = old.attempt + 1;
  let next = '';
  try {
    const moved = rowsOfMove(old, 'redrafted', { by: user, at });
    if (!moved) return fail({ kind: 'cannot', state, event: 'redrafted' });
    const ends = await endsOfReturn(database, endsOf, old, at);
    const line = await database.transaction(async (statements) => {
      const shown = await namedAtBank(statements, old);
      if (shown !== undefined) return shown;
      next = await freeRedraftReference(statements, partOf, part, attempt);
      await changeRows(statements, [moved.update, ...ends]);
      await insertRow(statements, moved.insert);
      const draft = { reference: next, partOf, party, businessDate, part, attempt, amount, dueDate };
      await insertDraft(statements, { ...draft, now: at, by: user });
      const object = { kind: 'payout', id: reference };
      recordAudit(statements, {
        by: user,
        action: 'redrafted',
        object,
        at,
        before: { state },
        after: { next },
      });
      return undefined;
    });
    if (line !== undefined) return fail({ kind: 'shown', line });
  } catch (error) {
    if (error instanceof ChangedMeanwhile || duplicateKey(error) !== undefined)
      return fail({ kind: 'changed meanwhile' });
    throw error;
  }
  const made = await findPayout(database, next);
  return made ? ok(made) : fail({ kind: 'unknown' });
}

async function endsOfReturn(
  statements: Statements,
  endsOf: AlertEnds,
  { reference, state }: Payout,
  at: Date,
): Promise<GuardedUpdate[]> {
  if (state !== 'returned') return [];
  const lines = await linesReturning(statements, reference);
  const ends = await Promise.all(
    lines.map((line) => endsOf(alertOf(line), `${reference} is drafted again`, at)),
  );
  return ends.flat();
}
