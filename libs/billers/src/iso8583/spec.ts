import { z } from 'zod';
import { LinkLimits } from '#lib/iso8583';
import { answerParts } from '../spec/answer-parts';
import { AdviceCodes, InquiryCodes, PaymentCodes, ReversalCodes, SUCCESS } from '../spec/codes';
import { AfterUnknown, COMMON, EnvironmentName } from '../spec/common';
import { objectionToTemplate } from '../text-template';

const DataElement = z
  .string()
  .regex(/^([2-9]|[1-9]\d|1[01]\d|12[0-8])$/, "must be a data element such as '48'");
const Word = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'must be one word, such as customerName');
const Dialect = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a file of config/iso8583, without its ending');
const Mti = z.string().regex(/^\d{4}$/, "must be four digits in quotes, such as '0200'");

/** `37`, or `48.customerName` within a layout; within one bill of a list a part's name alone. */
const Path = z
  .string()
  .regex(
    /^(\d{1,3}(\.[a-z][A-Za-z0-9]*)?|[a-z][A-Za-z0-9]*)$/,
    "must be a path such as '37' or '48.customerName'",
  );

const Pattern = z.string().refine((text) => {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}, 'must be a regular expression');

/** How a value is written where it is not text as people read it. */
const FORMS = [
  'text',
  'number',
  'number above zero',
  'rupiah',
  'cents',
  'currency',
  'ddMMyyyy',
  'yyyyMMdd',
  'month of ddMMyyyy',
] as const;

const Value = z.union([
  Path,
  z.strictObject({
    at: Path,
    form: z.enum(FORMS).default('text'),
    /** How many of the last digits are decimals, or the path of the digit that says so. */
    decimals: z.union([z.int().min(0).max(9), Path]).default(0),
  }),
]);
/** Where a value of an answer stands, and how it is written. */
export type ValueSpec = z.infer<typeof Value>;

const Values = z.record(Word, Value);

/** The text of a data element, or the parts of its layout. */
const Filling = z.union([
  z.string(),
  z.strictObject({
    layout: z.string(),
    /** A text that is taken apart by a layout first, such as what an inquiry answered; `parts` add to it or replace. */
    from: z.strictObject({ text: z.string(), layout: z.string() }).optional(),
    parts: z.record(Word, z.string()).default({}),
    /** Parts that depend on what a variable looks like: those of the first case that matches are added. */
    cases: z
      .array(z.strictObject({ variable: z.string(), matches: Pattern, parts: z.record(Word, z.string()) }))
      .default([]),
  }),
]);
export type FillingSpec = z.infer<typeof Filling>;

const Fields = z.record(DataElement, Filling);
const Layouts = z.record(DataElement, z.string());
/** Several paths with bars between them: one of them must repeat it. */
const Repeats = z.record(
  z.string().regex(/^\d{1,3}(\.[a-z]\w*)?( ?\| ?\d{1,3}(\.[a-z]\w*)?)*$/, "must be a path such as '37'"),
  z.string(),
);

/**
 * The group that repeats for each bill, or the places of one bill each, every one inside in a layout of its own, as many
 * of them as come; absent where the answer is about one bill, and its `line` where the customer chooses the amount.
 */
const Lines = z.union([Path, z.strictObject({ each: z.array(Path).min(1), layout: z.string() })]);
/** An echo is brought back as it came where it is a plain path: its spaces included. */
const { Bill, Approved } = answerParts({ value: Value, text: Value, values: Values, lines: Lines });

const Call = {
  /** The message type. */
  type: Mti,
  /** The type of the same message sent again, where the dialect has one. */
  typeAgain: Mti.optional(),
  fields: Fields.default({}),
  /** Which layout the inside of a data element of the answer has. */
  layouts: Layouts.default({}),
  /** What the answer must repeat, besides what pairs it with its question. */
  repeats: Repeats.default({}),
  /** A data element with the biller's own words, kept as evidence. */
  message: Path.optional(),
};

/** What a product has otherwise: `fields`, `layouts`, `repeats` and `codes` add to the call's, the others replace. */
const OwnCall = {
  fields: Fields.default({}),
  layouts: Layouts.default({}),
  repeats: Repeats.default({}),
};

const Product = z.strictObject({
  /** Constants of this product, as `{value.name}`. */
  values: z.record(Word, z.string()).default({}),
  inquiry: z.strictObject({ ...OwnCall, codes: InquiryCodes.default({}), bill: Bill.optional() }).optional(),
  payment: z
    .strictObject({ ...OwnCall, codes: PaymentCodes.default({}), approved: Approved.optional() })
    .optional(),
  advice: z
    .strictObject({ ...OwnCall, codes: AdviceCodes.default({}), approved: Approved.optional() })
    .optional(),
  reversal: z.strictObject({ ...OwnCall, codes: ReversalCodes.default({}) }).optional(),
});

