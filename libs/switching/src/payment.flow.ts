import type { Clock, Refusal } from '#lib/kernel';
import { failPoint } from '#lib/platform';
import { answerTo, refuse, type Answer } from './answer';
import { believe } from './believe';
import type { PaymentOutcome } from './biller.contract';
import type { Inquiries } from './inquiries';
import { legOf } from './payment';
import type { PaymentOpening } from './payment.opening';
import type { PaymentEvent } from './payment.states';
import type { Payments } from './payments';
import type { PaymentRequest } from './requests';
import { deadlineOf, type Router } from './router';

/** Pays a bill once, whatever happens on the way. */
export class PaymentFlow {
  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly inquiries: Inquiries,
    private readonly payments: Payments,
    private readonly opening: PaymentOpening,
  ) {}

  /** Pays one bill: hold the channel's deposit, pay the biller, then post or release the hold. */
  async pay(request: PaymentRequest): Promise<Answer> {
    const now = this.clock.now();

    const known = await this.payments.findByReference(request.channelId, request.reference);
    if (known) return answerTo(known, request);

    const offer = await this.inquiries.payable(request, now);
    if (!offer.ok) return this.refuseUnlessFormed(request, offer.error);

    const route = this.router.route(request.channelId, offer.value.productId, now);
    if (!route.ok) return refuse(route.error);
    const { sold, connector } = route.value;
    const deadline = deadlineOf(now, connector.patience.paymentMs, request.answerWithinMs);

    failPoint('K1 request read', request.reference);
    // One commit: payment, hold, leg intent. After a crash, whatever is SENT is unknown and gets an advice.
    // Unique on (channel, reference): of two at the same moment one opens, the other gets its answer.
    const opened = await this.opening.open(request, offer.value, sold, now, deadline);
    if (!opened.ok) return refuse(opened.error);
    const { payment, standing } = opened.value;
    if (standing === 'repeat') return answerTo(payment, request);
    if (standing === 'in doubt') return { kind: 'payment', payment, isRepeat: false };

    failPoint('K3 opened', payment.paymentId);

    const leg = legOf(payment);
    // Once the payment is formed even a fault of our own is only "unknown".
    const said = await connector.pay(leg, deadline).catch(brokenCall);
    failPoint('K5 answered', payment.paymentId);
    const outcome = believe(said, {
      amount: leg.amount,
      requiredReceiptFields: sold.product.requiredReceiptFields,
    });

    const answered = await this.payments.record(payment, eventOf(outcome.kind), outcome, this.clock.now());
    failPoint('K7 recorded', payment.paymentId);
    return { kind: 'payment', payment: answered, isRepeat: false };
  }

  /**
   * The same request may have formed the payment since we looked for it, and used the inquiry up by that: then the
   * refusal would deny a payment that exists.
   */
  private async refuseUnlessFormed(request: PaymentRequest, why: Refusal): Promise<Answer> {
    const known = await this.payments.findByReference(request.channelId, request.reference);
    return known ? answerTo(known, request) : refuse(why);
  }
}

function brokenCall(error: unknown): PaymentOutcome {
  return { kind: 'unknown', evidence: { reason: `our own fault: ${String(error).slice(0, 200)}` } };
}

/** What an outcome means in a payment's life. */
function eventOf(kind: PaymentOutcome['kind']): PaymentEvent {
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
