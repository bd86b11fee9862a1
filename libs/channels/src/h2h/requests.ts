import { hash } from 'node:crypto';
import { z } from 'zod';
import { fail, isBusinessDate, isPaymentId, ok, refusal, type Refusal, type Result } from '#lib/kernel';
import { LANGUAGES, RECEIPT_FORMATS } from '#lib/receipts';
import { RUPIAH } from './forms';

const Reference = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ -');
const Short = z.string().min(1).max(64);

/** `POST /v1/inquiries` */
export const InquiryBody = z.strictObject({
  reference: Reference.describe('your word for this question; only echoed'),
  product: Short.describe('of the list of products'),
  customerNumber: Short.describe("of the product's form"),
  amount: RUPIAH.optional().describe('where the customer chooses it: DENOM, OPEN, MIN_MAX; not elsewhere'),
  months: z.int().min(1).max(60).optional().describe('only where the product asks for it'),
  year: z.int().min(1900).max(2999).optional().describe('only where the product asks for it'),
  billCount: z
    .int()
    .min(1)
    .max(99)
    .optional()
    .describe('the oldest so many bills; without it, all that may be paid'),
  extra: z.record(Short, Short).optional().describe('only where the product asks for it'),
  terminal: z
    .strictObject({
      id: Short.describe('its number'),
      name: Short.describe('its name'),
      city: Short.describe('where it stands'),
    })
    .optional()
    .describe('where your customer stands'),
});

/** `POST /v1/payments` for an offer. */
export const PaymentBody = z.strictObject({
  reference: Reference.describe('your number of this payment, written down before you send it'),
  inquiryId: Short.describe('of the offer'),
  total: RUPIAH.describe("the offer's, which your customer has agreed to"),
});

/** `POST /v1/payments` for a product that is sold without an inquiry. */
export const DirectPaymentBody = z.strictObject({
  reference: Reference.describe('your number of this payment, written down before you send it'),
  product: Short.describe('of the list of products'),
  customerNumber: Short.describe("of the product's form"),
  amount: RUPIAH.describe('what the customer chose'),
  total: RUPIAH.optional().describe('what your customer has agreed to; another total is refused'),
});

/** `POST /v1/payments/{paymentId}/reversal` */
export const ReversalBody = z.strictObject({
  reference: Reference.describe('your number of this order; counted apart from those of payments'),
  reason: z.string().min(1).max(200).describe('for people'),
});

/** `GET /v1/payments/{paymentId}/receipt` */
export const ReceiptQuery = z.strictObject({
  format: z
    .enum(RECEIPT_FORMATS)
    .describe('text of 32 or 48 columns for a printer, JSON for a program, or a PDF'),
  language: z.enum(LANGUAGES).optional().describe('Indonesian, unless you say English'),
});

/** `POST /v1/meterai/{serial}/stamp` */
export const StampBody = z.strictObject({
  reference: Reference.describe('your number of this document; counted apart from those of payments'),
  documentHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the document, 64 hex digits in lower case')
    .describe('SHA-256 of the document, 64 hex digits'),
});

const BusinessDate = z.string().refine(isBusinessDate, 'must be a date such as 2026-07-14');

/** `GET /v1/payments?reference=` */
export const ReferenceQuery = z.strictObject({ reference: Reference.describe("the payment's") });

/** `GET /v1/payments?status=IN_PROGRESS` */
export const OpenPaymentsQuery = z.strictObject({
  status: z
    .literal('IN_PROGRESS', 'must be IN_PROGRESS, unless a `reference` is given')
    .describe('what is open'),
  cursor: z
    .string()
    .refine(isPaymentId, 'must be the `next` of the page before')
    .optional()
    .describe('`next` of the page before'),
});

/** `GET /v1/mutations` */
export const MutationsQuery = z.strictObject({
  from: BusinessDate.optional().describe('first business date, such as 2026-07-14; without it that of `to`'),
  to: BusinessDate.optional().describe('last business date; without it today'),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the `next` of the page before')
    .optional()
    .describe('`next` of the page before'),
});

/** A call without a query. */
export const NoQuery = z.strictObject({});

/** Reads an object by its schema; the refusal names the member to blame. */
export function parseMembers<T>(schema: z.ZodType<T>, value: unknown): Result<T, Refusal> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  const detail =
    issue?.code === 'unrecognized_keys' ? 'is not a member of this request' : (issue?.message ?? '');
  return fail(refusal('REQUEST_MALFORMED', detail, field === '' ? undefined : field));
}

/** SHA-256 of a request's members in one order: white space and order of members do not count. */
export function contentHashOf(body: Record<string, string>): Buffer {
  const members = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(members), 'buffer');
}
