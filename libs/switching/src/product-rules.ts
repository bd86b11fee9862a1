import { refusal, type Refusal, type Rupiah } from '#lib/kernel';
import { hasFieldForm, hasProductForm, type Product, type SoldProduct } from '#lib/catalog';
import type { InquiryRequest } from './requests';

/**
 * What a product allows an inquiry to ask; undefined when all is well. Each refusal names the field to blame and says
 * what would be right.
 * @param request its customer number is in its one form already.
 */
export function objectionTo(request: InquiryRequest, { product }: SoldProduct): Refusal | undefined {
  return (
    objectionToNumber(request, product) ??
    objectionToFields(request, product) ??
    objectionToBillCount(request, product) ??
    objectionToAmount(request.amount, product)
  );
}

function objectionToNumber({ customerNumber }: InquiryRequest, product: Product): Refusal | undefined {
  if (hasProductForm(product, customerNumber)) return undefined;
  const { customerNumberPattern, customerNumberExample } = product;
  return refusal(
    'CUSTOMER_NUMBER_INVALID',
    `not of the form ${customerNumberPattern}, for example ${customerNumberExample}`,
    'customerNumber',
  );
}

/** Months, year and further inputs: what is needed is there and of its form, and nothing is there that is not known. */
function objectionToFields(request: InquiryRequest, product: Product): Refusal | undefined {
  const given = inputsOf(request);
  for (const field of product.fields ?? []) {
    const path = field.in === 'extra' ? `extra.${field.name}` : field.in;
    const value = given.get(path);
    given.delete(path);
    if (value === undefined) {
      if (field.required)
        return refusal('REQUEST_MALFORMED', `${product.productId} needs it: ${field.label.en}`, path);
    } else if (!hasFieldForm(field, value))
      return refusal('REQUEST_MALFORMED', `must be of the form ${field.pattern} (${field.label.en})`, path);
  }
  const [unknown] = given.keys();
  if (unknown === undefined) return undefined;
  return refusal('REQUEST_MALFORMED', `${product.productId} takes no ${unknown}; leave it out`, unknown);
}

function inputsOf({ months, year, extra = {} }: InquiryRequest): Map<string, string> {
  const given = new Map(Object.entries(extra).map(([name, value]) => [`extra.${name}`, value]));
  if (months !== undefined) given.set('months', String(months));
  if (year !== undefined) given.set('year', String(year));
  return given;
}

function objectionToBillCount({ billCount }: InquiryRequest, product: Product): Refusal | undefined {
  if (billCount === undefined || !product.paysAll) return undefined;
  const remedy = 'all bills of this product are paid at once; leave it out';
  return refusal('REQUEST_MALFORMED', remedy, 'billCount');
}

function objectionToAmount(amount: Rupiah | undefined, product: Product): Refusal | undefined {
  switch (product.amountType) {
    case 'CLOSED':
      return amount === undefined
        ? undefined
        : refusal('REQUEST_MALFORMED', 'the amount of this product comes from the bill', 'amount');
    case 'DENOM': {
      const allowed = product.denominations ?? [];
      if (amount === undefined)
        return refusal('REQUEST_MALFORMED', 'this product needs one of its denominations', 'amount');
      return allowed.includes(amount.toString())
        ? undefined
        : refusal('AMOUNT_MISMATCH', `must be one of ${allowed.join(', ')}`, 'amount');
    }
    case 'OPEN':
      return amount === undefined
        ? refusal('REQUEST_MALFORMED', 'this product needs the amount that the customer chose', 'amount')
        : objectionToBounds(amount, { minimum: product.amountMin, maximum: product.amountMax });
    case 'MIN_MAX':
      // The bill says between what; without an amount the offer is for the maximum.
      return undefined;
  }
}

/** What may be paid of something at least and at most; null: no bound. */
export interface Bounds {
  minimum: Rupiah | null;
  maximum: Rupiah | null;
}

/** Why an amount of the customer's choice may not be paid; undefined when it may. */
export function objectionToBounds(amount: Rupiah, { minimum, maximum }: Bounds): Refusal | undefined {
  if (minimum !== null && amount < minimum)
    return refusal('AMOUNT_MISMATCH', `must be at least ${minimum}`, 'amount');
  if (maximum !== null && amount > maximum)
    return refusal('AMOUNT_MISMATCH', `must be at most ${maximum}`, 'amount');
  return undefined;
}

/** Why so much may not be paid at once through this channel; undefined when it may. */
export function objectionToLimit(amount: Rupiah, { limit }: SoldProduct): Refusal | undefined {
  return limit && objectionToBounds(amount, { minimum: limit.amountMin, maximum: limit.amountMax });
}
