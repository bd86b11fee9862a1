/** What a biller says, before a dialect puts its own code to it. */
export type BillerCode =
  | 'OK'
  | 'CUSTOMER_UNKNOWN'
  | 'ALREADY_PAID'
  | 'DECLINED'
  | 'WRONG_AMOUNT'
  | 'OVER_LIMIT'
  | 'FLOAT_EMPTY'
  | 'IN_PROCESS'
  | 'PAYMENT_UNKNOWN'
  | 'REVERSED'
  | 'REVERSAL_REFUSED'
  | 'DUPLICATE'
  | 'MALFORMED'
  | 'PRODUCT_UNKNOWN';

/** A code of the biller's own, or one that somebody ordered, behind an equals sign and sent as it stands. */
export type CodeTold = BillerCode | `=${string}`;

/** A dialect's code for each meaning; what it has no code for is said as something malformed. */
export type CodeTable = Partial<Record<BillerCode, string>> & Readonly<Record<'OK' | 'MALFORMED', string>>;

const TEXTS: Record<BillerCode, string> = {
  OK: 'Success',
  CUSTOMER_UNKNOWN: 'Customer unknown',
  ALREADY_PAID: 'Bill already paid',
  DECLINED: 'Payment declined',
  WRONG_AMOUNT: 'Amount wrong or bill changed, ask for the bill again',
  OVER_LIMIT: 'More than this customer may buy',
  FLOAT_EMPTY: 'Your float is empty',
  IN_PROCESS: 'Payment in process',
  PAYMENT_UNKNOWN: 'No such payment',
  REVERSED: 'Payment reversed',
  REVERSAL_REFUSED: 'Reversal refused',
  DUPLICATE: 'This reference was used with other content',
  MALFORMED: 'Message malformed',
  PRODUCT_UNKNOWN: 'No such product',
};

/** The code of a meaning in one dialect. */
export function codeIn(table: CodeTable, told: CodeTold): string {
  return isOrdered(told) ? told.slice(1) : (table[told] ?? table.MALFORMED);
}

/** The words of a meaning. */
export function textOf(told: CodeTold): string {
  return isOrdered(told) ? 'As it was ordered' : TEXTS[told];
}

function isOrdered(told: CodeTold): told is `=${string}` {
  return told.startsWith('=');
}
