import type { Payment } from './payment';
import type { BillHolder } from './bill-guard';
import type { DayUse } from './customer-day';
import type { LastSale } from './sale-guard';

/** A worker's claim on payments of one biller, which is to be asked about them. */
export interface AdviceClaim {
  billerId: string;
  /** Unlike any other claim's, also of the same worker. */
  owner: string;
  now: Date;
  /** End of the lease: from then on another worker may ask. */
  until: Date;
  rowsMax: number;
}

/** A payment that one worker may ask about. */
export interface ClaimedPayment {
  payment: Payment;
  /** The number of this claim on the payment's leg. A write that names an older number than the last changes nothing. */
  fence: number;
}

/** A leg that its biller refused before another one took its place. */
export interface RefusedLeg {
  legNo: number;
  routeId: string;
}

/** When to ask next about a payment that an advice has not ended. */
export interface NextAdvice {
  adviceCount: number;
  at: Date;
  /** What the last advice brought, masked, for people. At most 200 characters. */
  heard: string;
}

/**
 * Where payments are read, and where advice keeps its appointments. What money rests on is written by the
 * MoneyWriter alone.
 */
export abstract class PaymentStore {
  /** The channel's payment under its own reference, or undefined. */
  abstract findByReference(channelId: string, reference: string): Promise<Payment | undefined>;

  /** The channel's payment under our Payment ID, or undefined. */
  abstract findById(channelId: string, paymentId: string): Promise<Payment | undefined>;

  /** The payment that a bill belongs to (`billOf`), or undefined. */
  abstract findHolderOf(bill: string): Promise<BillHolder | undefined>;

  /** The last payment of a sale that is guarded (`saleOf`), or undefined. */
  abstract findLastSale(sale: string): Promise<LastSale | undefined>;

  /** The payments that count towards a limit of one customer on one day (`customerDayOf`). */
  abstract findDayUse(customerDay: string): Promise<DayUse>;

  /** The channel's payments that are not final, oldest first, after the given one. */
  abstract findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]>;

  /** Payments that are still SENT although their advice has been due since then, with no worker asking. */
  abstract findLeftBehind(dueSince: Date, rowsMax: number): Promise<Payment[]>;

  /** The legs of a payment that a biller refused before the last one was formed, in order. */
  abstract findRefusedLegs(paymentId: string): Promise<RefusedLeg[]>;

  /** The billers that have payments whose advice is due. */
  abstract billersDue(now: Date): Promise<string[]>;

  /** Claims payments of a biller whose advice is due, longest due first. Of two workers one gets a payment. */
  abstract claimDue(claim: AdviceClaim): Promise<ClaimedPayment[]>;

  /**
   * Plans the next question and ends the claim.
   * @returns false, and no effect, once the payment has moved or another claim was made.
   */
  abstract postpone(claimed: ClaimedPayment, next: NextAdvice): Promise<boolean>;
}
