import { z } from 'zod';
import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';

/** Dotted path of a member in the biller's answer, for example `subscriber.name`. */
const Path = z.string().regex(/^\w+(\.\w+)*$/, 'a dotted path such as subscriber.name');
const Paths = z.record(z.string(), Path);
const EnvironmentName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable');

/** A text or a `{variable}`; see `body.ts`. */
const Template = z.record(z.string(), z.string());

const Refusing = z.enum(Object.keys(RESPONSE_CODES) as [ResponseCode, ...ResponseCode[]]);

const Approved = z.strictObject({ reference: Path, amount: Path, receipt: Paths });

const Call = { path: z.string().startsWith('/'), body: Template, code: Path, message: Path };

/** A biller that speaks JSON over HTTP: config/billers/<name>.yaml. A code that is not listed means "unknown". */
export const HttpJsonSpec = z.strictObject({
  biller: z.string(),
  kind: z.literal('http-json'),
  url: EnvironmentName,
  secret: EnvironmentName,
  signature: z.strictObject({
    algorithm: z.enum(['hmac-sha256', 'hmac-sha512']),
    header: z.string(),
    encoding: z.enum(['hex', 'base64']),
  }),
  /** How the biller writes whole rupiah. */
  rupiah: z.enum(['string', 'number']),
  connectionsMax: z.int().positive(),
  answerMaxBytes: z.int().positive(),
  patience: z.strictObject({
    inquiryMs: z.int().positive(),
    paymentMs: z.int().positive(),
    adviceMs: z.int().positive(),
    quietMs: z.int().nonnegative(),
  }),
  inquiry: z.strictObject({
    ...Call,
    codes: z.record(z.string(), z.union([z.literal('bill'), Refusing])),
    bill: z.strictObject({
      customerName: Path,
      /** Absent where every unpaid period is sent. */
      outstanding: Path.optional(),
      validSeconds: Path,
      echo: Paths,
      details: Paths,
      lines: Path,
      line: z.strictObject({ period: Path, amount: Path, penalty: Path, details: Paths }),
    }),
  }),
  payment: z.strictObject({
    ...Call,
    /** Members of the answer that must repeat what was sent; another value means it answers something else. */
    repeats: Template,
    codes: z.record(z.string(), z.union([z.enum(['approved', 'unknown']), Refusing])),
    approved: Approved,
  }),
  advice: z.strictObject({
    ...Call,
    repeats: Template,
    codes: z.record(z.string(), z.union([z.enum(['approved', 'unknown', 'no such payment']), Refusing])),
    approved: Approved,
  }),
});
export type HttpJsonSpec = z.infer<typeof HttpJsonSpec>;
