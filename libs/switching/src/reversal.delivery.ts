import type { Clock } from '#lib/kernel';
import { failPoint, type Logger } from '#lib/platform';
import type { BillerConnector, Billers, ReversalOutcome } from './biller.contract';
import { brokenCall } from './outcomes';
import { isFinal } from './payment.states';
import type { Payment } from './payment';
import type { Payments } from './payments';
import { billerReversalOf, type Reversal } from './reversal';
import { waitMsAfter, type ReversalLimits } from './reversal.limits';
import { acceptanceOf, ourOrder, type Reversals } from './reversals';

/** After a try, somebody else may send it again no sooner than this after its deadline. */
const AFTER_DEADLINE_MS = 5_000;

/**
 * Brings ordered reversals to the biller, the same reversal again with growing waits until it is acknowledged. The
 * deposit gets its charge back in the commit that records the acknowledgement, and never before.
 */
export class ReversalDelivery {
  constructor(
    private readonly clock: Clock,
    private readonly payments: Payments,
    private readonly reversals: Reversals,
    private readonly billers: Billers,
    private readonly limits: ReversalLimits,
    private readonly logger: Logger,
  ) {}

  /** Looks at every order that is due, a bounded number at once. @returns how many were looked at. */
  async deliverDue(): Promise<number> {
    const now = this.clock.now();
    await this.orderOurs(now);
    const due = await this.reversals.findDue(now, this.limits.atOnceMax);
    await Promise.all(
      due.map((reversal) =>
        this.deliver(reversal, now).catch((error: unknown) =>
          this.logger.error(
            { paymentId: reversal.paymentId, err: error },
            'a reversal failed; it is tried again when its claim runs out',
          ),
        ),
      ),
    );
    return due.length;
  }

  /**
   * Sends an order whose intent is durable and records what came of it.
   * @returns the payment as it now stands: undone, or as it was while the biller has not acknowledged.
   */
  async send(reversal: Reversal, payment: Payment, deadline: Date): Promise<Payment> {
    const { paymentId, channelId, reference, billerId, legReference, origin, tries } = reversal;
    this.logger.info(
      { paymentId, channelId, reference, billerId, legReference, origin, tries },
      'reversal sent',
    );
    failPoint('K8 reversal stored', paymentId);
    const connector = this.billers.connector(billerId);
    failPoint('K8 reversal stored', paymentId);
    const said = connector.reverse
      ? await connector.reverse(billerReversalOf(reversal, payment), deadline).catch(brokenCall)
      : UNSUPPORTED;
    failPoint('K8 reversal sent', paymentId);
    const now = this.clock.now();
    if (said.kind === 'accepted') return this.recordAccepted(reversal, payment, said, now);
    await this.payments.keepEvidence(payment, said, now);
    await this.planAfter(reversal, said, now);
    return payment;
  }

  /** When an order that was sent may be sent again by somebody else. */
  claimUntil(deadline: Date): Date {
    return new Date(deadline.getTime() + AFTER_DEADLINE_MS);
  }

  /** What became of its payment decides whether an order is sent, waits, or has nothing left to undo. */
  private async deliver(reversal: Reversal, now: Date): Promise<void> {
    const payment = await this.payments.findById(reversal.channelId, reversal.paymentId);
    if (!payment) throw new Error(`the payment ${reversal.paymentId} of a reversal is gone`);
    const connector = this.billers.connector(reversal.billerId);
    if (isFinal(payment.state) && payment.state !== 'PAID')
      return this.reversals.end(reversal, 'payment declined', now);
    if (!mayBeSent(payment, connector, now))
      return this.reversals.postpone(reversal, new Date(now.getTime() + waitMsAfter(this.limits, 1)));
    const deadline = new Date(now.getTime() + connector.patience.paymentMs);
    const claimed = await this.reversals.claim(reversal, this.claimUntil(deadline));
    if (claimed) await this.send(claimed, payment, deadline);
  }

  private async recordAccepted(
    reversal: Reversal,
    payment: Payment,
    said: Extract<ReversalOutcome, { kind: 'accepted' }>,
    now: Date,
  ): Promise<Payment> {
    const acceptance = (order: Reversal) => [acceptanceOf(order, said.evidence, now)];
    const after = await this.payments.record(payment, 'reversal accepted', said, now, {
      alongside: acceptance(reversal),
    });
    if (after.state !== payment.state) return after;
    // The order itself may have been left to people meanwhile: the acknowledgement counts all the same.
    const current = await this.reversals.findEffective(reversal.paymentId);
    if (!current || current.state === reversal.state || current.state === 'ACCEPTED') return after;
    return this.payments.record(payment, 'reversal accepted', said, now, { alongside: acceptance(current) });
  }

  private async planAfter(reversal: Reversal, said: ReversalOutcome, now: Date): Promise<void> {
    const { paymentId, tries, orderedAt } = reversal;
    const isExhausted = now.getTime() - orderedAt.getTime() > this.limits.exhaustedAfterHours * 3_600_000;
    const nextTryAt = new Date(now.getTime() + waitMsAfter(this.limits, tries));
    if (isExhausted) await this.reversals.end(reversal, 'tries exhausted', now, said.evidence);
    else await this.reversals.postpone(reversal, nextTryAt, said.evidence);
    this.logger.warn(
      {
        paymentId,
        tries,
        said: said.kind,
        evidence: said.evidence,
        nextTryAt: isExhausted ? null : nextTryAt,
      },
      isExhausted ? 'reversal left to people' : 'reversal not acknowledged',
    );
  }

  /**
   * Orders what a biller's protocol demands: the reversal of a payment that stayed unknown after it was asked. Whose
   * protocol counts is told by the payment's leg, whatever routes its product has by now.
   */
  private async orderOurs(now: Date): Promise<void> {
    for (const billerId of await this.reversals.billersAsked()) {
      const connector = this.connectorOf(billerId);
      if (!connector?.reverse || !connector.reversesUnknown) continue;
      const { patience } = connector;
      const sentBefore = new Date(now.getTime() - patience.paymentMs - patience.quietMs);
      for (const payment of await this.reversals.findUnknown(billerId, sentBefore, this.limits.atOnceMax)) {
        const { result } = await this.reversals.order(payment, ourOrder(payment, now));
        const { paymentId } = payment;
        this.logger.info({ paymentId, billerId, result: result.kind }, 'reversal ordered by ourselves');
      }
    }
  }

  /** Undefined where the biller is configured no more: advice says so of each of its payments. */
  private connectorOf(billerId: string): BillerConnector | undefined {
    try {
      return this.billers.connector(billerId);
    } catch {
      return undefined;
    }
  }
}

const UNSUPPORTED: ReversalOutcome = {
  kind: 'not sent',
  evidence: { reason: 'this biller takes no reversals' },
};

/**
 * A payment on its way could arrive after its reversal. So what is not known to be paid is reversed only when advice has
 * called it unknown and the biller's quiet time is over.
 */
function mayBeSent(payment: Payment, { patience }: BillerConnector, now: Date): boolean {
  const quietEnd = payment.leg.sentAt.getTime() + patience.paymentMs + patience.quietMs;
  switch (payment.state) {
    case 'PAID':
    case 'UNRESOLVED':
      return true;
    case 'SUSPECT':
      return payment.leg.adviceCount > 0 && now.getTime() >= quietEnd;
    case 'NEW':
    case 'SENT':
    case 'DECLINED':
    case 'REVERSED':
    case 'RESENT':
    case 'UNSERVED':
      return false;
  }
}
