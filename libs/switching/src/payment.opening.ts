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
  type Rupiah,
} from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import { holdJournal, type Claim, type CommitResult, type MoneyWriter } from '#lib/ledger';
import type { Logger } from '#lib/platform';
import type { AdviceLimits } from './advice.limits';
import type { SourceCalendar } from './biller.contract';
import { billName, customerOf, handOver, objectionToBill, type BillHolder } from './bill-guard';
import { customerDayOf, DAY_USE_KEY, dayLimitOf, objectionToDay, takeOfDay } from './customer-day';
import type { Floats } from './floats';
import type { StoredInquiry } from './inquiry.store';
import { moneyOf, type Payment, type PaymentLeg } from './payment';
import type { Said } from './payment.evidence';
import { logMove, moveLogger } from './payment.log';
import type { PaymentRequest } from './payment.request';
import { freeAfter, openingRows } from './payment.writes';
import type { Payments } from './payments';
import type { Way } from './router';
import { guardOf, NO_GUARD, saleOf, standsInTheWay, type SaleGuard } from './sale-guard';

/** How a payment stands to the request that asked for it. */
export interface Opened {
  payment: Payment;
  standing: 'opened' | 'repeat';
}

/** Two processes that draw the same Payment ID are rare already; the same twice over is a fault of our own. */
const DRAWS_MAX = 5;

/** One customer's payments of one moment take turns; more of them than this have nothing to do with a customer. */
const DAY_TURNS_MAX = 60;

/** Told to nobody: the next draw decides. */
const ANOTHER_DRAW = refusal('NOT_NOW', 'a draw was taken');

