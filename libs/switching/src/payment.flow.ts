import { refusal, type Clock, type Refusal } from '#lib/kernel';
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
import type { WorkInHand } from './work-in-hand';

/** Pays a bill once, whatever happens on the way. */
export class PaymentFlow {
  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly inquiries: Inquiries,
    private readonly payments: Payments,
    private readonly opening: PaymentOpening,
    private readonly hand: WorkInHand,
  ) {}

  /** Pays one bill: hold the channel's deposit, pay the biller, then post or release the hold. */
  async pay(request: PaymentRequest): Promise<Answer> {
    const room = this.hand.roomFor(request.channelId);
    if (room !== 'room') return refuse(crowded(room));
    const now = this.clock.now();

    const offer = await this.hand.on(request.channelId, () => this.inquiries.payable(request, now));
    if (!offer.ok) return this.refuseUnlessFormed(request, offer.error);

    const route = this.router.route(request.channelId, offer.value.productId, now);
    if (!route.ok) return this.refuseUnlessFormed(request, route.error);
    const { sold, connector } = route.value;
    const deadline = deadlineOf(now, connector.patience.paymentMs, request.answerWithinMs);

    failPoint('K1 request read', request.reference);
    // One commit: payment, hold, leg intent. After a crash, whatever is SENT is unknown and gets an advice.
    // Unique on (channel, reference): of two at the same moment one opens, the other gets its answer.
    const opened = await this.hand.on(request.channelId, () =>
      this.opening.open(request, offer.value, sold, now, deadline),
    );
    if (!opened.ok) return refuse(opened.error);
    const { payment, standing } = opened.value;
    if (standing === 'repeat') return answerTo(payment, request);

    failPoint('K3 opened', payment.paymentId);

    const leg = legOf(payment);
    // Once the payment is formed even a fault of our own is only "unknown".
    const said = await connector.pay(leg, deadline).catch(brokenCall);
    failPoint('K5 answered', payment.paymentId);
    const outcome = believe(said, {
      amount: leg.amount,
      requiredReceiptFields: this.payments.requiredReceiptFields(sold.product),
    });

    const answered = await this.hand.on(request.channelId, () =>
      this.payments.record(payment, eventOf(outcome.kind), outcome, this.clock.now()),
    );
    failPoint('K7 recorded', payment.paymentId);
    return { kind: 'payment', payment: answered, isRepeat: false };
  }

  /**
   * A repeat finds the inquiry used up by its own payment, or expired since: a refusal would deny a payment that
   * exists. Only who would be refused looks for it; all others meet it at the unique key of (channel, reference).
   */
  private async refuseUnlessFormed(request: PaymentRequest, why: Refusal): Promise<Answer> {
    const known = await this.payments.findByReference(request.channelId, request.reference);
    return known ? answerTo(known, request) : refuse(why);
  }
}

/** Above its share a channel is asked to slow down; where all are, it is no fault of theirs. */
function crowded(room: 'full' | 'share used up'): Refusal {
  return room === 'full'
    ? refusal('NOT_NOW', 'too many payments are in hand')
    : refusal('RATE_LIMITED', 'more payments in hand than its share');
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
