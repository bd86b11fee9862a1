import { DataSource } from 'typeorm';
import { SecretBox } from '#lib/platform';
import { normalNumber } from './customer-number';
import {
  Biller,
  CATALOG_ENTITIES,
  Channel,
  ChannelCredential,
  NumberPrefix,
  Price,
  Product,
  ProductRoute,
} from './entities';
import { OPEN_STOPS, stopOf, type PaymentStop, type StopRow } from './stops';

/** A product as one channel sells it. */
export interface SoldProduct {
  product: Product;
  biller: Biller;
  price: Price;
}

/** A channel whose secrets and credentials are open. They stay in memory and are never logged. */
export interface OpenChannel {
  channel: Channel;
  /** At most two secrets, all valid now; none where the protocol has none. */
  secrets: readonly string[];
  /** What its protocol needs beyond those, by name. */
  credentials: ReadonlyMap<string, string>;
}

interface Snapshot {
  channels: Map<string, OpenChannel>;
  products: Map<string, Product>;
  /** By product; the order is that of priority. */
  routes: Map<string, ProductRoute[]>;
  /** Operator by what a telephone number begins with. */
  operators: Map<string, string>;
  /** By channel, then by product. */
  sold: Map<string, Map<string, SoldProduct>>;
  stops: readonly PaymentStop[];
}

const RELOAD_MS = 5_000;
const PREFIX_MAX = 10;

/** Where a sealed secret stands; a value copied to another row does not open. */
export function secretPlace(channelId: string, column: 'secret' | 'second_secret'): string {
  return `channel.${column}:${channelId}`;
}

/** Where a sealed credential stands. */
export function credentialPlace(channelId: string, name: string): string {
  return `channel_credential.value:${channelId}:${name}`;
}

/** Connects TypeORM to the catalog's tables. */
export function catalogSource(url: string): DataSource {
  return new DataSource({
    type: 'mariadb',
    url,
    entities: CATALOG_ENTITIES,
    supportBigNumbers: true,
    bigNumberStrings: true,
    timezone: 'Z',
    poolSize: 2,
  });
}

