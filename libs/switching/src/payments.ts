import { JAKARTA_MIDNIGHT } from '#lib/kernel';
import type { Catalog } from '#lib/catalog';
import type { CommitResult, MoneyWriter } from '#lib/ledger';
import type { Logger } from '#lib/platform';
import { NO_PRODUCT, Receipts, type ReceiptProduct } from '#lib/receipts';
import type { AdviceLimits } from './advice.limits';
import type { BillHolder } from './bill-guard';
import type { DayUse } from './customer-day';
import type { Payment } from './payment';
import {
  afterItWasSent,
  afterRefusals,
  callsBillPaid,
  contradictionOf,
  evidenceRow,
  ofEarlierLeg,
  type Said,
} from './payment.evidence';
import { logMove, moveLogger } from './payment.log';
import { moveOf, type PaymentEvent } from './payment.states';
import type { PaymentStore } from './payment.store';
import type { LastSale } from './sale-guard';
import { freeAfter, movedPayment, unitOfMove, unitOfReroute, type MoveTies } from './payment.writes';

/** Payments and their durable moves. After a payment is formed, its state changes nowhere else. */
export class Payments {
  private readonly moves: Logger;

  constructor(
    private readonly store: PaymentStore,
    private readonly writer: MoneyWriter,
    private readonly catalog: Catalog,
    private readonly limits: AdviceLimits,
    private readonly logger: Logger,
    private readonly receipts: Receipts = Receipts.none,
  ) {
    this.moves = moveLogger(logger);
  }

  async findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return this.store.findByReference(channelId, reference);
  }

  async findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return this.store.findById(channelId, paymentId);
  }

  /** The payment that a bill belongs to, or undefined. */
  async findHolderOf(bill: string): Promise<BillHolder | undefined> {
    return this.store.findHolderOf(bill);
  }

  /** The last payment of a guarded sale, or undefined. */
  async findLastSale(sale: string): Promise<LastSale | undefined> {
    return this.store.findLastSale(sale);
  }

  /** What counts towards a limit of one customer on one day. */
  async findDayUse(customerDay: string): Promise<DayUse> {
    return this.store.findDayUse(customerDay);
  }

  /** The channel's payments that are not final, oldest first, after the given one. */
  async findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return this.store.findOpen(channelId, afterPaymentId, rowsMax);
  }

  /**
   * Makes a move durable: state, leg, history and journal in one commit. Never throws. Where another writer has moved
   * the payment meanwhile, the event is tried from there; where it can move nothing any more, it is kept as evidence.
   * @param ties a claim the move rests on: once it is not the last one, the move comes second; and rows it takes along.
   * @returns the payment as it now stands: moved; or as another writer left it; or, when the move could not be made
   * durable, as it was, so that the caller is told "in progress" and advice asks again.
   */
  async record(
    payment: Payment,
    event: PaymentEvent,
    heard: Said,
    now: Date,
    ties: MoveTies = {},
  ): Promise<Payment> {
    const { paymentId, channelId } = payment;
    try {
      const said = await this.besideEarlierLegs(payment, heard);
      let before = payment;
      while (moveOf(before.state, event)) {
        const moved = this.moved(before, event, said, now);
        const result = await this.writer.commit(unitOfMove(before, moved, event, said, now, ties));
        if (result.kind === 'committed') {
          logMove(this.moves, moved, event);
          return { ...moved, balanceAfter: freeAfter(result.deposit) ?? moved.balanceAfter };
        }
        this.logger.warn({ paymentId, event, evidence: said.evidence, result }, 'move came second');
        const current = (await this.findById(channelId, paymentId)) ?? before;
        if (current.leg.legNo !== payment.leg.legNo) {
          await this.keepEvidence(current, ofEarlierLeg(payment, said), now);
          return current;
        }
        // Every turn needs a move of somebody else, and a payment has few, so this ends.
        const isAsLookedAt =
          current.lastEventNo === before.lastEventNo &&
          current.isReversalOrdered === before.isReversalOrdered;
        if (isAsLookedAt) return current;
        before = current;
      }
      await this.keepEvidence(before, said, now);
      return before;
    } catch (error) {
      this.logger.error({ paymentId, event, err: error }, 'outcome not durable; advice will ask');
      return payment;
    }
  }

  /** Keeps what was said and moved nothing, once. A contradiction is listed for people; it moves no money. */
  async keepEvidence(payment: Payment, said: Said, now: Date): Promise<void> {
    const { paymentId, state } = payment;
    const contradiction = contradictionOf(payment, said);
    if (said.kind === 'unknown' && contradiction === null) return;
    const row = evidenceRow(payment, said, now);
    const result = await this.writer.commit({
      journal: undefined,
      claims: [],
      inserts: () => [row],
      updates: () => [],
      witness: {
        table: row.table,
        values: { payment_id: paymentId, fingerprint: row.values['fingerprint'] ?? null, at: now },
      },
    });
    if (result.kind === 'clash') return;
    const line = { paymentId, state, said: said.kind, contradiction, evidence: said.evidence, result };
    if (contradiction === null && result.kind === 'committed') this.logger.info(line, 'evidence kept');
    else this.logger.warn(line, 'evidence that people must look at');
  }

  /**
   * Makes the next leg of a payment durable together with the end of the one before. Nothing of it may be sent unless
   * this says `committed`.
   * @returns `clash` by the key `leg_biller_reference` where another leg goes by that reference already; `stale`, or a
   * clash by another key, where another writer has moved the payment.
   * @throws CommitUnknown when it cannot be told: then nothing may be sent; advice finds what became of it.
   */
  async reroute(
    before: Payment,
    after: Payment,
    said: Said,
    decision: string,
    now: Date,
  ): Promise<CommitResult> {
    const { paymentId } = after;
    try {
      const result = await this.writer.commit(unitOfReroute(before, after, said, decision, now));
      if (result.kind === 'committed') logMove(this.moves, after, 'rerouted');
      else this.logger.warn({ paymentId, result }, 'a payment was not rerouted');
      return result;
    } catch (error) {
      this.logger.error({ paymentId, err: error }, 'a next leg may not be durable; nothing is sent by it');
      throw error;
    }
  }

  /** What a biller must say with its success on a product, or the success is not believed yet. */
  requiredReceiptFields(product: ReceiptProduct = NO_PRODUCT): readonly string[] {
    return this.receipts.of(product).required;
  }

  /** Read only where it matters: hardly ever is a bill found paid that took another route. */
  private async besideEarlierLegs({ paymentId, leg, state }: Payment, said: Said): Promise<Said> {
    if (leg.legNo === 1 || !callsBillPaid(said)) return said;
    if (state === 'RESENT') return afterItWasSent(said);
    return afterRefusals(said, await this.store.findRefusedLegs(paymentId));
  }

  private moved(payment: Payment, event: PaymentEvent, said: Said, now: Date): Payment {
    const product = this.catalog.product(payment.productId);
    return movedPayment(payment, event, said, now, {
      receipt: this.receipts.of(product ?? NO_PRODUCT),
      timeZone: product?.timeZone ?? JAKARTA_MIDNIGHT.timeZone,
      firstAdviceAt: new Date(now.getTime() + (this.limits.scheduleSeconds[0] ?? 0) * 1_000),
    });
  }
}
