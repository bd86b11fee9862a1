import type { Refusal } from '#lib/kernel';
import type { StoredInquiry } from './inquiry.store';
import type { Payment } from './payment';

/** What a flow answers; a channel translates it to its wire. */
export type Answer =
  /** Nothing was formed by this request. `payment` is the one that stands in its way, if any. */
  | { kind: 'refused'; refusal: Refusal; payment: Payment | undefined }
  | { kind: 'offer'; inquiry: StoredInquiry }
  | { kind: 'payment'; payment: Payment; isRepeat: boolean };

/** Forms nothing: the reference stays free. */
export function refuse(refusal: Refusal): Answer {
  return { kind: 'refused', refusal, payment: undefined };
}

/** Answers a known reference with its payment as it stands, or refuses it when it now carries other content. */
export function answerTo(payment: Payment, request: { contentHash: Buffer }): Answer {
  if (payment.contentHash.equals(request.contentHash)) return { kind: 'payment', payment, isRepeat: true };
  const reused: Refusal = {
    code: 'REFERENCE_REUSED',
    detail: `${payment.channelReference} is ${payment.paymentId} with other content`,
    field: 'reference',
  };
  return { kind: 'refused', refusal: reused, payment };
}
