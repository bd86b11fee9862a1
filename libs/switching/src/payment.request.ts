import type { Refusal, Rupiah } from '#lib/kernel';
import type { Claim, Row } from '#lib/ledger';
import type { FoundOffer } from './inquiry.store';

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
  /** That offer, where its door has just read it with what names it; left out: it is read now. */
  offer?: FoundOffer;
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
