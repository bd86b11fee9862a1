import { describeRefusal, type ApprovalRefusal, type ProposalRefusal } from '#lib/audit';
import { formatRupiah } from '#lib/kernel';
import type { DecisionRefusal, RefundRefusal } from '#lib/switching';
import type { BreakState } from './break-states';
import type { Resolution } from './break';
import type { ResendRefusal } from './desk';

/** Why nothing was done about a break. */
export type BreakRefusal =
  | { kind: 'unknown'; breakId: string }
  /** From this state it cannot happen. */
  | { kind: 'state'; breakId: string; state: BreakState; wanted: string }
  | { kind: 'does not fit'; resolution: Resolution; what: string }
  /** Something that the resolution needs is missing or wrong; the text says what to give. */
  | { kind: 'needs'; what: string }
  /** The resolution needs a checker: it must be proposed. */
  | { kind: 'needs checker'; resolution: Resolution }
  | { kind: 'cannot resend'; why: ResendRefusal }
  /** A break of a channel's own file moves no money between us and a biller. */
  | { kind: 'of a channel'; channel: string; resolution: Resolution }
  /** Since it was proposed the break has changed; the proposal is void. */
  | { kind: 'changed'; breakId: string }
  | { kind: 'came second' }
  | { kind: 'overloaded' }
  | { kind: 'approval'; why: ApprovalRefusal | ProposalRefusal }
  | { kind: 'payment'; why: DecisionRefusal }
  | { kind: 'refund'; why: RefundRefusal };

/** A refusal in a sentence with its remedy. */
export function describeBreakRefusal(refusal: BreakRefusal): string {
  switch (refusal.kind) {
    case 'unknown':
      return `there is no break ${refusal.breakId}; "simpul break list" shows those that are open`;
    case 'state':
      return `${refusal.breakId} is ${refusal.state} and cannot be ${refusal.wanted}`;
    case 'does not fit':
      return `${refusal.resolution} is no end for ${refusal.what}`;
    case 'needs':
      return refusal.what;
    case 'needs checker':
      return `${refusal.resolution} needs a second person: propose it`;
    case 'cannot resend':
      return (
        `it cannot be sent again: ${describeResend(refusal.why)}. ` +
        'Give the money back (refund or reversal) and let the channel sell it anew'
      );
    case 'of a channel':
      return (
        `${refusal.resolution} books with a biller, and this is what ${refusal.channel} says of its own sales: look at ` +
        'all three sides with "simpul recon three-way"; what differs with the biller has a break of its own. Once ours is ' +
        'right, "simpul recon rerun" ends it; where theirs is wrong, a corrected file, or their letter and counterparty_error'
      );
    case 'changed':
      return `${refusal.breakId} has changed since it was proposed; look at it again and propose it anew`;
    case 'came second':
      return 'somebody else was first; look at it again';
    case 'overloaded':
      return 'too many wait to be written; nothing was done, try again';
    case 'approval':
      return describeRefusal(refusal.why);
    case 'payment':
      return describeDecision(refusal.why);
    case 'refund':
      return describeRefund(refusal.why);
  }
}

function describeResend(why: ResendRefusal): string {
  switch (why.kind) {
    case 'payment unknown':
      return 'there is no such payment';
    case 'another leg':
      return `leg ${why.legNo} has taken the place of this one`;
    case 'state':
      return `the payment is ${why.state}, and only what is PAID is sent again`;
    case 'being reversed':
      return 'it is ordered to be reversed';
    case 'refunded':
      return 'some of it is refunded';
    case 'sent again before':
      return 'that was done once before';
    case 'no bill':
      return 'its product has no bill that could be seen to be open';
    case 'bill taken over':
      return 'another payment of the same bill has begun since';
    case 'prefunded':
      return 'its biller has been paid in advance';
    case 'handed out':
      return `the customer holds the ${why.what} of the first time`;
    case 'settled':
      return 'its day is settled with it';
    case 'not in contract':
      return "the biller's contract does not allow it (`resend: true` in the format of its source)";
  }
}

/** Why a payment was not ended, in a sentence. */
export function describeDecision(why: DecisionRefusal): string {
  switch (why.kind) {
    case 'payment unknown':
      return 'there is no such payment';
    case 'state':
      return why.state === 'SUSPECT' || why.state === 'SENT'
        ? `the payment is ${why.state}: its biller is still being asked; people decide when it is UNRESOLVED`
        : `the payment is ${why.state}, which this cannot change`;
    case 'another leg':
      return `leg ${why.legNo} has taken the place of this one`;
    case 'another amount':
      return `the payment is about ${formatRupiah(why.amount)}, another amount`;
    case 'being reversed':
      return 'it is ordered to be reversed; its outcome decides';
    case 'refunded':
      return `${formatRupiah(why.refunded)} of it are refunded already`;
    case 'contradicted':
      return `the biller has said otherwise: ${why.said}`;
    case 'receipt incomplete':
      return `its receipt needs "${why.missing}", which only the biller's answer can say`;
    case 'came second':
      return `the payment is ${why.state}: another writer was first, or the database did not take it`;
  }
}

function describeRefund(why: RefundRefusal): string {
  switch (why.kind) {
    case 'payment unknown':
      return 'there is no such payment';
    case 'not refundable':
      return `a payment that is ${why.state} is not refunded`;
    case 'more than is left':
      return `only ${formatRupiah(why.left)} of it are left to refund`;
    case 'id used':
    case 'came second':
      return 'somebody else was first; look at it again';
    case 'overloaded':
      return 'too many wait to be written; nothing was done, try again';
  }
}
