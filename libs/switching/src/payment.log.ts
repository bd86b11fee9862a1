import type { Logger } from '#lib/platform';
import type { Payment } from './payment';
import type { PaymentEvent } from './payment.states';

/** One line per step of the state table: enough to follow a payment, nothing personal. */
export function logMove(logger: Logger, payment: Payment, event: PaymentEvent): void {
  const { paymentId, channelId, channelReference, billerId, state, code, leg } = payment;
  logger.info(
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
