import { rupiah, type Rupiah } from '#lib/kernel';
import type { CatalogFile, PriceEntry, ProductEntry } from './catalog-file';
import {
  Biller,
  BillerFloat,
  Calendar,
  FeeScheme,
  NumberPrefix,
  Outlet,
  PaymentLimit,
  Price,
  Product,
  ProductRoute,
} from './entities';

/** Before any payment. */
export const FROM_THE_BEGINNING = new Date('2000-01-01T00:00:00Z');

/** A table's rows as a file wants them, and which rows of the table the file speaks for. */
export interface Wanted<T extends object = object> {
  table: new () => T;
  rows: T[];
  /** Rows of the same thing that are not wanted are taken away; all others are left as they are. */
  speaksFor: (row: T) => boolean;
}

/** The rows that a file stands for, table by table, channels left out. */
export function rowsOf(file: CatalogFile): Wanted[] {
  const { billers, floats, calendars, feeSchemes, products, operators, limits, channels } = file;
  const has = (section: object, id: string) => Object.hasOwn(section, id);
  const wanted = <T extends object>(of: Wanted<T>): Wanted => of as unknown as Wanted;
  return [
    wanted<Biller>({
      table: Biller,
      rows: entries(billers, (billerId, { name }, time) => ({ billerId, ...time, name })),
      speaksFor: ({ billerId }) => has(billers, billerId),
    }),
    wanted<BillerFloat>({
      table: BillerFloat,
      rows: Object.entries(floats).map(([billerId, { lowLevel, stopLevel }]) => ({
        billerId,
        lowLevel: rupiah(BigInt(lowLevel)),
        stopLevel: rupiah(BigInt(stopLevel)),
      })),
      speaksFor: ({ billerId }) => has(floats, billerId),
    }),
    wanted<NumberPrefix>({
      table: NumberPrefix,
      rows: Object.entries(operators).flatMap(([operator, prefixes]) =>
        prefixes.map((prefix) => ({ prefix, operator })),
      ),
      speaksFor: ({ operator }) => has(operators, operator),
    }),
    wanted<Calendar>({
      table: Calendar,
      rows: entries(calendars, (calendarId, { timeZone, hours, maintenance, closures }, time) => ({
        calendarId,
        ...time,
        timeZone,
        opensAt: hours?.open ?? null,
        closesAt: hours?.close ?? null,
        maintenance: maintenance.map(({ days, ...window }) => ({ ...window, ...(days ? { days } : {}) })),
        closures,
      })),
      speaksFor: ({ calendarId }) => has(calendars, calendarId),
    }),
    wanted<FeeScheme>({
      table: FeeScheme,
      rows: entries(feeSchemes, (feeSchemeId, { per, tiers, ppn, pph }, time) => ({
        feeSchemeId,
        ...time,
        per,
        tiers: tiers.map((tier) => ({
          upTo: amount(tier.upTo),
          adminFee: rupiah(BigInt(tier.adminFee)),
          billerFee: rupiah(BigInt(tier.billerFee)),
          commission: rupiah(BigInt(tier.commission)),
          subAgentFee: rupiah(BigInt(tier.subAgentFee)),
        })),
        hasPpn: ppn,
        hasPph: pph,
      })),
      speaksFor: ({ feeSchemeId }) => has(feeSchemes, feeSchemeId),
    }),
    wanted<Product>({
      table: Product,
      rows: entries(products, productRow),
      speaksFor: ({ productId }) => has(products, productId),
    }),
    wanted<ProductRoute>({
      table: ProductRoute,
      rows: Object.entries(products).flatMap(([productId, product]) => routesOf(productId, product)),
      speaksFor: ({ productId }) => has(products, productId),
    }),
    wanted<PaymentLimit>({
      table: PaymentLimit,
      rows: Object.entries(limits).flatMap(([productId, ofProduct]) =>
        entries(ofProduct, (channelId, { minimum, maximum, dayPaymentsMax, dayAmountMax }, time) => ({
          productId,
          channelId,
          ...time,
          amountMin: amount(minimum),
          amountMax: amount(maximum),
          dayPaymentsMax: dayPaymentsMax ?? null,
          dayAmountMax: amount(dayAmountMax),
        })),
      ),
      speaksFor: ({ productId }) => has(limits, productId),
    }),
    wanted<Outlet>({
      table: Outlet,
      rows: Object.entries(channels).flatMap(([channelId, { terminals }]) =>
        entries(terminals, (terminalId, { subAgent, name, city }, time) => ({
          channelId,
          terminalId,
          ...time,
          subAgentId: subAgent,
          name,
          city,
        })),
      ),
      speaksFor: ({ channelId, terminalId }) => has(channels[channelId]?.terminals ?? {}, terminalId),
    }),
    wanted<Price>({
      table: Price,
      rows: pricesOf(channels),
      speaksFor: ({ channelId, productId }) => has(channels[channelId]?.prices ?? {}, productId),
    }),
  ];
}

