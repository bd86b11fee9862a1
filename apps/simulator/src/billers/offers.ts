import { jakartaDate } from '../jakarta';
import type { PaidEntry, PaymentOrder } from '../truth/payment-book';
import { customerSeed, type Biller } from './biller';
import { drawHex } from './draw';
import { endingOf } from './endings';
import { isOnOffer, type Product } from './product';
import type { About, Bill, Details, Drawn } from './trades/trade';

/** What an inquiry asks beside the customer number. */
export type Inputs = {
  readonly months?: number | undefined;
  readonly year?: number | undefined;
  readonly identityNumber?: string | undefined;
};

/** What a customer owes or may buy, as the inquiry shows it. */
export type Offer = Drawn & {
  readonly reference: string;
  /** The oldest bills, as many as the biller shows at once. */
  readonly bills: readonly Bill[];
  /** All unpaid bills, shown or not. */
  readonly outstanding: number;
  /** How long the offer is valid, where the biller limits it. */
  readonly validSeconds: number | undefined;
  /** Amounts for which something was made and not handed out so far. */
  readonly unsold?: readonly bigint[];
};

/** Far more customers than are between their inquiry and their payment at once. */
const KEPT_MAX = 4_000;

/** Draws what customers owe, each once a month as long as it is remembered. */
export class Offers {
  private readonly kept = new Map<string, Offer>();

  /** The offer of this customer in the month of `now`: the same one at every call and after every restart. */
  of(biller: Biller, product: Product, customerNumber: string, inputs: Inputs, now: Date): Offer {
    const month = jakartaDate(now).slice(0, 7).replace('-', '');
    const key = `${biller.id}|${product.word}|${customerNumber}|${month}`;
    const suffix = suffixOf(inputs);
    const known = this.kept.get(key + suffix);
    if (known) return known;
    const about = aboutOf(biller, product, customerNumber, inputs, now);
    const drawn = product.trade.draw(about);
    const offer: Offer = {
      ...drawn,
      reference: drawHex(`${key}|offer`).slice(0, biller.offerDigits) + suffix,
      bills: drawn.bills.slice(0, product.billsShownMax),
      outstanding: drawn.bills.length,
      validSeconds: endingOf(customerNumber).offerSeconds,
    };
    this.keep(key + suffix, offer);
    return offer;
  }

  /** Whether an order pays exactly what the inquiry showed, or what needs none. */
  fits(biller: Biller, product: Product, order: PaymentOrder, now: Date): boolean {
    const amount = BigInt(order.amount);
    if (!isOnOffer(product.amount, amount)) return false;
    if (!product.hasInquiry) return true;
    const offer = this.of(biller, product, order.customerNumber, inputsOf(order.offerReference), now);
    if (order.offerReference !== offer.reference) return false;
    if (product.amount.of === 'bounds')
      return !!offer.bounds && amount >= offer.bounds.minimum && amount <= offer.bounds.maximum;
    if (product.amount.of !== 'bills') return true;
    const paid = billsPaid(product, order, offer);
    return paid !== undefined && amount === sumOf(paid);
  }

  /** Whether an order buys more than its customer may have. */
  isOverLimit(biller: Biller, product: Product, order: PaymentOrder, now: Date): boolean {
    const about = aboutOf(biller, product, order.customerNumber, inputsOf(order.offerReference), now);
    return product.trade.isOverLimit?.(about, BigInt(order.amount)) ?? false;
  }

  /** The amounts for which something was made before anybody paid them, whether handed out since or not. */
  madeFor(biller: Biller, product: Product, customerNumber: string, now: Date): readonly bigint[] {
    return product.trade.unsold?.(aboutOf(biller, product, customerNumber, {}, now)) ?? [];
  }

  /** What was on offer when a payment was made, and its receipt: the same at every advice. */
  paidBy(biller: Biller, product: Product, paid: PaidEntry): { offer: Offer; receipt: Details } {
    const now = new Date(paid.at);
    const inputs = inputsOf(paid.offerReference);
    const offer = this.of(biller, product, paid.customerNumber, inputs, now);
    const receipt = product.trade.receipt({
      about: aboutOf(biller, product, paid.customerNumber, inputs, now),
      drawn: offer,
      bills: billsPaid(product, paid, offer) ?? offer.bills,
      amount: BigInt(paid.amount),
      legReference: paid.legReference,
      theirReference: paid.theirReference,
      isUnsold: paid.unsold !== undefined,
    });
    return { offer, receipt };
  }

  private keep(key: string, offer: Offer): void {
    const oldest = this.kept.size >= KEPT_MAX ? this.kept.keys().next().value : undefined;
    if (oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(key, offer);
  }
}

/** What these bills cost with their penalties, in rupiah. */
export function sumOf(bills: readonly Bill[]): bigint {
  return bills.reduce((sum, { amount, penalty }) => sum + amount + penalty, 0n);
}

/** The bills an order means: all of them where the product is paid as a whole; undefined where there are not so many. */
function billsPaid(
  product: Product,
  { billCount }: PaymentOrder,
  { bills }: Offer,
): readonly Bill[] | undefined {
  if (product.amount.of !== 'bills' || product.amount.isWhole) return bills;
  return billCount >= 1 && billCount <= bills.length ? bills.slice(0, billCount) : undefined;
}

function aboutOf(biller: Biller, product: Product, customerNumber: string, inputs: Inputs, now: Date): About {
  return {
    seed: customerSeed(biller, customerNumber),
    word: product.word,
    customerNumber,
    now,
    months: inputs.months,
    year: inputs.year,
  };
}

/** Months and year travel in the offer's reference, so that a payment need not repeat them. */
function suffixOf({ months, year }: Inputs): string {
  return `${months === undefined ? '' : `.m${months}`}${year === undefined ? '' : `.y${year}`}`;
}

function inputsOf(reference: string): Inputs {
  const [, kind, digits] = /\.([my])(\d{1,4})$/.exec(reference) ?? [];
  if (kind === undefined) return {};
  return kind === 'm' ? { months: Number(digits) } : { year: Number(digits) };
}
