import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { rupiah, rupiahFromText, type Rupiah } from '#lib/kernel';
import { readConfigFile, setting, type SecretBox } from '#lib/platform';
import { credentialPlace, secretPlace } from './catalog';
import { normalNumber } from './customer-number';
import {
  Biller,
  Channel,
  ChannelCredential,
  NumberPrefix,
  Price,
  Product,
  ProductRoute,
  type ProductField,
} from './entities';

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case words joined by dashes');
const Amount = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'whole rupiah as a string of digits');
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:mm');

const Pattern = z.string().refine(isPattern, 'must be a regular expression');
const Label = z.strictObject({ id: z.string(), en: z.string() });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** A further input of an inquiry. Months need no pattern of their own where they have bounds. */
const Field = z
  .strictObject({
    name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'a name such as identityNumber'),
    in: z.enum(['months', 'year', 'extra']),
    required: z.boolean().default(true),
    pattern: Pattern.optional(),
    minimum: z.int().min(1).max(60).optional(),
    maximum: z.int().min(1).max(60).optional(),
    label: Label,
  })
  .transform(({ minimum, maximum, ...field }, context): ProductField => {
    const { pattern } = field;
    if (pattern !== undefined) return { ...field, pattern };
    if (field.in !== 'months' || maximum === undefined) {
      context.addIssue({ code: 'custom', message: 'needs a pattern; months may have minimum and maximum' });
      return z.NEVER;
    }
    const least = minimum ?? 1;
    const allowed = Array.from({ length: maximum - least + 1 }, (_, more) => String(least + more));
    return { ...field, pattern: `^(${allowed.join('|')})$` };
  });

/** A way to a biller. */
const RouteShape = z.strictObject({
  /** Left out: the biller and its word for the product. */
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,81}$/)
    .optional(),
  biller: Id,
  billerProduct: z.string(),
  source: z.string().regex(/^[A-Z0-9]+$/),
  priority: z.int().min(1).max(1_000).default(1),
  cost: Amount.default('0'),
  billsMax: z.int().min(1).max(99).optional(),
  /** Per thousand. */
  share: z.int().min(0).max(1_000).default(0),
  active: z.boolean().default(true),
});

/** The demo catalog's grammar: fixtures/demo/catalog.yaml. */
const SeedShape = z.strictObject({
  billers: z.record(Id, z.strictObject({ name: z.string() })),
  /** What telephone numbers begin with, by the operator they were handed out by. */
  operators: z.record(Id, z.array(z.string().regex(/^0\d{1,9}$/, 'digits that begin with 0'))).default({}),
  products: z.record(
    Id,
    z.strictObject({
      name: z.string(),
      biller: Id,
      billerProduct: z.string(),
      source: z.string().regex(/^[A-Z0-9]+$/),
      /** Further ways to a biller; the one above goes by priority 1. */
      routes: z.array(RouteShape).default([]),
      amountType: z.enum(['CLOSED', 'DENOM', 'OPEN', 'MIN_MAX']),
      denominations: z.array(Amount).optional(),
      /** Bounds of the customer's choice. */
      minimum: Amount.optional(),
      maximum: Amount.optional(),
      /** Whether the biller is asked before it is paid. */
      inquiry: z.boolean().default(true),
      customerNumber: z.strictObject({
        pattern: Pattern,
        example: z.string(),
        strip: z.string().max(10).default(''),
        rewrite: z.array(z.strictObject({ pattern: Pattern, to: z.string() })).default([]),
        masked: z.boolean().default(false),
      }),
      fields: z.array(Field).default([]),
      operator: Id.optional(),
      billsMax: z.int().min(1).max(99).optional(),
      paysAll: z.boolean().default(false),
      adminPer: z.enum(['bill', 'payment']),
      offerValidSeconds: z.int().positive(),
      oneBillAtATime: z.boolean(),
      /** Only where the biller takes reversals too. */
      reversible: z.boolean().default(false),
      requiredReceiptFields: z.array(z.string()).default([]),
      hours: z.strictObject({ open: Time, close: Time }).nullable(),
      timeZone: z.string(),
      /** The name of a file in config/receipts. */
      receipt: Id,
    }),
  ),
  channels: z.record(
    Id,
    z.strictObject({
      name: z.string(),
      protocol: z.string(),
      /** The name of a file in config/channels. */
      profile: Id,
      commissionMode: z.enum(['immediate', 'settled']),
      /** Names of environment variables; left out where the protocol signs with no shared secret. */
      secret: z.string().optional(),
      secondSecret: z.string().optional(),
      /** What the protocol needs beyond those: names of environment variables, by the protocol's own names. */
      credentials: z.record(z.string().regex(/^[a-zA-Z]+$/, 'letters only'), z.string()).default({}),
      topUp: Amount,
      creditLimit: Amount,
      requestsPerSecond: z.int().positive().optional(),
      prices: z.record(Id, z.strictObject({ adminFee: Amount, billerFee: Amount, commission: Amount })),
    }),
  ),
});

