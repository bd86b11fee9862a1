import { fail, ok, refusal, type Refusal, type Result } from '#lib/kernel';
import { isOpen, type Catalog, type SoldProduct } from '#lib/catalog';
import type { BillerConnector, Billers } from './biller.contract';
import type { SaleOutlet } from './offer';

/** Where a request goes: a product as sold to its channel, and the connector of its biller. */
export interface Route {
  sold: SoldProduct;
  connector: BillerConnector;
  commissionMode: 'immediate' | 'settled';
  /** So many bills at once on this way; null: no bound of its own. */
  billsMax: number | null;
}

/** Finds the way from a channel's product to a biller that is open now, and not stopped. */
export class Router {
  constructor(
    private readonly catalog: Catalog,
    private readonly billers: Billers,
  ) {}

  route(channelId: string, productId: string, now: Date): Result<Route, Refusal> {
    const channel = this.catalog.channel(channelId);
    const sold = this.catalog.soldProduct(channelId, productId, now);
    if (!channel || !sold)
      return fail(refusal('PRODUCT_UNKNOWN', `${productId} is not sold to ${channelId}`, 'product'));
    if (!isOpen(sold.product, now))
      return fail(
        refusal('PRODUCT_CLOSED', `open ${sold.product.opensAt} to ${sold.product.closesAt}`, 'product'),
      );
    const stop = this.catalog.stopFor(channelId, sold.product.billerId);
    if (stop) return fail(refusal('NOT_NOW', `${stop.scope} is stopped: ${stop.reason}`));
    return ok({
      sold,
      connector: this.billers.connector(sold.product.billerId),
      commissionMode: channel.channel.commissionMode,
      billsMax: this.catalog.routes(productId, now)[0]?.billsMax ?? null,
    });
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
}

/** The instant by which a call must have ended: the callee's own patience, or what the caller has left. */
export function deadlineOf(now: Date, patienceMs: number, answerWithinMs: number): Date {
  return new Date(now.getTime() + Math.min(patienceMs, answerWithinMs));
}
