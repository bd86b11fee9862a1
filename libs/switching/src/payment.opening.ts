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
import { billOf, handOver, objectionToBill, type BillHolder } from './bill-guard';
import type { Floats } from './floats';
import type { StoredInquiry } from './inquiry.store';
import { moneyOf, type Payment } from './payment';
import { logMove, moveLogger } from './payment.log';
import { freeAfter, openingRows } from './payment.writes';
import type { Payments } from './payments';
import type { PaymentRequest } from './requests';
import { guardOf, NO_GUARD, saleOf, standsInTheWay, type SaleGuard } from './sale-guard';

/** How a payment stands to the request that asked for it. */
export interface Opened {
  payment: Payment;
  standing: 'opened' | 'repeat';
}

/** Two processes that draw the same Payment ID are rare already; the same twice over is a fault of our own. */
const DRAWS_MAX = 5;

/** Told to nobody: the next draw decides. */
const ANOTHER_DRAW = refusal('NOT_NOW', 'a draw was taken');

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
    private readonly floats: Floats,
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
    const { billerId } = sold.product;
    const draw = this.floats.draw(billerId, inquiry.offer.amount);
    if (draw === 'short')
      return this.repeatOr(request, refusal('BILLER_UNAVAILABLE', `the float at ${billerId} is at its end`));
    if (draw === 'not prefunded') return this.form(request, inquiry, sold, now, deadline, false);
    let isFormed = true;
    try {
      const opened = await this.form(request, inquiry, sold, now, deadline, true);
      isFormed = opened.ok && opened.value.standing === 'opened';
      return opened;
    } finally {
      if (isFormed) draw.keep();
      else draw.giveBack();
    }
  }

  private async form(
    request: PaymentRequest,
    inquiry: StoredInquiry,
    sold: SoldProduct,
    now: Date,
    deadline: Date,
    drawsFloat: boolean,
  ): Promise<Result<Opened, Refusal>> {
    for (let draws = 1; ; draws += 1) {
      const payment = this.draft(request, inquiry, sold, now, deadline, drawsFloat);
      const guard = await this.guard(payment, request.duplicateGuardMs, now);
      if (!guard.ok) return this.repeatOr(request, guard.error);
      const bill = sold.product.oneBillAtATime ? billOf(payment) : null;
      const holder = bill === null ? undefined : await this.payments.findHolderOf(bill);
      const objection = objectionToBill(holder, inquiry);
      if (objection) return this.repeatOr(request, objection);
      const result = await this.commit(payment, bill, holder, guard.value);
      switch (result.kind) {
        case 'committed':
          logMove(this.moves, payment, 'deposit held');
          return ok({ payment: { ...payment, balanceAfter: freeAfter(result.deposit) }, standing: 'opened' });
        case 'overloaded':
          return fail(refusal('NOT_NOW', 'too many payments are waiting to be written'));
        case 'insufficient':
          return this.repeatOr(
            request,
            refusal('DEPOSIT_INSUFFICIENT', `available ${result.available}, charge ${payment.offer.charge}`),
          );
        case 'clash': {
          const inTheWay = objectionOf(result.key, inquiry, sold);
          const known = await this.repeatOr(request, inTheWay ?? ANOTHER_DRAW);
          if (known.ok || inTheWay) return known;
          // The Payment ID was drawn by another process too, or the same sale was made at this moment: look again.
          if (draws < DRAWS_MAX) continue;
          throw new Error(`${result.key} is taken again and again while opening ${payment.paymentId}`);
        }
        case 'stale':
          if ((guard.value !== NO_GUARD || holder) && draws < DRAWS_MAX) continue;
          throw new Error(`opening ${payment.paymentId} found its rows changed under its lock`);
      }
    }
  }

  /** A repeat finds its payment, also where a new one would be refused by now. */
  private async repeatOr(request: PaymentRequest, why: Refusal): Promise<Result<Opened, Refusal>> {
    const first = await this.payments.findByReference(request.channelId, request.reference);
    return first ? ok({ payment: first, standing: 'repeat' }) : fail(why);
  }

  /** What keeps this sale from being made again, or why it may not be made now. */
  private async guard(
    payment: Payment,
    guardMs: number | undefined,
    now: Date,
  ): Promise<Result<SaleGuard, Refusal>> {
    if (guardMs === undefined) return ok(NO_GUARD);
    const last = await this.payments.findLastSale(saleOf(payment));
    return last && standsInTheWay(last, now, guardMs)
      ? fail(refusal('DUPLICATE_SUSPECTED', `${last.paymentId} is the same sale`))
      : ok(guardOf(payment, last));
  }

  private commit(
    payment: Payment,
    bill: string | null,
    holder: BillHolder | undefined,
    guard: SaleGuard,
  ): Promise<CommitResult> {
    const { paymentId, channelId, channelReference, createdAt } = payment;
    const rows = openingRows(payment, holder ? null : bill);
    const updates = holder ? [...guard.updates, ...handOver(holder, payment)] : guard.updates;
    return this.writer.commit({
      journal: holdJournal(moneyOf(payment), createdAt),
      claims: [...claimsOf(payment, bill), ...guard.claims],
      inserts: guard.rows.length === 0 ? rows : (deposit) => [...rows(deposit), ...guard.rows],
      updates: () => updates,
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
    drawsFloat: boolean,
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
        drawsFloat,
        sentAt: now,
        adviceCount: 0,
        nextAdviceAt: new Date(deadline.getTime() + this.limits.afterDeadlineMs),
      },
    };
  }
}

/** What a taken unique key means to the caller; undefined where another draw may find it free. */
function objectionOf(key: string, inquiry: StoredInquiry, { product }: SoldProduct): Refusal | undefined {
  if (key === 'payment_inquiry')
    return refusal('INQUIRY_USED', `${inquiry.inquiryId} was used meanwhile`, 'inquiryId');
  return key === 'payment_bill_in_payment'
    ? refusal('BILL_IN_PAYMENT', `${product.productId} ${inquiry.inquiryId}`)
    : undefined;
}

/** The unique keys of a payment's rows. */
function claimsOf(payment: Payment, bill: string | null): Claim[] {
  const { paymentId, channelId, channelReference, inquiryId } = payment;
  return [
    { key: 'PRIMARY', value: paymentId },
    { key: 'payment_channel_reference', value: `${channelId} ${channelReference}` },
    { key: 'payment_inquiry', value: inquiryId },
    ...(bill === null ? [] : [{ key: 'payment_bill_in_payment', value: bill }]),
  ];
}
