import type { Payment } from './payment';

/** A worker's claim on payments whose biller is to be asked. */
export interface AdviceClaim {
  owner: string;
  now: Date;
  /** End of the lease: from then on another worker may ask. */
  until: Date;
  rowsMax: number;
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

  /** The channel's payments that are not final, oldest first, after the given one. */
  abstract findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]>;

  /** Claims payments whose advice is due, longest due first. Of two workers one gets a payment. */
  abstract claimDue(claim: AdviceClaim): Promise<Payment[]>;

  /** Plans the next question and ends the claim; without effect once the payment has moved or the claim is another's. */
  abstract postpone(payment: Payment, owner: string, adviceCount: number, next: Date): Promise<void>;
}
