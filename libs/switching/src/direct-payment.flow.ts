import { refusal, type Clock } from '#lib/kernel';
import type { Catalog } from '#lib/catalog';
import { answerTo, refuse, type Answer } from './answer';
import type { InquiryFlow } from './inquiry.flow';
import type { PaymentFlow } from './payment.flow';
import type { Payments } from './payments';
import type { DirectPaymentRequest } from './requests';

/** Sells in one call what has a fixed price: asks the biller, and pays what it said. */
export class DirectPaymentFlow {
  /** @param inquiries and `paying` as they were agreed with the channel. */
  constructor(
    private readonly clock: Clock,
    private readonly catalog: Catalog,
    private readonly payments: Payments,
    private readonly inquiries: Pick<InquiryFlow, 'inquire'>,
    private readonly paying: Pick<PaymentFlow, 'pay'>,
  ) {}

  /** Pays one amount for one customer, once for each reference. */
  async pay(request: DirectPaymentRequest): Promise<Answer> {
    const askedAt = this.clock.now();

    const first = await this.payments.findByReference(request.channelId, request.reference);
    if (first) return answerTo(first, request);
    if (request.isLate) return refuse(refusal('NOT_NOW', 'it has waited too long at the door'));

    const product = this.catalog.soldProduct(request.channelId, request.productId)?.product;
    // Whoever pays a bill has seen its total; only a price that is known beforehand may be paid unseen.
    if (product && product.hasInquiry && product.amountType !== 'DENOM')
      return refuse(refusal('INQUIRY_REQUIRED', `${product.productId} is ${product.amountType}`, 'product'));

    const asked = await this.inquiries.inquire(questionOf(request));
    if (asked.kind !== 'offer') return this.unlessFormed(request, asked);

    const { inquiryId, offer } = asked.inquiry;
    const leftMs = request.answerWithinMs - (this.clock.now().getTime() - askedAt.getTime());
    if (leftMs <= 0)
      return this.unlessFormed(
        request,
        refuse(refusal('NOT_NOW', 'the inquiry took all the time there was')),
      );
    const { channelId, reference, contentHash } = request;
    const answerWithinMs = leftMs;
    return this.paying.pay({
      channelId,
      reference,
      inquiryId,
      total: request.total ?? offer.total,
      contentHash,
      answerWithinMs,
    });
  }

  /** The same order may have come twice at one moment, and the other one been paid while this one asked. */
  private async unlessFormed(request: DirectPaymentRequest, refused: Answer): Promise<Answer> {
    const first = await this.payments.findByReference(request.channelId, request.reference);
    return first ? answerTo(first, request) : notFinal(refused);
  }
}

/** A biller that could not be asked is no end of an order: its twin may still be asking, and pay. */
function notFinal(refused: Answer): Answer {
  return refused.kind === 'refused' && refused.refusal.code === 'BILLER_UNAVAILABLE'
    ? refuse(refusal('NOT_NOW', refused.refusal.detail))
    : refused;
}

function questionOf({
  channelId,
  reference,
  productId,
  customerNumber,
  amount,
  answerWithinMs,
}: DirectPaymentRequest) {
  const nothingElse = { billCount: undefined, months: undefined, year: undefined, extra: undefined };
  return { channelId, reference, productId, customerNumber, amount, answerWithinMs, ...nothingElse };
}
