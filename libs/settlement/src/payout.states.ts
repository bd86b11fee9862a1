/**
 * The life of a payout instruction. A row missing from this table is a move that cannot happen. It leaves once: from
 * `sent` on, only what the bank says moves it, and nothing sends it again.
 */
export const PAYOUT_MOVES = [
  // from       on               to          who
  ['drafted', 'approved', 'approved', 'a checker'],
  ['drafted', 'cancelled', 'rejected', 'a person'],
  ['approved', 'cancelled', 'rejected', 'a person'],
  ['approved', 'sent', 'sent', 'a person or the bank connection'],
  ['sent', 'accepted', 'accepted', 'the bank'],
  ['sent', 'refused', 'rejected', 'the bank, by two people'],
  ['accepted', 'refused', 'rejected', 'the bank, by two people'],
  ['sent', 'executed', 'executed', 'the bank statement'],
  ['accepted', 'executed', 'executed', 'the bank statement'],
  // A line that does not name it is named by two people, whatever we believed of the payout.
  ['drafted', 'shown', 'executed', 'the bank statement, by two people'],
  ['approved', 'shown', 'executed', 'the bank statement, by two people'],
  ['sent', 'shown', 'executed', 'the bank statement, by two people'],
  ['accepted', 'shown', 'executed', 'the bank statement, by two people'],
  ['rejected', 'shown', 'executed', 'the bank statement, by two people'],
  ['executed', 'returned', 'returned', 'the bank statement'],
  // What did not happen is drafted again once, under another reference.
  ['rejected', 'redrafted', 'replaced', 'a person'],
  ['returned', 'redrafted', 'replaced', 'a person'],
] as const;

export type PayoutState = (typeof PAYOUT_MOVES)[number][0 | 2];
export type PayoutEvent = (typeof PAYOUT_MOVES)[number][1];

/** Where a payout goes from a state on an event; undefined where it cannot. */
export function nextPayoutState(from: PayoutState, event: PayoutEvent): PayoutState | undefined {
  return PAYOUT_MOVES.find(([state, on]) => state === from && on === event)?.[2];
}
