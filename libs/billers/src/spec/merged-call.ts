type Part = Record<string, unknown>;

/**
 * A call of one product: its own keys stand before its biller's, inside `bill` and `approved` too.
 * @param own what the product says otherwise; undefined where it says nothing.
 */
export function mergedCall(all: object | undefined, own: object | undefined): object | undefined {
  if (!own) return all;
  const [ofAll, ofProduct] = [all as Part | undefined, own as Part];
  const whole: Part = { ...ofAll, ...ofProduct };
  for (const inner of ['bill', 'approved'])
    if (whole[inner])
      whole[inner] = { ...(ofAll?.[inner] as Part | undefined), ...(ofProduct[inner] as Part | undefined) };
  return whole;
}
