import { z } from 'zod';
import { readConfigFile } from '#lib/platform';
import { normalNumber } from './customer-number';
import type { ProductField } from './entities';
import { WEEKDAYS } from './opening-hours';

const Id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower case words joined by dashes');
const Amount = z.string().regex(/^(0|[1-9]\d{0,14})$/, 'whole rupiah as a string of digits');
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:mm');
const Instant = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/,
    'an instant such as 2027-01-01T00:00:00+07:00',
  );
const Pattern = z.string().refine(isPattern, 'must be a regular expression');
const Source = z.string().regex(/^[A-Z0-9]+$/, 'capital letters and digits');
const TimeZone = z.enum(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']);

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * Something that changes on a date: what it is first, from the beginning or from an instant, and `later` what becomes
 * different then. `until` ends the last of them.
 */
function dated<S extends z.ZodRawShape>(shape: S) {
  const change = z.strictObject({ ...asSaid(shape), from: Instant });
  return z
    .strictObject({
      ...shape,
      from: Instant.optional(),
      until: Instant.optional(),
      later: z.array(change as z.ZodType<{ from: string }>).default([]),
    })
    .superRefine((entry, context) => {
      const { from, until, later } = entry as unknown as Dated;
      const instants = [from, ...later.map((one) => one.from), until].flatMap((one) =>
        one === undefined ? [] : [Date.parse(one)],
      );
      if (instants.some((instant, at) => at > 0 && instant <= (instants[at - 1] ?? 0)))
        context.addIssue({ code: 'custom', path: ['later'], message: 'instants must go forward' });
    });
}

interface Dated {
  from?: string;
  until?: string;
  later: { from: string }[];
}

/** A shape in which everything may be left out, and then stays out: no default takes its place. */
function asSaid(shape: z.ZodRawShape): z.ZodRawShape {
  return Object.fromEntries(
    Object.entries(shape).map(([name, member]) => [
      name,
      z.optional(member instanceof z.ZodDefault ? member.unwrap() : member),
    ]),
  );
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
    label: z.strictObject({ id: z.string(), en: z.string() }),
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
const Route = dated({
  /** Left out: the biller and its word for the product. */
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,80}$/)
    .optional(),
  biller: Id,
  billerProduct: z.string(),
  source: Source,
  priority: z.int().min(1).max(1_000).default(1),
  /** What a payment costs us there. */
  cost: Amount.default('0'),
  billsMax: z.int().min(1).max(99).optional(),
  /** Of a thousand payments so many try it although another goes first. */
  share: z.int().min(0).max(1_000).default(0),
  active: z.boolean().default(true),
  calendar: Id.optional(),
});

const Product = dated({
  name: z.string(),
  /** The first way to a biller; it goes by priority 1. */
  biller: Id,
  billerProduct: z.string(),
  source: Source,
  /** What a payment costs us there, and how many bills it takes at once. */
  cost: Amount.default('0'),
  routeBillsMax: z.int().min(1).max(99).optional(),
  /** Further ways. */
  routes: z.array(Route).default([]),
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
    /** Characters that people write between the digits. */
    strip: z.string().max(10).default(''),
    /** The first pattern that matches is replaced. */
    rewrite: z.array(z.strictObject({ pattern: Pattern, to: z.string() })).default([]),
    masked: z.boolean().default(false),
  }),
  fields: z.array(Field).default([]),
  operator: Id.optional(),
  billsMax: z.int().min(1).max(99).optional(),
  paysAll: z.boolean().default(false),
  adminPer: z.enum(['bill', 'payment']),
  /** Products that are priced alike. */
  priceGroup: Id.optional(),
  offerValidSeconds: z.int().positive(),
  oneBillAtATime: z.boolean(),
  /** Only where the biller takes reversals too. */
  reversible: z.boolean().default(false),
  requiredReceiptFields: z.array(z.string()).default([]),
  hours: z.strictObject({ open: Time, close: Time }).nullable().default(null),
  timeZone: TimeZone,
  calendar: Id.optional(),
  /** The name of a file in config/receipts. */
  receipt: Id,
});

const Tier = z.strictObject({
  upTo: Amount.optional(),
  adminFee: Amount,
  billerFee: Amount.default('0'),
  commission: Amount.default('0'),
  subAgentFee: Amount.default('0'),
});

const FeeScheme = dated({
  per: z.enum(['bill', 'payment']),
  tiers: z.array(Tier).min(1),
  ppn: z.boolean().default(false),
  pph: z.boolean().default(false),
});

const Calendar = dated({
  timeZone: TimeZone,
  hours: z.strictObject({ open: Time, close: Time }).nullable().default(null),
  maintenance: z
    .array(z.strictObject({ from: Time, until: Time, days: z.array(z.enum(WEEKDAYS)).min(1).optional() }))
    .default([]),
  closures: z.array(z.strictObject({ from: Instant, until: Instant, reason: z.string() })).default([]),
});

