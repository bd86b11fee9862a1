const ALWAYS = ['reference', 'code', 'ourCode', 'message', 'messageEn', 'time'] as const;
const OF_PRICE = [
  'product',
  'customerNumber',
  'customerName',
  'amount',
  'adminFee',
  'total',
  'charge',
] as const;
const OF_PAYMENT = [
  ...ALWAYS,
  ...OF_PRICE,
  'status',
  'paymentId',
  'billerReference',
  /** The token where there is one, else the biller's reference. */
  'serialNumber',
  'balance',
  'businessDate',
] as const;

/** Every answer of the text door, and the names that its line may tell; `{receipt.…}` too where there is a receipt. */
export const ANSWERS = {
  offer: [...ALWAYS, ...OF_PRICE, 'inquiryId', 'billCount', 'periods', 'validUntil'],
  paid: OF_PAYMENT,
  declined: OF_PAYMENT,
  reversed: OF_PAYMENT,
  /** Not known yet, or a reversal is under way. */
  inProgress: OF_PAYMENT,
  balance: [...ALWAYS, 'posted', 'held', 'limit', 'available'],
  /** This request formed nothing, and will not. */
  refused: ALWAYS,
  /** This request formed nothing; it may be repeated as it is. */
  notNow: ALWAYS,
} as const;
export type AnswerName = keyof typeof ANSWERS;

/** The names in braces of a line. */
export function namesIn(line: string): string[] {
  return [...line.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}
