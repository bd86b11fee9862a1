import type { Product } from '#lib/catalog';
import type { InquiryRequest } from '#lib/switching';

/**
 * The inputs a product asks for beyond number and amount, as a message that is not ours names them: `months` and `year`
 * are counts, every other one goes by the product's own name for it. What the product does not ask for is not looked at.
 * @param given a member of the message as text, by the product's name for it; undefined where it is not there.
 */
export function furtherInputs(
  product: Product | undefined,
  given: (name: string) => string | undefined,
): Pick<InquiryRequest, 'months' | 'year' | 'extra'> {
  const inputs: Pick<InquiryRequest, 'months' | 'year' | 'extra'> = {
    months: undefined,
    year: undefined,
    extra: undefined,
  };
  for (const field of product?.fields ?? []) {
    const text = given(field.name);
    if (text === undefined || text === '') continue;
    if (field.in === 'extra') inputs.extra = { ...inputs.extra, [field.name]: text };
    else inputs[field.in] = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  }
  return inputs;
}
