import type { Evidence, PaymentOutcome } from './biller.contract';
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

const SAID_MAX = 200;
