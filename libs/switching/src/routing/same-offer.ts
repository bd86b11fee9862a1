import { sum } from '#lib/kernel';
import type { Bill, BillerInquiry } from '../biller.contract';
import type { Offer } from '../offer';
import type { Payment } from '../payment';

/** The shortest field for a name at a biller: what is longer is cut off there. */
const NAME_CUT_AT = 20;

/**
 * Asks for the bills that a payment is for, as many of them as it pays; `isSameOffer` judges the answer.
 * @param product as the biller that is asked calls it.
 */
export function questionForSameBill(
  { customerNumber, offer }: Pick<Payment, 'customerNumber' | 'offer'>,
  product: string,
  trace: string,
): BillerInquiry {
  return {
    product,
    customerNumber: offer.sealedNumber ?? customerNumber,
    amount: offer.remaining === null ? offer.amount : undefined,
    billCount: offer.remaining === null ? undefined : offer.lines.length,
    ...offer.inputs,
    trace,
  };
}

/**
 * Whether another biller's bill is the offer that the customer agreed to: the same periods, amounts and penalties in
 * the same order, as many bills left, and the same name as far as both tell it.
 */
export function isSameOffer(offer: Offer, bill: Bill): boolean {
  if (!isSameName(offer.customerName, bill.customerName)) return false;
  // Where the customer chooses the amount there are no bills to compare.
  if (offer.remaining === null) return isWithin(offer, bill);
  const lines = bill.lines.slice(0, offer.lines.length);
  return (
    bill.outstanding === offer.lines.length + offer.remaining &&
    lines.length === offer.lines.length &&
    lines.every((line, at) => {
      const agreed = offer.lines[at];
      return (
        agreed !== undefined &&
        line.period === agreed.period &&
        line.amount === agreed.amount &&
        line.penalty === agreed.penalty
      );
    })
  );
}

/** An amount of the customer's choice must be one that this biller takes too: within its bounds, or its whole bill. */
function isWithin({ amount, payable: agreed }: Offer, { payable, lines }: Bill): boolean {
  if (payable) return payable.minimum <= amount && amount <= payable.maximum;
  return agreed === undefined || amount === sum(lines.flatMap((line) => [line.amount, line.penalty]));
}

function isSameName(one: string, other: string): boolean {
  const [a, b] = [nameOf(one), nameOf(other)];
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= NAME_CUT_AT && long.startsWith(short);
}

function nameOf(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toUpperCase();
}
