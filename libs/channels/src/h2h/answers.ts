import { z } from 'zod';
import { PRODUCT_HOURS, RUPIAH, SIGNED_RUPIAH } from './forms';

/** What the H2H API answers, member by member: the guide's tables are made of it, and its tests hold every answer to it. */

const Texts = z.record(z.string(), z.string());
const Instant = z.string();

const PRICES = {
  amount: RUPIAH.describe('bills and penalties'),
  adminFee: RUPIAH.describe('our fee on top'),
  total: RUPIAH.describe('what your customer pays: amount + adminFee'),
  commission: RUPIAH.describe('your share of the fee'),
  charge: RUPIAH.describe('what your deposit loses'),
};

/** One product of `GET /v1/products`. */
export const ProductAnswer = z.strictObject({
  product: z.string().describe('goes into the inquiry'),
  name: z.string().describe('for people'),
  biller: z.string().describe('whose bills it sells'),
  source: z.string().describe('whose settlement file lists its payments'),
  inquiry: z.boolean().describe('whether it is asked for before it is paid'),
  amountType: z
    .enum(['CLOSED', 'DENOM', 'OPEN', 'MIN_MAX'])
    .describe(
      'CLOSED: the bill says the amount; DENOM: one of `denominations`; OPEN: your customer chooses, ' +
        'from `minimum` to `maximum`; MIN_MAX: your customer chooses within the bounds that the offer tells',
    ),
  denominations: z.array(RUPIAH).optional().describe('where the amount is one of a list'),
  minimum: RUPIAH.optional().describe('the least amount of one payment, where your customer chooses it'),
  maximum: RUPIAH.optional().describe('the greatest amount of one payment, where your customer chooses it'),
  adminFee: RUPIAH.describe(
    'our fee, per bill or per payment; where it depends on the amount, that of the least',
  ),
  adminFees: z
    .array(
      z.strictObject({
        upTo: RUPIAH.optional().describe('the greatest amount it is for; absent: all that are greater'),
        adminFee: RUPIAH.describe('our fee'),
      }),
    )
    .optional()
    .describe('where our fee depends on the amount'),
  price: z
    .record(z.string(), RUPIAH)
    .optional()
    .describe('what your customer pays in all for each denomination, where there is no inquiry to say so'),
  hours: PRODUCT_HOURS.nullable().describe('when it is sold; null: always'),
  customerNumber: z
    .strictObject({
      pattern: z.string().describe('a regular expression'),
      example: z.string().describe('one that is valid in the demo'),
    })
    .describe('the form of a customer number'),
  operator: z
    .strictObject({
      name: z.string().describe('the network it is for'),
      prefixes: z
        .array(z.string())
        .describe('what its numbers began with; numbers move, so it is a hint only'),
    })
    .optional()
    .describe('where it is sold for telephone numbers'),
  fields: z
    .array(
      z.strictObject({
        name: z.string().describe('of the input'),
        in: z
          .enum(['months', 'year', 'extra'])
          .describe('that member of the inquiry, or a member of `extra`'),
        required: z.boolean().describe('whether an inquiry without it is refused'),
        pattern: z.string().describe('a regular expression that its text matches'),
        label: z
          .strictObject({
            id: z.string().describe('in Indonesian'),
            en: z.string().describe('in English'),
          })
          .describe('to show to people'),
      }),
    )
    .describe('what else an inquiry carries'),
});

/** `POST /v1/inquiries` */
export const OfferAnswer = z.strictObject({
  inquiryId: z.string().describe('goes into the payment'),
  reference: z.string().describe('yours'),
  product: z.string().describe('as you asked'),
  customerNumber: z.string().describe('as you asked, in the one form that the biller knows'),
  customerName: z
    .string()
    .describe('show it to your customer; empty where there is no inquiry at the biller'),
  bills: z
    .array(
      z.strictObject({
        period: z.string().describe('for example 202607'),
        amount: RUPIAH.describe('without its penalty'),
        penalty: RUPIAH.describe('for paying late'),
        details: Texts.describe('what the biller says of this bill'),
      }),
    )
    .describe('one for each period'),
  ...PRICES,
  remaining: z.int().optional().describe('bills that stay unpaid; absent where there are no bills'),
  minimum: RUPIAH.optional().describe('the least that may be paid of it, where your customer chooses'),
  maximum: RUPIAH.optional().describe('the most that may be paid of it, where your customer chooses'),
  validUntil: Instant.describe('after that, ask again'),
  details: Texts.describe('what the biller says of the customer'),
});

const Receipt = z.strictObject({
  lines: z.array(z.string()).describe('to print as they are'),
  fields: Texts.describe('the same facts for machines; a token is in `token`'),
});

