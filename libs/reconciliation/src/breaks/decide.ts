import {
  reject,
  weighApproval,
  withdraw,
  userOf,
  type Approval,
  type ApprovalTools,
  type Decision,
  type WeighedDecision,
} from '#lib/audit';
import { fail, ok, rupiah, type Result } from '#lib/kernel';
import type { CommitResult } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import { isFinalState } from './payment-ends';
import { findBreak, listBreaks, type Break, type BreakOutcome } from './break';
import { breakJournal, rowsOfJournals } from './books';
import { moveToWrite, unitOfMoves, type MoreToWrite, type MoveToWrite } from './break-moves';
import type { BreakDesk } from './desk';
import { sendBack } from './expire';
import { BREAK_PROPOSAL, BULK_PROPOSAL, type PlannedResolution } from './propose';
import type { BreakRefusal } from './refusals';
import { outcomeOf } from './resolutions';
import { legOfAnswer, objectionToSendAgain, resendOfBreak } from './resend';
import type { BulkPlan } from './bulk';

/** How a decision ended: everybody has agreed and it was done, or another checker is needed. */
export interface Decided {
  approval: Approval;
  isDone: boolean;
  breaks: Break[];
}

/** Whether a proposal is about breaks, and decided here. */
export function isAboutBreaks({ kind }: Pick<Approval, 'kind'>): boolean {
  return kind === BREAK_PROPOSAL || kind === BULK_PROPOSAL;
}

/**
 * A checker agrees. With the last one needed, what was proposed happens in the same commit: decision, journal, payment
 * and break. Of several checkers at once one has the effect.
 * @throws NoUser. @throws CommitUnknown as `MoneyWriter.commit`; looked at again, it shows what became of it.
 */
export async function approveProposal(
  desk: BreakDesk & ApprovalTools,
  decision: Omit<Decision, 'at'>,
): Promise<Result<Decided, BreakRefusal>> {
  const { database, clock } = desk;
  const at = clock.now();
  const weighed = await weighApproval(database, { ...decision, at }, desk.approvalLimits);
  if (!weighed.ok) return fail({ kind: 'approval', why: weighed.error });
  const { approval, isComplete } = weighed.value;
  const breaks = await waitingFor(desk, approval);
  if (!breaks.ok) return breaks;
  const by = userOf(decision.by);
  const done = isComplete
    ? await effect(desk, breaks.value, weighed.value, { by, at })
    : await commitAgreement(desk, weighed.value);
  if (!done.ok) return done;
  const ids = breaks.value.map(({ breakId }) => breakId);
  return ok({
    approval,
    isDone: isComplete,
    breaks: await listBreaks(database, { ids, rowsMax: Math.max(1, ids.length) }),
  });
}

/** A checker says no; the breaks go back to those who look into them. */
export function rejectProposal(
  desk: BreakDesk,
  decision: Omit<Decision, 'at'>,
): Promise<Result<Approval, BreakRefusal>> {
  return endInVain(desk, 'rejected', decision, (statements, at) => reject(statements, { ...decision, at }));
}

/** The maker takes the proposal back. */
export function withdrawProposal(
  desk: BreakDesk,
  decision: Omit<Decision, 'at' | 'version'>,
): Promise<Result<Approval, BreakRefusal>> {
  return endInVain(desk, 'withdrawn', decision, (statements, at) =>
    withdraw(statements, { ...decision, at }),
  );
}

/** Ends a proposal without its effect, and sends its breaks back, in one transaction. */
async function endInVain(
  desk: BreakDesk,
  event: 'rejected' | 'withdrawn',
  { by, note }: Pick<Decision, 'by' | 'note'>,
  end: (statements: Statements, at: Date) => ReturnType<typeof reject>,
): Promise<Result<Approval, BreakRefusal>> {
  const at = desk.clock.now();
  return desk.database.transaction(async (statements): Promise<Result<Approval, BreakRefusal>> => {
    const ended = await end(statements, at);
    if (!ended.ok) return fail({ kind: 'approval', why: ended.error });
    await sendBack(statements, ended.value, { event, by: userOf(by), at, reason: note });
    return ended;
  });
}

