import type { Iso8583Spec } from '#lib/iso8583';
import { MessageForm } from './message';
import { callOf, productsOf, type CallName, type Iso8583BillerSpec } from './spec';
import type { Variables } from '../text-template';

/** What a biller is asked about one product, made ready at the start. */
export interface ProductForms {
  forms: { readonly [Name in CallName]?: MessageForm<Name> | undefined };
  /** As `value.name`. */
  constants: Variables;
}

/**
 * Makes every message of a biller ready, by its own word for the product; under `undefined` where its file tells none
 * apart.
 */
export function productFormsOf(
  spec: Iso8583BillerSpec,
  dialect: Iso8583Spec,
): ReadonlyMap<string | undefined, ProductForms> {
  const formOf = <Name extends CallName>(product: string | undefined, name: Name) => {
    const call = callOf(spec, product, name);
    return call && new MessageForm<Name>(dialect, call);
  };
  return new Map(
    productsOf(spec).map((product) => [
      product,
      {
        forms: {
          inquiry: formOf(product, 'inquiry'),
          payment: formOf(product, 'payment'),
          advice: formOf(product, 'advice'),
          reversal: formOf(product, 'reversal'),
        },
        constants: constantsOf(spec, product),
      },
    ]),
  );
}

function constantsOf(spec: Iso8583BillerSpec, product: string | undefined): Variables {
  const constants: Record<string, string> = {};
  const { values = {} } = (product === undefined ? undefined : spec.products?.[product]) ?? {};
  for (const [name, value] of Object.entries(values)) constants[`value.${name}`] = value;
  return constants;
}