/** A payment, wherever it is told. */
export const PaymentAnswer = z.strictObject({
  paymentId: z
    .string()
    .describe("everybody's number of it: 12 characters, on the receipt and in the biller's file"),
  reference: z.string().describe('yours'),
  status: z.enum(['PAID', 'DECLINED', 'IN_PROGRESS', 'REVERSED']).describe('as it stands'),
  code: z.string().describe('why, see the codes'),
  final: z.boolean().describe('whether it stays so; only then is it an end'),
  total: PRICES.total,
  amount: PRICES.amount,
  adminFee: PRICES.adminFee,
  commission: PRICES.commission,
  charge: PRICES.charge,
  receipt: Receipt.nullable().describe('null until PAID'),
  billerReference: z.string().nullable().describe("the biller's number"),
  legReference: z.string().describe('what the biller knows the payment by'),
  balanceAfter: SIGNED_RUPIAH.nullable().describe('posted − held right after this answer'),
  businessDate: z.string().describe('the day it is booked on'),
  reissued: z
    .strictObject({
      receipt: Receipt.describe('that takes the place of the first'),
      billerReference: z.string().nullable().describe("the biller's number now"),
      legReference: z.string().describe('what the biller knows it by now'),
    })
    .optional()
    .describe(
      'only where you ask by GET, and the biller has given it anew: you were told PAID once, and it stays',
    ),
});

/** `GET /v1/payments/{paymentId}/receipt?format=json` */
export const ReceiptAnswer = z.strictObject({
  paymentId: z.string().describe('of the payment'),
  language: z.enum(['id', 'en']).describe('as you asked'),
  copy: z
    .strictObject({
      no: z.int().describe('which copy it is'),
      at: Instant.describe('when it was made'),
    })
    .nullable()
    .describe('null on the receipt that was handed out first; print that it is a copy on any other'),
  title: z.string().describe('the first line'),
  body: z
    .array(
      z.strictObject({
        kind: z.enum(['row', 'heading', 'text', 'separator']).describe('what it is'),
        label: z.string().optional().describe('of a row'),
        value: z.string().optional().describe('of a row, as it is shown'),
        text: z.string().optional().describe('of a heading and of a text'),
      }),
    )
    .describe('the parts in their order'),
  footer: z.array(z.string()).describe('the last lines'),
  fields: Texts.describe('the same facts for machines'),
});

/** One payment of `GET /v1/payments?status=IN_PROGRESS`. */
export const OpenPaymentAnswer = PaymentAnswer.extend({
  listedAs: z
    .enum(['suspect', 'unresolved'])
    .nullable()
    .describe('null while young; suspect: we ask the biller; unresolved: people decide'),
  nextStepAt: Instant.nullable().describe('when we ask next'),
});

/** `POST /v1/meterai/{serial}/stamp` */
export const StampAnswer = z.strictObject({
  serial: z.string().describe('of the stamp'),
  reference: z.string().describe('yours'),
  status: z
    .enum(['STAMPED', 'IN_PROGRESS', 'UNUSED'])
    .describe(
      'STAMPED: on this document for ever; IN_PROGRESS: send the same order again; ' +
        'UNUSED: not on this document, and free for an order with another reference',
    ),
  stampedAt: Instant.nullable().describe('when; null until STAMPED'),
});

/** `GET /v1/balance` */
export const BalanceAnswer = z.strictObject({
  posted: SIGNED_RUPIAH.describe('booked'),
  held: RUPIAH.describe('for open payments'),
  limit: RUPIAH.describe('your credit'),
  available: SIGNED_RUPIAH.describe('posted − held + limit'),
});

/** One line of `GET /v1/mutations`. */
export const MutationAnswer = z.strictObject({
  at: Instant.describe('when it was booked'),
  businessDate: z.string().describe('the day it is booked on'),
  kind: z
    .enum(['payment', 'commission', 'reversal', 'refund', 'top_up', 'adjustment', 'settlement'])
    .describe('why'),
  amount: SIGNED_RUPIAH.describe('the change of posted'),
  balanceAfter: SIGNED_RUPIAH.describe('posted after it'),
  paymentId: z.string().optional().describe('the payment it is about'),
  reference: z.string().describe('of the payment, or of the booking'),
});

/** `application/problem+json`, RFC 9457 */
export const ProblemAnswer = z.strictObject({
  type: z.string().describe('always about:blank'),
  title: z.string().describe('the meaning of the code, in English'),
  status: z.int().describe('the HTTP status'),
  detail: z.string().describe('what to mend, where the form of the request is to blame'),
  code: z.string().describe('see the codes'),
  message: z
    .strictObject({ id: z.string().describe('in Indonesian'), en: z.string().describe('in English') })
    .describe('for people'),
  field: z.string().optional().describe('the member to blame'),
  final: z.boolean().describe('false: the same request may have another answer later'),
  formed: z.boolean().describe('whether there is a payment; at 409 it speaks of the first one'),
  paymentId: z.string().optional().describe('of that payment'),
});
