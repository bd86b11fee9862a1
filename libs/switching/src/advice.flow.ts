import { randomUUID } from 'node:crypto';
import type { Catalog } from '#lib/catalog';
import type { Clock } from '#lib/kernel';
import type { Logger } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import { believe } from './believe';
import type { AdviceOutcome, BillerConnector, Billers } from './biller.contract';
import { legOf, type Payment } from './payment';
import type { PaymentStore } from './payment.store';
import type { Payments } from './payments';

/** Brings payments whose outcome is unknown to their end by asking the biller; it never pays. */
export class AdviceFlow {
  private readonly owner = `${process.pid}-${randomUUID()}`;

  constructor(
    private readonly clock: Clock,
    private readonly store: PaymentStore,
    private readonly payments: Payments,
    private readonly billers: Billers,
    private readonly catalog: Catalog,
    private readonly limits: AdviceLimits,
    private readonly logger: Logger,
  ) {}

  /** Asks about every payment that is due, a bounded number at once. @returns how many were asked about. */
  async adviseDue(): Promise<number> {
    const due = await this.claimDue();
    await Promise.all(
      due.map((payment) =>
        this.advise(payment).catch((error: unknown) =>
          this.logger.error(
            { paymentId: payment.paymentId, err: error },
            'advice failed; the lease will run out',
          ),
        ),
      ),
    );
    return due.length;
  }

  /** Asks the biller what became of one payment and records what it says. */
  private async advise(payment: Payment): Promise<void> {
    const connector = this.billers.connector(payment.billerId);
    const leg = legOf(payment);
    const askedAt = this.clock.now();
    const deadline = new Date(askedAt.getTime() + connector.patience.adviceMs);
    const outcome = believe(await connector.advise(leg, deadline), {
      amount: leg.amount,
      requiredReceiptFields: this.catalog.product(payment.productId)?.requiredReceiptFields ?? [],
    });
    const now = this.clock.now();

    if (outcome.kind === 'approved') await this.payments.record(payment, 'biller approved', outcome, now);
    else if (outcome.kind === 'declined' || isProvenUnpaid(outcome, payment, connector, askedAt))
      await this.payments.record(payment, 'biller declined', outcome, now);
    else if (payment.state === 'SENT') await this.payments.record(payment, 'answer lost', outcome, now);
    else if (now.getTime() - payment.createdAt.getTime() > this.limits.exhaustedAfterHours * 3_600_000)
      await this.payments.record(payment, 'advice exhausted', outcome, now);
    else await this.postpone(payment, outcome, connector, now);
  }

  /** Claims what is due. The lease spares the biller double questions; it protects no money. */
  private async claimDue(): Promise<Payment[]> {
    const now = this.clock.now();
    return this.store.claimDue({
      owner: this.owner,
      now,
      until: new Date(now.getTime() + this.limits.leaseMs),
      rowsMax: this.limits.atOnceMax,
    });
  }

  /** Plans the next question: by the schedule, or at the end of the quiet time when that comes first. */
  private async postpone(
    payment: Payment,
    outcome: AdviceOutcome,
    connector: BillerConnector,
    now: Date,
  ): Promise<void> {
    const { scheduleSeconds } = this.limits;
    const adviceCount = payment.leg.adviceCount + 1;
    const waitSeconds = scheduleSeconds[Math.min(adviceCount, scheduleSeconds.length - 1)] ?? 0;
    const scheduled = new Date(now.getTime() + waitSeconds * 1_000);
    const quietEnd = quietEndOf(payment, connector);
    const next = outcome.kind === 'no such payment' && quietEnd < scheduled ? quietEnd : scheduled;
    await this.store.postpone(payment, this.owner, adviceCount, next);
    this.logger.info(
      { paymentId: payment.paymentId, adviceCount, nextAdviceAt: next, evidence: outcome.evidence },
      'advice without an end',
    );
  }
}

/**
 * "No such payment" proves nothing while the payment may still be on its way: what counts is when we asked, because the
 * answer, or the process that reads it, may have taken until after the quiet time.
 */
function isProvenUnpaid(
  outcome: AdviceOutcome,
  payment: Payment,
  connector: BillerConnector,
  askedAt: Date,
): boolean {
  return outcome.kind === 'no such payment' && askedAt >= quietEndOf(payment, connector);
}

/** A payment may leave until its deadline, and travel for the biller's quiet time after that. */
function quietEndOf(payment: Payment, { patience }: BillerConnector): Date {
  return new Date(payment.leg.sentAt.getTime() + patience.paymentMs + patience.quietMs);
}