/** Of a leg that its biller has said nothing of. */
const NEW_LEG = { billerReference: null, told: null };

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
    way: Way,
    now: Date,
    deadline: Date,
  ): Promise<Result<Opened, Refusal>> {
    return this.drawing(
      way.route.billerId,
      inquiry.offer.amount,
      (drawsFloat) => this.form(request, inquiry, sold, way, now, deadline, drawsFloat),
      (opened) => opened.ok && opened.value.standing === 'opened',
      (short) => this.repeatOr(request, short),
    );
  }

  /** Forms a leg with its part of a prefunded biller's float set aside; what was not formed gives it back. */
  private async drawing<T>(
    billerId: string,
    amount: Rupiah,
    form: (drawsFloat: boolean) => Promise<T>,
    isFormed: (formed: T) => boolean,
    refuse: (short: Refusal) => Promise<T>,
  ): Promise<T> {
    const draw = this.floats.draw(billerId, amount);
    if (draw === 'short')
      return refuse(refusal('BILLER_UNAVAILABLE', `the float at ${billerId} is at its end`));
    if (draw === 'not prefunded') return form(false);
    let isKept = true;
    try {
      const formed = await form(true);
      isKept = isFormed(formed);
      return formed;
    } finally {
      if (isKept) draw.keep();
      else draw.giveBack();
    }
  }

  private async form(
    request: PaymentRequest,
    inquiry: StoredInquiry,
    sold: SoldProduct,
    way: Way,
    now: Date,
    deadline: Date,
    drawsFloat: boolean,
  ): Promise<Result<Opened, Refusal>> {
    let turns = 0;
    for (let draws = 1; ; draws += 1) {
      const payment = this.draft(request, inquiry, way, now, deadline, drawsFloat);
      const guard = await this.guard(payment, request.duplicateGuardMs, now);
      if (!guard.ok) return this.repeatOr(request, guard.error);
      const bill = sold.product.oneBillAtATime ? billName(sold.product, customerOf(payment)) : null;
      const holder = bill === null ? undefined : await this.payments.findHolderOf(bill);
      const objection = objectionToBill(holder, inquiry);
      if (objection) return this.repeatOr(request, objection);
      const day = await this.takeOfDay(payment, sold);
      if (!day.ok) return this.repeatOr(request, day.error);
      const beside = together(together(guard.value, day.value), besideOf(request));
      const result = await this.commit(payment, bill, holder, beside, way);
      switch (result.kind) {
        case 'committed':
          logMove(this.moves, payment, 'deposit held');
          return ok({ payment: { ...payment, balanceAfter: freeAfter(result.deposit) }, standing: 'opened' });
        case 'overloaded':
          return this.repeatOr(request, refusal('NOT_NOW', 'too many payments are waiting to be written'));
        case 'insufficient':
          return this.repeatOr(
            request,
            refusal('DEPOSIT_INSUFFICIENT', `available ${result.available}, charge ${payment.offer.charge}`),
          );
        case 'clash': {
          const inTheWay = objectionOf(result.key, inquiry, sold) ?? takenBeside(result.key, request);
          const known = await this.repeatOr(request, inTheWay ?? ANOTHER_DRAW);
          if (known.ok || inTheWay) return known;
          if (result.key === DAY_USE_KEY) {
            turns += 1;
            if (turns < DAY_TURNS_MAX) continue;
            return fail(refusal('NOT_NOW', 'one customer is paid for too often at this moment'));
          }
          // The Payment ID was drawn by another process too, or the same sale was made at this moment: look again.
          if (draws - turns < DRAWS_MAX) continue;
          throw new Error(`${result.key} is taken again and again while opening ${payment.paymentId}`);
        }
        case 'stale':
          if ((guard.value !== NO_GUARD || holder) && draws - turns < DRAWS_MAX) continue;
          throw new Error(`opening ${payment.paymentId} found its rows changed under its lock`);
      }
    }
  }

  /**
   * Ends a leg that surely did nothing and forms the next one, under a reference of its own, in one commit. Nothing may
   * be sent by it before this returns it.
   * @param said what ended the leg before.
   * @returns undefined where the payment has moved meanwhile, or the commit was refused: it stands as it stood.
   * @throws CommitUnknown when it cannot be told: then nothing may be sent.
   */
  async reroute(
    payment: Payment,
    said: Said,
    way: Way,
    echo: PaymentLeg['echo'],
    now: Date,
    deadline: Date,
  ): Promise<Payment | undefined> {
    return this.drawing(
      way.route.billerId,
      payment.offer.amount,
      (drawsFloat) => this.formNext(payment, said, way, { echo, drawsFloat }, now, deadline),
      (next) => next !== undefined,
      async () => undefined,
    );
  }

  private async formNext(
    payment: Payment,
    said: Said,
    way: Way,
    own: Pick<PaymentLeg, 'echo' | 'drawsFloat'>,
    now: Date,
    deadline: Date,
  ): Promise<Payment | undefined> {
    const decision = JSON.stringify(way.decision);
    const legNo = payment.leg.legNo + 1;
    for (let draws = 1; draws <= DRAWS_MAX; draws += 1) {
      const reference = this.ids.draw(now);
      const next: Payment = {
        ...payment,
        billerId: way.route.billerId,
        lastEventNo: payment.lastEventNo + 1,
        leg: { legNo, reference, ...NEW_LEG, ...own, ...this.journeyOf(way, now, deadline) },
      };
      const result = await this.payments.reroute(payment, next, said, decision, now);
      if (result.kind === 'committed') return next;
      if (result.kind !== 'clash' || result.key !== 'leg_biller_reference') return undefined;
    }
    return undefined;
  }

  /** A repeat finds its payment, also where a new one would be refused by now. */
  private async repeatOr(request: PaymentRequest, why: Refusal): Promise<Result<Opened, Refusal>> {
    const first = await this.payments.findByReference(request.channelId, request.reference);
    return first ? ok({ payment: first, standing: 'repeat' }) : fail(why);
  }

  /** What counts it towards its customer's day, or why that is used up. Only a product with such a limit is looked up. */
  private async takeOfDay(payment: Payment, { limit }: SoldProduct): Promise<Result<SaleGuard, Refusal>> {
    const dayLimit = dayLimitOf(limit);
    if (!dayLimit) return ok(NO_GUARD);
    const customerDay = customerDayOf(payment, dayLimit);
    const use = await this.payments.findDayUse(customerDay);
    const objection = objectionToDay(payment, use, dayLimit);
    if (objection) return fail(objection);
    const { claim, row } = takeOfDay(payment, customerDay, use);
    return ok({ claims: [claim], rows: [row], updates: [] });
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
    { decision }: Way,
  ): Promise<CommitResult> {
    const { paymentId, channelId, channelReference, createdAt } = payment;
    const rows = openingRows(payment, holder ? null : bill, JSON.stringify(decision));
    const updates =
      holder && bill !== null ? [...guard.updates, ...handOver(bill, holder, payment)] : guard.updates;
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
    way: Way,
    now: Date,
    deadline: Date,
    drawsFloat: boolean,
  ): Payment {
    const paymentId = this.ids.draw(now);
    return {
      paymentId,
      channelId: request.channelId,
      channelReference: request.reference,
      contentHash: request.contentHash,
      inquiryId: inquiry.inquiryId,
      productId: inquiry.productId,
      billerId: way.route.billerId,
      customerNumber: inquiry.customerNumber,
      state: 'SENT',
      code: 'IN_PROGRESS',
      offer: inquiry.offer,
      receipt: null,
      billerReference: null,
      reissued: null,
      balanceAfter: null,
      businessDate: businessDateOf(now, JAKARTA_MIDNIGHT),
      lastEventNo: 1,
      isReversalOrdered: false,
      refunded: ZERO,
      createdAt: now,
      // The first leg goes by the Payment ID, so that one number leads from the receipt to the biller's file.
      leg: {
        legNo: 1,
        reference: paymentId,
        ...NEW_LEG,
        echo: null,
        drawsFloat,
        ...this.journeyOf(way, now, deadline),
      },
    };
  }

  /** Where and when a leg is sent, and when it is asked about. */
  private journeyOf(
    { route }: Way,
    now: Date,
    deadline: Date,
  ): Omit<PaymentLeg, 'legNo' | 'reference' | keyof typeof NEW_LEG | 'echo' | 'drawsFloat'> {
    return {
      routeId: route.routeId,
      billerProduct: route.billerProduct,
      source: route.source,
      sourceBusinessDate: this.businessDateOfSource(route.source, now),
      sentAt: now,
      adviceCount: 0,
      nextAdviceAt: new Date(deadline.getTime() + this.limits.afterDeadlineMs),
    };
  }
}

