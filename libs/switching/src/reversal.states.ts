/**
 * The life of an order to reverse a payment. A row missing from this table is a move that cannot happen. Money moves
 * only with the payment's own move "reversal accepted".
 */
export const REVERSAL_MOVES = [
  // from        on                        to
  ['NEW', 'nothing to undo', 'NEEDLESS'],
  ['NEW', 'payment not known yet', 'ORDERED'],
  ['NEW', 'sent', 'SENT'],
  ['ORDERED', 'payment declined', 'NEEDLESS'],
  ['ORDERED', 'sent', 'SENT'],
  ['ORDERED', 'tries exhausted', 'UNRESOLVED'],
  ['SENT', 'sent', 'SENT'],
  ['SENT', 'biller accepted', 'ACCEPTED'],
  ['SENT', 'payment declined', 'NEEDLESS'],
  ['SENT', 'tries exhausted', 'UNRESOLVED'],
  ['UNRESOLVED', 'biller accepted', 'ACCEPTED'],
] as const;

export type ReversalState = (typeof REVERSAL_MOVES)[number][0 | 2];
export type ReversalEvent = (typeof REVERSAL_MOVES)[number][1];

/** Where an event leads an order. @throws Error where the move cannot happen. */
export function reversalAfter(from: ReversalState, event: ReversalEvent): ReversalState {
  const row = REVERSAL_MOVES.find(([state, on]) => state === from && on === event);
  if (!row) throw new Error(`"${event}" cannot happen to a reversal that is ${from}`);
  return row[2];
}

/** Whether an order may still undo its payment: the program's turn, or people's. */
export function isOpenReversal(state: ReversalState): boolean {
  return state === 'ORDERED' || state === 'SENT' || state === 'UNRESOLVED';
}
