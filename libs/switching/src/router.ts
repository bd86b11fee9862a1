import { fail, ok, refusal, type Refusal, type Result } from '#lib/kernel';
import { isOpen, type Catalog, type SoldProduct } from '#lib/catalog';
import type { BillerConnector } from './biller.contract';
import type { StoredInquiry } from './inquiry.store';
import type { SaleOutlet } from './offer';
import { choose } from './routing/choice';
import type { CallKind } from './routing/circuit';
import type { RouteDecision, Seen, Why } from './routing/decision';
import { placeAt, type Place } from './routing/place';
import type { BillerRoute } from './routing/route';
import type { Routing } from './routing/routing';

/** A product as sold to a channel that may buy it now. */
export interface Sale {
  channelId: string;
  sold: SoldProduct;
  commissionMode: 'immediate' | 'settled';
}

/** The way that one request goes, and why. */
export interface Way {
  route: BillerRoute;
  connector: BillerConnector;
  decision: RouteDecision;
}

/** Finds the way from a channel's product to a biller that is open now, not stopped, and answers. */
export class Router {
  constructor(
    private readonly catalog: Catalog,
    private readonly routing: Routing,
  ) {}

  /** What is sold, before it is decided by whom. */
  sale(channelId: string, productId: string, now: Date): Result<Sale, Refusal> {
    const channel = this.catalog.channel(channelId);
    const sold = this.catalog.soldProduct(channelId, productId, now);
    if (!channel || !sold)
      return fail(refusal('PRODUCT_UNKNOWN', `${productId} is not sold to ${channelId}`, 'product'));
    if (!isOpen(sold.product, now))
      return fail(
        refusal('PRODUCT_CLOSED', `open ${sold.product.opensAt} to ${sold.product.closesAt}`, 'product'),
      );
    return ok({ channelId, sold, commissionMode: channel.channel.commissionMode });
  }

  /** Who is asked for a bill. */
  toAsk(sale: Sale, now: Date): Result<Way, Refusal> {
    const seen = this.look(sale, 'inquiry', false, now);
    return this.chosen(sale, seen, 'inquiry', now);
  }

  /** Who is paid: the biller whose offer it is. Only an offer that nobody was asked for may be paid anywhere. */
  toPay(sale: Sale, { route: asked }: StoredInquiry, now: Date): Result<Way, Refusal> {
    const isUnasked = isPayableAnywhere(sale.sold);
    const seen = this.look(sale, 'payment', isUnasked, now);
    if (isUnasked) return this.chosen(sale, seen, 'payment', now);
    // An offer from before there were routes is that of the first one.
    const own = seen.find(({ route }) => asked === null || route.routeId === asked.routeId);
    return this.chosen(sale, own ? [own] : [], 'payment', now, 'the offer is its own');
  }

  /** Which other routes may be tried after those that surely did nothing, the best first. */
  others(sale: Sale, tried: readonly string[], now: Date): Way | undefined {
    const way = this.chosen(sale, this.look(sale, 'inquiry', false, now, tried), 'failover', now);
    return way.ok ? way.value : undefined;
  }

  /** Whose outlet a terminal is. An unknown one is the channel's own, unless the channel wants it refused. */
  outletOf(
    channelId: string,
    terminal: SaleOutlet['terminal'] | undefined,
    now: Date,
  ): Result<SaleOutlet | undefined, Refusal> {
    const isKnownOnly = this.catalog.channel(channelId)?.channel.outlets === 'known';
    const outlet = terminal && this.catalog.outlet(channelId, terminal.id, now);
    if (isKnownOnly && !outlet)
      return fail(
        refusal('REQUEST_MALFORMED', 'must be the number of an outlet that was agreed on', 'terminal.id'),
      );
    return ok(terminal && { terminal, subAgentId: outlet?.subAgentId ?? null });
  }

  /** Whose numbers begin as this one does, where it is known. */
  operatorHint(number: string): string | undefined {
    return this.catalog.operatorHint(number);
  }

  /** Waits for a place at the way's biller, until the deadline at most. Nothing is formed where there is none. */
  async placeOn(way: Way, kind: CallKind, now: Date, deadline: Date): Promise<Result<Place, Refusal>> {
    return placeAt(this.routing.placeParts(way.route), kind, now, deadline);
  }

  private look(
    { channelId, sold }: Sale,
    kind: CallKind,
    isUnasked: boolean,
    now: Date,
    tried: readonly string[] = [],
  ): Seen[] {
    return this.routing.routesOf(sold.product.productId, now).map((route) => {
      const stop = this.catalog.stopFor(channelId, route.billerId);
      const ruledOut = tried.includes(route.routeId)
        ? ({ verdict: 'tried before' } as const)
        : !isOpen(route, now)
          ? ({ verdict: 'closed' } as const)
          : stop && ({ verdict: 'stopped', because: `${stop.scope} is stopped: ${stop.reason}` } as const);
      return this.routing.see(route, kind, isUnasked, now, ruledOut);
    });
  }

  private chosen(
    { sold }: Sale,
    seen: readonly Seen[],
    reason: RouteDecision['for'],
    now: Date,
    why?: Why,
  ): Result<Way, Refusal> {
    const chosen = choose(seen, () => this.routing.draw());
    if (!chosen) return fail(nobodyFit(sold.product.productId, seen));
    const { route, candidate } = chosen.seen;
    candidate.verdict = 'chosen';
    const decision: RouteDecision = {
      for: reason,
      at: now.toISOString(),
      chosen: route.routeId,
      why: why ?? chosen.why,
      ...(chosen.draw === undefined ? {} : { draw: chosen.draw }),
      candidates: seen.map((one) => one.candidate),
    };
    return ok({ route, connector: this.routing.connectorOf(route), decision });
  }
}

/** Whether any route of a product takes any offer of it. */
export function isPayableAnywhere({ product }: SoldProduct): boolean {
  return !product.hasInquiry;
}

/** What people stopped is told as such; everything else is a biller that cannot be reached now. */
function nobodyFit(productId: string, seen: readonly Seen[]): Refusal {
  const told = seen.map(({ candidate: { route, verdict, because } }) =>
    because === undefined ? `${route} is ${verdict}` : because,
  );
  const areAllStopped = seen.length > 0 && seen.every(({ candidate }) => candidate.verdict === 'stopped');
  return refusal(
    areAllStopped ? 'NOT_NOW' : 'BILLER_UNAVAILABLE',
    told.length === 0 ? `${productId} has no route now` : told.join('; '),
  );
}

/** The instant by which a call must have ended: the callee's own patience, or what the caller has left. */
export function deadlineOf(now: Date, patienceMs: number, answerWithinMs: number): Date {
  return new Date(now.getTime() + Math.min(patienceMs, answerWithinMs));
}
