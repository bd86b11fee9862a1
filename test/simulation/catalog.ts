import type { Biller, Catalog, Channel, OpenChannel, Product, ProductRoute, SoldProduct } from '#lib/catalog';
import { businessDateOf, endOfBusinessDate, JAKARTA_MIDNIGHT, rupiah, ZERO, type CutOff } from '#lib/kernel';
import type { RoutingLimits, SourceCalendar, SourceDayEnd } from '#lib/switching';

/** Who sells in a run, what is on the deposit at the start, and how commission is settled. */
export const CHANNELS = [
  { channelId: 'rich', opening: 5_000_000n, creditLimit: 0n, commissionMode: 'immediate' },
  { channelId: 'poor', opening: 90_000n, creditLimit: 0n, commissionMode: 'settled' },
  { channelId: 'on-credit', opening: 1n, creditLimit: 120_000n, commissionMode: 'immediate' },
] as const;

export const BILLER_IDS = ['water', 'power', 'spare'] as const;

const ALWAYS = { validFrom: new Date(0), validUntil: null };

const WATER = {
  ...ALWAYS,
  productId: 'water-bill',
  name: 'Water',
  billerId: 'water',
  billerProduct: 'BILL',
  source: 'LPW01',
  amountType: 'CLOSED',
  denominations: null,
  hasInquiry: true,
  amountMin: null,
  amountMax: null,
  billsMax: null,
  paysAll: false,
  fields: null,
  numberRules: null,
  isNumberMasked: false,
  operator: null,
  customerNumberPattern: '^\\d{12}$',
  customerNumberExample: '531100000000',
  adminPer: 'bill',
  offerValidSeconds: 900,
  oneBillAtATime: true,
  isReversible: false,
  requiredReceiptFields: [],
  receipt: null,
  receiptLines: ['{paymentId}', '{customerName}', 'Rp {total}'],
  opensAt: null,
  closesAt: null,
  timeZone: 'Asia/Jakarta',
  priceGroup: null,
  calendarId: null,
} satisfies Product;

const POWER = {
  ...WATER,
  productId: 'power-token',
  name: 'Power token',
  billerId: 'power',
  billerProduct: 'PREPAID',
  source: 'LPP01',
  amountType: 'DENOM',
  denominations: ['20000', '50000'],
  adminPer: 'payment',
  oneBillAtATime: false,
  requiredReceiptFields: ['token'],
  receiptLines: ['{paymentId}', '{token}'],
} satisfies Product;

const PRODUCTS: readonly Product[] = [WATER, POWER];

function soldBy(product: Product): SoldProduct {
  const biller: Biller = { billerId: product.billerId, ...ALWAYS, name: product.name };
  const fee = {
    upTo: null,
    adminFee: rupiah(2_500n),
    billerFee: rupiah(700n),
    commission: rupiah(1_300n),
    subAgentFee: ZERO,
  };
  const fees = { feeSchemeId: null, per: product.adminPer, tiers: [fee], hasPpn: false, hasPph: false };
  return { product, biller, fees, limit: undefined };
}

function routeOf({ productId, billerId, billerProduct, source }: Product): ProductRoute {
  return {
    productId,
    routeId: `${billerId}/${billerProduct}`,
    ...ALWAYS,
    billerId,
    billerProduct,
    source,
    priority: 1,
    cost: ZERO,
    billsMax: null,
    share: 0,
    isActive: true,
    calendarId: null,
  };
}

function aChannel({ channelId, commissionMode }: (typeof CHANNELS)[number]): Channel {
  return {
    channelId,
    name: channelId,
    protocol: 'h2h',
    profile: 'h2h',
    commissionMode,
    secret: null,
    secondSecret: null,
    allowedIps: null,
    requestsPerSecond: null,
    outlets: 'any',
    isActive: true,
  };
}

class FixedCatalog implements Pick<Catalog, keyof Catalog> {
  readonly version = '1';

  outlet(): undefined {
    return undefined;
  }

  channel(channelId: string): OpenChannel | undefined {
    const known = CHANNELS.find((channel) => channel.channelId === channelId);
    if (!known) return undefined;
    return { channel: aChannel(known), secrets: [], credentials: new Map() };
  }

  channels(): Channel[] {
    return CHANNELS.map(aChannel);
  }

  product(productId: string): Product | undefined {
    return this.products().find((product) => product.productId === productId);
  }

  routes(productId: string): ProductRoute[] {
    const product = this.product(productId);
    if (!product) return [];
    // The token has a second seller, who is also tried now and then.
    const second = { routeId: 'spare/PREPAID', billerId: 'spare', source: 'LPX01', priority: 2, share: 100 };
    const own = routeOf(product);
    return product === POWER ? [own, Object.assign(routeOf(product), second)] : [own];
  }

  normalNumber(_: string, typed: string): string {
    return typed;
  }

  operatorHint(): undefined {
    return undefined;
  }

  prefixesOf(): string[] {
    return [];
  }

  soldProduct(_: string, productId: string): SoldProduct | undefined {
    return this.soldProducts().find(({ product }) => product.productId === productId);
  }

  soldProducts(): SoldProduct[] {
    return this.products().map((product) => soldBy(product));
  }

  products(): Product[] {
    return [...PRODUCTS];
  }

  stopFor(): undefined {
    return undefined;
  }

  async close(): Promise<void> {}
}

/** What every run sells: a bill that only one may pay at a time, and a token bought as often as one likes. */
export function aFixedCatalog(): Catalog {
  // The class has private members that nobody outside of it can give.
  return new FixedCatalog() as unknown as Catalog;
}

/** How routes are judged in a run, unless it draws otherwise. */
export const ROUTING: RoutingLimits = {
  health: { windowMs: 30_000, failuresMin: 20, failurePercent: 50, poorPercent: 10, slowMs: 3_000 },
  breaker: { openMs: 5_000, openMaxMs: 20_000, failedProbesMax: 3 },
  bulkhead: { atOnceMax: 64, queueMax: 64, queueWithinMs: 1_000 },
  failover: { legsMax: 2, leftMinMs: 500, tryAnother: ['DECLINED_BY_BILLER'] },
  ordersPollMs: 2_000,
  billers: {},
};

/** When the sources' days end: in the midst of a run, or long after. */
export const SOURCE_DAYS: readonly CutOff[] = [JAKARTA_MIDNIGHT, { ...JAKARTA_MIDNIGHT, graceMinutes: 120 }];

/** The calendar of sources whose day ends so. */
export function calendarOf(cutOff: CutOff): { dateOf: SourceCalendar; endOf: SourceDayEnd } {
  return {
    dateOf: (_, at) => businessDateOf(at, cutOff),
    endOf: (_, date) => endOfBusinessDate(date, cutOff),
  };
}

/** Nothing that is sold here has a number to hide. */
export const NO_SECRETS = {
  hide: (number: string) => ({ masked: number, sealed: number, mark: number }),
};
