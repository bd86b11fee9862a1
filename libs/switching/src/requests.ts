import type { Rupiah } from '#lib/kernel';

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
