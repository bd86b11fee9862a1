import type { BillerSpec } from '../spec/common';

const CALLS = ['inquiry', 'payment', 'advice', 'reversal', 'balance', 'stamp'] as const;
export type Call = (typeof CALLS)[number];

/** The calls a biller takes: not every one undoes payments or tells a balance, and some are asked nothing before one. */
export function callsOf(spec: BillerSpec): Call[] {
  return CALLS.filter((call) => spec[call] !== undefined);
}

/** The call of a case such as `payment-approved`; undefined where the name begins with none. */
export function callOfCase(name: string): Call | undefined {
  return CALLS.find((call) => name.startsWith(`${call}-`));
}

/** The case in which a call comes to what it was made for. */
export function successOf(call: Call): string {
  return `${call}-${CASES[call][0]}`;
}

const OF_A_BILL = ['approved', 'declined', 'already-paid', 'not-found', 'in-process'] as const;
/** Of each call, its success first. */
const CASES: Readonly<Record<Call, readonly [success: string, ...others: string[]]>> = {
  inquiry: OF_A_BILL,
  payment: OF_A_BILL,
  advice: OF_A_BILL,
  reversal: ['accepted', 'refused', 'not-found', 'in-process'],
  balance: ['told', 'refused'],
  stamp: ['stamped', 'refused', 'in-process'],
};

/** What every biller must show of its calls; more cases may stand beside them. */
export function requiredCases(spec: BillerSpec): string[] {
  return callsOf(spec).flatMap((call) => CASES[call].map((name) => `${call}-${name}`));
}
