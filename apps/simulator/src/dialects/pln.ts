import { customerSeed } from '../billers/biller';
import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { chargesOf } from '../billers/trades/registration';
import { advising, paying } from '../http/money-calls';
import {
  type HttpDialect,
  guardedBy,
  inJson,
  json,
  type Office,
  type Route,
  unauthorized,
} from '../http/route';
import { count, date, members, optional, parsed, reference, rupiah, text } from '../wire/members';
import { hmac, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-pln.md. */
const RC: CodeTable = {
  OK: '0000',
  CUSTOMER_UNKNOWN: '0014',
  ALREADY_PAID: '0088',
  DECLINED: '0005',
  WRONG_AMOUNT: '0013',
  OVER_LIMIT: '0047',
  IN_PROCESS: '0068',
  PAYMENT_UNKNOWN: '0063',
  REVERSED: '0041',
  DUPLICATE: '0094',
  MALFORMED: '0030',
  PRODUCT_UNKNOWN: '0033',
};

const rupiahDigits = text(/^[1-9]\d{0,11}$/);
const product = text(/^(postpaid|prepaid|nontaglis)$/);
const idpel = text(/^\d{11,13}$/);
const INQUIRY = { product, idpel, amount: optional(rupiahDigits), trace: text(/^.{1,64}$/s) };
const PAYMENT = {
  product,
  idpel,
  ref: text(/^[0-9a-f]{32}$/),
  paymentRef: reference,
  billCount: count,
  amount: rupiah,
  settlementDate: date,
};
const ADVICE = { paymentRef: reference, idpel };

/** The electricity company's host-to-host service: JSON, rupiah as digits, signed with hex HMAC-SHA256. */
export const pln: HttpDialect = (office) => {
  const signed = guardedBy(
    ({ raw, headers }) => isSame(headers['x-signature'], hmac('sha256', office.secret, raw, 'hex')),
    NOT_SIGNED,
  );
  return [
    signed('POST', '/inquiry', ({ raw }) => inquire(office, raw)),
    signed('POST', '/payment', ({ raw }) => pay(office, parsed(raw))),
    signed('POST', '/advice', ({ raw }) => advise(office, parsed(raw))),
  ];
};

const NOT_SIGNED = unauthorized(
  'X-Signature must be the lower-case hex HMAC-SHA256 of the raw body under the secret.',
);

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), INQUIRY);
  if (!asked || (asked.amount !== undefined && asked.product !== 'prepaid')) return json(said('MALFORMED'));
  const seed = customerSeed(counter.biller, asked.idpel);
  return inJson(counter.inquire(asked.product, asked.idpel), (answer) => inquiryAnswer(asked, seed, answer));
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(PAYMENT, WORDS, (order) => ({
  legReference: order.paymentRef,
  customerNumber: order.idpel,
  product: order.product,
  offerReference: order.ref,
  billCount: order.billCount,
  amount: order.amount,
  settlementDate: order.settlementDate,
}));

const advise = advising(ADVICE, WORDS, (asked) => [asked.paymentRef, asked.idpel]);

type Asked = { readonly product: string; readonly idpel: string; readonly amount: string | undefined };

/** Rupiah as digits, months as `202607`. */
function inquiryAnswer(
  { product: word, idpel: number, amount }: Asked,
  seed: string,
  answer: InquiryAnswer,
): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { person, details, reference: ref, bills, outstanding, validSeconds, unsold = [] } = answer.offer;
  const subscriber = { idpel: number, name: person.name, tariff: details.tariff, power: details.power };
  return said('OK', {
    ref,
    subscriber: { ...subscriber, unit: number.slice(0, 5) },
    outstanding,
    bills: bills.map((bill) => ({
      period: bill.period,
      dueDate: bill.dueDate,
      amount: bill.amount.toString(),
      penalty: bill.penalty.toString(),
      meterFrom: bill.details.meterFrom,
      meterTo: bill.details.meterTo,
    })),
    ...(word === 'prepaid' && {
      maxKwh: details.maxKwh,
      unsold: unsold.map(String),
      ...(amount !== undefined && { amount }),
    }),
    ...(word === 'nontaglis' && {
      registration: {
        number,
        date: details.registrationDate,
        expires: details.expiryDate,
        transactionCode: details.transactionCode,
        transaction: details.transaction,
        idpel: details.idpel,
        serviceUnit: details.serviceUnit,
      },
      charges: chargesOf(seed).map((charge) => ({ ...charge, amount: charge.amount.toString() })),
    }),
    ...(validSeconds !== undefined && { validSeconds }),
  });
}

function paymentAnswer(paymentRef: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return said(answer.code, { paymentRef });
  const { paid, amountTold, receipt } = answer;
  return said('OK', {
    paymentRef,
    plnRef: paid.theirReference,
    amount: amountTold.toString(),
    ...(paid.product !== 'prepaid' && { billCount: paid.billCount }),
    ...receipt,
  });
}

function said(code: CodeTold, more: object = {}): object {
  return { rc: codeIn(RC, code), message: textOf(code), ...more };
}
