import { BILL_DETAIL_FIELDS, type Field } from '#lib/snap';

/** What our answers carry, as data: for the guide, and for the test that holds real answers to it. */

const ENVELOPE = [
  { name: 'responseCode', kind: 'text', max: 7, presence: 'M', about: 'HTTP status, service code, case' },
  { name: 'responseMessage', kind: 'text', max: 150, presence: 'M', about: 'for people; never compare it' },
] as const satisfies readonly Field[];

/** 73 */
export const TOKEN_ANSWER = [
  ...ENVELOPE,
  { name: 'accessToken', kind: 'text', max: 2048, presence: 'M', about: 'opaque; for every other service' },
  { name: 'tokenType', kind: 'text', max: 6, presence: 'M', about: '`Bearer`' },
  { name: 'expiresIn', kind: 'text', max: 9, presence: 'M', about: 'seconds, as a string' },
] as const satisfies readonly Field[];

const IDENTITY = [
  { name: 'partnerServiceId', kind: 'text', max: 8, presence: 'M', about: 'as you sent it' },
  { name: 'customerNo', kind: 'digits', max: 20, presence: 'M', about: 'as you sent it' },
  { name: 'virtualAccountNo', kind: 'text', max: 28, presence: 'M', about: 'as you sent it' },
] as const satisfies readonly Field[];

const NAME = {
  name: 'virtualAccountName',
  kind: 'text',
  max: 255,
  presence: 'O',
  about: 'the customer; missing where we refuse',
} as const satisfies Field;

const freeTexts = (about: string) =>
  ({
    name: 'freeTexts',
    kind: 'list',
    max: 25,
    presence: 'O',
    of: [
      { name: 'english', kind: 'text', max: 32, presence: 'M', about: 'in English' },
      { name: 'indonesia', kind: 'text', max: 32, presence: 'M', about: 'in Indonesian' },
    ],
    about,
  }) as const satisfies Field;

/** `virtualAccountData` of 24 and 32. */
export const INQUIRY_ANSWER = [
  {
    name: 'inquiryStatus',
    kind: 'text',
    max: 2,
    presence: 'M',
    about: '`00` there is a bill, `01` there is none',
  },
  {
    name: 'inquiryReason',
    kind: 'bilingual',
    max: 64,
    presence: 'M',
    about: 'what the customer may be shown',
  },
  ...IDENTITY,
  NAME,
  { name: 'virtualAccountEmail', kind: 'text', max: 255, presence: 'O', about: 'empty' },
  { name: 'virtualAccountPhone', kind: 'text', max: 30, presence: 'O', about: 'empty' },
  {
    name: 'inquiryRequestId',
    kind: 'text',
    max: 128,
    presence: 'O',
    about: '24: as you sent it; 32: ours, for the payment to repeat',
  },
  { name: 'partnerReferenceNo', kind: 'text', max: 128, presence: 'O', about: '32: as you sent it' },
  { name: 'sourceAccountNo', kind: 'text', max: 32, presence: 'O', about: '32: as you sent it' },
  { name: 'sourceAccountType', kind: 'text', max: 1, presence: 'O', about: '32: as you sent it' },
  { name: 'totalAmount', kind: 'amount', presence: 'O', about: 'what the customer pays, our fee in it' },
  { name: 'subCompany', kind: 'text', max: 5, presence: 'O', about: '`00000`' },
  {
    name: 'billDetails',
    kind: 'list',
    max: 24,
    presence: 'O',
    of: BILL_DETAIL_FIELDS,
    about: 'the bills; their amounts add up to `totalAmount`',
  },
  freeTexts('none'),
  {
    name: 'virtualAccountTrxType',
    kind: 'text',
    max: 1,
    presence: 'O',
    about: '`C`: the total, no other amount',
  },
  { name: 'feeAmount', kind: 'amount', presence: 'O', about: 'our fee, already within `totalAmount`' },
  {
    name: 'additionalInfo',
    kind: 'object',
    presence: 'O',
    about:
      '`inquiryId`, `amount` (the bills without our fee), `validUntil`, `remaining` (bills that stay unpaid)',
  },
] as const satisfies readonly Field[];

