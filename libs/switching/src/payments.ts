import { JAKARTA_MIDNIGHT } from '#lib/kernel';
import type { Catalog } from '#lib/catalog';
import type { MoneyWriter } from '#lib/ledger';
import type { Logger } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import type { AdviceOutcome, PaymentOutcome } from './biller.contract';
import type { Payment } from './payment';
import { logMove, moveLogger } from './payment.log';
import type { PaymentEvent } from './payment.states';
import type { PaymentStore } from './payment.store';
import { freeAfter, movedPayment, unitOfMove } from './payment.writes';

/** Payments and their durable moves. After a payment is formed, its state changes nowhere else. */
export class Payments {
  private readonly moves: Logger;

  constructor(
    private readonly store: PaymentStore,
    private readonly writer: MoneyWriter,
    private readonly catalog: Catalog,
    private readonly limits: AdviceLimits,
    private readonly logger: Logger,
  ) {
    this.moves = moveLogger(logger);
  }

  async findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return this.store.findByReference(channelId, reference);
  }

  async findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return this.store.findById(channelId, paymentId);
  }

  /** The channel's payments that are not final, oldest first, after the given one. */
  async findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return this.store.findOpen(channelId, afterPaymentId, rowsMax);
  }

  /**
   * Makes a move durable: state, leg, history and journal in one commit. Never throws.
   * @returns the payment as it now stands: moved; or as another writer left it; or, when the move could not be made
   * durable, as it was, so that the caller is told "in progress" and advice asks again.
   * @param fence the number of the claim the move rests on; once it is not the last one, the move comes second.
   */
  async record(
    payment: Payment,
    event: PaymentEvent,
    outcome: PaymentOutcome | AdviceOutcome,
    now: Date,
    fence?: number,
  ): Promise<Payment> {
    const { paymentId, channelId } = payment;
    try {
      const moved = this.moved(payment, event, outcome, now);
      const result = await this.writer.commit(unitOfMove(payment, moved, event, outcome, now, fence));
      if (result.kind === 'committed') {
        logMove(this.moves, moved, event);
        return { ...moved, balanceAfter: freeAfter(result.deposit) ?? moved.balanceAfter };
      }
      // Another writer moved it first; what we were told is kept in the log as evidence.
      this.logger.warn({ paymentId, event, evidence: outcome.evidence, result }, 'move came second');
      return (await this.findById(channelId, paymentId)) ?? payment;
    } catch (error) {
      this.logger.error({ paymentId, event, err: error }, 'outcome not durable; advice will ask');
      return payment;
    }
  }

  private moved(
    payment: Payment,
    event: PaymentEvent,
    outcome: PaymentOutcome | AdviceOutcome,
    now: Date,
  ): Payment {
    const product = this.catalog.product(payment.productId);
    return movedPayment(payment, event, outcome, now, {
      receiptLines: product?.receiptLines ?? [],
      timeZone: product?.timeZone ?? JAKARTA_MIDNIGHT.timeZone,
      firstAdviceAt: new Date(now.getTime() + (this.limits.scheduleSeconds[0] ?? 0) * 1_000),
    });
  }
}
