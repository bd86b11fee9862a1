import { refusal, type Clock, type Refusal } from '#lib/kernel';
import { failPoint } from '#lib/platform';
import { answerTo, refuse, type Answer } from './answer';
import { believe } from './believe';
import type { PaymentOutcome } from './biller.contract';
import type { Inquiries } from './inquiries';
import { brokenCall, eventOf } from './outcomes';
import { legOf, type Payment } from './payment';
import { PAID_ELSEWHERE } from './payment.evidence';
import type { PaymentOpening } from './payment.opening';
import type { PaymentRequest } from './payment.request';
import type { Payments } from './payments';
import { deadlineOf, type Router } from './router';
import { PAID_ALREADY, type Failover, type Journey } from './routing/failover';
import type { Place } from './routing/place';
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
    private readonly failover: Failover,
  ) {}

  /** Pays one bill: hold the channel's deposit, pay the biller, then post or release the hold. */
  async pay(request: PaymentRequest): Promise<Answer> {
    const room = request.isLate ? 'full' : this.hand.roomFor(request.channelId);
    // Also where all hands are full, nobody may be told that a payment was not formed which was.
    if (room !== 'room') return this.refuseUnlessFormed(request, crowded(room));
    const now = this.clock.now();

    const offer = await this.hand.on(request.channelId, () => this.inquiries.payable(request, now));
    if (!offer.ok) return this.refuseUnlessFormed(request, offer.error);

    const sale = this.router.sale(request.channelId, offer.value.productId, now);
    if (!sale.ok) return this.refuseUnlessFormed(request, sale.error);
    const way = this.router.toPay(sale.value, offer.value, now);
    if (!way.ok) return this.refuseUnlessFormed(request, way.error);
    const deadline = deadlineOf(now, way.value.connector.patience.paymentMs, request.answerWithinMs);

    const place = await this.router.placeOn(way.value, 'payment', now, deadline);
    if (!place.ok) return this.refuseUnlessFormed(request, place.error);
    try {
      return await this.payFrom(place.value, {
        request,
        sale: sale.value,
        inquiry: offer.value,
        way: way.value,
        tried: [way.value.route.routeId],
        answerUntil: new Date(now.getTime() + request.answerWithinMs),
      });
    } finally {
      place.value.leave();
    }
  }

  /** Forms the payment and pays it, from a place at its biller that nobody else has. */
  private async payFrom(place: Place, order: PaymentOrder): Promise<Answer> {
    const { request, sale, inquiry, way } = order;
    const now = this.clock.now();
    failPoint('K1 request read', request.reference);
    // One commit: payment, hold, leg intent. After a crash, whatever is SENT is unknown and gets an advice.
    // Unique on (channel, reference): of two at the same moment one opens, the other gets its answer.
    const opened = await this.hand.on(request.channelId, () =>
      this.opening.open(request, inquiry, sale.sold, way, now, place.deadline),
    );
    if (!opened.ok) return refuse(opened.error);
    const { payment, standing } = opened.value;
    if (standing === 'repeat') return answerTo(payment, request);

    failPoint('K3 opened', payment.paymentId);
    return { kind: 'payment', payment: await this.send(payment, place, order), isRepeat: false };
  }

  /** Sends the payment's leg and records what came of it; a leg that surely did nothing may be followed by another. */
  private async send(payment: Payment, place: Place, order: PaymentOrder): Promise<Payment> {
    const { channelId, paymentId } = payment;
    const leg = legOf(payment);
    // Once the payment is formed even a fault of our own is only "unknown".
    const said = await place.pay(leg).catch(brokenCall);
    failPoint('K5 answered', paymentId);
    const outcome = believe(said, {
      amount: leg.amount,
      requiredReceiptFields: this.payments.requiredReceiptFields(order.sale.sold.product),
    });

    if (this.failover.isOpenTo(outcome, order.way.route, payment.leg.legNo)) {
      const sent = await this.sendElsewhere(payment, outcome, order);
      if (sent) return sent;
    }
    const answered = await this.hand.on(channelId, () =>
      this.payments.record(payment, eventOf(outcome.kind), outcome, this.clock.now()),
    );
    failPoint('K7 recorded', paymentId);
    return answered;
  }

  /**
   * Sends it by another route. One commit: the end of the leg before, and the intent of the next one.
   * @returns undefined where no other route surely takes the same offer, or it could not be made durable.
   */
  private async sendElsewhere(
    payment: Payment,
    outcome: PaymentOutcome,
    order: PaymentOrder,
  ): Promise<Payment | undefined> {
    const next = await this.failover.next(payment, order);
    if (!next) return undefined;
    if (next === PAID_ALREADY) return this.doubt(payment, outcome);
    const { way, place, echo } = next;
    try {
      const rerouted = await this.hand
        .on(payment.channelId, () =>
          this.opening.reroute(payment, outcome, way, echo, this.clock.now(), place.deadline),
        )
        // Nothing was sent; what became of the commit is seen by whoever writes next.
        .catch(() => undefined);
      return rerouted && (await this.send(rerouted, place, { ...order, way }));
    } finally {
      place.leave();
    }
  }

  /**
   * A refusal that another biller's word speaks against is no end: the biller is asked what became of its leg. A leg
   * that never left ends; what legs before it may have done is left to people.
   */
  private async doubt(payment: Payment, outcome: PaymentOutcome): Promise<Payment> {
    const evidence = { ...outcome.evidence, doubt: PAID_ELSEWHERE };
    const said = { kind: outcome.kind === 'not sent' ? outcome.kind : 'unknown', evidence } as const;
    return this.hand.on(payment.channelId, () =>
      this.payments.record(payment, eventOf(said.kind), said, this.clock.now()),
    );
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

/** What is paid, by which way, and what was tried so far. */
interface PaymentOrder extends Journey {
  request: PaymentRequest;
}

/** Above its share a channel is asked to slow down; where all are, it is no fault of theirs. */
function crowded(room: 'full' | 'share used up'): Refusal {
  return room === 'full'
    ? refusal('NOT_NOW', 'too many payments are in hand')
    : refusal('RATE_LIMITED', 'more payments in hand than its share');
}