/** `virtualAccountData` of 25, 26 and 33. */
export const PAYMENT_ANSWER = [
  {
    name: 'paymentFlagStatus',
    kind: 'text',
    max: 2,
    presence: 'O',
    about: '`00` paid, `01` not paid, `02` (at 26 `03`) not known yet; missing where 26 knows no payment',
  },
  {
    name: 'paymentFlagReason',
    kind: 'bilingual',
    max: 200,
    presence: 'M',
    about: 'what the customer may be shown',
  },
  ...IDENTITY,
  NAME,
  {
    name: 'paymentRequestId',
    kind: 'text',
    max: 128,
    presence: 'O',
    about: '25 and 26: as you sent it; 33: our Payment ID',
  },
  {
    name: 'inquiryRequestId',
    kind: 'text',
    max: 128,
    presence: 'O',
    about: '26 and 33: the number of the inquiry',
  },
  { name: 'partnerReferenceNo', kind: 'text', max: 128, presence: 'O', about: '33: as you sent it' },
  { name: 'sourceAccountNo', kind: 'text', max: 32, presence: 'O', about: '33: as you sent it' },
  { name: 'sourceAccountType', kind: 'text', max: 1, presence: 'O', about: '33: as you sent it' },
  { name: 'paidAmount', kind: 'amount', presence: 'O', about: 'of the payment as we have booked it' },
  { name: 'totalAmount', kind: 'amount', presence: 'O', about: 'the same' },
  {
    name: 'billDetails',
    kind: 'list',
    max: 24,
    presence: 'O',
    of: [
      ...BILL_DETAIL_FIELDS,
      { name: 'billerReferenceId', kind: 'text', max: 64, presence: 'O', about: "the biller's receipt" },
      { name: 'status', kind: 'text', max: 2, presence: 'M', about: 'as `paymentFlagStatus`' },
      { name: 'reason', kind: 'bilingual', max: 64, presence: 'M', about: 'as `paymentFlagReason`' },
    ],
    about: 'the bills, each with `billerReferenceId`, `status`, `reason`',
  },
  freeTexts('print them: the Payment ID, and the token where one was bought'),
  { name: 'trxId', kind: 'text', max: 64, presence: 'O', about: 'as you sent it' },
  { name: 'virtualAccountEmail', kind: 'text', max: 255, presence: 'O', about: 'as you sent it' },
  { name: 'virtualAccountPhone', kind: 'text', max: 30, presence: 'O', about: 'as you sent it' },
  { name: 'paidBills', kind: 'text', max: 6, presence: 'O', about: 'as you sent it' },
  { name: 'trxDateTime', kind: 'date', presence: 'O', about: 'as you sent it; at 26 when it was formed' },
  { name: 'referenceNo', kind: 'text', max: 64, presence: 'O', about: 'as you sent it' },
  { name: 'journalNum', kind: 'text', max: 6, presence: 'O', about: 'as you sent it' },
  { name: 'paymentType', kind: 'digits', max: 1, presence: 'O', about: 'as you sent it' },
  { name: 'flagAdvise', kind: 'text', max: 1, presence: 'O', about: 'as you sent it' },
  {
    name: 'additionalInfo',
    kind: 'object',
    presence: 'O',
    about: '`paymentId`; once paid also `receipt`: its `lines` to print, its `fields` for programs',
  },
] as const satisfies readonly Field[];

/** 36, beside the envelope. */
export const TRANSFER_STATUS_ANSWER = [
  ...ENVELOPE,
  { name: 'originalPartnerReferenceNo', kind: 'text', max: 128, presence: 'O', about: 'as you sent it' },
  { name: 'originalReferenceNo', kind: 'text', max: 64, presence: 'O', about: 'our Payment ID' },
  { name: 'originalExternalId', kind: 'text', max: 36, presence: 'O', about: 'as you sent it' },
  { name: 'serviceCode', kind: 'text', max: 2, presence: 'O', about: 'as you sent it' },
  { name: 'transactionDate', kind: 'date', presence: 'O', about: 'as you sent it' },
  {
    name: 'latestTransactionStatus',
    kind: 'text',
    max: 2,
    presence: 'O',
    about: '`00` paid, `03` not known yet, `04` taken back, `06` not paid',
  },
  { name: 'transactionStatusDesc', kind: 'text', max: 50, presence: 'O', about: 'for people' },
  {
    name: 'beneficiaryAccountNo',
    kind: 'text',
    max: 40,
    presence: 'O',
    about: "the customer's number at the biller",
  },
  { name: 'sourceAccountNo', kind: 'text', max: 32, presence: 'O', about: 'empty' },
  { name: 'referenceNumber', kind: 'text', max: 30, presence: 'O', about: 'our Payment ID' },
  { name: 'amount', kind: 'amount', presence: 'O', about: 'of the payment' },
  { name: 'additionalInfo', kind: 'object', presence: 'O', about: 'as you sent it' },
] as const satisfies readonly Field[];