/** Bounds of a line that a biller rarely has its own of. */
const LINK: LinkLimits = {
  pendingMax: 512,
  inHandMax: 8,
  frameWithinMs: 10_000,
  echoEveryMs: 60_000,
  echoWithinMs: 10_000,
  unsentMaxBytes: 1_048_576,
  lateKeptMax: 512,
};

const Shape = z.strictObject({
  ...COMMON,
  kind: z.literal('iso8583'),
  /** Under these names the environment holds where the biller listens. */
  host: EnvironmentName,
  port: EnvironmentName,
  /** TLS with a certificate that this machine trusts; plain TCP, such as within a VPN, where false. */
  tls: z.boolean().default(false),
  /** A file of config/iso8583. */
  dialect: Dialect,
  line: z.strictObject({
    /** How many connections are held open. */
    connections: z.int().min(1).max(32).default(1),
    /** Whether the biller wants a sign-on before business. */
    signOn: z.boolean().default(true),
    signOnWithinMs: z.int().positive().default(10_000),
    /** How long a call waits for a line that is just being opened. */
    readyWithinMs: z.int().positive().default(2_000),
    backOff: z
      .strictObject({ firstMs: z.int().positive(), maxMs: z.int().positive() })
      .default({ firstMs: 200, maxMs: 30_000 }),
    ...(Object.fromEntries(
      Object.entries(LINK).map(([name, value]) => [
        name,
        LinkLimits.shape[name as keyof LinkLimits].default(value),
      ]),
    ) as { [Name in keyof LinkLimits]: z.ZodDefault<(typeof LinkLimits.shape)[Name]> }),
  }),
  /** What every message of ours carries, network messages included where their type lists it. */
  fields: z.record(DataElement, z.string()).default({}),
  inquiry: z.strictObject({ ...Call, codes: InquiryCodes, bill: Bill.optional() }).optional(),
  payment: z.strictObject({ ...Call, codes: PaymentCodes, approved: Approved.optional() }),
  advice: z.strictObject({ ...Call, codes: AdviceCodes, approved: Approved.optional() }),
  reversal: z.strictObject({ ...Call, codes: ReversalCodes, afterUnknown: AfterUnknown }).optional(),
  /** By the biller's own word for the product; absent where all products are alike. */
  products: z.record(z.string(), Product).optional(),
});
export type Iso8583BillerSpec = z.infer<typeof Shape>;
export type BillSpec = z.infer<typeof Bill>;
export type ApprovedSpec = z.infer<typeof Approved>;

const OF_INQUIRY = ['stan', 'product', 'customerNumber', 'amount', 'trace', 'billCount', 'months', 'year'];
const OF_LEG = 'stan reference product customerNumber amount billCount months year settlementDate'.split(' ');
const OF_REVERSAL = ['reversalReference', 'billerReference'];
/** Of the payment message that an advice or a reversal is about; `original.7` is its DE 7, where the dialect stamps it. */
const OF_ORIGINAL = ['original.type', 'original.*'];
/** Inputs by the product's own names; the catalog knows which there are. */
const OF_EXTRA = 'extra.*';

export const CALLS = ['inquiry', 'payment', 'advice', 'reversal'] as const;
export type CallName = (typeof CALLS)[number];

/** The paths of `repeats`, one of which must hold what was sent. */
export function alternativesOf(paths: string): string[] {
  return paths.split('|').map((path) => path.trim());
}

/** What the codes of a call may mean. */
interface Meanings {
  inquiry: z.infer<typeof InquiryCodes>[string];
  payment: z.infer<typeof PaymentCodes>[string];
  advice: z.infer<typeof AdviceCodes>[string];
  reversal: z.infer<typeof ReversalCodes>[string];
}

/** One call of one product: what the file says for all, and what the product has otherwise. */
export interface CallSpec<Name extends CallName = CallName> {
  type: string;
  typeAgain?: string | undefined;
  fields: Readonly<Record<string, FillingSpec>>;
  layouts: Readonly<Record<string, string>>;
  repeats: Readonly<Record<string, string>>;
  message?: string | undefined;
  codes: Readonly<Record<string, Meanings[Name]>>;
  bill?: BillSpec | undefined;
  approved?: ApprovedSpec | undefined;
}

