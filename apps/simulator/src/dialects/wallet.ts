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
  UNAUTHORIZED,
} from '../http/route';
import { isBasic, TOKEN_SECONDS, Tokens } from '../wire/credentials';
import {
  customerNumber,
  date,
  members,
  optional,
  parsed,
  reference,
  rupiahWithDecimals,
  textUpTo,
  trace,
  word,
} from '../wire/members';

/** The dialect's codes; docs/json-wallet.md. */
const STATUS: CodeTable = {
  OK: 'SUCCESS',
  CUSTOMER_UNKNOWN: 'ACCOUNT_NOT_FOUND',
  ALREADY_PAID: 'ALREADY_PAID',
  DECLINED: 'REJECTED',
  WRONG_AMOUNT: 'AMOUNT_INVALID',
  FLOAT_EMPTY: 'INSUFFICIENT_BALANCE',
  IN_PROCESS: 'PROCESSING',
  PAYMENT_UNKNOWN: 'NOT_FOUND',
  REVERSED: 'REFUNDED',
  DUPLICATE: 'DUPLICATE_REFERENCE',
  MALFORMED: 'INVALID_REQUEST',
  PRODUCT_UNKNOWN: 'PRODUCT_NOT_FOUND',
};

const INQUIRY = { product: word, phone: customerNumber, amount: optional(rupiahWithDecimals), trace };
const TOPUP = {
  product: word,
  phone: customerNumber,
  inquiryId: textUpTo(64),
  reference,
  amount: rupiahWithDecimals,
  bookingDate: date,
};

/** Wallets: REST under a token that is fetched first. */
export const wallet: HttpDialect = (office) => {
  const tokens = new Tokens(office.clock);
  const guarded = guardedBy(({ headers }) => tokens.isGood(headers.authorization));
  return [
    { method: 'POST', path: '/oauth/token', serve: (call) => giveToken(office, tokens, call) },
    guarded('POST', '/wallets/inquiry', ({ raw }) => inquire(office, raw)),
    guarded('POST', '/wallets/topups', ({ raw }) => pay(office, parsed(raw))),
    guarded('GET', '/wallets/topups/:reference', ({ params }) => advise(office, params)),
    ...(office.counter.biller.isPrefunded ? [guarded('GET', '/balance', () => balance(office))] : []),
  ];
};

function giveToken(
  { user, secret }: Office,
  tokens: Tokens,
  { headers, raw }: HttpCall,
): ReturnType<Route['serve']> {
  if (!isBasic(headers.authorization, user, secret)) return UNAUTHORIZED;
  const form = new URLSearchParams(raw.toString('utf8'));
  if (form.get('grant_type') !== 'client_credentials') return json({ error: 'unsupported_grant_type' }, 400);
  return json({ access_token: tokens.give(), token_type: 'Bearer', expires_in: TOKEN_SECONDS });
}

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), INQUIRY);
  if (!asked) return json(said('MALFORMED'));
  const rule = counter.biller.products.find((one) => one.word === asked.product)?.amount;
  const bounds =
    rule?.of === 'range' ? { minimum: withDecimals(rule.least), maximum: withDecimals(rule.most) } : {};
  return inJson(counter.inquire(asked.product, asked.phone), (answer) =>
    inquiryAnswer(asked.phone, bounds, answer),
  );
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(TOPUP, WORDS, (order) => ({
  legReference: order.reference,
  customerNumber: order.phone,
  product: order.product,
  offerReference: order.inquiryId,
  billCount: 0,
  amount: order.amount,
  settlementDate: order.bookingDate,
}));

const advise = advising({ reference }, WORDS, (asked) => [asked.reference]);

function balance({ floats, counter }: Office): ReturnType<Route['serve']> {
  return json({ ...said('OK'), balance: withDecimals(floats.balanceOf(counter.biller)) });
}

function inquiryAnswer(phone: string, bounds: object, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { reference: inquiryId, person, details, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    inquiryId,
    phone,
    name: person.name,
    info: details,
    bills: [],
    ...bounds,
    ...(validSeconds !== undefined && { validSeconds }),
  };
}

function paymentAnswer(ref: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), reference: ref };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    reference: ref,
    topupId: paid.theirReference,
    amount: withDecimals(amountTold),
    receipt,
  };
}

function withDecimals(rupiah: bigint): string {
  return `${rupiah}.00`;
}

function said(code: CodeTold): object {
  return { status: codeIn(STATUS, code), message: code === 'OK' ? 'ok' : textOf(code) };
}