/** A fee scheme by its name, or amounts of the price's own. */
const Price = z.preprocess(
  (entry) => (typeof entry === 'string' ? { scheme: entry } : entry),
  dated({
    scheme: Id.optional(),
    adminFee: Amount.optional(),
    billerFee: Amount.optional(),
    commission: Amount.optional(),
  }),
);

const Limit = dated({
  /** Of one payment. */
  minimum: Amount.optional(),
  maximum: Amount.optional(),
  /** Of one customer on one business day. */
  dayPaymentsMax: z.int().positive().optional(),
  dayAmountMax: Amount.optional(),
});
const Outlet = dated({ subAgent: Id, name: z.string(), city: z.string() });

const Channel = z.strictObject({
  name: z.string(),
  protocol: z.string(),
  /** The name of a file in config/channels. */
  profile: Id,
  commissionMode: z.enum(['immediate', 'settled']),
  /** Names of environment variables. An entry that names neither secrets nor credentials leaves them as they are. */
  secret: z.string().optional(),
  secondSecret: z.string().optional(),
  /** What the protocol needs beyond those: names of environment variables, by the protocol's own names. */
  credentials: z.record(z.string().regex(/^[a-zA-Z]+$/, 'letters only'), z.string()).default({}),
  /** Booked once, by the seed alone. */
  topUp: Amount.default('0'),
  creditLimit: Amount.default('0'),
  requestsPerSecond: z.int().positive().optional(),
  active: z.boolean().default(true),
  outlets: z.enum(['any', 'known']).default('any'),
  terminals: z.record(z.string().min(1).max(64), Outlet).default({}),
  /** By product or price group. */
  prices: z.record(Id, Price).default({}),
});

/** A biller that we pay in advance (docs/float.md). */
const Float = z
  .strictObject({
    /** Below it people are told. */
    lowLevel: Amount,
    /** New payments may not take it below this. */
    stopLevel: Amount,
    /** Booked once, by the seed alone. */
    opening: Amount.default('0'),
  })
  .refine(({ lowLevel, stopLevel }) => BigInt(lowLevel) >= BigInt(stopLevel), {
    path: ['lowLevel'],
    message: 'must not be below stopLevel',
  });

const Shape = z.strictObject({
  billers: z.record(Id, dated({ name: z.string() })).default({}),
  /** The billers that are prefunded. */
  floats: z.record(Id, Float).default({}),
  /** What telephone numbers begin with, by the operator they were handed out by. */
  operators: z.record(Id, z.array(z.string().regex(/^0\d{1,9}$/, 'digits that begin with 0'))).default({}),
  calendars: z.record(Id, Calendar).default({}),
  feeSchemes: z.record(Id, FeeScheme).default({}),
  products: z.record(Id, Product).default({}),
  /** By product, then by channel; `*` for every channel without one of its own. */
  limits: z.record(Id, z.record(z.union([Id, z.literal('*')]), Limit)).default({}),
  channels: z.record(Id, Channel).default({}),
});

/** What a catalog file says: products of some billers, their prices for some channels, and what these go by. */
export type CatalogFile = z.infer<typeof Shape>;
export type ProductEntry = z.infer<typeof Product>;
export type PriceEntry = z.infer<typeof Price>;

/** What is there already, and may be referred to by a file that does not say it again. */
export interface Known {
  billers: ReadonlySet<string>;
  products: ReadonlySet<string>;
  calendars: ReadonlySet<string>;
  feeSchemes: ReadonlySet<string>;
  operators: ReadonlySet<string>;
  priceGroups: ReadonlySet<string>;
}

/** An empty catalog: a file must say everything it refers to. */
export const NOTHING_KNOWN: Known = {
  billers: new Set(),
  products: new Set(),
  calendars: new Set(),
  feeSchemes: new Set(),
  operators: new Set(),
  priceGroups: new Set(),
};

/**
 * Reads a catalog file.
 * @throws ConfigError naming file, line and key for every mistake: nothing of such a file is used.
 */
export function readCatalogFile(path: string, known: Known = NOTHING_KNOWN): CatalogFile {
  return readConfigFile(
    path,
    Shape.superRefine((file, context) => {
      for (const { path: at, message } of mistakesIn(file, known))
        context.addIssue({ code: 'custom', path: at, message });
    }),
  );
}

interface Mistake {
  path: (string | number)[];
  message: string;
}

