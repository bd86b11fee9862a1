import { localIso, refusal, ZERO, type Clock } from '#lib/kernel';
import { refuse, type Answer } from './answer';
import type { Inquiries } from './inquiries';
import { priceOffer } from './offer';
import { objectionTo } from './product-rules';
import type { InquiryRequest } from './requests';
import { deadlineOf, type Router } from './router';

/** Asks a biller for a bill and turns it into an offer. */
export class InquiryFlow {
  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly inquiries: Inquiries,
  ) {}

  /** Asks the biller what the customer owes, adds our fees, and remembers the offer. */
  async inquire(request: InquiryRequest): Promise<Answer> {
    const now = this.clock.now();

    const route = this.router.route(request.channelId, request.productId, now);
    if (!route.ok) return refuse(route.error);
    const { sold, connector, commissionMode } = route.value;

    const objection = objectionTo(request, sold);
    if (objection) return refuse(objection);

    const question = {
      product: sold.product.billerProduct,
      customerNumber: request.customerNumber,
      amount: request.amount,
      trace: request.reference,
    };
    const bill = await connector.inquire(
      question,
      deadlineOf(now, connector.patience.inquiryMs, request.answerWithinMs),
    );
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
        validUntil: new Date(this.clock.now().getTime() + validForMs),
      },
      now,
    );
    return { kind: 'offer', inquiry };
  }
}
