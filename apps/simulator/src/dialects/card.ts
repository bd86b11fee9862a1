import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { advising, paying } from '../http/money-calls';
import {
  type HttpCall,
  type HttpDialect,
  guardedBy,
  inJson,
  json,
  type Office,
  type Route,
} from '../http/route';
import { isFresh } from '../wire/credentials';
import { date, members, parsed, reference, rupiahWithDecimals, text, textUpTo, trace } from '../wire/members';
import { hmac, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-card.md. */
const CODES: CodeTable = {
  OK: '000',
  CUSTOMER_UNKNOWN: '114',
  ALREADY_PAID: '188',
  DECLINED: '105',
  WRONG_AMOUNT: '113',
  IN_PROCESS: '168',
  PAYMENT_UNKNOWN: '163',
  REVERSED: '141',
  DUPLICATE: '194',
  MALFORMED: '130',
  PRODUCT_UNKNOWN: '133',
};

const PRODUCT = 'credit-card-nusa';
const card = text(/^\d{16}$/);
const INQUIRY = { card, trace };
const PAYMENT = {
  card,
  inquiryRef: textUpTo(64),
  reference,
  amount: rupiahWithDecimals,
  settlementDate: date,
};
const STATUS = { reference };

/** Credit cards: signed over time and body; no answer shows a whole number. */
export const cards: HttpDialect = (office) => {
  const signed = guardedBy((call) => isSigned(office, call));
  return [
    signed('POST', '/card/inquiry', ({ raw }) => inquire(office, raw)),
    signed('POST', '/card/payment', ({ raw }) => pay(office, parsed(raw))),
    signed('POST', '/card/status', ({ raw }) => advise(office, parsed(raw))),
  ];
};

function isSigned({ user, secret, clock }: Office, { raw, headers }: HttpCall): boolean {
  const timestamp = headers['x-timestamp'];
  const content = Buffer.concat([Buffer.from(`${String(timestamp)}|`), raw]);
  return (
    headers['x-key'] === user &&
    isFresh(clock, timestamp) &&
    isSame(headers['x-signature'], hmac('sha256', secret, content, 'base64'))
  );
}

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), INQUIRY);
  if (!asked) return json(said('MALFORMED'));
  return inJson(counter.inquire(PRODUCT, asked.card), inquiryAnswer);
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(PAYMENT, WORDS, (order) => ({
  legReference: order.reference,
  customerNumber: order.card,
  product: PRODUCT,
  offerReference: order.inquiryRef,
  billCount: 1,
  amount: order.amount,
  settlementDate: order.settlementDate,
}));

const advise = advising(STATUS, WORDS, (asked) => [asked.reference]);

function inquiryAnswer(answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { reference: inquiryRef, person, details, bills, bounds, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    inquiryRef,
    card: details.cardNumber,
    name: person.name,
    details,
    bills: bills.map(({ period, dueDate, amount, penalty }) => ({
      period,
      dueDate,
      amount: `${amount}.00`,
      penalty: `${penalty}.00`,
    })),
    ...(bounds && { minimum: `${bounds.minimum}.00`, maximum: `${bounds.maximum}.00` }),
    ...(validSeconds !== undefined && { validSeconds }),
  };
}

function paymentAnswer(ref: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), reference: ref };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    reference: ref,
    bankReference: paid.theirReference,
    amount: `${amountTold}.00`,
    details: receipt,
  };
}

function said(code: CodeTold): object {
  return { responseCode: codeIn(CODES, code), responseText: code === 'OK' ? 'Approved' : textOf(code) };
}
