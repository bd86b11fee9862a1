import { fail, ok, refusal, type Clock, type Refusal, type Result } from '#lib/kernel';
import type { Catalog } from '#lib/catalog';
import { refuse, type Answer } from './answer';
import type { Billers } from './biller.contract';
import type { Payment } from './payment';
import type { Payments } from './payments';
import type { ReversalRequest } from './requests';
import type { Reversal } from './reversal';
import type { ReversalDelivery } from './reversal.delivery';
import { isDecidedThere } from './payment.states';
import { waitMsAfter, type ReversalLimits } from './reversal.limits';
import type { Reversals } from './reversals';
import { deadlineOf } from './router';

/** How an order came to stand. */
type Ordered =
  | { standing: 'ordered'; reversal: Reversal; payment: Payment; deadline: Date }
  | { standing: 'repeat'; reversal: Reversal };

/** Each redo means that another writer moved the payment; it has few moves. */
const REDO_MAX = 8;

/** Takes a channel's order to undo its payment. */
export class ReversalFlow {
  constructor(
    private readonly clock: Clock,
    private readonly catalog: Catalog,
    private readonly billers: Billers,
    private readonly payments: Payments,
    private readonly reversals: Reversals,
    private readonly delivery: ReversalDelivery,
    private readonly limits: ReversalLimits,
  ) {}

  /**
   * Undoes one payment: write the order down, have the biller undo it, then give the deposit its charge back.
   * @throws CommitUnknown when it cannot be told whether the order was written down: then nothing may be sent, and
   * nothing may be said to the caller. What was written is found by the worker, and by the caller's repeat.
   */
  async reverse(request: ReversalRequest): Promise<Answer> {
    const known = await this.reversals.findByReference(request.channelId, request.reference);
    if (known) return this.answerTo(known, request);

    const payment = await this.payments.findById(request.channelId, request.paymentId);
    if (!payment) return refuse(refusal('PAYMENT_UNKNOWN', `${request.channelId} has no such payment`));

    // One commit: the order, the mark on its payment and, where that is PAID, the intent to send.
    const ordered = await this.order(request, payment);
    if (!ordered.ok) return refuse(ordered.error);

    if (ordered.value.standing === 'repeat') return this.answerTo(ordered.value.reversal, request);
    return { kind: 'payment', payment: await this.sendIfPaid(ordered.value), isRepeat: false };
  }

  /** What is not known to be paid is sent by the worker, once it is known or stays unknown. */
  private async sendIfPaid({
    reversal,
    payment,
    deadline,
  }: Extract<Ordered, { standing: 'ordered' }>): Promise<Payment> {
    return reversal.state === 'SENT' ? this.delivery.send(reversal, payment, deadline) : payment;
  }

  private async order(request: ReversalRequest, looked: Payment): Promise<Result<Ordered, Refusal>> {
    let payment = looked;
    for (let attempt = 1; attempt <= REDO_MAX; attempt += 1) {
      const objection = this.objectionTo(payment);
      if (objection) return fail(objection);
      const now = this.clock.now();
      const { patience } = this.billers.connector(payment.billerId);
      const deadline = deadlineOf(now, patience.paymentMs, request.answerWithinMs);
      const sendUntil = payment.state === 'PAID' ? this.delivery.claimUntil(deadline) : undefined;
      const firstLookAt = new Date(now.getTime() + waitMsAfter(this.limits, 1));
      const order = { ...orderOf(request), now, sendUntil, firstLookAt };
      const { reversal, result } = await this.reversals.order(payment, order);
      if (result.kind === 'committed') {
        const marked = { ...payment, isReversalOrdered: payment.isReversalOrdered || reversal.isEffective };
        return ok({ standing: 'ordered', reversal, payment: marked, deadline });
      }
      if (result.kind === 'overloaded')
        return fail(refusal('NOT_NOW', 'too many payments are waiting to be written'));
      // The reference was taken, or the payment has moved, since we looked.
      const first = await this.reversals.findByReference(request.channelId, request.reference);
      if (first) return ok({ standing: 'repeat', reversal: first });
      payment = (await this.payments.findById(request.channelId, request.paymentId)) ?? payment;
    }
    throw new Error(`${looked.paymentId} changed again and again while it was ordered to be reversed`);
  }

  /** Why this payment is not one to reverse; undefined where it may be. */
  private objectionTo({ paymentId, productId, billerId, refunded, state }: Payment): Refusal | undefined {
    if (!this.catalog.product(productId)?.isReversible)
      return refusal('REVERSAL_NOT_ALLOWED', `${productId} may not be reversed`);
    if (!this.billers.connector(billerId).reverse)
      return refusal('REVERSAL_NOT_ALLOWED', `${billerId} takes no reversals`);
    if (refunded > 0n) return refusal('REVERSAL_NOT_ALLOWED', `${paymentId} is refunded by ${refunded}`);
    // An order would be used up by a payment that may still be paid: nothing is formed, so its reference stays free.
    if (!isDecidedThere(state))
      return refusal('NOT_NOW', `${paymentId} is ${state}: it is not settled yet whether its biller has it`);
    return undefined;
  }

  /** Answers a known reference with its payment as it stands, or refuses it when it now carries other content. */
  private async answerTo(reversal: Reversal, request: ReversalRequest): Promise<Answer> {
    const payment = await this.payments.findById(reversal.channelId, reversal.paymentId);
    if (!payment) throw new Error(`the payment ${reversal.paymentId} of a reversal is gone`);
    if (reversal.contentHash.equals(request.contentHash)) return { kind: 'payment', payment, isRepeat: true };
    const reused = refusal(
      'REFERENCE_REUSED',
      `${reversal.reference} reverses ${reversal.paymentId}, or did with other content`,
      'reference',
    );
    return { kind: 'refused', refusal: reused, payment };
  }
}

function orderOf({ reference, reason, contentHash }: ReversalRequest) {
  return { origin: 'channel' as const, reference, reason, contentHash };
}
