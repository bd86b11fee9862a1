import { refusal, type Refusal } from '#lib/kernel';
import type { SoldProduct } from '#lib/catalog';
import type { InquiryRequest } from './requests';

/** `{}` asks for nothing. */
function isEmpty(value: number | object): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** What a product allows an inquiry to ask; undefined when all is well. */
export function objectionTo(request: InquiryRequest, { product }: SoldProduct): Refusal | undefined {
  if (!new RegExp(product.customerNumberPattern).test(request.customerNumber))
    return refusal(
      'CUSTOMER_NUMBER_INVALID',
      `not of the form ${product.customerNumberPattern}`,
      'customerNumber',
    );
  for (const field of ['months', 'year', 'extra'] as const)
    if (request[field] !== undefined && !isEmpty(request[field]))
      return refusal('REQUEST_MALFORMED', `${product.productId} takes no ${field}`, field);
  switch (product.amountType) {
    case 'CLOSED':
      return request.amount === undefined
        ? undefined
        : refusal('REQUEST_MALFORMED', 'the amount of this product comes from the bill', 'amount');
    case 'DENOM':
      if (request.amount === undefined)
        return refusal('REQUEST_MALFORMED', 'this product needs one of its denominations', 'amount');
      return product.denominations?.includes(request.amount.toString())
        ? undefined
        : refusal(
            'AMOUNT_MISMATCH',
            `${request.amount} is not among ${product.denominations?.join(', ')}`,
            'amount',
          );
    case 'OPEN':
    case 'MIN_MAX':
      throw new Error(`product ${product.productId}: amount type ${product.amountType} is not sold yet`);
  }
}
