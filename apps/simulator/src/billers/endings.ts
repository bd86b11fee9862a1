/** What the last four digits of a customer number make a simulated biller do. */
export type Ending = {
  /** The endings this row speaks for, both inclusive, as numbers: 14 is `0014`. */
  readonly from: number;
  readonly to: number;
  readonly inquiry: 'bills' | 'customer unknown' | 'already paid' | 'silence' | 'error';
  /** What becomes of the money. `lost`: the biller never saw the payment and remembers nothing of it. */
  readonly payment: 'paid' | 'declined' | 'customer unknown' | 'already paid' | 'bill changed' | 'lost';
  /** What the payer hears of it at once; an advice tells the truth. */
  readonly answer: 'told' | 'in process' | 'silence' | 'reset' | 'other amount' | 'error' | 'garbage';
  /** The ending's own number tells how many bills are open; otherwise there is one. */
  readonly manyBills?: true;
  /** The offer of the inquiry expires after so many seconds. */
  readonly offerSeconds?: number;
  /** An advice stays without answer for so long after the payment. */
  readonly adviceSilentMs?: number;
  /** How the order to reverse the payment goes astray; otherwise it is done and told. */
  readonly reversal?: 'refused' | 'answer lost once' | 'request lost once';
  /** Milliseconds of delay before the payment, for each unit of the ending's last three digits. */
  readonly delayMsPerUnit?: number;
};

/** An ending that no row below names. */
const ORDINARY = {
  from: 0,
  to: 9999,
  inquiry: 'bills',
  payment: 'paid',
  answer: 'told',
} as const satisfies Ending;

/** The table of endings. It is a promise to partners and checks: rows are added, never changed. */
export const ENDINGS: readonly Ending[] = [
  { from: 2, to: 12, inquiry: 'bills', payment: 'paid', answer: 'told', manyBills: true },
  { from: 14, to: 14, inquiry: 'customer unknown', payment: 'customer unknown', answer: 'told' },
  { from: 88, to: 88, inquiry: 'already paid', payment: 'already paid', answer: 'told' },
  { from: 103, to: 103, inquiry: 'silence', payment: 'paid', answer: 'silence' },
  { from: 1013, to: 1013, inquiry: 'bills', payment: 'paid', answer: 'other amount' },
  { from: 1037, to: 1037, inquiry: 'bills', payment: 'declined', answer: 'told' },
  { from: 1039, to: 1039, inquiry: 'bills', payment: 'paid', answer: 'in process' },
  { from: 1040, to: 1040, inquiry: 'bills', payment: 'declined', answer: 'in process' },
  { from: 1068, to: 1068, inquiry: 'bills', payment: 'paid', answer: 'silence' },
  { from: 1069, to: 1069, inquiry: 'bills', payment: 'lost', answer: 'silence' },
  { from: 1070, to: 1070, inquiry: 'bills', payment: 'paid', answer: 'silence', adviceSilentMs: 60_000 },
  { from: 1071, to: 1071, inquiry: 'bills', payment: 'paid', answer: 'told', offerSeconds: 3 },
  { from: 1072, to: 1072, inquiry: 'bills', payment: 'bill changed', answer: 'told' },
  { from: 1091, to: 1091, inquiry: 'bills', payment: 'paid', answer: 'reset' },
  { from: 1105, to: 1105, inquiry: 'error', payment: 'lost', answer: 'error' },
  { from: 1106, to: 1106, inquiry: 'bills', payment: 'paid', answer: 'error' },
  { from: 1401, to: 1401, inquiry: 'bills', payment: 'paid', answer: 'told', reversal: 'refused' },
  { from: 1402, to: 1402, inquiry: 'bills', payment: 'paid', answer: 'told', reversal: 'answer lost once' },
  { from: 1403, to: 1403, inquiry: 'bills', payment: 'paid', answer: 'told', reversal: 'request lost once' },
  { from: 1999, to: 1999, inquiry: 'bills', payment: 'paid', answer: 'garbage' },
  { from: 3000, to: 3999, inquiry: 'bills', payment: 'paid', answer: 'told', delayMsPerUnit: 10 },
];

/** The row that speaks for a customer number of at least four digits. */
export function endingOf(customerNumber: string): Ending {
  const digits = endingDigits(customerNumber);
  return ENDINGS.find((row) => row.from <= digits && digits <= row.to) ?? ORDINARY;
}

/** How many bills are open for a customer whose bills can be many. */
export function openBillCount(customerNumber: string): number {
  return endingOf(customerNumber).manyBills ? endingDigits(customerNumber) : 1;
}

/** How long a payment of this customer travels before the biller books it, in milliseconds. */
export function paymentDelayMs(customerNumber: string): number {
  return (endingOf(customerNumber).delayMsPerUnit ?? 0) * (endingDigits(customerNumber) % 1_000);
}

function endingDigits(customerNumber: string): number {
  return Number(customerNumber.slice(-4));
}
