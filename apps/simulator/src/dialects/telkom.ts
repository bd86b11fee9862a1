import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { type HttpDialect, inJson, json, type Office, type Route, UNAUTHORIZED } from '../http/route';
import {
  compactDate,
  count,
  members,
  parsed,
  reference,
  rupiah,
  text,
  textUpTo,
  word,
} from '../wire/members';
import { digest, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-telkom.md. */
const BIT39: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '76',
  ALREADY_PAID: '88',
  DECLINED: '05',
  WRONG_AMOUNT: '13',
  IN_PROCESS: '68',
  PAYMENT_UNKNOWN: '25',
  REVERSED: '42',
  DUPLICATE: '94',
  MALFORMED: '30',
  PRODUCT_UNKNOWN: '33',
};

const ANY = textUpTo(64);
const SIGNED = {
  userName: ANY,
  productCode: ANY,
  channel: ANY,
  terminal: ANY,
  transactionType: ANY,
  billNumber: ANY,
  traxId: ANY,
  timeStamp: text(/^\d{14}$/),
  signature: ANY,
};
const NAMED = { productCode: word, billNumber: text(/^\d{6,16}$/), traxId: reference };
const PAYMENT = {
  ...NAMED,
  bit61: textUpTo(99),
  billQty: count,
  amount: rupiah,
  settlementDate: compactDate,
};

/** An offer with the number it is for and the bills it shows, as wide as the old line had it. */
const OFFER_LENGTH = 32;
const NUMBER_WIDTH = 13;

type Message = {
  readonly transactionType: string;
  readonly productCode: string;
  readonly billNumber: string;
  readonly traxId: string;
};

/** One address; the words of ISO 8583 as members. */
export const telkom: HttpDialect = (office) => [
  { method: 'POST', path: '/transaction', serve: ({ raw }) => serve(office, parsed(raw)) },
];

function serve(office: Office, body: unknown): ReturnType<Route['serve']> {
  const message = members(body, SIGNED);
  if (!message) return json(said('MALFORMED'));
  const parts = [
    message.userName,
    message.productCode,
    message.channel,
    message.terminal,
    message.transactionType,
    message.billNumber,
    message.traxId,
    message.timeStamp,
    office.secret,
  ];
  if (message.userName !== office.user || !isSame(message.signature, digest('sha256', parts.join(''))))
    return UNAUTHORIZED;
  if (!members(body, NAMED)) return json(about(message, 'MALFORMED'));
  switch (message.transactionType) {
    case '38':
      return inJson(office.counter.inquire(message.productCode, message.billNumber), (answer) =>
        inquiryAnswer(message, answer),
      );
    case '50':
      return pay(office, message, body);
    case '55':
      return inJson(office.counter.advise(message.traxId, message.billNumber), (answer) =>
        paymentAnswer(message, answer),
      );
    default:
      return json(about(message, 'MALFORMED'));
  }
}

function pay({ counter }: Office, message: Message, body: unknown): ReturnType<Route['serve']> {
  const order = members(body, PAYMENT);
  if (!order) return json(about(message, 'MALFORMED'));
  const { bit61 } = order;
  return inJson(
    counter.pay({
      legReference: order.traxId,
      customerNumber: order.billNumber,
      product: order.productCode,
      // Changed in one place it is no offer of ours.
      offerReference:
        bit61.slice(OFFER_LENGTH, -2).trimEnd() === order.billNumber ? bit61.slice(0, OFFER_LENGTH) : '',
      billCount: order.billQty,
      amount: order.amount,
      settlementDate: order.settlementDate,
    }),
    (answer) => paymentAnswer(message, answer),
  );
}

function inquiryAnswer(message: Message, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return about(message, answer.code);
  const { person, details, bills, outstanding, validSeconds, reference: offer } = answer.offer;
  const shown = String(bills.length).padStart(2, '0');
  return {
    ...about(message, 'OK'),
    customerName: person.name,
    ...details,
    billTotal: String(outstanding),
    billing: bills.map(({ period, dueDate, amount, penalty }) => ({
      period,
      dueDate,
      amount: amount.toString(),
      penalty: penalty.toString(),
    })),
    bit61: `${offer}${message.billNumber.padEnd(NUMBER_WIDTH)}${shown}`,
    ...(validSeconds !== undefined && { validSeconds: String(validSeconds) }),
  };
}

function paymentAnswer(message: Message, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return about(message, answer.code);
  const { paid, amountTold, receipt } = answer;
  return {
    ...about(message, 'OK'),
    sysCode: paid.theirReference,
    amount: amountTold.toString(),
    billQty: String(paid.billCount),
    ...receipt,
  };
}

function about({ transactionType, productCode, billNumber, traxId }: Message, code: CodeTold): object {
  return { ...said(code), transactionType, productCode, billNumber, traxId };
}

function said(code: CodeTold): object {
  return { bit39: codeIn(BIT39, code), resultDesc: code === 'OK' ? 'Approve' : textOf(code) };
}