/** What refers to nothing would be left out of the catalog in silence. */
const Seed = SeedShape.superRefine(({ billers, operators, products, channels }, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [productId, product] of Object.entries(products)) {
    if (!Object.hasOwn(billers, product.biller))
      refuse(['products', productId, 'biller'], `there is no biller ${product.biller} here`);
    for (const [at, { biller }] of product.routes.entries())
      if (!Object.hasOwn(billers, biller))
        refuse(['products', productId, 'routes', String(at), 'biller'], `there is no biller ${biller} here`);
    if (product.operator !== undefined && !Object.hasOwn(operators, product.operator))
      refuse(['products', productId, 'operator'], `there is no operator ${product.operator} here`);
    for (const { key, message } of objectionsToProduct(product))
      refuse(['products', productId, key], message);
  }
  for (const [channelId, { prices }] of Object.entries(channels))
    for (const productId of Object.keys(prices))
      if (!Object.hasOwn(products, productId))
        refuse(['channels', channelId, 'prices', productId], `there is no product ${productId} here`);
});

type ProductShape = z.infer<typeof SeedShape>['products'][string];

/** What of a product does not go together: by the key to blame, and what was expected. */
function objectionsToProduct(product: ProductShape): { key: string; message: string }[] {
  const { amountType, denominations, minimum, maximum, inquiry, customerNumber } = product;
  const rules: readonly [isBroken: boolean, key: string, message: string][] = [
    [amountType === 'DENOM' && !denominations?.length, 'amountType', 'DENOM needs denominations'],
    [amountType !== 'DENOM' && denominations !== undefined, 'denominations', 'only DENOM has denominations'],
    [
      amountType === 'OPEN' && (minimum === undefined || maximum === undefined),
      'amountType',
      'OPEN needs minimum and maximum',
    ],
    [BigInt(minimum ?? 0) > BigInt(maximum ?? minimum ?? 0), 'maximum', 'must not be below minimum'],
    [
      !inquiry && amountType !== 'DENOM' && amountType !== 'OPEN',
      'inquiry',
      `${amountType} takes its amount from the bill: it needs an inquiry`,
    ],
    [product.paysAll && product.billsMax !== undefined, 'paysAll', 'cannot go together with billsMax'],
    [
      !new RegExp(customerNumber.pattern).test(
        normalNumber({ numberRules: customerNumber }, customerNumber.example),
      ),
      'customerNumber',
      'the example does not match the pattern',
    ],
  ];
  return rules.flatMap(([isBroken, key, message]) => (isBroken ? [{ key, message }] : []));
}

/** The ways of a product: the one it names itself, and the further ones. */
function routesOf(productId: string, product: ProductShape): ProductRoute[] {
  const { biller, billerProduct, source } = product;
  const own = { biller, billerProduct, source, priority: 1, cost: '0', share: 0, active: true };
  return [own, ...product.routes].map((route: z.infer<typeof RouteShape>) => ({
    productId,
    routeId: route.id ?? `${route.biller}/${route.billerProduct}`,
    validFrom: FROM_THE_BEGINNING,
    validUntil: null,
    billerId: route.biller,
    billerProduct: route.billerProduct,
    source: route.source,
    priority: route.priority,
    cost: rupiahFromText(route.cost),
    billsMax: route.billsMax ?? null,
    share: route.share,
    isActive: route.active,
  }));
}

