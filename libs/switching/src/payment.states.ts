/** The life of a payment. A row missing from this table is a move that cannot happen. */
export const PAYMENT_MOVES = [
  // from          on                     to            ledger
  ['NEW', 'deposit held', 'SENT', 'hold'],
  ['SENT', 'biller approved', 'PAID', 'post'],
  ['SENT', 'rerouted', 'SENT', 'none'],
  ['SENT', 'biller declined', 'DECLINED', 'void'],
  ['SENT', 'never sent', 'DECLINED', 'void'],
  ['SENT', 'answer lost', 'SUSPECT', 'none'],
  ['SUSPECT', 'biller approved', 'PAID', 'post'],
  ['SUSPECT', 'biller declined', 'DECLINED', 'void'],
  ['SUSPECT', 'reversal accepted', 'DECLINED', 'void'],
  ['SUSPECT', 'settled as paid', 'PAID', 'post'],
  ['SUSPECT', 'advice exhausted', 'UNRESOLVED', 'none'],
  ['UNRESOLVED', 'reversal accepted', 'DECLINED', 'void'],
  ['UNRESOLVED', 'settled as paid', 'PAID', 'post'],
  ['UNRESOLVED', 'settled as not paid', 'DECLINED', 'void'],
  ['PAID', 'reversal accepted', 'REVERSED', 'reverse'],
  // Its biller does not have it: it is sent once more. The customer has paid once, and the capture stands meanwhile.
  ['PAID', 'sent again', 'RESENT', 'none'],
  ['RESENT', 'biller approved', 'PAID', 'none'],
  ['RESENT', 'settled as paid', 'PAID', 'none'],
  ['RESENT', 'answer lost', 'RESENT', 'none'],
  ['RESENT', 'advice exhausted', 'RESENT', 'none'],
  ['RESENT', 'biller declined', 'UNSERVED', 'none'],
  ['RESENT', 'never sent', 'UNSERVED', 'none'],
  ['RESENT', 'settled as not paid', 'UNSERVED', 'none'],
  ['UNSERVED', 'settled as paid', 'PAID', 'none'], // by people: its biller has the further leg after all
  ['UNSERVED', 'reversal accepted', 'REVERSED', 'reverse'], // by people: the biller has nothing to undo
] as const;

export type PaymentState = (typeof PAYMENT_MOVES)[number][0 | 2];
export type PaymentEvent = (typeof PAYMENT_MOVES)[number][1];
export type LedgerEffect = (typeof PAYMENT_MOVES)[number][3];

/** Where an event leads from a state, and what the ledger does; undefined where the move cannot happen. */
export function moveOf(
  from: PaymentState,
  event: PaymentEvent,
): { to: PaymentState; ledger: LedgerEffect } | undefined {
  const row = PAYMENT_MOVES.find(([state, on]) => state === from && on === event);
  return row && { to: row[2], ledger: row[3] };
}

/** Whether no advice will be asked and no answer will change the payment any more. */
export function isFinal(state: PaymentState): boolean {
  return state === 'PAID' || state === 'DECLINED' || state === 'REVERSED' || state === 'UNSERVED';
}

/** Whether its charge has been taken and not given back: told as paid, however it stands with its biller. */
export function isCharged(state: PaymentState): boolean {
  return statusOf(state) === 'PAID';
}

/** Whether a charged payment is done with at its biller; what is sent again is not, until people or an answer end it. */
export function isDecidedThere(state: PaymentState): boolean {
  return state !== 'RESENT' && state !== 'UNSERVED';
}

/** What a channel is told of a state. */
export function statusOf(state: PaymentState): 'PAID' | 'DECLINED' | 'REVERSED' | 'IN_PROGRESS' {
  switch (state) {
    case 'PAID':
    case 'DECLINED':
    case 'REVERSED':
      return state;
    case 'RESENT':
    case 'UNSERVED':
      return 'PAID';
    case 'NEW':
    case 'SENT':
    case 'SUSPECT':
    case 'UNRESOLVED':
      return 'IN_PROGRESS';
  }
}
