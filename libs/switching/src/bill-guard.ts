import { refusal, type Refusal } from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import type { StoredInquiry } from './inquiry.store';
import type { Product } from '#lib/catalog';
import type { Payment } from './payment';
import { isFinal, type PaymentState } from './payment.states';

/** The payment that a bill belongs to: the last one that was formed for it, however it ended. */
export interface BillHolder {
  paymentId: string;
  inquiryId: string;
  state: PaymentState;
}

/**
 * What names a bill across channels, and across the routes by which it may be paid: the product's own biller.
 * @param customer the customer's number, or its mark where the books hold it masked.
 */
export function billName(
  { billerId, billerProduct }: Pick<Product, 'billerId' | 'billerProduct'>,
  customer: string,
): string {
  return `${billerId}:${billerProduct}:${customer}`;
}

/** What tells a payment's customer from all others. */
export function customerOf({ customerNumber, offer }: Pick<Payment, 'customerNumber' | 'offer'>): string {
  return offer.numberMark ?? customerNumber;
}

/**
 * Why a bill may not be paid on an offer, where only one payment of it may be. Whatever the biller would say: an offer
 * ends as soon as another payment of its bill has begun since it was asked for.
 */
export function objectionToBill(
  holder: BillHolder | undefined,
  { inquiryId, billHolder }: StoredInquiry,
): Refusal | undefined {
  if (!holder) return undefined;
  if (holder.inquiryId === inquiryId)
    return refusal('INQUIRY_USED', `${inquiryId} is used by ${holder.paymentId}`, 'inquiryId');
  if (!isFinal(holder.state)) return refusal('BILL_IN_PAYMENT', holder.paymentId);
  if (holder.paymentId === billHolder) return undefined;
  return holder.state === 'PAID'
    ? refusal('BILL_ALREADY_PAID', `${holder.paymentId} has paid it since the inquiry`)
    : refusal('BILL_CHANGED', `${holder.paymentId} has tried to pay it since the inquiry`);
}

/**
 * Hands a bill from its last payment to the one that pays it now: of two at one moment one finds it
 * there. The unique key of the bill stands meanwhile.
 */
export function handOver(bill: string, holder: BillHolder, payment: Payment): GuardedUpdate[] {
  return [
    {
      table: 'payment',
      set: { bill_in_payment: null },
      where: { payment_id: holder.paymentId, state: holder.state, bill_in_payment: bill },
    },
    {
      table: 'payment',
      set: { bill_in_payment: bill },
      where: { payment_id: payment.paymentId, last_event_no: payment.lastEventNo },
    },
  ];
}
