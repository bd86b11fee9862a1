import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer, Reaction } from '../billers/desk';
import type { StampAnswer } from '../billers/stamps';
import { STAMP_PRICE } from '../billers/trades/top-ups';
import { advising, paying } from '../http/money-calls';
import {
  type HttpAnswer,
  type HttpDialect,
  guardedBy,
  inJson,
  json,
  type Office,
  type Route,
  UNAUTHORIZED,
} from '../http/route';
import { TOKEN_SECONDS, Tokens } from '../wire/credentials';
import {
  customerNumber,
  date,
  members,
  optional,
  parsed,
  reference,
  rupiah,
  text,
  textUpTo,
  trace,
  word,
} from '../wire/members';
import { isSame } from '../wire/signature';

/** The dialect's codes; docs/json-meterai.md. */
const STATUS: CodeTable = {
  OK: 'SUCCESS',
  CUSTOMER_UNKNOWN: 'ACCOUNT_UNKNOWN',
  ALREADY_PAID: 'ALREADY_PAID',
  DECLINED: 'DECLINED',
  WRONG_AMOUNT: 'AMOUNT_INVALID',
  FLOAT_EMPTY: 'QUOTA_EMPTY',
  IN_PROCESS: 'PENDING',
  PAYMENT_UNKNOWN: 'NOT_FOUND',
  REVERSED: 'CANCELLED',
  DUPLICATE: 'DUPLICATE',
  MALFORMED: 'INVALID',
  PRODUCT_UNKNOWN: 'PRODUCT_UNKNOWN',
};

const QUOTE = { product: word, account: customerNumber, amount: optional(rupiah), trace };
const ORDER = {
  product: word,
  account: customerNumber,
  quoteId: textUpTo(64),
  reference,
  amount: rupiah,
  bookDate: date,
};
const ORDER_STATUS = { reference };
const serialNumber = text(/^[0-9A-Z]{22}$/);
const STAMP = { serialNumber, reference, documentHash: text(/^[0-9a-f]{64}$/) };
const STAMP_STATUS = { serialNumber, reference };

/** Electronic stamps: bought under a fetched token, then put on documents one by one. */
export const meterai: HttpDialect = (office) => {
  const tokens = new Tokens(office.clock);
  const guarded = guardedBy(({ headers }) => tokens.isGood(headers.authorization));
  return [
    { method: 'POST', path: '/token', serve: ({ raw }) => giveToken(office, tokens, raw) },
    guarded('POST', '/orders/quote', ({ raw }) => inquire(office, raw)),
    guarded('POST', '/orders', ({ raw }) => pay(office, parsed(raw))),
    guarded('POST', '/orders/status', ({ raw }) => advise(office, parsed(raw))),
    guarded('POST', '/stamps', ({ raw }) => stamp(office, raw)),
    guarded('POST', '/stamps/status', ({ raw }) => stampStatus(office, raw)),
    guarded('GET', '/balance', () => balance(office)),
  ];
};

function giveToken({ user, secret }: Office, tokens: Tokens, raw: Buffer): ReturnType<Route['serve']> {
  const given = members(parsed(raw), { user: textUpTo(64), password: textUpTo(200) });
  if (given?.user !== user || !isSame(given.password, secret)) return UNAUTHORIZED;
  return json({ status: STATUS.OK, token: tokens.give(), expiresIn: TOKEN_SECONDS });
}

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), QUOTE);
  if (!asked) return json(said('MALFORMED'));
  return inJson(counter.inquire(asked.product, asked.account), (answer) =>
    inquiryAnswer(asked.account, answer),
  );
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(ORDER, WORDS, (order) => ({
  legReference: order.reference,
  customerNumber: order.account,
  product: order.product,
  offerReference: order.quoteId,
  billCount: 0,
  amount: order.amount,
  settlementDate: order.bookDate,
}));

const advise = advising(ORDER_STATUS, WORDS, (asked) => [asked.reference]);

function stamp({ stamps }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const order = members(parsed(raw), STAMP);
  return order ? stampAnswer(order, stamps.stamp(order)) : json(said('MALFORMED'));
}

function stampStatus({ stamps }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), STAMP_STATUS);
  return asked
    ? stampAnswer(asked, stamps.ask(asked.serialNumber, asked.reference))
    : json(said('MALFORMED'));
}

function balance({ floats, counter }: Office): ReturnType<Route['serve']> {
  const left = floats.balanceOf(counter.biller);
  return json({ ...said('OK'), balance: Number(left), quota: Number(left / STAMP_PRICE) });
}

function inquiryAnswer(account: string, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { reference: quoteId, person, details, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    quoteId,
    account,
    name: person.name,
    details,
    bills: [],
    ...(validSeconds !== undefined && { validSeconds }),
  };
}

function paymentAnswer(ref: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), reference: ref };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    reference: ref,
    orderId: paid.theirReference,
    amount: Number(amountTold),
    quantity: Number(receipt.quantity),
    serials: (receipt.serialNumbers ?? '').split(','),
    receipt,
  };
}

function stampAnswer(
  asked: { readonly serialNumber: string; readonly reference: string },
  reaction: Reaction<StampAnswer>,
): Reaction<HttpAnswer> {
  if (reaction.how !== 'answer') return reaction;
  const { answer } = reaction;
  const about = { serialNumber: asked.serialNumber, reference: asked.reference };
  return answer.status === 'STAMPED'
    ? json({ status: 'STAMPED', message: 'ok', ...answer.stamped })
    : json({ status: answer.status, message: 'Not stamped by this order', ...about });
}

function said(code: CodeTold): object {
  return { status: codeIn(STATUS, code), message: code === 'OK' ? 'ok' : textOf(code) };
}
