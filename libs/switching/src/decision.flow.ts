import type { Catalog } from '#lib/catalog';
import { fail, ok, rupiah, type Clock, type Result, type Rupiah } from '#lib/kernel';
import type { GuardedUpdate, Row } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import type { Evidence } from './biller.contract';
import { numberOfLegBefore, type Payment } from './payment';
import type { Said } from './payment.evidence';
import { selectPayment } from './payment.rows';
import { isFinal, type PaymentEvent, type PaymentState } from './payment.states';
import type { Payments } from './payments';
import { reversalByTheirWord } from './reversals';

/** A leg as a closed run found it in its biller's file. */
export interface ListedLeg {
  paymentId: string;
  legNo: number;
  amount: Rupiah;
  /** The biller's own reference; null where its file states none. */
  billerReference: string | null;
  /** Where it is listed: file, line, run. */
  evidence: Evidence;
}

/** What people have decided about a payment, with four eyes. */
export interface DecidedPayment {
  paymentId: string;
  legNo: number;
  /** Who decided, why, and by what proof. */
  evidence: Evidence;
  /** The biller's reference where it is known. */
  billerReference?: string | null;
}

/** What becomes durable with the decision or not at all. */
export interface DecisionTies {
  inserts?: readonly Row[];
  alongside?: readonly GuardedUpdate[];
}

/** What people decide about: what advice has asked about in vain. */
const LEFT_TO_PEOPLE: readonly PaymentState[] = ['UNRESOLVED', 'RESENT'];

/** Why a decision has no effect. */
export type DecisionRefusal =
  | { kind: 'payment unknown' }
  /** It has an end, or another one than can be decided about. */
  | { kind: 'state'; state: PaymentState }
  /** Another leg has taken the place of this one. */
  | { kind: 'another leg'; legNo: number }
  | { kind: 'another amount'; amount: Rupiah }
  /** An order to reverse it stands; its outcome decides. */
  | { kind: 'being reversed' }
  | { kind: 'refunded'; refunded: Rupiah }
  /** The biller has said otherwise. */
  | { kind: 'contradicted'; said: string }
  /** The customer's receipt needs what only the biller's answer can say. */
  | { kind: 'receipt incomplete'; missing: string }
  /** Another writer moved the payment first, or it could not be made durable. */
  | { kind: 'came second'; state: PaymentState };

/**
 * Ends payments by what a closed settlement file lists, or by what people have decided. Every end takes the payment's own
 * path: hold, state, history and journal in one commit, once.
 */
