import type { Product } from './entities';

/**
 * A customer number in the one form that the biller knows it by. People write the same number with spaces, dashes and
 * dots, or in a shorter form of it; two forms of one number must not become two customers.
 */
export function normalNumber({ numberRules }: Pick<Product, 'numberRules'>, typed: string): string {
  if (!numberRules) return typed;
  const { strip, rewrite } = numberRules;
  const bare =
    strip === ''
      ? typed
      : typed
          .split('')
          .filter((character) => !strip.includes(character))
          .join('');
  const rule = rewrite.find(({ pattern }) => compiled(pattern).test(bare));
  return rule ? bare.replace(compiled(rule.pattern), rule.to) : bare;
}

/** Whether a customer number, in its one form, is of the product's form. */
export function hasProductForm(product: Pick<Product, 'customerNumberPattern'>, number: string): boolean {
  return compiled(product.customerNumberPattern).test(number);
}

/** Whether a value is of a field's form. */
export function hasFieldForm({ pattern }: { pattern: string }, value: string): boolean {
  return compiled(pattern).test(value);
}

const expressions = new Map<string, RegExp>();

/** Patterns come from the catalog, so there are few of them. */
function compiled(pattern: string): RegExp {
  let expression = expressions.get(pattern);
  if (!expression) expressions.set(pattern, (expression = new RegExp(pattern)));
  return expression;
}