/** What is sold, by whom, to whom. Asked from memory on every request; a change is seen within 5 seconds. */
export class Catalog {
  private snapshot: Snapshot = {
    channels: new Map(),
    products: new Map(),
    routes: new Map(),
    operators: new Map(),
    sold: new Map(),
    stops: [],
  };
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  private constructor(
    private readonly source: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** Loads the catalog and keeps it fresh until `close()`. A failed reload keeps what is known and is reported. */
  static async open(url: string, box: SecretBox, onError: (error: unknown) => void): Promise<Catalog> {
    const catalog = new Catalog(catalogSource(url), box);
    await catalog.source.initialize();
    try {
      await catalog.load();
    } catch (error) {
      await catalog.source.destroy();
      throw error;
    }
    const reload = () =>
      catalog.load().catch((error: unknown) => {
        // What is cut short because we end is nobody's fault.
        if (!catalog.isClosing) onError(error);
      });
    catalog.timer = setInterval(() => void reload(), RELOAD_MS).unref();
    return catalog;
  }

  /** An active channel, or undefined. */
  channel(channelId: string): OpenChannel | undefined {
    const known = this.snapshot.channels.get(channelId);
    return known?.channel.isActive ? known : undefined;
  }

  /** Every active channel. */
  channels(): Channel[] {
    return [...this.snapshot.channels.values()].flatMap(({ channel }) => (channel.isActive ? [channel] : []));
  }

  /** A product, also where no channel sells it any more: payments of it may still be open. */
  product(productId: string): Product | undefined {
    return this.snapshot.products.get(productId);
  }

  /** The ways to a biller that are in force at an instant, also those that are switched off; the least priority first. */
  routes(productId: string, at: Date): ProductRoute[] {
    const all = this.snapshot.routes.get(productId) ?? [];
    return all.filter(
      ({ validFrom, validUntil }) => validFrom <= at && (validUntil === null || at < validUntil),
    );
  }

  /** A customer number in the one form that the product's biller knows it by; as it is, of an unknown product. */
  normalNumber(productId: string, typed: string): string {
    const product = this.product(productId);
    return product ? normalNumber(product, typed) : typed;
  }

  /** Whose numbers begin as this one does, or undefined. A hint only: numbers move between networks. */
  operatorHint(number: string): string | undefined {
    const { operators } = this.snapshot;
    for (let length = PREFIX_MAX; length > 0; length -= 1) {
      const operator = operators.get(number.slice(0, length));
      if (operator !== undefined) return operator;
    }
    return undefined;
  }

  /** What the numbers of an operator begin with. */
  prefixesOf(operator: string): string[] {
    const all = [...this.snapshot.operators];
    return all.flatMap(([prefix, whose]) => (whose === operator ? [prefix] : [])).sort();
  }

  /** A product as sold to this channel, or undefined. */
  soldProduct(channelId: string, productId: string): SoldProduct | undefined {
    return this.snapshot.sold.get(channelId)?.get(productId);
  }

  /** Everything sold to this channel, by product id. */
  soldProducts(channelId: string): SoldProduct[] {
    return [...(this.snapshot.sold.get(channelId)?.values() ?? [])];
  }

  /** Every product that any channel sells, once. */
  products(): Product[] {
    const sold = [...this.snapshot.sold.values()].flatMap((ofChannel) => [...ofChannel.values()]);
    return [...new Set(sold.map(({ product }) => product))];
  }

  /** Why no new payment of this channel to this biller is taken now, or undefined. */
  stopFor(channelId: string, billerId: string): PaymentStop | undefined {
    return this.snapshot.stops.find(
      ({ scope }) => scope === 'all' || scope === `deposit:${channelId}` || scope === `biller:${billerId}`,
    );
  }

  async close(): Promise<void> {
    this.isClosing = true;
    clearInterval(this.timer);
    await this.source.destroy();
  }

  private async load(): Promise<void> {
    const manager = this.source.manager;
    const [billers, products, routes, prefixes, channels, credentials, prices, stops] = await Promise.all([
      manager.find(Biller),
      manager.find(Product),
      manager.find(ProductRoute, { order: { priority: 'ASC', routeId: 'ASC' } }),
      manager.find(NumberPrefix),
      manager.find(Channel),
      manager.find(ChannelCredential),
      manager.find(Price, { order: { channelId: 'ASC', productId: 'ASC' } }),
      manager.query<StopRow[]>(OPEN_STOPS),
    ]);
    const billerById = new Map(billers.map((biller) => [biller.billerId, biller]));
    const productById = new Map(products.map((product) => [product.productId, product]));
    const sold = new Map<string, Map<string, SoldProduct>>();
    for (const price of prices) {
      const product = productById.get(price.productId);
      const biller = product && billerById.get(product.billerId);
      if (!product || !biller) continue;
      const ofChannel = sold.get(price.channelId) ?? new Map<string, SoldProduct>();
      sold.set(price.channelId, ofChannel.set(price.productId, { product, biller, price }));
    }
    this.snapshot = {
      products: productById,
      routes: grouped(routes, ({ productId }) => productId),
      operators: new Map(prefixes.map(({ prefix, operator }) => [prefix, operator])),
      sold,
      stops: stops.map(stopOf),
      channels: new Map(channels.map((channel) => [channel.channelId, this.opened(channel, credentials)])),
    };
  }

  private opened(channel: Channel, credentials: readonly ChannelCredential[]): OpenChannel {
    const { channelId, secret, secondSecret } = channel;
    const secrets: string[] = [];
    if (secret) secrets.push(this.box.open(secret, secretPlace(channelId, 'secret')));
    if (secondSecret) secrets.push(this.box.open(secondSecret, secretPlace(channelId, 'second_secret')));
    const own = credentials.filter((credential) => credential.channelId === channelId);
    const opened = own.map(
      ({ name, value }) => [name, this.box.open(value, credentialPlace(channelId, name))] as const,
    );
    return { channel, secrets, credentials: new Map(opened) };
  }
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
