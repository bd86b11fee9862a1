import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { type HttpDialect, inJson, json, type Office, type Route, UNAUTHORIZED } from '../http/route';
import {
  customerNumber,
  date,
  members,
  optional,
  parsed,
  reference,
  rupiah,
  textUpTo,
  trace,
  word,
} from '../wire/members';
import { digest, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-commands.md. */
const RC: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '14',
  ALREADY_PAID: '34',
  DECLINED: '07',
  WRONG_AMOUNT: '93',
  FLOAT_EMPTY: '17',
  IN_PROCESS: '39',
  PAYMENT_UNKNOWN: '06',
  REVERSED: '38',
  DUPLICATE: '11',
  MALFORMED: '107',
  PRODUCT_UNKNOWN: '20',
};
const [IN_PROCESS, PAID, NOT_PAID] = [0, 1, 2];

const SIGNED = {
  commands: textUpTo(20),
  username: textUpTo(64),
  ref_id: optional(textUpTo(64)),
  sign: textUpTo(64),
};
const INQUIRY = { ref_id: trace, code: word, hp: customerNumber, nominal: optional(rupiah) };
const TOPUP = {
  ref_id: reference,
  code: word,
  hp: customerNumber,
  nominal: rupiah,
  tr_id: optional(textUpTo(64)),
  date,
};
const STATUS = { ref_id: reference };

/** One address, many commands; the older way of those who sell credit. */
export const commands: HttpDialect = (office) => [
  { method: 'POST', path: '/api', serve: ({ raw }) => serve(office, parsed(raw)) },
];

function serve(office: Office, body: unknown): ReturnType<Route['serve']> {
  const message = members(body, SIGNED);
  if (!message) return json({ data: said('MALFORMED') });
  const third = message.commands === 'balance' ? 'bl' : (message.ref_id ?? '');
  const expected = digest('md5', `${office.user}${office.secret}${third}`);
  if (message.username !== office.user || !isSame(message.sign, expected)) return UNAUTHORIZED;
  switch (message.commands) {
    case 'inquiry':
      return inquire(office, body);
    case 'topup':
      return pay(office, body);
    case 'checkstatus':
      return advise(office, body);
    case 'balance':
      return json({
        data: {
          rc: RC.OK,
          message: 'SUCCESS',
          balance: Number(office.floats.balanceOf(office.counter.biller)),
        },
      });
    default:
      return json({ data: said('MALFORMED') });
  }
}

function inquire({ counter }: Office, body: unknown): ReturnType<Route['serve']> {
  const asked = members(body, INQUIRY);
  if (!asked) return json({ data: said('MALFORMED') });
  return inJson(counter.inquire(asked.code, asked.hp), (answer) => ({
    data: inquiryAnswer(asked.ref_id, asked.hp, answer),
  }));
}

function pay(office: Office, body: unknown): ReturnType<Route['serve']> {
  const order = members(body, TOPUP);
  if (!order) return json({ data: said('MALFORMED') });
  return inJson(
    office.counter.pay({
      legReference: order.ref_id,
      customerNumber: order.hp,
      product: order.code,
      offerReference: order.tr_id ?? '',
      billCount: 0,
      amount: order.nominal,
      settlementDate: order.date,
    }),
    (answer) => ({ data: paymentAnswer(office, order.ref_id, answer) }),
  );
}

function advise(office: Office, body: unknown): ReturnType<Route['serve']> {
  const asked = members(body, STATUS);
  if (!asked) return json({ data: said('MALFORMED') });
  return inJson(office.counter.advise(asked.ref_id), (answer) => ({
    data: paymentAnswer(office, asked.ref_id, answer),
  }));
}

function inquiryAnswer(ref: string, hp: string, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), ref_id: ref };
  const { reference: offer, person, details, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    ref_id: ref,
    tr_id: offer,
    hp,
    name: person.name,
    desc: details,
    bills: [],
    ...(validSeconds !== undefined && { validSeconds }),
  };
}

function paymentAnswer({ floats, counter }: Office, ref: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), ref_id: ref };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    ref_id: ref,
    tr_id: paid.theirReference,
    code: paid.product,
    hp: paid.customerNumber,
    price: Number(amountTold),
    balance: Number(floats.balanceOf(counter.biller)),
    sn: receipt.serialNumber,
    desc: receipt,
  };
}

function said(code: CodeTold): object {
  return {
    rc: codeIn(RC, code),
    message: code === 'OK' ? 'SUCCESS' : textOf(code),
    status: code === 'OK' ? PAID : code === 'IN_PROCESS' || code.startsWith('=') ? IN_PROCESS : NOT_PAID,
  };
}
