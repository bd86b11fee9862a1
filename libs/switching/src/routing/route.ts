import type { Opening } from '#lib/catalog';
import type { Rupiah } from '#lib/kernel';

/** One way from a product to a biller. */
export interface BillerRoute {
  productId: string;
  /** `<biller>/<its word for the product>`, or a short name. */
  routeId: string;
  billerId: string;
  /** The biller's own word for the product. */
  billerProduct: string;
  /** Whose settlement file lists its payments. */
  source: string;
  /** The least goes first. */
  priority: number;
  /** What a payment costs us there. */
  cost: Rupiah;
  /** So many bills at once; null: no bound of its own. */
  billsMax: number | null;
  /** Of a thousand requests so many try it although another goes first. */
  share: number;
  isActive: boolean;
  /** When it is open, version by version; left out or null: always. */
  calendar?: Opening['calendar'];
}

/** The routes as the catalog has them. */
export abstract class RouteBook {
  /** Those in force at an instant, also those that are switched off; the least priority first. */
  abstract routes(productId: string, at: Date): readonly BillerRoute[];
}

/** What one biller calls one product: routes that lead there share their health. */
export function endpointOf({ billerId, billerProduct }: BillerRoute): string {
  return `${billerId}/${billerProduct}`;
}