export class DecisionFlow {
  constructor(
    private readonly clock: Clock,
    private readonly statements: Statements,
    private readonly payments: Payments,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Settles a payment whose outcome is unknown as paid, by its biller's file alone: reference and amount agree, and
   * nothing that the biller has said speaks against it.
   */
  async paidByFile(listed: ListedLeg, ties: DecisionTies = {}): Promise<Result<Payment, DecisionRefusal>> {
    const found = await this.open(listed, ['SUSPECT', 'UNRESOLVED', 'RESENT']);
    if (!found.ok) return found;
    const payment = found.value;
    const objection = this.objectionToFile(payment, listed) ?? (await this.contradiction(payment));
    if (objection) return fail(objection);
    return this.record(payment, 'settled as paid', approvalOf(payment, listed), ties);
  }

  /**
   * Settles a payment as paid because people have decided so; their proof takes the place of the biller's word. That goes
   * too for what was sent again and refused, where the biller turns out to have it.
   * @param decided names the further leg; or the leg before, where it is that one which the biller has after all.
   */
  async paidByPeople(
    decided: DecidedPayment,
    ties: DecisionTies = {},
  ): Promise<Result<Payment, DecisionRefusal>> {
    const found = await this.leftToPeople(decided, [...LEFT_TO_PEOPLE, 'UNSERVED'], decided.legNo + 1);
    if (!found.ok) return found;
    const { billerReference = null, evidence, legNo } = decided;
    const { leg } = found.value;
    const before = leg.told && legNo < leg.legNo ? numberOfLegBefore(leg.told) : null;
    const said = approvalOf(found.value, { billerReference: before ?? billerReference, evidence });
    return this.record(found.value, 'settled as paid', said, ties);
  }

  /** Releases the hold of a payment that people have decided was never paid. */
  async notPaidByPeople(
    decided: DecidedPayment,
    ties: DecisionTies = {},
  ): Promise<Result<Payment, DecisionRefusal>> {
    const found = await this.leftToPeople(decided, LEFT_TO_PEOPLE);
    if (!found.ok) return found;
    const said: Said = { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: decided.evidence };
    return this.record(found.value, 'settled as not paid', said, ties);
  }

  /**
   * Undoes a paid payment that its biller says it has undone by itself, or does not have and has refused anew: principal
   * and every fee share go back, and the order to reverse it is written down as acknowledged in the same commit.
   * @param decided of what was refused anew it may name the leg before, whose break is decided.
   */
  async reversedByBiller(
    decided: DecidedPayment,
    ties: DecisionTies = {},
  ): Promise<Result<Payment, DecisionRefusal>> {
    const found = await this.open(decided, ['PAID', 'UNSERVED'], decided.legNo + 1);
    if (!found.ok) return found;
    const payment = found.value;
    if (payment.refunded > 0n) return fail({ kind: 'refunded', refunded: payment.refunded });
    const said: Said = { kind: 'accepted', evidence: decided.evidence };
    const reversal = reversalByTheirWord(payment, decided.evidence, this.clock.now());
    return this.record(payment, 'reversal accepted', said, {
      inserts: [reversal.row, ...(ties.inserts ?? [])],
      alongside: [reversal.mark, ...(ties.alongside ?? [])],
    });
  }

  private async open(
    { paymentId, legNo }: { paymentId: string; legNo: number },
    states: readonly PaymentState[],
    /** The further leg that it may speak of too, where its biller has refused that. */
    refusedLegNo?: number,
  ): Promise<Result<Payment, DecisionRefusal>> {
    const payment = await selectPayment(this.statements, 'p.payment_id = ?', [paymentId]);
    if (!payment) return fail({ kind: 'payment unknown' });
    const isFollowed = payment.state === 'UNSERVED' && payment.leg.legNo === refusedLegNo;
    if (payment.leg.legNo !== legNo && !isFollowed)
      return fail({ kind: 'another leg', legNo: payment.leg.legNo });
    if (!states.includes(payment.state)) return fail({ kind: 'state', state: payment.state });
    return payment.isReversalOrdered ? fail({ kind: 'being reversed' }) : ok(payment);
  }

  /** One that advice has asked about in vain, or that only people can tell of. */
  private async leftToPeople(
    decided: DecidedPayment,
    states: readonly PaymentState[],
    refusedLegNo?: number,
  ): Promise<Result<Payment, DecisionRefusal>> {
    const found = await this.open(decided, states, refusedLegNo);
    if (!found.ok) return found;
    const { state, leg } = found.value;
    // Its biller is still being asked.
    const isAsked = state === 'RESENT' && leg.nextAdviceAt !== null;
    return isAsked ? fail({ kind: 'state', state }) : found;
  }

  private objectionToFile(payment: Payment, { amount }: ListedLeg): DecisionRefusal | undefined {
    if (payment.offer.amount !== amount) return { kind: 'another amount', amount: payment.offer.amount };
    const [missing] = this.payments.requiredReceiptFields(this.catalog.product(payment.productId));
    return missing === undefined ? undefined : { kind: 'receipt incomplete', missing };
  }

  /** What the biller has said that speaks against a success of this leg; an advice that brought no end counts too. */
  private async contradiction({ paymentId, leg }: Payment): Promise<DecisionRefusal | undefined> {
    const [row] = await this.statements.rows<{ said: string }>(
      'SELECT COALESCE(contradiction, said) AS said FROM payment_evidence WHERE payment_id = ? ' +
        "AND about = 'payment' AND (contradiction IS NOT NULL OR said IN ('declined', 'not sent', 'no such payment')) " +
        'UNION ALL SELECT advice_heard FROM payment_leg WHERE payment_id = ? AND leg_no = ? AND ' +
        "(advice_heard LIKE 'no such payment%' OR advice_heard LIKE 'declined%') LIMIT 1",
      [paymentId, paymentId, leg.legNo],
    );
    return row && { kind: 'contradicted', said: row.said };
  }

  private async record(
    payment: Payment,
    event: PaymentEvent,
    said: Said,
    { inserts = [], alongside = [] }: DecisionTies,
  ): Promise<Result<Payment, DecisionRefusal>> {
    const now = this.clock.now();
    const after = await this.payments.record(payment, event, said, now, { inserts, alongside });
    const hasMoved = after.state !== payment.state && isFinal(after.state);
    const isOurs = hasMoved && (await this.wasDecided(after, event, now));
    return isOurs ? ok(after) : fail({ kind: 'came second', state: after.state });
  }

  /** Whether the last event is this decision; another writer may have brought the payment to the same end. */
  private async wasDecided({ paymentId, lastEventNo }: Payment, event: string, now: Date): Promise<boolean> {
    const rows = await this.statements.rows(
      'SELECT 1 FROM payment_event WHERE payment_id = ? AND event_no = ? AND event = ? AND at = ?',
      [paymentId, lastEventNo, event, now],
    );
    return rows.length > 0;
  }
}

/** A success by another word than the biller's answer: it says nothing for the receipt. */
function approvalOf(
  payment: Payment,
  { billerReference, evidence }: { billerReference: string | null; evidence: Evidence },
): Said {
  return {
    kind: 'approved',
    billerReference: billerReference ?? payment.leg.billerReference ?? payment.leg.reference,
    amount: rupiah(payment.offer.amount),
    receipt: {},
    evidence,
  };
}
