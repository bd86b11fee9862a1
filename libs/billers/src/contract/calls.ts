import type { BillerSpec } from '../spec/common';

const CALLS = ['inquiry', 'payment', 'advice', 'reversal'] as const;
export type Call = (typeof CALLS)[number];

/** The calls a biller takes: not every one undoes payments, and some are asked nothing before one. */
export function callsOf(spec: BillerSpec): Call[] {
  return CALLS.filter((call) => spec[call] !== undefined);
}

/** The call of a case such as `payment-approved`; undefined where the name begins with none. */
export function callOfCase(name: string): Call | undefined {
  return CALLS.find((call) => name.startsWith(`${call}-`));
}

/** The case in which a call comes to what it was made for. */
export function successOf(call: Call): string {
  return call === 'reversal' ? 'reversal-accepted' : `${call}-approved`;
}

const CASES = ['approved', 'declined', 'already-paid', 'not-found', 'in-process'];
const REVERSAL_CASES = ['accepted', 'refused', 'not-found', 'in-process'];

/** What every biller must show of its calls; more cases may stand beside them. */
export function requiredCases(spec: BillerSpec): string[] {
  return callsOf(spec).flatMap((call) =>
    (call === 'reversal' ? REVERSAL_CASES : CASES).map((name) => `${call}-${name}`),
  );
}