/** The breaks of a proposal as they were proposed; a break that has changed since makes it void. */
async function waitingFor(
  { database }: BreakDesk,
  { approvalId, kind, subject, version, payload }: Approval,
): Promise<Result<Break[], BreakRefusal>> {
  if (kind === BREAK_PROPOSAL) {
    const one = await findBreak(database, subject);
    if (!one) return fail({ kind: 'unknown', breakId: subject });
    const isAsProposed =
      one.state === 'proposed' && one.approvalId === approvalId && String(one.lastEventNo) === version;
    return isAsProposed ? ok([one]) : fail({ kind: 'changed', breakId: subject });
  }
  const planned = (payload as BulkPlan).breaks;
  const ids = planned.map(({ breakId }) => breakId);
  const found = await listBreaks(database, { ids, rowsMax: ids.length });
  for (const { breakId, version: wanted } of planned) {
    const one = found.find((other) => other.breakId === breakId);
    if (one?.state !== 'proposed' || one.approvalId !== approvalId || one.lastEventNo !== wanted)
      return fail({ kind: 'changed', breakId });
  }
  return ok(found);
}

/** The first of two checkers: their agreement alone. */
async function commitAgreement(
  desk: BreakDesk,
  weighed: WeighedDecision,
): Promise<Result<true, BreakRefusal>> {
  const [row] = weighed.inserts;
  if (!row) throw new Error('an agreement writes its line');
  return resultOf(
    await desk.writer.commit({
      journal: undefined,
      claims: [],
      inserts: () => [...weighed.inserts],
      updates: () => [...weighed.updates],
      witness: row,
    }),
  );
}

/** Who agreed last, and when. */
interface LastWord {
  by: string;
  at: Date;
}

/** What everybody has agreed to about one break. */
interface Agreed extends LastWord {
  one: Break;
  planned: PlannedResolution;
  weighed: WeighedDecision;
}

async function effect(
  desk: BreakDesk,
  breaks: readonly Break[],
  weighed: WeighedDecision,
  last: LastWord,
): Promise<Result<true, BreakRefusal>> {
  const { approval } = weighed;
  if (approval.kind === BULK_PROPOSAL) {
    const { plans } = approval.payload as BulkPlan;
    return bookAll(desk, breaks, plans, weighed, last);
  }
  const [one] = breaks;
  const planned = approval.payload as PlannedResolution;
  if (!one) throw new Error(`${approval.approvalId} is about no break`);
  const agreed = { one, planned, weighed, ...last };
  switch (planned.resolution) {
    case 'adjustment':
    case 'write_off':
    case 'confirmation':
      return bookAll(desk, [one], [planned], weighed, last);
    case 'refund':
      return refundOf(desk, agreed);
    case 'reversal':
    case 'advice_result':
      return endPayment(desk, agreed);
    case 'resend':
      return orderResend(desk, agreed);
    case 'counterparty_error':
      throw new Error(`${planned.resolution} is never proposed`);
  }
}

/** Adjustments and write-offs: their journals, moves and the decision in one commit, however many they are. */
async function bookAll(
  desk: BreakDesk,
  breaks: readonly Break[],
  plans: readonly PlannedResolution[],
  weighed: WeighedDecision,
  last: LastWord,
): Promise<Result<true, BreakRefusal>> {
  const moves: MoveToWrite[] = [];
  const journals = [];
  for (const one of breaks) {
    const planned = plans.find(({ breakId }) => breakId === one.breakId);
    if (!planned) throw new Error(`${one.breakId} is in no plan of ${weighed.approval.approvalId}`);
    moves.push(endOf({ one, planned, weighed, ...last }));
    const { billerId, against, standsOn, resolution, amount } = planned;
    if (resolution === 'confirmation') continue;
    if (billerId === undefined || against === undefined || standsOn === undefined)
      throw new Error(`the plan of ${one.breakId} names no accounts`);
    const kind = resolution === 'write_off' ? 'write_off' : 'break_adjustment';
    const booking = { kind, billerId, owedMore: BigInt(amount), against, standsOn } as const;
    const about = { eventNo: one.lastEventNo + 1, reason: weighed.approval.reason, at: last.at };
    journals.push(await breakJournal(desk.database, one, booking, about));
  }
  return resultOf(
    await desk.writer.commit(
      unitOfMoves(moves, {
        inserts: [...rowsOfJournals(journals), ...weighed.inserts],
        updates: weighed.updates,
      }),
    ),
  );
}

