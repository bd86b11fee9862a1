import type { Field } from './fields';

/** Tables of the virtual account services, restated from the standard. @see SNAP, virtual account, services 24 to 35. */

const TOLD = /^[^\p{Cc}]*$/u;

const IDENTITY = [
  {
    name: 'partnerServiceId',
    kind: 'text',
    max: 8,
    presence: 'M',
    pattern: TOLD,
    about: 'company code, padded on the left with spaces to 8 characters',
  },
  {
    name: 'customerNo',
    kind: 'digits',
    max: 20,
    presence: 'M',
    about: 'the customer under that company code',
  },
  {
    name: 'virtualAccountNo',
    kind: 'text',
    max: 28,
    presence: 'M',
    pattern: TOLD,
    about: '`partnerServiceId` followed by `customerNo`, its spaces included',
  },
] as const satisfies readonly Field[];

/** Whose account it is, in a payment. */
const PAYER = [
  { name: 'virtualAccountName', kind: 'text', max: 255, presence: 'O', about: 'as the inquiry answered it' },
  {
    name: 'virtualAccountEmail',
    kind: 'text',
    max: 255,
    presence: 'O',
    pattern: TOLD,
    about: 'of the customer',
  },
  {
    name: 'virtualAccountPhone',
    kind: 'text',
    max: 30,
    presence: 'O',
    pattern: TOLD,
    about: 'of the customer, 62…',
  },
] as const satisfies readonly Field[];

const ADDITIONAL = {
  name: 'additionalInfo',
  kind: 'object',
  presence: 'O',
  about: 'echoed, not read',
} as const;

/** Of a message that may ask a biller. */
const INPUTS = {
  ...ADDITIONAL,
  about: 'what a product asks for beside the account number, by name: `months`, `year`, `cardNumber`, …',
} as const;

/** One bill of an account. */
export const BILL_DETAIL_FIELDS = [
  { name: 'billCode', kind: 'text', max: 2, presence: 'O', about: 'number of the bill in this answer' },
  { name: 'billNo', kind: 'text', max: 18, presence: 'O', about: 'period of the bill' },
  { name: 'billName', kind: 'text', max: 20, presence: 'O', about: 'name of the product' },
  { name: 'billShortName', kind: 'text', max: 10, presence: 'O', about: 'short name' },
  { name: 'billDescription', kind: 'bilingual', max: 18, presence: 'O', about: 'what it is for' },
  { name: 'billSubCompany', kind: 'text', max: 5, presence: 'O', about: 'sub company' },
  { name: 'billAmount', kind: 'amount', presence: 'O', about: 'of this bill' },
  {
    name: 'billReferenceNo',
    kind: 'digits',
    max: 15,
    presence: 'O',
    about: "the bank's number of this bill",
  },
  ADDITIONAL,
] as const satisfies readonly Field[];

const BILL_DETAILS = {
  name: 'billDetails',
  kind: 'list',
  max: 24,
  presence: 'O',
  of: BILL_DETAIL_FIELDS,
  about: 'the bills',
} as const satisfies Field;

const FREE_TEXTS = {
  name: 'freeTexts',
  kind: 'list',
  max: 25,
  presence: 'O',
  of: [
    { name: 'english', kind: 'text', max: 32, presence: 'O', about: 'in English' },
    { name: 'indonesia', kind: 'text', max: 32, presence: 'O', about: 'in Indonesian' },
  ],
  about: 'lines for the screen or the receipt',
} as const satisfies Field;

/** A reference a payment is known by for ever. */
const reference = <const Name extends string, const P extends 'M' | 'O' | 'C'>(
  name: Name,
  presence: P,
  about: string,
) => ({ name, kind: 'text', max: 128, presence, pattern: TOLD, about }) as const;

/** What was paid, in a payment of either shape. */
const PAID = [
  { name: 'paidAmount', kind: 'amount', presence: 'M', about: "must be the offer's total" },
  { name: 'cumulativePaymentAmount', kind: 'amount', presence: 'O', about: 'not read' },
  { name: 'paidBills', kind: 'text', max: 6, presence: 'O', about: 'echoed' },
  {
    name: 'totalAmount',
    kind: 'amount',
    presence: 'O',
    about: 'from the inquiry; must be the same where it stands',
  },
  { name: 'trxDateTime', kind: 'date', presence: 'O', about: 'echoed' },
  { name: 'referenceNo', kind: 'text', max: 64, presence: 'O', about: "the bank's authorisation; echoed" },
  { name: 'journalNum', kind: 'text', max: 6, presence: 'O', about: 'echoed' },
  { name: 'paymentType', kind: 'digits', max: 1, presence: 'O', about: 'echoed' },
  {
    name: 'flagAdvise',
    kind: 'text',
    max: 1,
    presence: 'O',
    about: '`Y`: a repeat of an earlier payment message',
  },
] as const satisfies readonly Field[];