/** What refers to nothing would be left out of the catalog in silence; what does not go together would surprise later. */
function mistakesIn(file: CatalogFile, known: Known): Mistake[] {
  const has = (section: 'billers' | 'calendars' | 'feeSchemes' | 'operators' | 'products', id: string) =>
    Object.hasOwn(file[section], id) || known[section].has(id);
  const groups = new Set(Object.values(file.products).flatMap(({ priceGroup }) => priceGroup ?? []));
  const mistakes: Mistake[] = [];
  const need = (
    section: 'billers' | 'calendars' | 'feeSchemes' | 'operators' | 'products',
    id: string | undefined,
    path: (string | number)[],
  ) => {
    if (id === undefined || has(section, id)) return;
    mistakes.push({ path, message: `there is no ${SINGULAR[section]} ${id} here` });
  };

  for (const [productId, product] of Object.entries(file.products)) {
    const at = ['products', productId];
    need('billers', product.biller, [...at, 'biller']);
    need('calendars', product.calendar, [...at, 'calendar']);
    need('operators', product.operator, [...at, 'operator']);
    for (const [index, route] of product.routes.entries()) {
      need('billers', route.biller, [...at, 'routes', index, 'biller']);
      need('calendars', route.calendar, [...at, 'routes', index, 'calendar']);
    }
    for (const { key, message } of objectionsToProduct(product))
      mistakes.push({ path: [...at, key], message });
  }
  for (const billerId of Object.keys(file.floats)) need('billers', billerId, ['floats', billerId]);
  for (const [schemeId, scheme] of Object.entries(file.feeSchemes))
    mistakes.push(...mistakesInTiers(['feeSchemes', schemeId, 'tiers'], scheme.tiers));
  for (const productId of Object.keys(file.limits)) need('products', productId, ['limits', productId]);
  for (const [channelId, { prices }] of Object.entries(file.channels))
    for (const [productId, price] of Object.entries(prices)) {
      const at = ['channels', channelId, 'prices', productId];
      if (!groups.has(productId) && !known.priceGroups.has(productId)) need('products', productId, at);
      need('feeSchemes', price.scheme, [...at, 'scheme']);
      if ((price.scheme === undefined) === (price.adminFee === undefined))
        mistakes.push({ path: at, message: 'needs either a scheme or an adminFee' });
      const { adminFee = '0', billerFee = '0', commission = '0' } = price;
      if (BigInt(billerFee) + BigInt(commission) > BigInt(adminFee) && price.scheme === undefined)
        mistakes.push({ path: at, message: 'billerFee and commission are more than the adminFee' });
    }
  return mistakes;
}

const SINGULAR = {
  billers: 'biller',
  calendars: 'calendar',
  feeSchemes: 'fee scheme',
  operators: 'operator',
  products: 'product',
};

function mistakesInTiers(at: string[], tiers: readonly z.infer<typeof Tier>[]): Mistake[] {
  const mistakes: Mistake[] = [];
  let below = -1n;
  for (const [index, { upTo, adminFee, billerFee, commission, subAgentFee }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    if (isLast !== (upTo === undefined))
      mistakes.push({ path: [...at, index], message: 'the last tier, and only that, goes without upTo' });
    if (upTo !== undefined && BigInt(upTo) <= below)
      mistakes.push({ path: [...at, index, 'upTo'], message: 'must be more than that of the tier before' });
    below = BigInt(upTo ?? below);
    if (BigInt(billerFee) + BigInt(commission) > BigInt(adminFee))
      mistakes.push({ path: [...at, index], message: 'billerFee and commission are more than the adminFee' });
    if (BigInt(subAgentFee) > BigInt(commission))
      mistakes.push({ path: [...at, index, 'subAgentFee'], message: 'must not be more than the commission' });
  }
  return mistakes;
}

/** What of a product does not go together: by the key to blame, and what was expected. */
function objectionsToProduct(product: ProductEntry): { key: string; message: string }[] {
  const { amountType, denominations, minimum, maximum, inquiry, customerNumber } = product;
  const isBounded = minimum !== undefined && maximum !== undefined;
  const rules: readonly [isBroken: boolean, key: string, message: string][] = [
    [amountType === 'DENOM' && !denominations?.length, 'amountType', 'DENOM needs denominations'],
    [amountType !== 'DENOM' && denominations !== undefined, 'denominations', 'only DENOM has denominations'],
    [amountType === 'OPEN' && !isBounded, 'amountType', 'OPEN needs minimum and maximum'],
    [BigInt(minimum ?? 0) > BigInt(maximum ?? minimum ?? 0), 'maximum', 'must not be below minimum'],
    [
      !inquiry && amountType !== 'DENOM' && amountType !== 'OPEN',
      'inquiry',
      `${amountType} takes its amount from the bill: it needs an inquiry`,
    ],
    [
      !inquiry && customerNumber.masked,
      'inquiry',
      'what is sold without one is told apart by its number, which may not be kept where it is masked',
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
