import { DataSource } from 'typeorm';
import { SystemClock, type Clock } from '#lib/kernel';
import type { SecretBox } from '#lib/platform';
import { normalNumber } from './customer-number';
import { CATALOG_ENTITIES, type Channel, type Outlet, type Product, type ProductRoute } from './entities';
import { Snapshot, versionOf, type ReadChannel, type SoldProduct } from './snapshot';
import type { PaymentStop } from './stops';
import { inForce, isInForce } from './versions';

/** A channel whose secrets and credentials are open. They stay in memory and are never logged. */
export interface OpenChannel {
  channel: Channel;
  /** At most two secrets, all valid now; none where the protocol has none. */
  secrets: readonly string[];
  /** What its protocol needs beyond those, by name. */
  credentials: ReadonlyMap<string, string>;
}

/** How often the number of the catalog is looked at; everything is read again only when it has changed. */
const LOOK_MS = 1_000;
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

/**
 * What is sold, by whom, to whom. Asked from memory on every request: the row in force at the instant decides, so that
 * one of the future takes over by itself. A change of the tables is seen within 2 seconds.
 */
export class Catalog {
  private channelsById: ReadonlyMap<string, OpenChannel> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  private constructor(
    private readonly source: DataSource,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private snapshot: Snapshot,
  ) {
    this.channelsById = this.opened(snapshot);
  }

  /** Loads the catalog and keeps it fresh until `close()`. A failed reload keeps what is known and is reported. */
  static async open(
    url: string,
    box: SecretBox,
    onError: (error: unknown) => void,
    clock: Clock = new SystemClock(),
  ): Promise<Catalog> {
    const source = await catalogSource(url).initialize();
    let catalog: Catalog;
    try {
      catalog = new Catalog(source, box, clock, await readAll(source));
    } catch (error) {
      await source.destroy();
      throw error;
    }
    catalog.look(onError);
    return catalog;
  }

  /** The number of what is known: every change of the tables raises it. */
  get version(): string {
    return this.snapshot.version;
  }

  /** An active channel, or undefined. */
  channel(channelId: string): OpenChannel | undefined {
    const known = this.channelsById.get(channelId);
    return known?.channel.isActive ? known : undefined;
  }

  /** Every active channel. */
  channels(): Channel[] {
    return [...this.channelsById.values()].flatMap(({ channel }) => (channel.isActive ? [channel] : []));
  }

  /** A product, also where no channel sells it any more: payments of it may still be open. */
  product(productId: string, at = this.clock.now()): Product | undefined {
    const versions = this.snapshot.products.get(productId);
    return inForce(versions, at) ?? versions?.at(-1);
  }

  /** The ways to a biller that are in force at an instant, also those that are switched off; the least priority first. */
  routes(productId: string, at: Date): ProductRoute[] {
    return (this.snapshot.routes.get(productId) ?? []).filter((route) => isInForce(route, at));
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

  /** A channel's outlet by the terminal it names, or undefined: then the sale is the channel's own. */
  outlet(channelId: string, terminalId: string, at = this.clock.now()): Outlet | undefined {
    return this.snapshot.outlet(channelId, terminalId, at);
  }

  /** A product as sold to this channel, or undefined. */
  soldProduct(channelId: string, productId: string, at = this.clock.now()): SoldProduct | undefined {
    return this.snapshot.sold(channelId, productId, at);
  }

  /** Everything sold to this channel, by product id. */
  soldProducts(channelId: string, at = this.clock.now()): SoldProduct[] {
    return this.snapshot.allSold(channelId, at);
  }

  /** Every product that any channel sells, once. */
  products(): Product[] {
    return this.snapshot.soldAnywhere(this.clock.now());
  }

  /** Why no new payment of this channel to this biller is taken now, or undefined. */
  stopFor(channelId: string, billerId: string): PaymentStop | undefined {
    const { stops } = this.snapshot;
    if (stops.length === 0) return undefined;
    return stops.find(
      ({ scope }) => scope === 'all' || scope === `deposit:${channelId}` || scope === `biller:${billerId}`,
    );
  }

  async close(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.source.destroy();
  }

  /** Looks for a change, now and then; one look begins after the one before has ended. */
  private look(onError: (error: unknown) => void): void {
    this.timer = setTimeout(() => {
      void this.reloadIfChanged()
        // What is cut short because we end is nobody's fault.
        .catch((error: unknown) => this.isClosing || onError(error))
        .finally(() => this.isClosing || this.look(onError));
    }, LOOK_MS).unref();
  }

  private async reloadIfChanged(): Promise<void> {
    if ((await versionOf(this.source.manager)) === this.snapshot.version) return;
    const read = await readAll(this.source);
    // Opened before it is used: a secret that does not open leaves what is known in place.
    const channels = this.opened(read);
    this.snapshot = read;
    this.channelsById = channels;
  }

  private opened({ channels }: Snapshot): ReadonlyMap<string, OpenChannel> {
    return new Map(channels.map((read) => [read.channel.channelId, this.open(read)]));
  }

  private open({ channel, credentials }: ReadChannel): OpenChannel {
    const { channelId, secret, secondSecret } = channel;
    const secrets: string[] = [];
    if (secret) secrets.push(this.box.open(secret, secretPlace(channelId, 'secret')));
    if (secondSecret) secrets.push(this.box.open(secondSecret, secretPlace(channelId, 'second_secret')));
    const opened = credentials.map(
      ({ name, value }) => [name, this.box.open(value, credentialPlace(channelId, name))] as const,
    );
    return { channel, secrets, credentials: new Map(opened) };
  }
}

/** Everything as it stands at one instant: what one change wrote is seen whole or not at all. */
function readAll(source: DataSource): Promise<Snapshot> {
  return source.transaction('REPEATABLE READ', (manager) => Snapshot.read(manager));
}
