import { z } from 'zod';
import { answerParts } from '../spec/answer-parts';
import {
  AdviceCodes,
  BalanceCodes,
  InquiryCodes,
  PaymentCodes,
  ReversalCodes,
  StampCodes,
  SUCCESS,
} from '../spec/codes';
import { AfterUnknown, type BillerSpec } from '../spec/common';
import { mergedCall } from '../spec/merged-call';
import { Money } from './money';
import { Path } from './path';
import { objectionsTo, type Template } from './template';

/** A path in the answer, or a text with `{variables}` of what was asked. */
const Source = z.string().refine((text) => text.includes('{') || Path.safeParse(text).success, {
  message: 'must be a dotted path such as subscriber.name, or a text with {variables}',
});
const Sources = z.record(z.string(), Source);

const ANSWER = {
  /** Members of the answer that must repeat what was sent; another value means it answers something else. */
  repeats: z.record(Path, z.string()),
  /** Where the code stands; of several members the texts are joined by "/". */
  code: z.union([Path, z.array(Path).min(2)], {
    error: () => 'must be a dotted path such as rc, or a list of them',
  }),
  message: Path.optional(),
};

/** The list of bills is absent where the answer itself is the only one, or, without `line`, where there are none. */
const { Bill, Approved } = answerParts({ value: Path, text: Source, values: Sources, lines: Path });

/** What the calls of a mapped kind say of their answers; a kind adds how the call itself is made. */
export const INQUIRY = { ...ANSWER, codes: InquiryCodes, bill: Bill };
export const PAYMENT = { ...ANSWER, codes: PaymentCodes, approved: Approved };
export const ADVICE = { ...ANSWER, codes: AdviceCodes, approved: Approved };
export const REVERSAL = { ...ANSWER, codes: ReversalCodes, afterUnknown: AfterUnknown };
/** What is left of what the biller was paid in advance. */
const BALANCE = { ...ANSWER, codes: BalanceCodes, amount: Path };
/** The binding of a serial that was bought to a document. */
const STAMP = { ...ANSWER, codes: StampCodes, stampedAt: Path };

/** The calls of a biller, each with what its kind needs to make it. */
export function mappedCalls<C extends z.ZodRawShape>(call: C) {
  const Inquiry = z.strictObject({ ...call, ...INQUIRY });
  const Payment = z.strictObject({ ...call, ...PAYMENT });
  const Advice = z.strictObject({ ...call, ...ADVICE });
  const Reversal = z.strictObject({ ...call, ...REVERSAL });
  const Balance = z.strictObject({ ...call, ...BALANCE });
  const Stamp = z.strictObject({ ...call, ...STAMP });
  return { Inquiry, Payment, Advice, Reversal, Balance, Stamp };
}

const approvedPart = { approved: Approved.partial().optional() };

/** What a product may say otherwise than its biller: of each call the keys that differ. */
export function productParts<C extends z.ZodRawShape>(call: C) {
  return z.record(
    z.string(),
    z.strictObject({
      rupiah: Money.optional(),
      /** `none`: this product is asked nothing before its payment. */
      inquiry: z
        .union([
          z.literal('none'),
          z.strictObject({ ...call, ...INQUIRY, bill: Bill.partial().optional() }).partial(),
        ])
        .optional(),
      payment: z
        .strictObject({ ...call, ...PAYMENT, ...approvedPart })
        .partial()
        .optional(),
      advice: z
        .strictObject({ ...call, ...ADVICE, ...approvedPart })
        .partial()
        .optional(),
      reversal: z
        .strictObject({ ...call, ...REVERSAL })
        .partial()
        .optional(),
    }),
  );
}

type Shape<T extends z.ZodRawShape> = z.infer<z.ZodObject<T>>;

/** One call of a spec, as far as all mapped kinds are alike. */
export type MappedInquiry = Shape<typeof INQUIRY>;
export type MappedPayment = Shape<typeof PAYMENT>;
export type MappedAdvice = Shape<typeof ADVICE>;
export type MappedReversal = Shape<typeof REVERSAL>;
export type MappedBalance = Shape<typeof BALANCE>;
export type MappedStamp = Shape<typeof STAMP>;
export type MappedCall = Shape<typeof ANSWER>;

/** The calls of one product: what its biller says, with what it says otherwise. */
export interface CallsOf<C> {
  rupiah: Money;
  inquiry?: (C & MappedInquiry) | undefined;
  payment: C & MappedPayment;
  advice: C & MappedAdvice;
  reversal?: (C & MappedReversal) | undefined;
}

type Part = Record<string, unknown>;
type Parts = Partial<Record<'inquiry' | 'payment' | 'advice' | 'reversal', unknown>> & {
  rupiah?: Money | undefined;
};

/** A spec of a mapped kind. */
export type MappedSpec<C> = Omit<BillerSpec, 'inquiry' | 'payment' | 'advice' | 'reversal'> &
  CallsOf<C> & {
    balance?: (C & MappedBalance) | undefined;
    stamp?: (C & MappedStamp) | undefined;
    products?: Readonly<Record<string, Parts>> | undefined;
  };

/** A product's calls: its own keys stand before its biller's, inside `bill` and `approved` too. */
export function callsOfProduct<C>(spec: MappedSpec<C>, product: string): CallsOf<C> {
  const { products } = spec;
  const own = products && Object.hasOwn(products, product) ? products[product] : undefined;
  if (!own) return spec;
  const calls: Part = { rupiah: own.rupiah ?? spec.rupiah };
  for (const call of ['inquiry', 'payment', 'advice', 'reversal'] as const)
    calls[call] = own[call] === 'none' ? undefined : mergedCall(spec[call], own[call] as Part | undefined);
  return calls as unknown as CallsOf<C>;
}

