import type { DataSource } from 'typeorm';
import { stringify } from 'yaml';
import { ConfigError } from '#lib/platform';
import { FROM_THE_BEGINNING } from './catalog-rows';
import {
  Biller,
  BillerFloat,
  Calendar,
  Channel,
  FeeScheme,
  NumberPrefix,
  Outlet,
  PaymentLimit,
  Price,
  Product,
  ProductRoute,
} from './entities';
import { byKey, type Version } from './versions';

type Entry = Record<string, unknown>;

/**
 * Writes the tables as a catalog file. Secrets and credentials are left out: applied where a channel is there already,
 * such a file leaves its secrets as they are.
 * @throws ConfigError where a later version lacks what the one before has, which a file cannot say.
 */
export async function exportCatalog(source: DataSource): Promise<string> {
  const { manager } = source;
  const routes = byKey(await manager.find(ProductRoute), ({ productId }) => productId);
  const outlets = await manager.find(Outlet);
  const prices = await manager.find(Price);
  const limits = byKey(await manager.find(PaymentLimit), ({ productId }) => productId);
  const channels = await manager.find(Channel);
  const prefixes = await manager.find(NumberPrefix, { order: { prefix: 'ASC' } });
  const operators = [...new Set(prefixes.map(({ operator }) => operator))].sort();
  const sections = {
    billers: section(
      await manager.find(Biller),
      ({ billerId }) => billerId,
      ({ name }) => ({ name }),
    ),
    floats: Object.fromEntries(
      (await manager.find(BillerFloat)).map(({ billerId, lowLevel, stopLevel }) => [
        billerId,
        { lowLevel: lowLevel.toString(), stopLevel: stopLevel.toString() },
      ]),
    ),
    operators: Object.fromEntries(
      operators.map((operator) => [
        operator,
        prefixes.flatMap(({ prefix, operator: whose }) => (whose === operator ? [prefix] : [])),
      ]),
    ),
    calendars: section(await manager.find(Calendar), ({ calendarId }) => calendarId, calendarEntry),
    feeSchemes: section(await manager.find(FeeScheme), ({ feeSchemeId }) => feeSchemeId, schemeEntry),
    products: section(
      await manager.find(Product),
      ({ productId }) => productId,
      (product) => productEntry(product, routes.get(product.productId) ?? []),
    ),
    limits: Object.fromEntries(
      [...limits].map(([productId, ofProduct]) => [
        productId,
        section(
          ofProduct,
          ({ channelId }) => channelId,
          ({ amountMin, amountMax, dayPaymentsMax, dayAmountMax }) =>
            said({
              minimum: amountMin?.toString(),
              maximum: amountMax?.toString(),
              dayPaymentsMax: dayPaymentsMax ?? undefined,
              dayAmountMax: dayAmountMax?.toString(),
            }),
        ),
      ]),
    ),
    channels: Object.fromEntries(
      channels.map((channel) => [channel.channelId, channelEntry(channel, outlets, prices)]),
    ),
  };
  const nonEmpty = Object.entries(sections).filter(([, entries]) => Object.keys(entries).length > 0);
  return stringify(Object.fromEntries(nonEmpty), { lineWidth: 120, aliasDuplicateObjects: false });
}

function calendarEntry({ timeZone, opensAt, closesAt, maintenance, closures }: Calendar): Entry {
  const hours = opensAt === null ? undefined : { open: opensAt, close: closesAt };
  return said({ timeZone, hours, maintenance: listed(maintenance), closures: listed(closures) });
}

function schemeEntry({ per, tiers, hasPpn, hasPph }: FeeScheme): Entry {
  const written = tiers.map((tier) =>
    said({
      upTo: tier.upTo?.toString(),
      adminFee: tier.adminFee.toString(),
      billerFee: tier.billerFee.toString(),
      commission: tier.commission.toString(),
      subAgentFee: tier.subAgentFee.toString(),
    }),
  );
  return said({ per, tiers: written, ppn: hasPpn, pph: hasPph });
}

