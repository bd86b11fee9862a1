import { RouteBook, type BillerRoute, type RoutingLimits } from '#lib/switching';

/** Routes are judged as leniently as if there were no breaker, unless a test asks for less. */
export const ROUTING: RoutingLimits = {
  health: { windowMs: 30_000, failuresMin: 1_000, failurePercent: 50, poorPercent: 10, slowMs: 3_000 },
  breaker: { openMs: 5_000, openMaxMs: 60_000, failedProbesMax: 3 },
  bulkhead: { atOnceMax: 256, queueMax: 256, queueWithinMs: 1_000 },
  failover: { legsMax: 2, leftMinMs: 2_000, tryAnother: ['BILLER_UNAVAILABLE'] },
  ordersPollMs: 2_000,
  billers: {},
};

/** The first route of each product, or those that a test gives. */
export class RoutesInHand extends RouteBook {
  readonly ofProduct = new Map<string, BillerRoute[]>();
  /** What the next draw for a share gives, from 0 to below 1. */
  draw = 0.999;

  constructor(private readonly own: RouteBook) {
    super();
  }

  override routes(productId: string, at: Date): readonly BillerRoute[] {
    return this.ofProduct.get(productId) ?? this.own.routes(productId, at).slice(0, 1);
  }

  /** Gives a product its own route, and further ones after it. */
  add(productId: string, ...further: (Partial<BillerRoute> & { billerId: string })[]): void {
    const [own] = this.own.routes(productId, new Date());
    if (!own) throw new Error(`${productId} has no route`);
    const all = further.map((one, at) => ({
      ...own,
      routeId: `${one.billerId}/${own.billerProduct}`,
      priority: at + 2,
      ...one,
    }));
    this.ofProduct.set(productId, [own, ...all]);
  }
}