/** 24: what does this account owe? Bank to biller. */
export const INQUIRY_FIELDS = [
  ...IDENTITY,
  {
    name: 'trxDateInit',
    kind: 'date',
    presence: 'O',
    about: 'when the customer asked; `txnDateInit` is read too',
  },
  {
    name: 'channelCode',
    kind: 'digits',
    max: 4,
    presence: 'O',
    about: 'where the customer stands, ISO 18245',
  },
  { name: 'language', kind: 'text', max: 2, presence: 'O', about: 'ISO 639-1' },
  {
    name: 'amount',
    kind: 'amount',
    presence: 'O',
    about: 'what the customer typed, where the product asks for it',
  },
  { name: 'hashedSourceAccountNo', kind: 'text', max: 32, presence: 'C', about: 'not read' },
  { name: 'sourceBankCode', kind: 'text', max: 11, presence: 'C', about: 'not read' },
  { name: 'passApp', kind: 'text', max: 64, presence: 'O', about: 'not read' },
  reference('inquiryRequestId', 'M', "the bank's number of this inquiry; the payment repeats it"),
  INPUTS,
] as const satisfies readonly Field[];

/** 25: the customer has paid. Bank to biller. */
export const PAYMENT_FIELDS = [
  ...IDENTITY,
  ...PAYER,
  { name: 'trxId', kind: 'text', max: 64, presence: 'C', about: 'where the account came from create-va' },
  reference(
    'paymentRequestId',
    'M',
    "the bank's number of this payment, for ever; equal to `inquiryRequestId` where an inquiry preceded",
  ),
  { name: 'channelCode', kind: 'digits', max: 4, presence: 'O', about: 'where the customer stands' },
  { name: 'hashedSourceAccountNo', kind: 'text', max: 32, presence: 'C', about: 'not read' },
  { name: 'sourceBankCode', kind: 'text', max: 11, presence: 'C', about: 'not read' },
  ...PAID,
  { name: 'subCompany', kind: 'text', max: 5, presence: 'O', about: 'not read' },
  BILL_DETAILS,
  FREE_TEXTS,
  INPUTS,
] as const satisfies readonly Field[];

/** 26: what became of it? */
export const STATUS_FIELDS = [
  ...IDENTITY,
  reference('inquiryRequestId', 'C', 'one of the two; the payment it led to'),
  reference('paymentRequestId', 'O', 'wins where both stand'),
  ADDITIONAL,
] as const satisfies readonly Field[];

const SOURCE_ACCOUNT = [
  { name: 'sourceAccountNo', kind: 'text', max: 32, presence: 'O', about: 'echoed' },
  { name: 'sourceAccountType', kind: 'text', max: 1, presence: 'O', about: 'echoed' },
] as const satisfies readonly Field[];

/** 32: an inquiry in the shape a channel sends to a bank. */
export const INQUIRY_INTRABANK_FIELDS = [
  ...IDENTITY,
  reference('partnerReferenceNo', 'O', "the channel's number of this inquiry"),
  { name: 'trxDateTime', kind: 'date', presence: 'O', about: 'when the customer asked' },
  { name: 'channelCode', kind: 'digits', max: 4, presence: 'O', about: 'where the customer stands' },
  { name: 'language', kind: 'text', max: 2, presence: 'O', about: 'ISO 639-1' },
  {
    name: 'amount',
    kind: 'amount',
    presence: 'O',
    about: 'what the customer typed, where the product asks for it',
  },
  ...SOURCE_ACCOUNT,
  INPUTS,
] as const satisfies readonly Field[];

/** 33: a payment in the shape a channel sends to a bank. */
export const PAYMENT_INTRABANK_FIELDS = [
  ...IDENTITY,
  ...PAYER,
  ...SOURCE_ACCOUNT,
  reference('partnerReferenceNo', 'M', "the channel's number of this payment, for ever"),
  reference('inquiryRequestId', 'O', 'as the inquiry answered it'),
  ...PAID,
  { name: 'paymentStatus', kind: 'text', max: 20, presence: 'O', about: 'not read' },
  BILL_DETAILS,
  FREE_TEXTS,
  { name: 'feeAmount', kind: 'amount', presence: 'O', about: 'not read' },
  INPUTS,
] as const satisfies readonly Field[];

/** 36: what became of a payment that was asked for with 33? */
export const TRANSFER_STATUS_FIELDS = [
  { name: 'serviceCode', kind: 'text', max: 2, presence: 'M', about: '`33`: the service that was called' },
  reference('originalPartnerReferenceNo', 'C', '`partnerReferenceNo` of the payment'),
  reference(
    'originalReferenceNo',
    'O',
    'our Payment ID, also as printed; asked for where the first is missing',
  ),
  { name: 'originalExternalId', kind: 'text', max: 36, presence: 'O', about: 'echoed' },
  { name: 'transactionDate', kind: 'date', presence: 'O', about: 'echoed' },
  { name: 'amount', kind: 'amount', presence: 'O', about: 'not read' },
  ADDITIONAL,
] as const satisfies readonly Field[];

/** 73: a token, please. */
export const TOKEN_FIELDS = [
  { name: 'grantType', kind: 'text', max: 40, presence: 'M', about: '`client_credentials`' },
  ADDITIONAL,
] as const satisfies readonly Field[];
