import type { BillerReversal } from './biller.contract';
import { billerReferenceOf, legOf, type Payment } from './payment';
import type { ReversalState } from './reversal.states';

/** An order to undo a payment: the channel's own, or ours where the biller's protocol demands it. */
export interface Reversal {
  channelId: string;
  origin: 'channel' | 'ours';
  /** The channel's own word for the order, unique among its reversals for ever; of ours, the leg reference. */
  reference: string;
  /** SHA-256 of the order in canonical form: the same reference with another hash is refused. */
  contentHash: Buffer;
  paymentId: string;
  billerId: string;
  /** What the biller knows it by; null where the order has nothing to undo and is never sent. */
  legReference: string | null;
  reason: string;
  /** Whether it is the one order that may undo its payment. */
  isEffective: boolean;
  state: ReversalState;
  /** How often it was sent, or about to be. */
  tries: number;
  nextTryAt: Date | null;
  orderedAt: Date;
}

/** What of a reversal the biller is told. @throws Error for an order that is never sent. */
export function billerReversalOf(reversal: Reversal, payment: Payment): BillerReversal {
  if (reversal.legReference === null)
    throw new Error(`the order ${reversal.reference} of ${reversal.channelId} is not one to send`);
  return {
    reference: reversal.legReference,
    leg: legOf(payment),
    billerReference: billerReferenceOf(payment),
  };
}
