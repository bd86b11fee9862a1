import type { Logger } from '#lib/platform';
import type { Payment } from './payment';
import type { PaymentEvent } from './payment.states';

/**
 * The logger for moves. It looks for nothing to mask: every member of its lines is named below, and none is a secret.
 * Masking costs more than the rest of a line.
 */
export function moveLogger(logger: Logger): Logger {
  return logger.child({}, { redact: [] });
}

/** One line per step of the state table: enough to follow a payment, nothing personal. */
export function logMove(moves: Logger, payment: Payment, event: PaymentEvent): void {
  const { paymentId, channelId, channelReference, billerId, state, code, leg } = payment;
  moves.info(
    {
      paymentId,
      channelId,
      reference: channelReference,
      billerId,
      legReference: leg.reference,
      event,
      state,
      code,
    },
    'payment',
  );
}
