import { z } from 'zod';
import { codesWrittenAs, profileOf } from '../profile';

const Mti = z.string().regex(/^\d{4}$/, "must be four digits in quotes, such as '0200'");
const FieldNumber = z.int().min(2).max(128);

/** Which messages ask for one thing. */
const Call = z.strictObject({
  types: z.array(Mti).min(1),
  /** What its processing code begins with; left out where the type says it all. */
  processingCodes: z.array(z.string().regex(/^\d{2,6}$/, 'must be 2 to 6 digits')).optional(),
});

/** A sub-layout of the dialect, and its parts that we know by another name: theirs to ours. */
const LayoutUse = z.strictObject({
  layout: z.string(),
  parts: z.record(z.string(), z.string()).default({}),
  /** In an answer: what comes back as the question said it, by our names. Nothing that we say ourselves. */
  echoed: z.array(z.string()).default([]),
});

/** How question and answer write their private data; a side that is left out carries none. */
const LayoutsOf = z.strictObject({ question: LayoutUse.optional(), answer: LayoutUse.optional() });

const Layouts = z.strictObject({
  inquiry: LayoutsOf,
  /** Of advice too. */
  payment: LayoutsOf,
  reversal: LayoutsOf.default({}),
});

/** As many zeros stand before a code as its field has room for. */
const Codes = codesWrittenAs(z.string().min(1), (code) => code.replace(/^0+/, ''));

/** How a group of partners speaks ISO 8583: config/channels/<name>.yaml with `protocol: iso8583`. */
export const Iso8583Profile = profileOf('iso8583', {
  /** config/iso8583/<dialect>.yaml */
  dialect: z.string(),
  /** The environment variable that says where its links come in. Not set: this profile has no door here. */
  port: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*_PORT$/, 'must be the name of an environment variable, such as ISO8583_PORT'),
  /** Where a message says which institution sends it; the credential `institutionCode` of a channel. */
  institutionField: FieldNumber,
  processingCodeField: FieldNumber.optional(),
  calls: z.strictObject({ inquiry: Call, payment: Call, advice: Call, reversal: Call }),
  /** `decimals`: digits with so many implied decimals. `currency`: 360, one digit of decimals, then digits. */
  amount: z.discriminatedUnion('form', [
    z.strictObject({ field: FieldNumber, form: z.literal('decimals'), decimals: z.int().min(0).max(3) }),
    z.strictObject({ field: FieldNumber, form: z.literal('currency') }),
  ]),
  currency: z.strictObject({ field: FieldNumber, value: z.string() }).optional(),
  /** Kinds of counter that may sell. */
  merchantTypes: z.strictObject({ field: FieldNumber, allowed: z.array(z.string()).min(1) }).optional(),
  /** Echoed where the partner sets it; it carries the Payment ID where not. */
  rrnField: FieldNumber,
  /** What names a payment for ever: the partner's RRN, or else the trace of its first message. */
  reference: z.strictObject({
    /** `rrn`: where the partner sets one that does not come again; `trace`: always the trace. */
    by: z.enum(['rrn', 'trace']),
    traceFields: z.array(FieldNumber).min(2),
    /** Where a message names the one it is about, and which trace fields stand where in it. */
    original: z.strictObject({
      field: FieldNumber,
      parts: z.record(
        z.string().regex(/^\d+$/),
        z.strictObject({ from: z.int().min(0), length: z.int().positive() }),
      ),
    }),
  }),
  /** An advice of a payment that never came here: pay it, under the same reference; or say that it is unknown. */
  adviceOfUnseen: z.enum(['pay', 'refuse']).default('pay'),
  layouts: Layouts,
  /** Where the product's code stands; left out: the part `product` of the private data. */
  productField: FieldNumber.optional(),
  /** Their code to our product, and its own layouts where it has some. */
  products: z.record(z.string(), z.strictObject({ product: z.string(), layouts: Layouts.optional() })),
  codes: Codes.default({}),
});
export type Iso8583Profile = z.infer<typeof Iso8583Profile>;
export type LayoutUse = z.infer<typeof LayoutUse>;
/** What a message may ask for. */
export type CallName = keyof Iso8583Profile['calls'];
