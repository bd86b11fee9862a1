import { z } from 'zod';
import { SigningRules } from '#lib/snap';
import { answerParts } from '../spec/answer-parts';
import { AdviceCodes, InquiryCodes, PaymentCodes, SUCCESS } from '../spec/codes';
import { COMMON, EnvironmentName } from '../spec/common';
import { mergedCall } from '../spec/merged-call';
import { objectionToTemplate } from '../text-template';

/** Dotted path of a member of the answer; items of a list by their number, from 0. */
const Path = z
  .string()
  .regex(/^\w+(\.\w+)*$/, 'must be a dotted path such as virtualAccountData.totalAmount');

const Value = z.union([
  Path,
  z.strictObject({
    at: Path,
    /** `amount`: {value, currency}; `decimals`: rupiah as a text with two decimals. */
    form: z.enum(['text', 'amount', 'decimals']).default('text'),
  }),
]);
/** Where a value of an answer stands, and how it is written. */
export type ValueSpec = z.infer<typeof Value>;
const Values = z.record(z.string(), Value);

/** A body: texts with variables, an amount as `{amount:idr}` alone, numbers and flags as they stand, objects, lists. */
export type Tree = string | number | boolean | Tree[] | { [member: string]: Tree };
const Tree: z.ZodType<Tree> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(Tree), z.record(z.string(), Tree)]),
);
const Body = z.record(z.string(), Tree);

/** `lines` is a list with one item for each bill; absent where the customer chooses the amount. */
const { Bill, Approved } = answerParts({ value: Value, text: Value, values: Values, lines: Path });

const Call = {
  body: Body,
  /** The member that carries the service's own word behind the response code, such as a paymentFlagStatus. */
  flag: Path.optional(),
  /** What the answer must repeat where it ends something. */
  repeats: z.record(Path, z.string()),
};

const Text = z.string().min(1);

const Inquiry = z.strictObject({ ...Call, codes: InquiryCodes, bill: Bill });
const Payment = z.strictObject({ ...Call, codes: PaymentCodes, approved: Approved });
/** Service 26: what became of a payment. */
const Advice = z.strictObject({ ...Call, codes: AdviceCodes, approved: Approved });

/** How a customer's virtual account is numbered. */
const VirtualAccount = z.strictObject({
  companyCode: z.string().regex(/^[0-9A-Za-z]{1,8}$/, 'must be the company code, 8 characters at most'),
  /** Eight characters with blanks or zeros before, or the code alone. */
  padding: z.enum(['blanks', 'zeros', 'none']).default('blanks'),
  /** A template: `{customerNumber}`, or with a prefix, or the last digits of it. */
  customerNo: z.string().default('{customerNumber}'),
});

const approved = Approved.partial().optional();

/** What a product says otherwise than its biller: of each call, and of the account's number, the keys that differ. */
const Product = z.strictObject({
  virtualAccount: z
    .strictObject({
      companyCode: VirtualAccount.shape.companyCode.optional(),
      padding: VirtualAccount.shape.padding.unwrap().optional(),
      customerNo: z.string().optional(),
    })
    .optional(),
  /** `none`: this product is asked nothing before its payment. */
  inquiry: z
    .union([z.literal('none'), Inquiry.extend({ bill: Bill.partial().optional() }).partial()])
    .optional(),
  payment: Payment.extend({ approved }).partial().optional(),
  advice: Advice.extend({ approved }).partial().optional(),
});

const Shape = z.strictObject({
  ...COMMON,
  kind: z.literal('snap'),
  /** Under this name the environment holds scheme, host and everything before `prefix`. */
  url: EnvironmentName,
  /** Our client secret: signs what is sent. */
  secret: EnvironmentName,
  /** X-CLIENT-KEY of the token call. */
  clientKey: EnvironmentName,
  /** Our RSA key in PEM: signs the token call. */
  privateKey: EnvironmentName,
  /** What stands before the version in a path. */
  prefix: z
    .string()
    .regex(/^(\/[\w.-]+)*$/, 'must be a path such as /openapi')
    .default(''),
  version: z.string().default('v1.0'),
  /** X-PARTNER-ID */
  partnerId: Text,
  /** CHANNEL-ID */
  channelId: Text,
  signing: SigningRules.default(SigningRules.parse({})),
  externalId: z
    .strictObject({
      /** Digits. */
      length: z.int().min(6).max(40).default(32),
      /** `from reference`: a payment has one X-EXTERNAL-ID however often it should arrive; `fresh`: one for each call. */
      payment: z.enum(['from reference', 'fresh']).default('from reference'),
    })
    .default({ length: 32, payment: 'from reference' }),
  virtualAccount: VirtualAccount,
  connectionsMax: z.int().positive(),
  answerMaxBytes: z.int().positive(),
  /** A token is not used any more so long before it expires. */
  refreshBeforeMs: z.int().nonnegative().default(60_000),
  inquiry: Inquiry.optional(),
  payment: Payment,
  advice: Advice,
  products: z.record(z.string(), Product).optional(),
});
export type BillSpec = z.infer<typeof Bill>;
export type ApprovedSpec = z.infer<typeof Approved>;

