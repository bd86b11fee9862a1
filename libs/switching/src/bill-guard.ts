import { refusal, type Refusal } from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import type { Payment } from './payment';
import { isFinal, type PaymentState } from './payment.states';
import { billOf } from './payment.writes';

/** The payment that a bill belongs to: the one it is being paid by, or the one it was paid by last. */
export interface BillHolder {
  paymentId: string;
  state: PaymentState;
  /** When it came into that state. */
  since: Date;
}

/**
 * Why a bill may not be paid on an offer, where only one payment of it may be. Whatever the biller would say: an offer
 * that was made before the bill was paid shows what is no longer owed.
 * @param askedAt when the inquiry of the offer began.
 */
export function objectionToBill(holder: BillHolder | undefined, askedAt: Date): Refusal | undefined {
  if (!holder) return undefined;
  if (!isFinal(holder.state)) return refusal('BILL_IN_PAYMENT', holder.paymentId);
  return askedAt <= holder.since
    ? refusal('BILL_ALREADY_PAID', `${holder.paymentId} has paid it since the inquiry`)
    : undefined;
}

/**
 * Hands a bill from the payment that paid it before to the one that pays it now: of two at one moment one finds it
 * there. The unique key of the bill stands meanwhile.
 */
export function handOver(holder: BillHolder, payment: Payment): GuardedUpdate[] {
  const bill = billOf(payment);
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
