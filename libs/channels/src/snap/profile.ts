import { z } from 'zod';
import {
  INQUIRY_FIELDS,
  INQUIRY_INTRABANK_FIELDS,
  PAYMENT_FIELDS,
  PAYMENT_INTRABANK_FIELDS,
  SigningRules,
  STATUS_FIELDS,
  TIMESTAMP_FORMS,
  TRANSFER_STATUS_FIELDS,
  withRules,
  type Field,
} from '#lib/snap';
import { profileOf } from '../profile';

/** The services this door serves. */
export const SERVED = [
  'token',
  'inquiry',
  'payment',
  'status',
  'inquiryIntrabank',
  'paymentIntrabank',
  'transferStatus',
] as const;
export type Served = (typeof SERVED)[number];

/** The table of the standard for each service with a body of its own. */
export const STANDARD_FIELDS = {
  inquiry: INQUIRY_FIELDS,
  payment: PAYMENT_FIELDS,
  status: STATUS_FIELDS,
  inquiryIntrabank: INQUIRY_INTRABANK_FIELDS,
  paymentIntrabank: PAYMENT_INTRABANK_FIELDS,
  transferStatus: TRANSFER_STATUS_FIELDS,
} as const satisfies Record<Exclude<Served, 'token'>, readonly Field[]>;

/** Where a partner's messages depart from the standard's table. */
function fieldRules(fields: readonly Field[]) {
  return z
    .strictObject({
      mandatory: z.array(z.string()).default([]),
      optional: z.array(z.string()).default([]),
      lengths: z.record(z.string(), z.int().positive()).default({}),
    })
    .superRefine((rules, context) => {
      try {
        withRules(fields, rules);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .prefault({});
}

const Version = z.string().regex(/^v\d+\.\d+$/, 'must be as v1.0');

/** How an X-EXTERNAL-ID may look, and what happens when one comes again on the same day. */
const ExternalId = z.strictObject({
  /** `printable` takes a UUID with its dashes. */
  characters: z.enum(['digits', 'alphanumeric', 'printable']).default('digits'),
  lengthMax: z.int().min(1).max(64).default(36),
  /** Unique within one service, or over all services of the partner. */
  scope: z.enum(['service', 'partner']).default('service'),
  /** When the day ends in which one is unique: local time of Jakarta. */
  dayEndsAt: z
    .string()
    .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time from 00:00 to 24:00')
    .default('24:00'),
  /** For questions: refused, or asked again where the body is the very same. A payment has its own number. */
  repeatedQuestion: z.enum(['conflict', 'asked again']).default('conflict'),
});

/** A header that names the partner or its channel: the agreed value, or any of a length. */
const NamingHeader = z.strictObject({
  pinned: z.boolean().default(true),
  lengthMax: z.int().min(1).max(64),
});

/** Which product an account number is about, and where the customer's number at the biller begins in it. */
const AccountRule = z.strictObject({
  /** Only under this company code; any of the partner's own where left out. */
  companyCode: z
    .string()
    .regex(/^[0-9A-Za-z]{1,8}$/, 'must be 1 to 8 letters or digits')
    .optional(),
  /** What `customerNo` begins with; the rest is the customer's number. */
  prefix: z.string().regex(/^\d{0,10}$/, 'must be at most 10 digits'),
  product: z.string().min(1),
  /**
   * The member of `additionalInfo` that says the customer's number, where no digits can, or where it may not be shown; the
   * account number is then the prefix and no more.
   */
  customerIn: z
    .string()
    .regex(/^[A-Za-z]\w{0,31}$/, 'must be the name of a member, such as cardNumber')
    .optional(),
});
export type AccountRule = z.infer<typeof AccountRule>;

/** What a payment message that comes again is told, once the first one has succeeded. */
const Repeated = z.enum(['replayed', 'inconsistent']).default('replayed');

/** How a group of partners speaks SNAP: config/channels/<name>.yaml with `protocol: snap`. */
export const SnapProfile = profileOf('snap', {
  /** Everything before the version in the path. */
  prefix: z.string().regex(/^(\/[A-Za-z0-9._~-]+)*$/, 'must be empty or as /openapi'),
  version: Version,
  /** Where a service has another version. */
  versions: z.partialRecord(z.enum(SERVED), Version).default({}),
  services: z.array(z.enum(SERVED)).min(1),
  signing: SigningRules.prefault({}),
  /** Whether calls carry a token of ours. */
  token: z
    .strictObject({
      use: z.enum(['issued', 'none']).default('issued'),
      lifeSeconds: z.int().positive().default(900),
      /** Whether `grant_type`, as OAuth 2 spells it, is read where `grantType` is missing. */
      underscoredGrantType: z.boolean().default(false),
    })
    .prefault({}),
  timestamp: z
    .strictObject({
      forms: z.array(z.enum(TIMESTAMP_FORMS)).min(1).default(['offset']),
      skewMs: z.int().positive().default(300_000),
    })
    .prefault({}),
  externalId: ExternalId.prefault({}),
  partnerId: NamingHeader.prefault({ lengthMax: 36 }),
  channelId: NamingHeader.prefault({ lengthMax: 5 }),
  fields: z
    .strictObject({
      inquiry: fieldRules(STANDARD_FIELDS.inquiry),
      payment: fieldRules(STANDARD_FIELDS.payment),
      status: fieldRules(STANDARD_FIELDS.status),
      inquiryIntrabank: fieldRules(STANDARD_FIELDS.inquiryIntrabank),
      paymentIntrabank: fieldRules(STANDARD_FIELDS.paymentIntrabank),
      transferStatus: fieldRules(STANDARD_FIELDS.transferStatus),
    })
    .prefault({}),
  accounts: z.strictObject({
    /** What a company code is padded with: a space by the standard. */
    padding: z.string().length(1).default(' '),
    rules: z.array(AccountRule).min(1),
  }),
  repeatedPayment: z
    .strictObject({
      /** Under a new X-EXTERNAL-ID with flagAdvise Y. */
      advice: Repeated,
      /** Under a new X-EXTERNAL-ID without it. */
      plain: Repeated,
      /** An advice for a payment that we never saw: paid like any other, or refused as unknown. */
      unseenAdvice: z.enum(['paid', 'refused']).default('paid'),
    })
    .prefault({}),
  answers: z
    .strictObject({
      /** How 32 and 33 spell the member that holds the data. */
      intrabankData: z.enum(['virtualAccountData', 'virtualAccountdata']).default('virtualAccountData'),
      /** Within the data, or beside it. */
      additionalInfo: z.enum(['within', 'beside']).default('within'),
      /** paymentFlagStatus of a payment whose outcome is not known yet, told by 25. */
      pendingFlag: z.enum(['02', '03']).default('02'),
      billsMax: z.int().min(1).max(24).default(24),
      freeTextsMax: z.int().min(0).max(25).default(9),
    })
    .prefault({}),
  jsonDepthMax: z.int().positive().default(8),
});
export type SnapProfile = z.infer<typeof SnapProfile>;
