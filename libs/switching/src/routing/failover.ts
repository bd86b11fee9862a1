import type { Clock, Result, Refusal } from '#lib/kernel';
import type { Bill, PaymentOutcome } from '../biller.contract';
import type { StoredInquiry } from '../inquiry.store';
import type { Payment } from '../payment';
import { deadlineOf, isPayableAnywhere, type Router, type Sale, type Way } from '../router';
import type { RoutingLimits } from './limits';
import type { Place } from './place';
import type { BillerRoute } from './route';
import type { Routing } from './routing';
import { isSameOffer, questionForSameBill } from './same-offer';

/** Another biller says that the bill is paid: nobody else has paid it, so the refusal before may not be true. */
export const PAID_ALREADY = 'paid already';

/** The next way of a payment, with a place on it. Whoever gets it gives the place back. */
export interface NextWay {
  way: Way;
  place: Place;
  /** What the next biller wants to see again. */
  echo: Readonly<Record<string, string>>;
}

/** What was tried for a payment so far, and how long its caller waits. */
export interface Journey {
  sale: Sale;
  inquiry: StoredInquiry;
  way: Way;
  tried: string[];
  answerUntil: Date;
}

/**
 * Finds another route for a payment whose leg surely did nothing: it was never sent, or refused for a reason that
 * another biller may not share. A leg whose outcome is not known never has a next one.
 */
export class Failover {
  private readonly limits: RoutingLimits['failover'];

  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly routing: Routing,
  ) {
    this.limits = routing.limits.failover;
  }

  /** Whether an outcome leaves the payment open to another route at all. */
  isOpenTo(outcome: PaymentOutcome, route: BillerRoute, legNo: number): boolean {
    if (legNo >= this.limits.legsMax) return false;
    return outcome.kind === 'not sent' || this.routing.isTryAnother(route, outcome);
  }

  /**
   * The next way, the best first; undefined where no biller surely takes the same offer, or no time is left; and
   * `PAID_ALREADY` where one of them says that of the bill.
   */
  async next(payment: Payment, journey: Journey): Promise<NextWay | typeof PAID_ALREADY | undefined> {
    for (;;) {
      const now = this.clock.now();
      if (journey.answerUntil.getTime() - now.getTime() < this.limits.leftMinMs) return undefined;
      const way = this.router.others(journey.sale, journey.tried, now);
      if (!way) return undefined;
      journey.tried.push(way.route.routeId);
      const echo = isPayableAnywhere(journey.sale.sold) ? {} : await this.sameOfferAt(way, payment, journey);
      if (echo === PAID_ALREADY) return PAID_ALREADY;
      if (!echo) continue;
      const next = await this.placeToPay(way, journey);
      if (next) return { way: next.way, place: next.place, echo };
    }
  }

  /**
   * Asks the next biller for the same bill.
   * @returns its echo where its offer is the same to the rupiah; `PAID_ALREADY` where it says that of the bill.
   */
  private async sameOfferAt(
    way: Way,
    payment: Payment,
    journey: Journey,
  ): Promise<Readonly<Record<string, string>> | typeof PAID_ALREADY | undefined> {
    const { offer } = payment;
    const { billsMax } = way.route;
    if (billsMax !== null && billsMax < offer.lines.length) return undefined;
    const now = this.clock.now();
    const deadline = deadlineOf(now, way.connector.patience.inquiryMs, leftMs(journey, now));
    const place = await this.router.placeOn(way, 'inquiry', now, deadline);
    if (!place.ok) return undefined;
    const question = questionForSameBill(payment, way.route.billerProduct, journey.inquiry.reference);
    const bill: Result<Bill, Refusal> = await place.value.inquire(question);
    if (!bill.ok) return bill.error.code === 'BILL_ALREADY_PAID' ? PAID_ALREADY : undefined;
    return isSameOffer(offer, bill.value) ? bill.value.echo : undefined;
  }

  private async placeToPay(way: Way, journey: Journey): Promise<{ way: Way; place: Place } | undefined> {
    const now = this.clock.now();
    const left = leftMs(journey, now);
    if (left < this.limits.leftMinMs) return undefined;
    const deadline = deadlineOf(now, way.connector.patience.paymentMs, left);
    const place = await this.router.placeOn(way, 'payment', now, deadline);
    return place.ok ? { way, place: place.value } : undefined;
  }
}

function leftMs({ answerUntil }: Journey, now: Date): number {
  return answerUntil.getTime() - now.getTime();
}
