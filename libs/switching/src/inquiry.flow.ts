import { localIso, refusal, ZERO, type Clock } from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import { refuse, type Answer } from './answer';
import { billName } from './bill-guard';
import type { Inquiries } from './inquiries';
import { priceOffer } from './offer';
import { objectionTo } from './product-rules';
import type { Payments } from './payments';
import type { InquiryRequest } from './requests';
import { deadlineOf, type Router } from './router';

/** Asks a biller for a bill and turns it into an offer. */
export class InquiryFlow {
  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly inquiries: Inquiries,
    private readonly payments: Pick<Payments, 'findHolderOf'>,
  ) {}

  /** Asks the biller what the customer owes, adds our fees, and remembers the offer. */
  async inquire(request: InquiryRequest): Promise<Answer> {
    const now = this.clock.now();

    const sale = this.router.sale(request.channelId, request.productId, now);
    if (!sale.ok) return refuse(sale.error);
    const { sold, commissionMode } = sale.value;

    const objection = objectionTo(request, sold);
    if (objection) return refuse(objection);

    const way = this.router.toAsk(sale.value, now);
    if (!way.ok) return refuse(way.error);
    const { route, connector, decision } = way.value;

    const question = {
      product: route.billerProduct,
      customerNumber: request.customerNumber,
      amount: request.amount,
      billCount: request.billCount,
      months: request.months,
      year: request.year,
      extra: request.extra,
      trace: request.reference,
    };
    // Before the biller is asked: what begins after this is not yet in the bill it shows.
    const billHolder = await this.holderOf(sold, request.customerNumber);
    const deadline = deadlineOf(now, connector.patience.inquiryMs, request.answerWithinMs);
    const place = await this.router.placeOn(way.value, 'inquiry', now, deadline);
    if (!place.ok) return refuse(place.error);
    const bill = await place.value.inquire(question);
    if (!bill.ok) return refuse(bill.error);

    const offer = priceOffer(bill.value, sold, commissionMode, {
      billCount: request.billCount,
      amount: request.amount,
      month: localIso(now, sold.product.timeZone).slice(0, 7).replace('-', ''),
    });
    if (offer.amount === ZERO) return refuse(refusal('BILL_NOT_FOUND', 'the bill comes to nothing'));

    const validForMs = (bill.value.validSeconds ?? sold.product.offerValidSeconds) * 1_000;
    const inquiry = await this.inquiries.keep(
      {
        channelId: request.channelId,
        reference: request.reference,
        productId: request.productId,
        customerNumber: request.customerNumber,
        offer,
        billHolder,
        validUntil: new Date(this.clock.now().getTime() + validForMs),
        route: { routeId: route.routeId, decision },
      },
      now,
    );
    return { kind: 'offer', inquiry };
  }

  /** The payment that the customer's bill belongs to now, where only one payment of it may be under way. */
  private async holderOf({ product }: SoldProduct, customerNumber: string): Promise<string | null> {
    if (!product.oneBillAtATime) return null;
    const holder = await this.payments.findHolderOf(billName(product, customerNumber));
    return holder?.paymentId ?? null;
  }
}