function pricesOf(channels: CatalogFile['channels']): Price[] {
  return Object.entries(channels).flatMap(([channelId, { prices }]) =>
    entries(prices, (productId, price, time) => priceRow(channelId, productId, price, time)),
  );
}

function priceRow(channelId: string, productId: string, price: PriceEntry, time: Time): Price {
  const isOwn = price.scheme === undefined;
  return {
    channelId,
    productId,
    ...time,
    feeSchemeId: price.scheme ?? null,
    adminFee: isOwn ? amount(price.adminFee ?? '0') : null,
    billerFee: isOwn ? amount(price.billerFee ?? '0') : null,
    commission: isOwn ? amount(price.commission ?? '0') : null,
  };
}

function productRow(productId: string, product: ProductEntry, time: Time): Product {
  const { customerNumber, hours, denominations } = product;
  const { pattern, example, strip, rewrite, masked } = customerNumber;
  return {
    productId,
    ...time,
    name: product.name,
    billerId: product.biller,
    billerProduct: product.billerProduct,
    source: product.source,
    amountType: product.amountType,
    denominations: denominations ?? null,
    hasInquiry: product.inquiry,
    amountMin: amount(product.minimum),
    amountMax: amount(product.maximum),
    billsMax: product.billsMax ?? null,
    paysAll: product.paysAll,
    fields: product.fields.length === 0 ? null : product.fields,
    numberRules: strip === '' && rewrite.length === 0 ? null : { strip, rewrite },
    isNumberMasked: masked,
    operator: product.operator ?? null,
    customerNumberPattern: pattern,
    customerNumberExample: example,
    adminPer: product.adminPer,
    offerValidSeconds: product.offerValidSeconds,
    oneBillAtATime: product.oneBillAtATime,
    isReversible: product.reversible,
    requiredReceiptFields: product.requiredReceiptFields,
    receipt: product.receipt,
    receiptLines: [],
    opensAt: hours?.open ?? null,
    closesAt: hours?.close ?? null,
    timeZone: product.timeZone,
    priceGroup: product.priceGroup ?? null,
    calendarId: product.calendar ?? null,
  };
}

/** The ways of a product: the one it names itself, and the further ones. */
function routesOf(productId: string, product: ProductEntry): ProductRoute[] {
  const { biller, billerProduct, source, cost, routeBillsMax: billsMax, from, until } = product;
  const own: ProductEntry['routes'][number] = {
    biller,
    billerProduct,
    source,
    cost,
    ...(billsMax === undefined ? {} : { billsMax }),
    priority: 1,
    share: 0,
    active: true,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    later: [],
  };
  return [own, ...product.routes].flatMap((route) =>
    versionsOf(route).map((time, at) => {
      const now = changed(route, at);
      return {
        productId,
        routeId: route.id ?? `${route.biller}/${route.billerProduct}`,
        ...time,
        billerId: now.biller,
        billerProduct: now.billerProduct,
        source: now.source,
        priority: now.priority,
        cost: rupiah(BigInt(now.cost)),
        billsMax: now.billsMax ?? null,
        share: now.share,
        isActive: now.active,
        calendarId: now.calendar ?? null,
      };
    }),
  );
}

interface Time {
  validFrom: Date;
  validUntil: Date | null;
}

interface Dated {
  from?: string | undefined;
  until?: string | undefined;
  later: readonly { from: string }[];
}

/** The times of an entry's versions: each lasts until the next begins. */
function versionsOf({ from, until, later }: Dated): Time[] {
  const starts = [
    from === undefined ? FROM_THE_BEGINNING : new Date(from),
    ...later.map((one) => new Date(one.from)),
  ];
  const end = until === undefined ? null : new Date(until);
  return starts.map((validFrom, at) => ({ validFrom, validUntil: starts[at + 1] ?? end }));
}

/** An entry as it is in its version of this number: what is not said to change stays. */
function changed<T extends Dated>(entry: T, version: number): T {
  return Object.assign({}, entry, ...entry.later.slice(0, version)) as T;
}

/** Rows of a section, version by version. */
function entries<T extends Dated, R>(
  section: Readonly<Record<string, T>>,
  rowOf: (id: string, entry: T, time: Time) => R,
): R[] {
  return Object.entries(section).flatMap(([id, entry]) =>
    versionsOf(entry).map((time, at) => rowOf(id, changed(entry, at), time)),
  );
}

function amount(text: string | undefined): Rupiah | null {
  return text === undefined ? null : rupiah(BigInt(text));
}