async function refundOf(desk: BreakDesk, agreed: Agreed): Promise<Result<true, BreakRefusal>> {
  const { one, planned, weighed } = agreed;
  const refunded = await desk.refunds.refund({
    refundId: `${one.breakId}-${one.lastEventNo + 1}`,
    paymentId: one.paymentId ?? '',
    amount: rupiah(BigInt(planned.amount)),
    borneBy: planned.borneBy ?? 'biller',
    reason: weighed.approval.reason,
    ties: tiesOf(endOf(agreed), weighed),
  });
  return refunded.ok ? ok(true) : fail({ kind: 'refund', why: refunded.error });
}

/** The payment's own path takes the decision and the break along. A payment that has that end already needs no move. */
async function endPayment(desk: BreakDesk, agreed: Agreed): Promise<Result<true, BreakRefusal>> {
  const { one, planned, weighed, by } = agreed;
  const { approval } = weighed;
  const move = endOf(agreed);
  const ties = tiesOf(move, weighed);
  const order = {
    paymentId: one.paymentId ?? '',
    legNo: one.legNo ?? 1,
    billerReference: one.theirRef,
    evidence: {
      decidedBy: `${approval.maker}, ${by}`,
      break: one.breakId,
      approval: approval.approvalId,
      reason: approval.reason,
      proof: planned.evidence.join(' ') || null,
    },
  };
  if (planned.resolution === 'reversal') {
    const undone = await desk.decisions.reversedByBiller(order, ties);
    return undone.ok ? ok(true) : fail({ kind: 'payment', why: undone.error });
  }
  const told = { ...order, legNo: await legOfAnswer(desk.database, one) };
  if (await isFinalState(desk.database, told, planned.outcome ?? 'paid'))
    return resultOf(
      await desk.writer.commit(unitOfMoves([move], { inserts: weighed.inserts, updates: weighed.updates })),
    );
  const ended =
    planned.outcome === 'paid'
      ? await desk.decisions.paidByPeople(told, ties)
      : await desk.decisions.notPaidByPeople(told, ties);
  return ended.ok ? ok(true) : fail({ kind: 'payment', why: ended.error });
}

/** The order to send the payment again ends the break; the worker sends it. */
async function orderResend(desk: BreakDesk, agreed: Agreed): Promise<Result<true, BreakRefusal>> {
  const { one, weighed, by, at } = agreed;
  const why = await objectionToSendAgain(desk, one);
  if (why) return fail({ kind: 'cannot resend', why });
  const { row, claim } = resendOfBreak(one, `${weighed.approval.maker}, ${by}`, at);
  const unit = unitOfMoves([endOf(agreed)], { inserts: [row, ...weighed.inserts], updates: weighed.updates });
  return resultOf(await desk.writer.commit({ ...unit, claims: [...unit.claims, claim] }));
}

function endOf({ one, planned, weighed: { approval }, by, at }: Agreed): MoveToWrite {
  const outcome: BreakOutcome = planned.outcome ?? outcomeOf(planned.resolution, one);
  const move = moveToWrite(one, {
    event: 'approved',
    by,
    at,
    reason: `${planned.resolution}: ${approval.reason}`,
    amount: BigInt(planned.amount),
    approvalId: approval.approvalId,
    resolution: planned.resolution,
    outcome,
  });
  if (!move) throw new Error(`${one.breakId} is ${one.state} and cannot be approved`);
  return move;
}

function tiesOf(
  move: MoveToWrite,
  weighed: WeighedDecision,
): Required<Pick<MoreToWrite, 'inserts'>> & {
  alongside: WeighedDecision['updates'];
} {
  return { inserts: [...weighed.inserts, move.insert], alongside: [...weighed.updates, move.update] };
}

function resultOf(result: CommitResult): Result<true, BreakRefusal> {
  switch (result.kind) {
    case 'committed':
      return ok(true);
    case 'overloaded':
      return fail({ kind: 'overloaded' });
    case 'clash':
    case 'stale':
      return fail({ kind: 'came second' });
    case 'insufficient':
      throw new Error('a break takes nothing out of a deposit');
  }
}
