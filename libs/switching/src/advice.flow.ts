import { randomUUID } from 'node:crypto';
import type { Catalog } from '#lib/catalog';
import type { Clock } from '#lib/kernel';
import { failPoint, type Logger } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import { believe } from './believe';
import type { AdviceOutcome, BillerConnector, Billers, SourceDayEnd } from './biller.contract';
import { brokenCall, inShort } from './outcomes';
import { legOf, type Payment } from './payment';
import { contradictionOf } from './payment.evidence';
import type { ClaimedPayment, PaymentStore } from './payment.store';
import type { Payments } from './payments';

/** Payments of dead processes that are listed by one look; the next look takes more. */
const TAKEN_OVER_AT_ONCE = 200;

const LEFT_BEHIND: AdviceOutcome = {
  kind: 'unknown',
  evidence: { reason: 'no outcome by its deadline: the process that sent it ended, or was paused' },
};

/** Brings payments whose outcome is unknown to their end by asking the biller; it never pays. */
export class AdviceFlow {
  private readonly worker = `${process.pid}-${randomUUID()}`;
  private claims = 0;

  constructor(
    private readonly clock: Clock,
    private readonly store: PaymentStore,
    private readonly payments: Payments,
    private readonly billers: Billers,
    private readonly catalog: Catalog,
    private readonly limits: AdviceLimits,
    private readonly logger: Logger,
    private readonly dayEndOf: SourceDayEnd,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * One round: asks about what is due, of each biller as many as its lane is wide by default. For callers that keep
   * the time themselves; a worker lets the lanes ask (`AdviceLanes`).
   * @returns how many were asked about.
   */
  async adviseDue(): Promise<number> {
    const lanes = await this.billersDue();
    const claimed = await Promise.all(lanes.map((lane) => this.claimDue(lane, this.limits.atOnceMax)));
    const asked = claimed.flat();
    await Promise.all(asked.map((one) => this.advise(one)));
    return asked.length;
  }

  /**
   * Lists what a process left behind: a payment long past its deadline without an outcome becomes a suspect at once,
   * also while its biller's lane has no room to ask.
   */
  async takeOver(): Promise<void> {
    const now = this.clock.now();
    const dueSince = new Date(now.getTime() - this.limits.afterDeadlineMs);
    for (const payment of await this.store.findLeftBehind(dueSince, TAKEN_OVER_AT_ONCE)) {
      failPoint('K9 taken over', payment.paymentId);
      await this.payments.record(payment, 'answer lost', LEFT_BEHIND, now);
    }
  }

  /** The billers that have payments to be asked about now. */
  billersDue(): Promise<string[]> {
    return this.store.billersDue(this.clock.now());
  }

  /** Claims what is due of one biller. The lease spares the biller double questions; it protects no money. */
  claimDue(billerId: string, rowsMax: number): Promise<ClaimedPayment[]> {
    const now = this.clock.now();
    this.claims += 1;
    return this.store.claimDue({
      billerId,
      owner: `${this.worker}-${this.claims}`,
      now,
      until: new Date(now.getTime() + this.limits.leaseMs),
      rowsMax,
    });
  }

  /** Asks the biller what became of one payment and records what it says. Never throws: the lease runs out. */
  async advise(claimed: ClaimedPayment): Promise<void> {
    const { paymentId } = claimed.payment;
    try {
      await this.askAndRecord(claimed);
    } catch (error) {
      this.logger.error(
        { paymentId, err: error },
        'advice failed; it is asked again when the lease has run out',
      );
    }
  }

  private async askAndRecord(claimed: ClaimedPayment): Promise<void> {
    const { payment, fence } = claimed;
    const askedAt = this.clock.now();
    const outcome = await this.ask(payment);
    const now = this.clock.now();
    failPoint('K9 advised', payment.paymentId);
    if (contradictionOf(payment, outcome) !== null) await this.payments.keepEvidence(payment, outcome, now);

    if (outcome.kind === 'approved')
      await this.payments.record(payment, 'biller approved', outcome, now, { fence });
    else if (outcome.kind === 'declined' || this.isProvenUnpaid(outcome, payment, askedAt)) {
      failPoint('K8 void decided', payment.paymentId);
      await this.payments.record(payment, 'biller declined', outcome, now, { fence });
      failPoint('K8 void recorded', payment.paymentId);
    } else if (payment.state === 'SENT')
      await this.payments.record(payment, 'answer lost', outcome, now, { fence });
    else if (now >= this.lastAdviceAt(payment))
      await this.payments.record(payment, 'advice exhausted', outcome, now, { fence });
    else await this.postpone(claimed, outcome, now);
  }

  private async ask(payment: Payment): Promise<AdviceOutcome> {
    const leg = legOf(payment);
    try {
      const connector = this.billers.connector(payment.billerId);
      const deadline = new Date(this.clock.now().getTime() + connector.patience.adviceMs);
      return believe(await connector.advise(leg, deadline), {
        amount: leg.amount,
        requiredReceiptFields: this.payments.requiredReceiptFields(this.catalog.product(payment.productId)),
      });
    } catch (error) {
      // A biller that is not configured any more, a bug of a connector: the schedule goes on, and people see why.
      this.logger.error({ paymentId: payment.paymentId, err: error }, 'the biller could not be asked');
      return brokenCall(error);
    }
  }

  /** Plans the next question: by the schedule, or sooner at the end of the quiet time or of the asking. */
  private async postpone(claimed: ClaimedPayment, outcome: AdviceOutcome, now: Date): Promise<void> {
    const { payment } = claimed;
    const { paymentId } = payment;
    const { scheduleSeconds, jitterPercent } = this.limits;
    const adviceCount = payment.leg.adviceCount + 1;
    const waitSeconds = scheduleSeconds[Math.min(adviceCount, scheduleSeconds.length - 1)] ?? 0;
    const jitter = 1 + (this.random() * jitterPercent) / 100;
    const appointments = [
      new Date(now.getTime() + Math.round(waitSeconds * jitter * 1_000)),
      this.lastAdviceAt(payment),
      ...(outcome.kind === 'no such payment'
        ? [quietEndOf(payment, this.billers.connector(payment.billerId))]
        : []),
    ];
    const at = new Date(Math.min(...appointments.map((date) => date.getTime())));
    const isPlanned = await this.store.postpone(claimed, { adviceCount, at, heard: inShort(outcome) });
    const { evidence } = outcome;
    if (isPlanned)
      this.logger.info({ paymentId, adviceCount, nextAdviceAt: at, evidence }, 'advice without an end');
    else this.logger.warn({ paymentId, evidence }, 'advice came after another claim and changed nothing');
  }

  /**
   * "No such payment" proves nothing while the payment may still be on its way: what counts is when we asked, because the
   * answer, or the process that reads it, may have taken until after the quiet time.
   */
  private isProvenUnpaid(outcome: AdviceOutcome, payment: Payment, askedAt: Date): boolean {
    return (
      outcome.kind === 'no such payment' &&
      askedAt >= quietEndOf(payment, this.billers.connector(payment.billerId))
    );
  }

  /**
   * When advice is asked for the last time: at the end of the source's business day, whose settlement file decides
   * from then on; near that end no sooner than each wait of the schedule may have been used once.
   */
  private lastAdviceAt({ leg }: Payment): Date {
    const dayEnd = this.dayEndOf(leg.source, leg.sourceBusinessDate).getTime();
    const wholeScheduleMs = this.limits.scheduleSeconds.reduce((sum, seconds) => sum + seconds, 0) * 1_000;
    return new Date(Math.max(dayEnd, leg.sentAt.getTime() + wholeScheduleMs));
  }
}

/** A payment may leave until its deadline, and travel for the biller's quiet time after that. */
function quietEndOf(payment: Payment, { patience }: BillerConnector): Date {
  return new Date(payment.leg.sentAt.getTime() + patience.paymentMs + patience.quietMs);
}
