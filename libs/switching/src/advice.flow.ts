import { randomUUID } from 'node:crypto';
import type { Catalog } from '#lib/catalog';
import type { Clock } from '#lib/kernel';
import { failPoint, type Logger, type Statements } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import { believe } from './believe';
import type { AdviceOutcome, BillerConnector, Billers } from './biller.contract';
import { legOf, type Payment } from './payment';
import { selectPayment } from './payment.rows';
import type { Payments } from './payments';

/** Brings payments whose outcome is unknown to their end by asking the biller; it never pays. */
export class AdviceFlow {
  private readonly owner = `${process.pid}-${randomUUID()}`;

  constructor(
    private readonly clock: Clock,
    private readonly statements: Statements,
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
    if (payment.state === 'SENT') failPoint('K9 taken over', payment.paymentId);
    const connector = this.billers.connector(payment.billerId);
    const leg = legOf(payment);
    const deadline = new Date(this.clock.now().getTime() + connector.patience.adviceMs);
    const outcome = believe(await connector.advise(leg, deadline), {
      amount: leg.amount,
      requiredReceiptFields: this.catalog.product(payment.productId)?.requiredReceiptFields ?? [],
    });
    const now = this.clock.now();
    if (payment.state === 'SENT') failPoint('K9 advised', payment.paymentId);

    if (outcome.kind === 'approved') await this.payments.record(payment, 'biller approved', outcome, now);
    else if (outcome.kind === 'declined' || isProvenUnpaid(outcome, payment, connector, now)) {
      failPoint('K8 void decided', payment.paymentId);
      await this.payments.record(payment, 'biller declined', outcome, now);
      failPoint('K8 void recorded', payment.paymentId);
    } else if (payment.state === 'SENT') await this.payments.record(payment, 'answer lost', outcome, now);
    else if (now.getTime() - payment.createdAt.getTime() > this.limits.exhaustedAfterHours * 3_600_000)
      await this.payments.record(payment, 'advice exhausted', outcome, now);
    else await this.postpone(payment, outcome, connector, now);
  }

  /** Claims what is due. The lease spares the biller double questions; it protects no money. */
  private async claimDue(): Promise<Payment[]> {
    const now = this.clock.now();
    const candidates = await this.statements.rows<{ payment_id: string; leg_no: number }>(
      'SELECT payment_id, leg_no FROM payment_leg WHERE next_advice_at <= ? ' +
        'AND (advice_until IS NULL OR advice_until < ?) ORDER BY next_advice_at LIMIT ?',
      [now, now, this.limits.atOnceMax],
    );
    const claimed: Payment[] = [];
    for (const { payment_id, leg_no } of candidates) {
      const won = await this.statements.run(
        'UPDATE payment_leg SET advice_owner = ?, advice_until = ? WHERE payment_id = ? AND leg_no = ? ' +
          'AND next_advice_at <= ? AND (advice_until IS NULL OR advice_until < ?)',
        [this.owner, new Date(now.getTime() + this.limits.leaseMs), payment_id, leg_no, now, now],
      );
      const payment = won === 1 && (await selectPayment(this.statements, 'p.payment_id = ?', [payment_id]));
      if (payment) claimed.push(payment);
    }
    return claimed;
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
    await this.statements.run(
      'UPDATE payment_leg SET advice_count = ?, next_advice_at = ?, advice_owner = NULL, advice_until = NULL ' +
        'WHERE payment_id = ? AND leg_no = ? AND state = ? AND advice_owner = ?',
      [adviceCount, next, payment.paymentId, payment.leg.legNo, payment.state, this.owner],
    );
    this.logger.info(
      { paymentId: payment.paymentId, adviceCount, nextAdviceAt: next, evidence: outcome.evidence },
      'advice without an end',
    );
  }
}

/** "No such payment" proves nothing while the payment may still be on its way. */
function isProvenUnpaid(
  outcome: AdviceOutcome,
  payment: Payment,
  connector: BillerConnector,
  now: Date,
): boolean {
  return outcome.kind === 'no such payment' && now >= quietEndOf(payment, connector);
}

/** A payment may leave until its deadline, and travel for the biller's quiet time after that. */
function quietEndOf(payment: Payment, { patience }: BillerConnector): Date {
  return new Date(payment.leg.sentAt.getTime() + patience.paymentMs + patience.quietMs);
}
