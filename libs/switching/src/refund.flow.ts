import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  rupiah,
  type Clock,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import { isSameJournal, refundJournal, unitOfJournal, type MoneyWriter } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import type { DecisionTies } from './decision.flow';
import { moneyOf, type Payment } from './payment';
import { selectPayment } from './payment.rows';

/** An approved order to give money back for a paid payment. */
export interface RefundOrder {
  /** Unique among refunds for ever; the same order again has no further effect. */
  refundId: string;
  paymentId: string;
  amount: Rupiah;
  /** Who pays for it. */
  borneBy: 'biller' | 'us';
  reason: string;
  /** What becomes durable with the refund or not at all. */
  ties?: DecisionTies;
}

/** Why nothing was refunded. */
export type RefundRefusal =
  | { kind: 'payment unknown' }
  /** Only a PAID payment of which no reversal is ordered can be refunded. */
  | { kind: 'not refundable'; state: string }
  | { kind: 'more than is left'; left: Rupiah }
  /** This refund id was used for another refund. */
  | { kind: 'id used' }
  /** What was to be written with the refund was no longer as it was looked at. */
  | { kind: 'came second' }
  /** Too many wait to be written; nothing was tried. */
  | { kind: 'overloaded' };

/** Each redo means that another refund of the same payment was first. */
const REDO_MAX = 8;

/**
 * Gives money back for a paid payment that the biller does not undo. It has no door of its own: whoever calls it has
 * had the order approved.
 */
export class Refunds {
  constructor(
    private readonly clock: Clock,
    private readonly statements: Statements,
    private readonly writer: MoneyWriter,
  ) {}

  /**
   * Refunds the whole charge of a payment or a part of it.
   * @returns what is left to refund after it.
   * @throws RangeError for an amount of 0 or less, or without a reason. @throws CommitUnknown as `MoneyWriter.commit`.
   */
  async refund(order: RefundOrder): Promise<Result<{ left: Rupiah; isRepeat: boolean }, RefundRefusal>> {
    if (order.amount <= 0n) throw new RangeError(`a refund of ${order.amount} rupiah gives nothing back`);
    if (order.reason.trim() === '') throw new RangeError('a refund needs its reason');
    for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
      const payment = await selectPayment(this.statements, 'p.payment_id = ?', [order.paymentId]);
      if (!payment) return fail({ kind: 'payment unknown' });

      const now = this.clock.now();
      const businessDate = businessDateOf(now, JAKARTA_MIDNIGHT);
      const journal = refundJournal(moneyOf(payment), { ...order, businessDate, at: now });
      if (await isSameJournal(this.statements, journal)) return ok({ left: leftOf(payment), isRepeat: true });

      const objection = objectionTo(payment, order);
      if (objection) return fail(objection);

      const refunded = rupiah(payment.refunded + order.amount);
      const { inserts = [], alongside = [] } = order.ties ?? {};
      const result = await this.writer.commit(
        unitOfJournal(journal, {
          inserts: () => [...inserts],
          updates: () => [refundedUpdate(payment, refunded), ...alongside],
        }),
      );
      switch (result.kind) {
        case 'committed':
          return ok({ left: leftOf({ ...payment, refunded }), isRepeat: false });
        case 'overloaded':
          return fail(result);
        case 'insufficient':
          throw new Error(`refund ${order.refundId} takes nothing out of the deposit`);
        case 'clash':
          if (await isSameJournal(this.statements, journal)) break;
          return fail({ kind: order.ties ? 'came second' : 'id used' });
        case 'stale':
          if (order.ties) return fail({ kind: 'came second' });
          break;
      }
    }
    throw new Error(`${order.paymentId} changed again and again while it was refunded`);
  }
}

function leftOf({ offer, refunded }: Payment): Rupiah {
  return rupiah(offer.charge - refunded);
}

function objectionTo(payment: Payment, { amount }: RefundOrder): RefundRefusal | undefined {
  if (payment.state !== 'PAID') return { kind: 'not refundable', state: payment.state };
  if (payment.isReversalOrdered) return { kind: 'not refundable', state: 'being reversed' };
  const left = leftOf(payment);
  return amount > left ? { kind: 'more than is left', left } : undefined;
}

/** Of two refunds at one moment one finds what it looked at; so do a refund and an order to reverse. */
function refundedUpdate(payment: Payment, refunded: Rupiah) {
  return {
    table: 'payment',
    set: { refunded },
    where: {
      payment_id: payment.paymentId,
      state: 'PAID',
      reversal_ordered: 0,
      refunded: payment.refunded,
    },
  };
}