/** A call as one product has it; undefined where the biller does not take it. */
export function callOf<Name extends CallName>(
  spec: Iso8583BillerSpec,
  product: string | undefined,
  name: Name,
): CallSpec<Name> | undefined {
  const common = spec[name] as CallSpec<Name> | undefined;
  if (!common) return undefined;
  const own = (product === undefined ? undefined : spec.products?.[product]?.[name]) as
    Partial<CallSpec<Name>> | undefined;
  return {
    ...common,
    fields: { ...spec.fields, ...common.fields, ...own?.fields },
    layouts: { ...common.layouts, ...own?.layouts },
    repeats: { ...common.repeats, ...own?.repeats },
    codes: { ...common.codes, ...own?.codes },
    bill: own?.bill ?? common.bill,
    approved: own?.approved ?? common.approved,
  };
}

/** The products a file tells apart; `undefined` stands for all where it tells none apart. */
export function productsOf({ products }: Iso8583BillerSpec): (string | undefined)[] {
  return products ? Object.keys(products) : [undefined];
}

type Refuse = (path: (string | number)[], message: string) => void;

/** A biller that speaks ISO 8583: config/billers/<name>.yaml. A code that is not listed means "unknown". */
export const Iso8583BillerSpec = Shape.superRefine((spec, context) => {
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message });
  for (const product of productsOf(spec)) for (const name of CALLS) checkCall(spec, product, name, refuse);
  for (const [number, text] of Object.entries(spec.fields))
    if (/[{}]/.test(text)) refuse(['fields', number], 'is of every message, so it can have no variable');
});

function checkCall(
  spec: Iso8583BillerSpec,
  product: string | undefined,
  name: CallName,
  refuse: Refuse,
): void {
  const call = callOf(spec, product, name);
  if (!call) return;
  const own = product === undefined ? undefined : spec.products?.[product]?.[name];
  const at = (...keys: string[]) => {
    const isOwn = own !== undefined && keys[0] !== undefined && keys[0] in own && hasKeys(own, keys);
    return product !== undefined && isOwn ? ['products', product, name, ...keys] : [name, ...keys];
  };
  const has = variablesOf(spec, product, name);
  for (const { keys, text } of templatesIn(call)) {
    const objection = objectionToTemplate(text, has);
    if (objection !== undefined) refuse(at(...keys), objection);
  }
  const wanted = SUCCESS[name];
  if (!Object.values<string>(call.codes).includes(wanted))
    refuse(at('codes'), `no code means "${wanted}", so no ${name} could ever succeed`);
  const missing = name === 'inquiry' ? 'bill' : 'approved';
  if (name !== 'reversal' && call[missing] === undefined)
    refuse(
      product === undefined ? [name] : ['products', product],
      `says nowhere where ${name}.${missing} stands`,
    );
}

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}

function* templatesIn({ fields, repeats }: CallSpec): Generator<{ keys: string[]; text: string }> {
  for (const [number, filling] of Object.entries(fields)) {
    if (typeof filling === 'string') yield { keys: ['fields', number], text: filling };
    else {
      if (filling.from) yield { keys: ['fields', number, 'from', 'text'], text: filling.from.text };
      for (const [part, text] of Object.entries(filling.parts))
        yield { keys: ['fields', number, 'parts', part], text };
      for (const [index, { variable, parts }] of filling.cases.entries()) {
        const keys = ['fields', number, 'cases', String(index)];
        yield { keys: [...keys, 'variable'], text: `{${variable}}` };
        for (const [part, text] of Object.entries(parts)) yield { keys: [...keys, 'parts', part], text };
      }
    }
  }
  for (const [path, text] of Object.entries(repeats)) yield { keys: ['repeats', path], text };
}

/** What the templates of a call may name. */
function variablesOf(spec: Iso8583BillerSpec, product: string | undefined, name: CallName): Set<string> {
  const values = product === undefined ? {} : (spec.products?.[product]?.values ?? {});
  const constants = Object.keys(values).map((one) => `value.${one}`);
  if (name === 'inquiry') return new Set([...OF_INQUIRY, OF_EXTRA, ...constants]);
  const echoes = Object.keys(callOf(spec, product, 'inquiry')?.bill?.echo ?? {}).map((one) => `echo.${one}`);
  const more = name === 'payment' ? [] : name === 'advice' ? OF_ORIGINAL : [...OF_ORIGINAL, ...OF_REVERSAL];
  return new Set([...OF_LEG, OF_EXTRA, ...more, ...constants, ...echoes]);
}