const OF_INQUIRY = ['product', 'customerNumber', 'amount', 'billCount', 'months', 'year', 'extra.*', 'trace'];
const OF_LEG = [
  'reference',
  'product',
  'customerNumber',
  'amount',
  'billCount',
  'settlementDate',
  'months',
  'year',
  'extra.*',
];
const OF_STAMP = ['serial', 'reference', 'documentHash'];
const OF_REVERSAL = ['reversalReference', 'billerReference'];

type Objection = { path: string[]; message: string };

/** What a kind knows of its own calls. */
export interface CallRules<C> {
  /** The schema of each whole call, for what a product's parts come to. */
  schemas: Record<'inquiry' | 'payment' | 'advice' | 'reversal', z.ZodType>;
  /** The templates a call is made by, and what else they may name beside what is asked or paid. */
  templatesOf(call: C): { path: string[]; template: Template; also: readonly string[] }[];
  /** Further names every template may use, such as `settings.user`. */
  also: readonly string[];
}

/** What is wrong with the calls of a spec that is of its shape: codes, templates, and what its products come to. */
export function objectionsToCalls<C>(spec: MappedSpec<C>, rules: CallRules<C>): Objection[] {
  const found = [...objectionsToProduct(spec, rules, []), ...objectionsToFurtherCalls(spec, rules)];
  for (const product of Object.keys(spec.products ?? {})) {
    const calls = callsOfProduct(spec, product);
    const unreadable = unreadableCalls(calls, rules, ['products', product]);
    found.push(
      ...(unreadable.length > 0 ? unreadable : objectionsToProduct(calls, rules, ['products', product])),
    );
  }
  return found;
}

function unreadableCalls<C>(calls: CallsOf<C>, { schemas }: CallRules<C>, at: string[]): Objection[] {
  return CALL_NAMES.flatMap((name) => {
    const call = calls[name];
    if (call === undefined) return [];
    const read = schemas[name].safeParse(call);
    return read.success
      ? []
      : read.error.issues.map(({ path, message }) => ({ path: [...at, name, ...path.map(String)], message }));
  });
}

const CALL_NAMES = ['inquiry', 'payment', 'advice', 'reversal'] as const;

function objectionsToProduct<C>(calls: CallsOf<C>, rules: CallRules<C>, at: string[]): Objection[] {
  const echoes = Object.keys(calls.inquiry?.bill.echo ?? {}).map((name) => `echo.${name}`);
  const asked = [...OF_INQUIRY, ...rules.also];
  const paid = [...OF_LEG, ...echoes, ...rules.also];
  const names = { inquiry: asked, payment: paid, advice: paid, reversal: [...OF_REVERSAL, ...paid] };
  return CALL_NAMES.flatMap((name) => {
    const call = calls[name];
    return call ? objectionsToCall(call, rules, names[name], [...at, name], sourcesOf(name, calls)) : [];
  });
}

/** The calls that are of the biller and not of a product. */
function objectionsToFurtherCalls<C>({ balance, stamp }: MappedSpec<C>, rules: CallRules<C>): Objection[] {
  return [
    ...(balance ? objectionsToCall(balance, rules, rules.also, ['balance'], []) : []),
    ...(stamp ? objectionsToCall(stamp, rules, [...OF_STAMP, ...rules.also], ['stamp'], []) : []),
  ];
}

function objectionsToCall<C>(
  call: C & MappedCall & { codes: Readonly<Record<string, string>> },
  rules: CallRules<C>,
  has: readonly string[],
  at: string[],
  sources: { path: string[]; template: Template }[],
): Objection[] {
  const templates = [
    ...rules.templatesOf(call).map(({ also, ...one }) => ({ ...one, has: [...has, ...also] })),
    ...sources.map((one) => ({ ...one, has })),
    { path: ['repeats'], template: call.repeats, has },
  ];
  const wrong = templates.flatMap(({ path, template, has: known }) =>
    objectionsTo(template, known).map((one) => ({
      path: [...at, ...path, ...one.path],
      message: one.message,
    })),
  );
  const name = at.at(-1) as keyof typeof SUCCESS;
  // Otherwise nobody could ask what became of the payment, and a repeat would be another one.
  if ((name === 'payment' || name === 'advice') && !namesReference(rules.templatesOf(call)))
    wrong.push({
      path: at,
      message: 'says {reference} nowhere in what it sends, so the biller could not tell our payments apart',
    });
  if (!Object.values(call.codes).includes(SUCCESS[name]))
    wrong.push({
      path: [...at, 'codes'],
      message: `no code means "${SUCCESS[name]}", so no ${name} could ever succeed`,
    });
  return wrong;
}

function namesReference(sent: readonly { template: Template }[]): boolean {
  return JSON.stringify(sent.map(({ template }) => template)).includes('{reference');
}

/** The texts with variables among what is read from answers. */
function sourcesOf<C>(
  name: (typeof CALL_NAMES)[number],
  { inquiry, payment, advice }: CallsOf<C>,
): { path: string[]; template: Template }[] {
  if (name === 'payment') return [{ path: ['approved', 'receipt'], template: payment.approved.receipt }];
  if (name === 'advice') return [{ path: ['approved', 'receipt'], template: advice.approved.receipt }];
  if (name === 'reversal' || !inquiry) return [];
  const { bill } = inquiry;
  return [
    { path: ['bill', 'echo'], template: bill.echo },
    { path: ['bill', 'details'], template: bill.details },
    ...(bill.line
      ? [
          { path: ['bill', 'line', 'period'], template: bill.line.period },
          { path: ['bill', 'line', 'details'], template: bill.line.details },
        ]
      : []),
  ];
}
