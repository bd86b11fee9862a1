import { localIso, ok, refusal, ZERO, type Clock, type Refusal, type Result } from '#lib/kernel';
import { normalNumber, type Product, type SoldProduct } from '#lib/catalog';
import { refuse, type Answer } from './answer';
import { billName } from './bill-guard';
import type { Bill } from './biller.contract';
import { billsAtOnce, chosenLines } from './chosen-lines';
import type { Inquiries } from './inquiries';
import { priceOffer, type Inputs } from './offer';
import { objectionTo, objectionToLimit } from './product-rules';
import type { Payments } from './payments';
import type { InquiryRequest } from './requests';
import type { SealedNumbers } from './sealed-numbers';
import type { AskedRoute } from './inquiry.store';
import { deadlineOf, type Router, type Sale } from './router';

/** A bill, and whose it is; nobody's where nobody was asked. */
interface HeardBill {
  bill: Bill;
  /** So many bills at once on that route; null: no bound of its own. */
  billsMax: number | null;
  route: AskedRoute | null;
}

/** Asks a biller for a bill and turns it into an offer. */
export class InquiryFlow {
  constructor(
    private readonly clock: Clock,
    private readonly router: Router,
    private readonly inquiries: Inquiries,
    private readonly payments: Pick<Payments, 'findHolderOf'>,
    private readonly numbers: Pick<SealedNumbers, 'hide'>,
  ) {}

  /** Asks the biller what the customer owes, adds our fees, and remembers the offer. */
  async inquire(asked: InquiryRequest): Promise<Answer> {
    const now = this.clock.now();

    const sale = this.router.sale(asked.channelId, asked.productId, now);
    if (!sale.ok) return refuse(sale.error);
    const { sold, commissionMode } = sale.value;
    const { product } = sold;
    const request = { ...asked, customerNumber: normalNumber(product, asked.customerNumber) };

    const objection = objectionTo(request, sold);
    if (objection) return refuse(objection);
    const outlet = this.router.outletOf(asked.channelId, asked.terminal, now);
    if (!outlet.ok) return refuse(outlet.error);

    const hidden = product.isNumberMasked ? this.numbers.hide(request.customerNumber) : undefined;
    // Before the biller is asked: what begins after this is not yet in the bill it shows.
    const billHolder = await this.holderOf(sold, hidden?.mark ?? request.customerNumber);
    const heard = await this.billOf(request, sale.value, now);
    if (!heard.ok) return refuse(heard.error);
    const { bill, billsMax, route } = heard.value;

    const chosen = chosenLines(bill, product, {
      billCount: request.billCount,
      billsMax,
      amount: request.amount,
      month: localIso(now, product.timeZone).slice(0, 7).replace('-', ''),
    });
    if (!chosen.ok) return refuse(chosen.error);
    const offer = priceOffer(bill, chosen.value, sold, commissionMode, {
      inputs: inputsOf(request),
      outlet: outlet.value,
      hidden,
    });
    if (offer.amount === ZERO) return refuse(refusal('BILL_NOT_FOUND', 'the bill comes to nothing'));
    const overLimit = objectionToLimit(offer.amount, sold);
    if (overLimit) return refuse(overLimit);

    const validForMs = (bill.validSeconds ?? product.offerValidSeconds) * 1_000;
    const inquiry = await this.inquiries.keep(
      {
        channelId: request.channelId,
        reference: request.reference,
        productId: request.productId,
        customerNumber: hidden?.masked ?? request.customerNumber,
        offer,
        billHolder,
        validUntil: new Date(this.clock.now().getTime() + validForMs),
        route,
      },
      now,
    );
    return { kind: 'offer', inquiry };
  }

  /** What is owed, by the word of the biller that is chosen; a product without inquiry is sold unasked. */
  private async billOf(request: InquiryRequest, sale: Sale, now: Date): Promise<Result<HeardBill, Refusal>> {
    const { product } = sale.sold;
    if (!product.hasInquiry)
      return ok({ bill: this.unasked(product, request.customerNumber), billsMax: null, route: null });
    const way = this.router.toAsk(sale, now);
    if (!way.ok) return way;
    const { route, connector, decision } = way.value;
    const { billsMax, routeId } = route;
    const { customerNumber, amount, months, year, extra, reference, answerWithinMs } = request;
    const question = {
      product: route.billerProduct,
      customerNumber,
      amount,
      billCount: billsAtOnce(product, { billCount: request.billCount, billsMax }),
      months,
      year,
      extra,
      trace: reference,
    };
    const deadline = deadlineOf(now, connector.patience.inquiryMs, answerWithinMs);
    const place = await this.router.placeOn(way.value, 'inquiry', now, deadline);
    if (!place.ok) return place;
    const bill = await place.value.inquire(question);
    return bill.ok ? ok({ bill: bill.value, billsMax, route: { routeId, decision } }) : bill;
  }

  /** Nothing is known of the customer but what the number says of itself. */
  private unasked({ operator }: Product, customerNumber: string): Bill {
    const hint = operator === null ? undefined : this.router.operatorHint(customerNumber);
    return {
      customerName: '',
      lines: [],
      outstanding: 0,
      details: hint === undefined ? {} : { operator: hint },
      echo: {},
      validSeconds: undefined,
    };
  }

  /** The payment that the customer's bill belongs to now, where only one payment of it may be under way. */
  private async holderOf({ product }: SoldProduct, customer: string): Promise<string | null> {
    if (!product.oneBillAtATime) return null;
    const holder = await this.payments.findHolderOf(billName(product, customer));
    return holder?.paymentId ?? null;
  }
}

function inputsOf({ months, year, extra }: InquiryRequest): Inputs {
  return {
    ...(months === undefined ? {} : { months }),
    ...(year === undefined ? {} : { year }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
