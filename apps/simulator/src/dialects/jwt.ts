import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { sumOf } from '../billers/offers';
import { advising, paying } from '../http/money-calls';
import { type HttpDialect, inJson, json, type Office, type Route, UNAUTHORIZED } from '../http/route';
import {
  count,
  customerNumber,
  date,
  members,
  parsed,
  reference,
  rupiah,
  textUpTo,
  trace,
  word,
} from '../wire/members';
import { hmac, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-jwt.md. An inquiry that is well is 300 instead. */
const CODES: CodeTable = {
  OK: '0',
  CUSTOMER_UNKNOWN: '414',
  ALREADY_PAID: '488',
  DECLINED: '405',
  WRONG_AMOUNT: '413',
  IN_PROCESS: '299',
  PAYMENT_UNKNOWN: '463',
  REVERSED: '441',
  DUPLICATE: '494',
  MALFORMED: '430',
  PRODUCT_UNKNOWN: '433',
};
const INQUIRY_CODES: CodeTable = { ...CODES, OK: '300' };

const INQUIRY = { product: word, customerNumber, trace };
const PAYMENT = {
  product: word,
  customerNumber,
  inquiryId: textUpTo(64),
  refNumber: reference,
  billCount: count,
  amount: rupiah,
  settlementDate: date,
};
const STATUS = { refNumber: reference };
const VERSION = '1.0';

/** The request is a token in a header; nobody reads the body. */
export const jwt: HttpDialect = (office) => [
  signed(office, '/api/v2/bill/inquiry', (payload) => inquire(office, payload)),
  signed(office, '/api/v2/bill/payment', (payload) => pay(office, payload)),
  signed(office, '/api/v2/bill/status', (payload) => advise(office, payload)),
];

function signed(
  office: Office,
  path: string,
  serve: (payload: unknown) => ReturnType<Route['serve']>,
): Route {
  return {
    method: 'POST',
    path,
    serve: ({ headers }) => {
      const payload = payloadOf(headers.token, office);
      const isTheirs = headers.key === office.user && headers.version === VERSION;
      return payload === undefined || !isTheirs ? UNAUTHORIZED : serve(payload);
    },
  };
}

/** What a compact JWS under HS256 says; undefined where it is not signed so, or over. */
function payloadOf(token: unknown, { secret, clock }: Office): unknown {
  const [head = '', body = '', signature = '', ...more] = String(token).split('.');
  if (more.length > 0 || !isSame(signature, hmac('sha256', secret, `${head}.${body}`, 'base64url')))
    return undefined;
  const header = parsed(Buffer.from(head, 'base64url'));
  const payload = parsed(Buffer.from(body, 'base64url'));
  if (typeof header !== 'object' || header === null || !('alg' in header) || header.alg !== 'HS256')
    return undefined;
  if (typeof payload !== 'object' || payload === null) return undefined;
  const now = clock.now().getTime() / 1_000;
  const isOver = 'exp' in payload && typeof payload.exp === 'number' && payload.exp <= now;
  return isOver ? undefined : payload;
}

function inquire({ counter }: Office, payload: unknown): ReturnType<Route['serve']> {
  const asked = members(payload, INQUIRY);
  if (!asked) return json(said(INQUIRY_CODES, 'MALFORMED'));
  return inJson(counter.inquire(asked.product, asked.customerNumber), (answer) =>
    inquiryAnswer(asked.customerNumber, answer),
  );
}

const WORDS = { malformed: () => said(CODES, 'MALFORMED'), payment: paymentAnswer };

const pay = paying(PAYMENT, WORDS, (order) => ({
  legReference: order.refNumber,
  customerNumber: order.customerNumber,
  product: order.product,
  offerReference: order.inquiryId,
  billCount: order.billCount,
  amount: order.amount,
  settlementDate: order.settlementDate,
}));

const advise = advising(STATUS, WORDS, (asked) => [asked.refNumber]);

function inquiryAnswer(number: string, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(INQUIRY_CODES, answer.code);
  const { reference: inquiryId, person, details, bills, outstanding, validSeconds } = answer.offer;
  return {
    ...said(INQUIRY_CODES, 'OK', { id: 'Inquiry berhasil', en: 'Inquiry successful' }),
    data: {
      inquiryId,
      customerNumber: number,
      customerName: person.name,
      productDetails: details,
      billDetails: bills.map((bill) => ({
        ...bill,
        amount: Number(bill.amount),
        penalty: Number(bill.penalty),
      })),
      billCount: outstanding,
      amount: Number(sumOf(bills)),
      ...(validSeconds !== undefined && { validSeconds }),
    },
  };
}

function paymentAnswer(refNumber: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(CODES, answer.code), data: { refNumber } };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said(CODES, 'OK', { id: 'Pembayaran berhasil', en: 'Payment successful' }),
    data: {
      refNumber,
      transactionId: paid.theirReference,
      amount: Number(amountTold),
      productDetails: receipt,
    },
  };
}

function said(table: CodeTable, code: CodeTold, message = { id: textOf(code), en: textOf(code) }): object {
  const ours = codeIn(table, code);
  return { responseCode: /^\d+$/.test(ours) ? Number(ours) : ours, message };
}