/** Before any payment. */
const FROM_THE_BEGINNING = new Date('2000-01-01T00:00:00Z');

/** What a channel starts with. */
export interface OpeningDeposit {
  channelId: string;
  topUp: Rupiah;
  creditLimit: Rupiah;
}

/** What the seed left for the ledger to do. */
export interface SeedResult {
  billerIds: string[];
  deposits: OpeningDeposit[];
}

/**
 * Writes the demo's billers, products, channels and prices; run again, it brings them back to the file.
 * @throws ConfigError naming file, line and key; SettingError when a secret is not in the environment.
 */
export async function seedCatalog(source: DataSource, file: string, box: SecretBox): Promise<SeedResult> {
  const seed = readConfigFile(file, Seed);
  await source.transaction(async (manager) => {
    for (const [billerId, { name }] of Object.entries(seed.billers))
      await manager.save(Biller, { billerId, name });
    for (const [productId, product] of Object.entries(seed.products)) {
      const { biller, customerNumber, hours, receipt, denominations, reversible, ...same } = product;
      const { pattern, example, strip, rewrite, masked } = customerNumber;
      await manager.save(Product, {
        ...same,
        productId,
        billerId: biller,
        denominations: denominations ?? null,
        amountMin: product.minimum === undefined ? null : rupiahFromText(product.minimum),
        amountMax: product.maximum === undefined ? null : rupiahFromText(product.maximum),
        hasInquiry: product.inquiry,
        billsMax: product.billsMax ?? null,
        fields: product.fields.length === 0 ? null : product.fields,
        operator: product.operator ?? null,
        isReversible: reversible,
        customerNumberPattern: pattern,
        customerNumberExample: example,
        numberRules: strip === '' && rewrite.length === 0 ? null : { strip, rewrite },
        isNumberMasked: masked,
        opensAt: hours?.open ?? null,
        closesAt: hours?.close ?? null,
        receipt,
        receiptLines: [],
      });
    }
    await manager.deleteAll(ProductRoute);
    for (const [productId, product] of Object.entries(seed.products))
      await manager.save(ProductRoute, routesOf(productId, product));
    await manager.deleteAll(NumberPrefix);
    for (const [operator, prefixes] of Object.entries(seed.operators))
      await manager.save(
        NumberPrefix,
        prefixes.map((prefix) => ({ prefix, operator })),
      );
    for (const [channelId, channel] of Object.entries(seed.channels)) {
      const sealed = (name: string | undefined, column: 'secret' | 'second_secret') =>
        name === undefined
          ? null
          : box.seal(setting(name, `the ${column} of channel ${channelId}`), secretPlace(channelId, column));
      await manager.save(Channel, {
        channelId,
        name: channel.name,
        protocol: channel.protocol,
        profile: channel.profile,
        commissionMode: channel.commissionMode,
        secret: sealed(channel.secret, 'secret'),
        secondSecret: sealed(channel.secondSecret, 'second_secret'),
        allowedIps: null,
        requestsPerSecond: channel.requestsPerSecond ?? null,
        isActive: true,
      });
      for (const [name, variable] of Object.entries(channel.credentials))
        await manager.save(ChannelCredential, {
          channelId,
          name,
          value: box.seal(
            setting(variable, `the ${name} of channel ${channelId}`),
            credentialPlace(channelId, name),
          ),
        });
      for (const [productId, price] of Object.entries(channel.prices))
        await manager.save(Price, {
          channelId,
          productId,
          adminFee: rupiahFromText(price.adminFee),
          billerFee: rupiahFromText(price.billerFee),
          commission: rupiahFromText(price.commission),
        });
    }
  });
  return {
    billerIds: Object.keys(seed.billers),
    deposits: Object.entries(seed.channels).map(([channelId, { topUp, creditLimit }]) => ({
      channelId,
      topUp: rupiah(BigInt(topUp)),
      creditLimit: rupiah(BigInt(creditLimit)),
    })),
  };
}
