import type { AdviceOutcome, Evidence, PaymentOutcome } from './biller.contract';
import type { PaymentEvent } from './payment.states';

/** What an outcome at the biller means in a payment's life. */
export function eventOf(kind: PaymentOutcome['kind']): PaymentEvent {
  switch (kind) {
    case 'approved':
      return 'biller approved';
    case 'declined':
      return 'biller declined';
    case 'not sent':
      return 'never sent';
    case 'unknown':
      return 'answer lost';
  }
}

/** What a call of the biller came to that broke on our side: it may have left, so nothing is known of it. */
export function brokenCall(error: unknown): { kind: 'unknown'; evidence: Evidence } {
  return { kind: 'unknown', evidence: { reason: `our own fault: ${String(error).slice(0, SAID_MAX)}` } };
}

/** An answer without an end in a few words, for people. */
export function inShort({ kind, evidence }: AdviceOutcome): string {
  const what = evidence['doubt'] ?? evidence['reason'] ?? evidence['message'] ?? evidence['code'];
  return (what === undefined || what === null ? kind : `${kind}: ${what}`).slice(0, SAID_MAX);
}

/** What the columns hold of it. */
const SAID_MAX = 200;
