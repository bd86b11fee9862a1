import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  refusal,
  rupiah,
  ZERO,
  type PaymentIds,
  type Refusal,
  type Result,
  type Rupiah,
} from '#lib/kernel';
import type { Catalog, SoldProduct } from '#lib/catalog';
import { holdJournal, type CommitResult, type DepositAfter, type MoneyWriter } from '#lib/ledger';
import { CommitUnknown, isDatabaseAway, type Logger, type Statements } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import type { AdviceOutcome, PaymentOutcome, SourceCalendar } from './biller.contract';
import type { StoredInquiry } from './inquiries';
import { moneyOf, type Payment } from './payment';
import type { PaymentRequest } from './requests';
import { selectPayment, selectPayments } from './payment.rows';
import type { PaymentEvent } from './payment.states';
import { movedPayment, openingRows, unitOfMove } from './payment.writes';

/** How a payment stands to the request that asked for it. */
export interface Opened {
  payment: Payment;
  /** `in doubt`: the answer to the commit was lost and could not be found out; nothing may be sent. */
  standing: 'opened' | 'repeat' | 'in doubt';
}

/** Payments and their durable moves. State changes nowhere else. */
export class Payments {
  constructor(
    private readonly statements: Statements,
    private readonly writer: MoneyWriter,
    private readonly ids: PaymentIds,
    private readonly catalog: Catalog,
    private readonly calendar: SourceCalendar,
    private readonly limits: AdviceLimits,
    private readonly logger: Logger,
  ) {}