/** Status and case, and the flag behind a slash where the answer has one. */
const CODE = /^\d{5}(\/\w{1,4})?$/;
/** Of these the standard says that nothing was done; 409, 429 and 5xx speak of other things. */
const FINAL = /^(200|202|400|401|403|404|405)/;

const OF_ALL = [
  'partnerServiceId',
  'customerNo',
  'virtualAccountNo',
  'time',
  'product',
  'customerNumber',
  'amount',
];
const OF_MORE = ['billCount', 'months', 'year', 'extra.*'];

/** The calls of one product, and how its accounts are numbered: what its biller says, with what it says otherwise. */
export type SnapCalls = Pick<z.infer<typeof Shape>, 'virtualAccount' | 'inquiry' | 'payment' | 'advice'>;

/** A product's calls; those of its biller where the file says nothing of the product. */
export function snapCallsOf(
  spec: SnapCalls & Pick<z.infer<typeof Shape>, 'products'>,
  product: string,
): SnapCalls {
  const { products } = spec;
  const own = products && Object.hasOwn(products, product) ? products[product] : undefined;
  if (!own) return spec;
  return {
    virtualAccount: mergedCall(spec.virtualAccount, own.virtualAccount),
    inquiry: own.inquiry === 'none' ? undefined : mergedCall(spec.inquiry, own.inquiry),
    payment: mergedCall(spec.payment, own.payment),
    advice: mergedCall(spec.advice, own.advice),
  } as SnapCalls;
}

type Refuse = (path: string[], message: string) => void;

/** A biller whose virtual accounts are paid by SNAP: config/billers/<name>.yaml. A code not listed means "unknown". */
export const SnapBillerSpec = Shape.superRefine((spec, context) => {
  const refuse: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message });
  lookThrough(spec, refuse);
  for (const product of Object.keys(spec.products ?? {})) {
    const at = ['products', product];
    const calls = snapCallsOf(spec, product);
    const isWhole = wholeCalls(calls, (path, message) => refuse([...at, ...path], message));
    if (isWhole) lookThrough(calls, (path, message) => refuse([...at, ...path], message));
  }
});
export type SnapBillerSpec = z.infer<typeof SnapBillerSpec>;

/** Whether what a product's keys come to has all that a call needs. */
function wholeCalls(calls: SnapCalls, refuse: Refuse): boolean {
  const schemas = { inquiry: Inquiry, payment: Payment, advice: Advice };
  const issues = CALL_NAMES.flatMap((name) => {
    const read = calls[name] && schemas[name].safeParse(calls[name]);
    return read?.success === false
      ? read.error.issues.map(({ path, message }) => ({ path: [name, ...path.map(String)], message }))
      : [];
  });
  for (const { path, message } of issues) refuse(path, message);
  return issues.length === 0;
}

const CALL_NAMES = ['inquiry', 'payment', 'advice'] as const;

/** What is wrong with calls that are of their shape: names that do not exist, codes that say nothing. */
function lookThrough(calls: SnapCalls, refuse: Refuse): void {
  const echoes = Object.keys(calls.inquiry?.bill.echo ?? {}).map((name) => `echo.${name}`);
  const ofLeg = [...OF_ALL, ...OF_MORE, 'reference', 'settlementDate', ...echoes];
  const has = { inquiry: [...OF_ALL, ...OF_MORE, 'trace'], payment: ofLeg, advice: ofLeg };
  for (const name of CALL_NAMES) {
    const call = calls[name];
    if (!call) continue;
    for (const { keys, text } of [...textsIn(call.body, ['body']), ...textsIn(call.repeats, ['repeats'])]) {
      const objection = text === IDR ? undefined : objectionToTemplate(text, new Set(has[name]));
      if (objection !== undefined) refuse([name, ...keys], objection);
    }
    for (const [code, meaning] of Object.entries(call.codes)) {
      if (!CODE.test(code))
        refuse([name, 'codes', code], 'must be status and case, such as 40414 or 20000/00');
      else if (!FINAL.test(code) && meaning !== 'unknown')
        refuse([name, 'codes', code], 'says nothing about what was done: only "unknown" can stand here');
    }
    if (!Object.values<string>(call.codes).includes(SUCCESS[name]))
      refuse([name, 'codes'], `no code means "${SUCCESS[name]}", so no ${name} could ever succeed`);
  }
  const objection = objectionToTemplate(
    calls.virtualAccount.customerNo,
    new Set(['customerNumber', 'extra.*']),
  );
  if (objection !== undefined) refuse(['virtualAccount', 'customerNo'], objection);
  if ((calls.inquiry?.bill.lines === undefined) !== (calls.inquiry?.bill.line === undefined))
    refuse(['inquiry', 'bill'], 'lines and line stand together, or neither does');
}

/** The one text that is not written as text. */
export const IDR = '{amount:idr}';

function* textsIn(tree: Tree, keys: string[]): Generator<{ keys: string[]; text: string }> {
  if (typeof tree === 'string') yield { keys, text: tree };
  else if (typeof tree === 'object')
    for (const [name, value] of Object.entries(tree)) yield* textsIn(value, [...keys, name]);
}
