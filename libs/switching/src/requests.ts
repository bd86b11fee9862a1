import type { Refusal, Rupiah } from '#lib/kernel';
import type { Claim, Row } from '#lib/ledger';

/** A channel asks what a customer owes. */
export interface InquiryRequest {
  channelId: string;
  /** The channel's own word for it, only echoed. */
  reference: string;
  productId: string;
  customerNumber: string;
  amount: Rupiah | undefined;
  /** How many of the oldest bills; undefined for all that may be paid at once. */
  billCount: number | undefined;
  months: number | undefined;
  year: number | undefined;
  extra: Readonly<Record<string, string>> | undefined;
  /** Where the customer stands, where the channel says so. */
  terminal?: { id: string; name: string; city: string } | undefined;
  /** How long the channel waits for an answer. */
  answerWithinMs: number;
}

/** A channel orders one of its payments to be undone. */
export interface ReversalRequest {
  channelId: string;
  paymentId: string;
  /** The channel's own word for the order; unique among its reversals for ever. */
  reference: string;
  reason: string;
  /** SHA-256 of the request in canonical form, the Payment ID with it. */
  contentHash: Buffer;
  /** How long the channel waits for an answer. */
  answerWithinMs: number;
}

/** A row that comes into being with a payment. */
export interface FormedAlongside {
  row: Row;
  /** The row's unique key: no other payment and no other message may have it. */
  claim: Claim;
  /** The answer where a key of that name is taken and no payment stands under the reference: nothing was formed. */
  taken: Refusal;
}

/** A channel pays an offer. */
export interface PaymentRequest {
  channelId: string;
  /** The channel's own word for the payment; unique among its payments for ever. */
  reference: string;
  inquiryId: string;
  total: Rupiah;
  /**
   * What the channel says it pays for, where its message says so: an offer for anything else is refused. The customer is
   * the number in its one form, or its mark where the books hold it masked.
   */
  about?: { productId: string; customer: string };
  /** For so long the same sale is not made twice under two references; left out: it may be. */
  duplicateGuardMs?: number;
  /** What its door must remember of the message: written in the commit that forms the payment, or not at all. */
  alongside?: FormedAlongside;
  /** SHA-256 of the request in canonical form. */
  contentHash: Buffer;
  /** It has waited so long at its door that nothing may be formed of it any more. */
  isLate?: boolean;
  /** How long the channel waits for an answer. */
  answerWithinMs: number;
}

/** A channel pays what has a fixed price, without an inquiry of its own. */
export interface DirectPaymentRequest {
  channelId: string;
  /** The channel's own word for the payment; unique among its payments for ever. */
  reference: string;
  productId: string;
  customerNumber: string;
  /** One of the product's denominations, or within its bounds. */
  amount: Rupiah | undefined;
  /** What the customer has agreed to pay in all; left out: whatever the price list says. */
  total?: Rupiah;
  /** It has waited so long at its door that nothing may be formed of it any more. */
  isLate?: boolean;
  /** SHA-256 of the request in canonical form. */
  contentHash: Buffer;
  /** How long the channel waits for an answer. */
  answerWithinMs: number;
}
