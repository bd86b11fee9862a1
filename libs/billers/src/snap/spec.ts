import { z } from 'zod';
import { SigningRules } from '#lib/snap';
import { answerParts } from '../spec/answer-parts';
import { AdviceCodes, InquiryCodes, PaymentCodes, SUCCESS } from '../spec/codes';
import { COMMON, EnvironmentName } from '../spec/common';
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
  /** How a customer's virtual account is numbered. */
  virtualAccount: z.strictObject({
    companyCode: z.string().regex(/^[0-9A-Za-z]{1,8}$/, 'must be the company code, 8 characters at most'),
    /** Eight characters with blanks or zeros before, or the code alone. */
    padding: z.enum(['blanks', 'zeros', 'none']).default('blanks'),
    /** A template: `{customerNumber}`, or with a prefix, or the last digits of it. */
    customerNo: z.string().default('{customerNumber}'),
  }),
  connectionsMax: z.int().positive(),
  answerMaxBytes: z.int().positive(),
  /** A token is not used any more so long before it expires. */
  refreshBeforeMs: z.int().nonnegative().default(60_000),
  inquiry: z.strictObject({ ...Call, codes: InquiryCodes, bill: Bill }).optional(),
  payment: z.strictObject({ ...Call, codes: PaymentCodes, approved: Approved }),
  /** Service 26: what became of a payment. */
  advice: z.strictObject({ ...Call, codes: AdviceCodes, approved: Approved }),
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

/** A biller whose virtual accounts are paid by SNAP: config/billers/<name>.yaml. A code not listed means "unknown". */
export const SnapBillerSpec = Shape.superRefine((spec, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const echoes = Object.keys(spec.inquiry?.bill.echo ?? {}).map((name) => `echo.${name}`);
  const ofLeg = [...OF_ALL, ...OF_MORE, 'reference', 'settlementDate', ...echoes];
  const has = { inquiry: [...OF_ALL, ...OF_MORE, 'trace'], payment: ofLeg, advice: ofLeg };
  for (const name of ['inquiry', 'payment', 'advice'] as const) {
    const call = spec[name];
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
    spec.virtualAccount.customerNo,
    new Set(['customerNumber', 'extra.*']),
  );
  if (objection !== undefined) refuse(['virtualAccount', 'customerNo'], objection);
  if ((spec.inquiry?.bill.lines === undefined) !== (spec.inquiry?.bill.line === undefined))
    refuse(['inquiry', 'bill'], 'lines and line stand together, or neither does');
});
export type SnapBillerSpec = z.infer<typeof SnapBillerSpec>;

/** The one text that is not written as text. */
export const IDR = '{amount:idr}';

function* textsIn(tree: Tree, keys: string[]): Generator<{ keys: string[]; text: string }> {
  if (typeof tree === 'string') yield { keys, text: tree };
  else if (typeof tree === 'object')
    for (const [name, value] of Object.entries(tree)) yield* textsIn(value, [...keys, name]);
}
