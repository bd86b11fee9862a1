import type { EntityManager } from 'typeorm';
import { ZERO } from '#lib/kernel';
import {
  Biller,
  Calendar,
  Channel,
  ChannelCredential,
  FeeScheme,
  NumberPrefix,
  Outlet,
  PaymentLimit,
  Price,
  Product,
  ProductRoute,
} from './entities';
import type { FeeRule } from './fees';
import { OPEN_STOPS, stopOf, type PaymentStop, type StopRow } from './stops';
import { byKey, inForce } from './versions';

/** A product as one channel sells it. */
export interface SoldProduct {
  product: Product;
  biller: Biller;
  fees: FeeRule;
  /** What may be paid of it at once; undefined: no bound but the product's own. */
  limit: PaymentLimit | undefined;
}

/** A channel with what is sealed of it. */
export interface ReadChannel {
  channel: Channel;
  credentials: readonly ChannelCredential[];
}

/** The whole catalog as it was read, by what is asked of it: versions of each thing, and the one in force decides. */
export class Snapshot {
  private constructor(
    readonly version: string,
    readonly channels: readonly ReadChannel[],
    readonly stops: readonly PaymentStop[],
    readonly products: ReadonlyMap<string, readonly Product[]>,
    readonly routes: ReadonlyMap<string, readonly ProductRoute[]>,
    private readonly billers: ReadonlyMap<string, readonly Biller[]>,
    /** By channel, then by product or price group. */
    private readonly prices: ReadonlyMap<string, ReadonlyMap<string, readonly PricedBy[]>>,
    private readonly limits: ReadonlyMap<string, readonly PaymentLimit[]>,
    private readonly outlets: ReadonlyMap<string, readonly Outlet[]>,
    readonly operators: ReadonlyMap<string, string>,
  ) {}

  /** Reads everything as it stands at one instant; the manager is in a transaction that sees one. */
  static async read(manager: EntityManager): Promise<Snapshot> {
    const version = await versionOf(manager);
    const billers = await manager.find(Biller);
    const calendars = byKey(await manager.find(Calendar), ({ calendarId }) => calendarId);
    const products = await manager.find(Product, { order: { productId: 'ASC' } });
    const routes = await manager.find(ProductRoute, { order: { priority: 'ASC', routeId: 'ASC' } });
    for (const open of [...products, ...routes])
      open.calendar = open.calendarId === null ? null : (calendars.get(open.calendarId) ?? []);
    const schemes = byKey(await manager.find(FeeScheme), ({ feeSchemeId }) => feeSchemeId);
    const prices = await manager.find(Price);
    const limits = await manager.find(PaymentLimit);
    const outlets = await manager.find(Outlet);
    const prefixes = await manager.find(NumberPrefix);
    const credentials = await manager.find(ChannelCredential);
    const channels = await manager.find(Channel);
    const stops = await manager.query<StopRow[]>(OPEN_STOPS);
    return new Snapshot(
      version,
      channels.map((channel) => ({
        channel,
        credentials: credentials.filter(({ channelId }) => channelId === channel.channelId),
      })),
      stops.map(stopOf),
      byKey(products, ({ productId }) => productId),
      grouped(routes, ({ productId }) => productId),
      byKey(billers, ({ billerId }) => billerId),
      pricesByChannel(prices, schemes),
      byKey(limits, ({ productId, channelId }) => `${productId} ${channelId}`),
      byKey(outlets, ({ channelId, terminalId }) => `${channelId} ${terminalId}`),
      new Map(prefixes.map(({ prefix, operator }) => [prefix, operator])),
    );
  }

  /** A product as a channel sells it at an instant. */
  sold(channelId: string, productId: string, at: Date): SoldProduct | undefined {
    const ofChannel = this.prices.get(channelId);
    const product = ofChannel && inForce(this.products.get(productId), at);
    if (!product) return undefined;
    const group = product.priceGroup;
    const price =
      inForce(ofChannel.get(productId), at) ??
      (group === null ? undefined : inForce(ofChannel.get(group), at));
    const biller = inForce(this.billers.get(product.billerId), at);
    const fees = price && feesBy(price, product, at);
    if (!biller || !fees) return undefined;
    const limit =
      inForce(this.limits.get(`${productId} ${channelId}`), at) ??
      inForce(this.limits.get(`${productId} *`), at);
    return { product, biller, fees, limit };
  }

  /** Everything that a channel sells at an instant, by product id. */
  allSold(channelId: string, at: Date): SoldProduct[] {
    if (!this.prices.has(channelId)) return [];
    return [...this.products.keys()].flatMap((productId) => this.sold(channelId, productId, at) ?? []);
  }

  /** Every product that any channel sells at an instant, once. */
  soldAnywhere(at: Date): Product[] {
    const channelIds = [...this.prices.keys()];
    return [...this.products.keys()].flatMap((productId) => {
      const seller = channelIds.find((channelId) => this.sold(channelId, productId, at));
      return seller === undefined ? [] : (inForce(this.products.get(productId), at) ?? []);
    });
  }

  /** A channel's outlet at an instant, or undefined. */
  outlet(channelId: string, terminalId: string, at: Date): Outlet | undefined {
    return inForce(this.outlets.get(`${channelId} ${terminalId}`), at);
  }
}

/** The number that every change of the catalog raises. */
export async function versionOf(manager: Pick<EntityManager, 'query'>): Promise<string> {
  const rows = await manager.query<{ version: string | number }[]>('SELECT version FROM catalog_version');
  return String(rows[0]?.version ?? '');
}

/** A price with the fee scheme it names. Amounts of its own are a rule of one tier, made once. */
interface PricedBy {
  validFrom: Date;
  validUntil: Date | null;
  schemes: readonly FeeScheme[] | undefined;
  own: Readonly<Record<'bill' | 'payment', FeeRule>> | undefined;
}

function pricesByChannel(
  prices: readonly Price[],
  schemes: ReadonlyMap<string, readonly FeeScheme[]>,
): Map<string, Map<string, PricedBy[]>> {
  const byChannel = new Map<string, Map<string, PricedBy[]>>();
  for (const [channelId, ofChannel] of grouped(prices, (price) => price.channelId)) {
    const versions = byKey(ofChannel, ({ productId }) => productId);
    const priced = [...versions].map(
      ([of, list]) => [of, list.map((price) => pricedBy(price, schemes))] as const,
    );
    byChannel.set(channelId, new Map(priced));
  }
  return byChannel;
}

function pricedBy(price: Price, schemes: ReadonlyMap<string, readonly FeeScheme[]>): PricedBy {
  const { validFrom, validUntil, feeSchemeId, adminFee, billerFee, commission } = price;
  if (feeSchemeId !== null)
    return { validFrom, validUntil, schemes: schemes.get(feeSchemeId) ?? [], own: undefined };
  const tier = {
    upTo: null,
    adminFee: adminFee ?? ZERO,
    billerFee: billerFee ?? ZERO,
    commission: commission ?? ZERO,
    subAgentFee: ZERO,
  };
  const rule = (per: 'bill' | 'payment') => ({
    feeSchemeId: null,
    per,
    tiers: [tier],
    hasPpn: false,
    hasPph: false,
  });
  return { validFrom, validUntil, schemes: undefined, own: { bill: rule('bill'), payment: rule('payment') } };
}

function feesBy({ schemes, own }: PricedBy, { adminPer }: Product, at: Date): FeeRule | undefined {
  return own ? own[adminPer] : inForce(schemes, at);
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