  async findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return selectPayment(this.statements, 'p.channel_id = ? AND p.channel_reference = ?', [
      channelId,
      reference,
    ]);
  }

  async findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return selectPayment(this.statements, 'p.channel_id = ? AND p.payment_id = ?', [channelId, paymentId]);
  }

  /** The channel's payments that are not final, oldest first, after the given one. */
  async findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return selectPayments(
      this.statements,
      "p.channel_id = ? AND p.state IN ('SENT', 'SUSPECT', 'UNRESOLVED') AND p.payment_id > ?",
      [channelId, afterPaymentId],
      rowsMax,
    );
  }

  /**
   * Makes payment, hold and leg intent durable in one commit.
   * @param deadline until when the biller may still be called; advice waits for longer than that.
   */
  async open(
    request: PaymentRequest,
    inquiry: StoredInquiry,
    sold: SoldProduct,
    now: Date,
    deadline: Date,
  ): Promise<Result<Opened, Refusal>> {
    for (;;) {
      const payment = this.draft(request, inquiry, sold, now, deadline);
      let result: CommitResult;
      try {
        result = await this.writer.commit({
          journal: holdJournal(moneyOf(payment), now),
          inserts: openingRows(payment, sold.product.oneBillAtATime),
          updates: () => [],
          witness: {
            table: 'payment',
            values: {
              payment_id: payment.paymentId,
              channel_id: payment.channelId,
              channel_reference: payment.channelReference,
            },
          },
        });
      } catch (error) {
        if (error instanceof CommitUnknown) return ok({ payment, standing: 'in doubt' });
        if (isDatabaseAway(error)) return fail(refusal('NOT_NOW', 'the database is away'));
        throw error;
      }
      switch (result.kind) {
        case 'committed':
          this.log(payment, 'deposit held');
          return ok({
            payment: result.deposit ? { ...payment, balanceAfter: freeOf(result.deposit) } : payment,
            standing: 'opened',
          });
        case 'insufficient':
          return fail(
            refusal('DEPOSIT_INSUFFICIENT', `available ${result.available}, charge ${payment.offer.charge}`),
          );
        case 'clash': {
          const first = await this.findByReference(request.channelId, request.reference);
          if (first) return ok({ payment: first, standing: 'repeat' });
          if (result.key === 'payment_inquiry')
            return fail(refusal('INQUIRY_USED', `${inquiry.inquiryId} was used meanwhile`, 'inquiryId'));
          if (result.key === 'payment_bill_in_payment')
            return fail(refusal('BILL_IN_PAYMENT', `${sold.product.productId} ${inquiry.inquiryId}`));
          // The Payment ID was drawn by another process too: draw again.
          continue;
        }
        case 'stale':
          throw new Error(`opening ${payment.paymentId} found ${result.table} changed under its lock`);
      }
    }
  }

  /**
   * Makes a move durable: state, leg, history and journal in one commit. Never throws.
   * @returns the payment as it now stands: moved; or as another writer left it; or, when the move could not be made
   * durable, as it was, so that the caller is told "in progress" and advice asks again.
   */
  async record(
    payment: Payment,
    event: PaymentEvent,
    outcome: PaymentOutcome | AdviceOutcome,
    now: Date,
  ): Promise<Payment> {
    try {
      const moved = this.moved(payment, event, outcome, now);
      const result = await this.writer.commit(unitOfMove(payment, moved, event, outcome, now));
      if (result.kind === 'committed') {
        this.log(moved, event);
        return result.deposit ? { ...moved, balanceAfter: freeOf(result.deposit) } : moved;
      }
      // Another writer moved it first; what we were told is kept in the log as evidence.
      this.logger.warn(
        { paymentId: payment.paymentId, event, evidence: outcome.evidence, result },
        'move came second',
      );
      return (await this.findById(payment.channelId, payment.paymentId)) ?? payment;
    } catch (error) {
      this.logger.error(
        { paymentId: payment.paymentId, event, err: error },
        'outcome not durable; advice will ask',
      );
      return payment;
    }
  }

  private moved(
    payment: Payment,
    event: PaymentEvent,
    outcome: PaymentOutcome | AdviceOutcome,
    now: Date,
  ): Payment {
    const product = this.catalog.soldProduct(payment.channelId, payment.productId)?.product;
    return movedPayment(payment, event, outcome, now, {
      receiptLines: product?.receiptLines ?? [],
      timeZone: product?.timeZone ?? JAKARTA_MIDNIGHT.timeZone,
      firstAdviceAt: new Date(now.getTime() + (this.limits.scheduleSeconds[0] ?? 0) * 1_000),
    });
  }

  private draft(
    request: PaymentRequest,
    inquiry: StoredInquiry,
    sold: SoldProduct,
    now: Date,
    deadline: Date,
  ): Payment {
    const paymentId = this.ids.draw(now);
    const { product } = sold;
    return {
      paymentId,
      channelId: request.channelId,
      channelReference: request.reference,
      contentHash: request.contentHash,
      inquiryId: inquiry.inquiryId,
      productId: product.productId,
      billerId: product.billerId,
      customerNumber: inquiry.customerNumber,
      state: 'SENT',
      code: 'IN_PROGRESS',
      offer: inquiry.offer,
      receipt: null,
      billerReference: null,
      balanceAfter: ZERO,
      businessDate: businessDateOf(now, JAKARTA_MIDNIGHT),
      lastEventNo: 1,
      createdAt: now,
      leg: {
        legNo: 1,
        // The first leg goes by the Payment ID, so that one number leads from the receipt to the biller's file.
        reference: paymentId,
        billerProduct: product.billerProduct,
        source: product.source,
        sourceBusinessDate: this.calendar.businessDate(product.source, now),
        sentAt: now,
        adviceCount: 0,
        nextAdviceAt: new Date(deadline.getTime() + this.limits.afterDeadlineMs),
      },
    };
  }

  /** One line per step of the state table. */
  private log(payment: Payment, event: PaymentEvent): void {
    const { paymentId, channelId, channelReference, billerId, state, code, leg } = payment;
    this.logger.info(
      {
        paymentId,
        channelId,
        reference: channelReference,
        billerId,
        legReference: leg.reference,
        event,
        state,
        code,
      },
      'payment',
    );
  }
}

function freeOf({ posted, held }: DepositAfter): Rupiah {
  return rupiah(posted - held);
}