/** What two guards write beside a payment; nothing where both have nothing to guard. */
function together(one: SaleGuard, other: SaleGuard): SaleGuard {
  if (other === NO_GUARD) return one;
  return {
    claims: [...one.claims, ...other.claims],
    rows: [...one.rows, ...other.rows],
    updates: [...one.updates, ...other.updates],
  };
}

/** What a taken unique key means to the caller; undefined where another draw may find it free. */
function objectionOf(key: string, inquiry: StoredInquiry, { product }: SoldProduct): Refusal | undefined {
  if (key === 'payment_inquiry')
    return refusal('INQUIRY_USED', `${inquiry.inquiryId} was used meanwhile`, 'inquiryId');
  return key === 'payment_bill_in_payment'
    ? refusal('BILL_IN_PAYMENT', `${product.productId} ${inquiry.inquiryId}`)
    : undefined;
}

/** What the request's door has written beside the payment. */
function besideOf({ alongside }: PaymentRequest): SaleGuard {
  return alongside ? { claims: [alongside.claim], rows: [alongside.row], updates: [] } : NO_GUARD;
}

/** Keys of two tables may have one name: whoever hears this looks whether it was its own. */
function takenBeside(key: string, { alongside }: PaymentRequest): Refusal | undefined {
  return alongside?.claim.key === key ? alongside.taken : undefined;
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
