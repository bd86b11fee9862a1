import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { advising, paying } from '../http/money-calls';
import { type HttpDialect, guardedBy, inJson, json, type Office, type Route } from '../http/route';
import { isBasic } from '../wire/credentials';
import {
  type Check,
  compactDate,
  count,
  customerNumber,
  members,
  optional,
  parsed,
  reference,
  textUpTo,
  trace,
  word,
} from '../wire/members';

/** The dialect's codes; docs/json-gas.md. */
const CODES: CodeTable = {
  OK: 'S00',
  CUSTOMER_UNKNOWN: 'F14',
  ALREADY_PAID: 'F88',
  DECLINED: 'F05',
  WRONG_AMOUNT: 'F13',
  IN_PROCESS: 'P68',
  PAYMENT_UNKNOWN: 'F63',
  REVERSED: 'F41',
  DUPLICATE: 'F94',
  MALFORMED: 'F30',
  PRODUCT_UNKNOWN: 'F33',
};

const SEN = 100n;

/** Hundredths of a rupiah as an integer or as digits, whole rupiah all the same; read as digits of rupiah. */
const sen: Check<string> = (value) => {
  const digits = typeof value === 'number' && Number.isSafeInteger(value) ? value.toString() : value;
  return typeof digits === 'string' && /^[1-9]\d{0,13}00$/.test(digits) ? digits.slice(0, -2) : undefined;
};

const INQUIRY = { customerNumber, product: word, trace: optional(trace) };
const PAYMENT = {
  product: word,
  customerNumber,
  billId: textUpTo(64),
  reference,
  items: count,
  amountSen: sen,
  bookDate: compactDate,
};

/** Gas: HTTP Basic, and every amount in sen. */
export const gas: HttpDialect = (office) => {
  const { user, secret } = office;
  const guarded = guardedBy(({ headers }) => isBasic(headers.authorization, user, secret));
  return [
    guarded('GET', '/bills/:customerNumber', ({ params, query }) => inquire(office, { ...query, ...params })),
    guarded('POST', '/payments', ({ raw }) => pay(office, parsed(raw))),
    guarded('GET', '/payments/:reference', ({ params }) => advise(office, params)),
  ];
};

function inquire({ counter }: Office, question: object): ReturnType<Route['serve']> {
  const asked = members(question, INQUIRY);
  if (!asked) return json(said('MALFORMED'));
  return inJson(counter.inquire(asked.product, asked.customerNumber), (answer) =>
    inquiryAnswer(asked.customerNumber, answer),
  );
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(PAYMENT, WORDS, (order) => ({
  legReference: order.reference,
  customerNumber: order.customerNumber,
  product: order.product,
  offerReference: order.billId,
  billCount: order.items,
  amount: order.amountSen,
  settlementDate: order.bookDate,
}));

const advise = advising({ reference }, WORDS, (asked) => [asked.reference]);

function inquiryAnswer(number: string, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { reference: id, person, details, bills, outstanding, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    bill: {
      id,
      customer: { number, name: person.name },
      info: { address: details.address, tariff: details.tariff },
      items: bills.map((bill) => ({
        period: bill.period,
        dueDate: bill.dueDate,
        amountSen: Number(bill.amount * SEN),
        penaltySen: Number(bill.penalty * SEN),
        info: bill.details,
      })),
      outstanding,
      ...(validSeconds !== undefined && { validSeconds }),
    },
  };
}

function paymentAnswer(ref: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), payment: { reference: ref } };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    payment: {
      reference: ref,
      receiptNumber: paid.theirReference,
      amountSen: Number(amountTold * SEN),
      info: receipt,
    },
  };
}

function said(code: CodeTold): object {
  return { status: { code: codeIn(CODES, code), text: textOf(code) } };
}