function productEntry(product: Product, routes: readonly ProductRoute[]): Entry {
  const { opensAt, closesAt, numberRules } = product;
  const isOwn = ({ routeId, priority }: ProductRoute) =>
    priority === 1 && routeId === `${product.billerId}/${product.billerProduct}`;
  const own = routes.find(isOwn);
  if (!own) throw new ConfigError(`product ${product.productId} has no route of priority 1 to its biller`);
  const further = [
    ...byKey(
      routes.filter((route) => route.routeId !== own.routeId),
      ({ routeId }) => routeId,
    ).values(),
  ];
  return said({
    name: product.name,
    biller: product.billerId,
    billerProduct: product.billerProduct,
    source: product.source,
    cost: own.cost.toString(),
    routeBillsMax: own.billsMax ?? undefined,
    routes: listed(further.map((versions) => dated(versions, routeEntry))),
    amountType: product.amountType,
    denominations: product.denominations ?? undefined,
    minimum: product.amountMin?.toString(),
    maximum: product.amountMax?.toString(),
    inquiry: product.hasInquiry,
    customerNumber: said({
      pattern: product.customerNumberPattern,
      example: product.customerNumberExample,
      strip: numberRules?.strip,
      rewrite: numberRules?.rewrite,
      masked: product.isNumberMasked,
    }),
    fields: product.fields ?? undefined,
    operator: product.operator ?? undefined,
    billsMax: product.billsMax ?? undefined,
    paysAll: product.paysAll,
    adminPer: product.adminPer,
    priceGroup: product.priceGroup ?? undefined,
    offerValidSeconds: product.offerValidSeconds,
    oneBillAtATime: product.oneBillAtATime,
    reversible: product.isReversible,
    requiredReceiptFields: listed(product.requiredReceiptFields),
    hours: opensAt === null ? undefined : { open: opensAt, close: closesAt },
    timeZone: product.timeZone,
    calendar: product.calendarId ?? undefined,
    receipt: product.receipt ?? undefined,
  });
}

function routeEntry(route: ProductRoute): Entry {
  return said({
    id: route.routeId,
    biller: route.billerId,
    billerProduct: route.billerProduct,
    source: route.source,
    priority: route.priority,
    cost: route.cost.toString(),
    billsMax: route.billsMax ?? undefined,
    share: route.share,
    active: route.isActive,
    calendar: route.calendarId ?? undefined,
  });
}

function channelEntry(channel: Channel, outlets: readonly Outlet[], prices: readonly Price[]): Entry {
  const { channelId, name, protocol, profile, commissionMode } = channel;
  const isOurs = (row: { channelId: string }) => row.channelId === channelId;
  return said({
    name,
    protocol,
    profile,
    commissionMode,
    requestsPerSecond: channel.requestsPerSecond ?? undefined,
    active: channel.isActive,
    outlets: channel.outlets,
    terminals: section(
      outlets.filter(isOurs),
      ({ terminalId }) => terminalId,
      (outlet) => ({
        subAgent: outlet.subAgentId,
        name: outlet.name,
        city: outlet.city,
      }),
    ),
    prices: section(
      prices.filter(isOurs),
      ({ productId }) => productId,
      (price) =>
        said({
          scheme: price.feeSchemeId ?? undefined,
          adminFee: price.adminFee?.toString(),
          billerFee: price.billerFee?.toString(),
          commission: price.commission?.toString(),
        }),
    ),
  });
}

/** A section: each thing by its id, with what becomes different later. */
function section<T extends Version>(
  rows: readonly T[],
  idOf: (row: T) => string,
  entryOf: (row: T) => Entry,
): Entry {
  const versions = [...byKey(rows, idOf)].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(versions.map(([id, list]) => [id, dated(list, entryOf)]));
}

function dated<T extends Version>(versions: readonly T[], entryOf: (row: T) => Entry): Entry {
  const [first, ...others] = versions;
  if (!first) return {};
  let before = entryOf(first);
  const later = others.map((version) => {
    const entry = entryOf(version);
    const lost = Object.keys(before).find((name) => !(name in entry));
    if (lost !== undefined) throw new ConfigError(`a later version lacks ${lost}, which a file cannot say`);
    const differing = Object.entries(entry).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
    );
    before = entry;
    return { from: version.validFrom.toISOString(), ...Object.fromEntries(differing) };
  });
  return said({
    ...entryOf(first),
    from: first.validFrom > FROM_THE_BEGINNING ? first.validFrom.toISOString() : undefined,
    until: versions.at(-1)?.validUntil?.toISOString(),
    later: listed(later),
  });
}

/** An entry without what is not said. */
function said(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

function listed<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
