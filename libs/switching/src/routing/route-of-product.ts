import type { Catalog } from '#lib/catalog';
import { ZERO } from '#lib/kernel';
import { RouteBook, type BillerRoute } from './route';

/** The one route that each product's own row names. */
export class RouteOfProduct extends RouteBook {
  constructor(private readonly catalog: Pick<Catalog, 'product'>) {
    super();
  }

  override routes(productId: string): readonly BillerRoute[] {
    const product = this.catalog.product(productId);
    if (!product) return [];
    const { billerId, billerProduct, source } = product;
    const routeId = `${billerId}/${billerProduct}`;
    return [{ routeId, billerId, billerProduct, source, priority: 1, cost: ZERO, share: 0, isActive: true }];
  }
}
