import {
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  refusal,
  ZERO,
  type PaymentIds,
  type Refusal,
  type Result,
} from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import { holdJournal, type Claim, type CommitResult, type MoneyWriter } from '#lib/ledger';
import type { Logger } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import type { SourceCalendar } from './biller.contract';
import type { StoredInquiry } from './inquiry.store';
import { moneyOf, type Payment } from './payment';
import { logMove, moveLogger } from './payment.log';
import { billOf, freeAfter, openingRows } from './payment.writes';
import type { Payments } from './payments';
import type { PaymentRequest } from './requests';

/** How a payment stands to the request that asked for it. */
export interface Opened {
  payment: Payment;
  standing: 'opened' | 'repeat';
}

/** Two processes that draw the same Payment ID are rare already; the same twice over is a fault of our own. */
const DRAWS_MAX = 5;

/** Forms payments: payment, hold and leg intent become durable in one commit, before anything is sent. */
export class PaymentOpening {
  private readonly moves: Logger;

  constructor(
    private readonly payments: Payments,
    private readonly writer: MoneyWriter,
    private readonly ids: PaymentIds,
    private readonly businessDateOfSource: SourceCalendar,
    private readonly limits: AdviceLimits,
    logger: Logger,
  ) {
    this.moves = moveLogger(logger);
  }

  /**
   * @param deadline until when the biller may still be called; advice waits for longer than that.
   * @throws CommitUnknown when it cannot be told whether the payment was formed: then nothing may be sent, and nothing
   * may be said to the caller. What was formed is found by advice, and by the caller's repeat.
   */
  async open(
    request: PaymentRequest,
    inquiry: StoredInquiry,
    sold: SoldProduct,
    now: Date,
    deadline: Date,
  ): Promise<Result<Opened, Refusal>> {
    for (let draws = 1; ; draws += 1) {
      const payment = this.draft(request, inquiry, sold, now, deadline);
      const result = await this.commit(payment, sold.product.oneBillAtATime);
      switch (result.kind) {
        case 'committed':
          logMove(this.moves, payment, 'deposit held');
          return ok({ payment: { ...payment, balanceAfter: freeAfter(result.deposit) }, standing: 'opened' });
        case 'overloaded':
          return fail(refusal('NOT_NOW', 'too many payments are waiting to be written'));
        case 'insufficient': {
          // A repeat finds its payment, also when the deposit has run empty since.
          const first = await this.payments.findByReference(request.channelId, request.reference);
          if (first) return ok({ payment: first, standing: 'repeat' });
          return fail(
            refusal('DEPOSIT_INSUFFICIENT', `available ${result.available}, charge ${payment.offer.charge}`),
          );
        }
        case 'clash': {
          const first = await this.payments.findByReference(request.channelId, request.reference);
          if (first) return ok({ payment: first, standing: 'repeat' });
          if (result.key === 'payment_inquiry')
            return fail(refusal('INQUIRY_USED', `${inquiry.inquiryId} was used meanwhile`, 'inquiryId'));
          if (result.key === 'payment_bill_in_payment')
            return fail(refusal('BILL_IN_PAYMENT', `${sold.product.productId} ${inquiry.inquiryId}`));
          // The Payment ID was drawn by another process too: draw again.
          if (draws < DRAWS_MAX) continue;
          throw new Error(`${result.key} is taken again and again while opening ${payment.paymentId}`);
        }
        case 'stale':
          throw new Error(`opening ${payment.paymentId} found its rows changed under its lock`);
      }
    }
  }

  private commit(payment: Payment, oneBillAtATime: boolean): Promise<CommitResult> {
    const { paymentId, channelId, channelReference, createdAt } = payment;
    return this.writer.commit({
      journal: holdJournal(moneyOf(payment), createdAt),
      claims: claimsOf(payment, oneBillAtATime),
      inserts: openingRows(payment, oneBillAtATime),
      updates: () => [],
      witness: {
        table: 'payment',
        values: { payment_id: paymentId, channel_id: channelId, channel_reference: channelReference },
      },
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
      balanceAfter: null,
      businessDate: businessDateOf(now, JAKARTA_MIDNIGHT),
      lastEventNo: 1,
      isReversalOrdered: false,
      refunded: ZERO,
      createdAt: now,
      leg: {
        legNo: 1,
        // The first leg goes by the Payment ID, so that one number leads from the receipt to the biller's file.
        reference: paymentId,
        billerProduct: product.billerProduct,
        source: product.source,
        sourceBusinessDate: this.businessDateOfSource(product.source, now),
        sentAt: now,
        adviceCount: 0,
        nextAdviceAt: new Date(deadline.getTime() + this.limits.afterDeadlineMs),
      },
    };
  }
}

/** The unique keys of a payment's rows. */
function claimsOf(payment: Payment, oneBillAtATime: boolean): Claim[] {
  const { paymentId, channelId, channelReference, inquiryId } = payment;
  return [
    { key: 'PRIMARY', value: paymentId },
    { key: 'payment_channel_reference', value: `${channelId} ${channelReference}` },
    { key: 'payment_inquiry', value: inquiryId },
    ...(oneBillAtATime ? [{ key: 'payment_bill_in_payment', value: billOf(payment) }] : []),
  ];
}
