import { BILL_DETAIL_FIELDS, type Field } from '#lib/snap';

/** What our answers carry, as data: for the guide, and for the test that holds real answers to it. */

/** A text that may be missing. */
const text = (name: string, max: number, about: string): Field => {
  return { name, kind: 'text', max, presence: 'O', about };
};
const always = (name: string, max: number, about: string): Field => {
  return { name, kind: 'text', max, presence: 'M', about };
};
const forPeople = (name: string, max: number, about: string): Field => {
  return { name, kind: 'bilingual', max, presence: 'M', about };
};
const amount = (name: string, about: string): Field => ({ name, kind: 'amount', presence: 'O', about });
const date = (name: string, about: string): Field => ({ name, kind: 'date', presence: 'O', about });
const list = (name: string, max: number, of: readonly Field[], about: string): Field => {
  return { name, kind: 'list', max, presence: 'O', of, about };
};
const additionalInfo = (about: string): Field => {
  return { name: 'additionalInfo', kind: 'object', presence: 'O', about };
};

const AS_SENT = 'as you sent it';

const ENVELOPE: readonly Field[] = [
  always('responseCode', 7, 'HTTP status, service code, case'),
  always('responseMessage', 150, 'for people; never compare it'),
];

/** 73 */
export const TOKEN_ANSWER: readonly Field[] = [
  ...ENVELOPE,
  always('accessToken', 2048, 'opaque; for every other service'),
  always('tokenType', 6, '`Bearer`'),
  always('expiresIn', 9, 'seconds, as a string'),
];

const ACCOUNT: readonly Field[] = [
  always('partnerServiceId', 8, AS_SENT),
  { name: 'customerNo', kind: 'digits', max: 20, presence: 'M', about: AS_SENT },
  always('virtualAccountNo', 28, AS_SENT),
  text('virtualAccountName', 255, 'the customer; missing where we refuse'),
];

/** @param service the one of the channel's shape, which alone has them. */
const ofChannelShape = (service: string): readonly Field[] => [
  text('partnerReferenceNo', 128, `${service}: ${AS_SENT}`),
  text('sourceAccountNo', 32, `${service}: ${AS_SENT}`),
  text('sourceAccountType', 1, `${service}: ${AS_SENT}`),
];

const freeTexts = (about: string): Field =>
  list(
    'freeTexts',
    25,
    [always('english', 32, 'in English'), always('indonesia', 32, 'in Indonesian')],
    about,
  );

/** `virtualAccountData` of 24 and 32. */
export const INQUIRY_ANSWER: readonly Field[] = [
  always('inquiryStatus', 2, '`00` there is a bill, `01` there is none'),
  forPeople('inquiryReason', 64, 'what the customer may be shown'),
  ...ACCOUNT,
  text('virtualAccountEmail', 255, 'empty'),
  text('virtualAccountPhone', 30, 'empty'),
  text('inquiryRequestId', 128, '24: as you sent it; 32: ours, for the payment to repeat'),
  ...ofChannelShape('32'),
  amount('totalAmount', 'what the customer pays, our fee in it'),
  text('subCompany', 5, '`00000`'),
  list('billDetails', 24, BILL_DETAIL_FIELDS, 'the bills; their amounts add up to `totalAmount`'),
  freeTexts('none'),
  text('virtualAccountTrxType', 1, '`C`: the total, no other amount'),
  amount('feeAmount', 'our fee, already within `totalAmount`'),
  additionalInfo(
    '`inquiryId`, `amount` (the bills without our fee), `validUntil`, `remaining` (bills that stay unpaid)',
  ),
];

/** `virtualAccountData` of 25, 26 and 33. */
export const PAYMENT_ANSWER: readonly Field[] = [
  text(
    'paymentFlagStatus',
    2,
    '`00` paid, `01` not paid, `02` (at 26 `03`) not known yet; missing where 26 knows no payment',
  ),
  forPeople('paymentFlagReason', 200, 'what the customer may be shown'),
  ...ACCOUNT,
  text('paymentRequestId', 128, '25 and 26: as you sent it; 33: our Payment ID'),
  text('inquiryRequestId', 128, '26 and 33: the number of the inquiry'),
  ...ofChannelShape('33'),
  amount('paidAmount', 'of the payment as we have booked it'),
  amount('totalAmount', 'the same'),
  list(
    'billDetails',
    24,
    [
      ...BILL_DETAIL_FIELDS,
      text('billerReferenceId', 64, "the biller's receipt"),
      always('status', 2, 'as `paymentFlagStatus`'),
      forPeople('reason', 64, 'as `paymentFlagReason`'),
    ],
    'the bills, each with `billerReferenceId`, `status`, `reason`',
  ),
  freeTexts('print them: the Payment ID, and the token where one was bought'),
  text('trxId', 64, AS_SENT),
  text('virtualAccountEmail', 255, AS_SENT),
  text('virtualAccountPhone', 30, AS_SENT),
  text('paidBills', 6, AS_SENT),
  date('trxDateTime', 'as you sent it; at 26 when it was formed'),
  text('referenceNo', 64, AS_SENT),
  text('journalNum', 6, AS_SENT),
  { name: 'paymentType', kind: 'digits', max: 1, presence: 'O', about: AS_SENT },
  text('flagAdvise', 1, AS_SENT),
  additionalInfo('`paymentId`; once paid also `receipt`: its `lines` to print, its `fields` for programs'),
];

/** 36, beside the envelope. */
export const TRANSFER_STATUS_ANSWER: readonly Field[] = [
  ...ENVELOPE,
  text('originalPartnerReferenceNo', 128, AS_SENT),
  text('originalReferenceNo', 64, 'our Payment ID'),
  text('originalExternalId', 36, AS_SENT),
  text('serviceCode', 2, AS_SENT),
  date('transactionDate', AS_SENT),
  text('latestTransactionStatus', 2, '`00` paid, `03` not known yet, `04` taken back, `06` not paid'),
  text('transactionStatusDesc', 50, 'for people'),
  text('beneficiaryAccountNo', 40, "the customer's number at the biller"),
  text('sourceAccountNo', 32, 'empty'),
  text('referenceNumber', 30, 'our Payment ID'),
  amount('amount', 'of the payment'),
  additionalInfo(AS_SENT),
];
