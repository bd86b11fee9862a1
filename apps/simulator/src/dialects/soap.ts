import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer, Reaction, ReversalAnswer } from '../billers/desk';
import type { Details } from '../billers/trades/trade';
import type { HttpAnswer, HttpDialect, Office, Route } from '../http/route';
import { isFresh } from '../wire/credentials';
import {
  count,
  customerNumber,
  date,
  members,
  optional,
  reference,
  rupiah,
  textUpTo,
  trace,
  word,
} from '../wire/members';
import { digest, isSame } from '../wire/signature';
import { at, element, parsedXml } from '../wire/xml';

/** The dialect's codes; docs/xml-soap.md. */
const CODES: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '40',
  ALREADY_PAID: '41',
  DECLINED: '42',
  WRONG_AMOUNT: '43',
  PAYMENT_UNKNOWN: '44',
  REVERSED: '45',
  DUPLICATE: '46',
  MALFORMED: '47',
  PRODUCT_UNKNOWN: '48',
  REVERSAL_REFUSED: '49',
  IN_PROCESS: '50',
};

const LOGIN = { UserName: textUpTo(64), Timestamp: textUpTo(40), Digest: textUpTo(64) };
const INQUIRY = { ProductCode: word, CustomerNumber: customerNumber, Year: optional(count), Trace: trace };
const PAYMENT = {
  ProductCode: word,
  CustomerNumber: customerNumber,
  InquiryId: textUpTo(64),
  Reference: reference,
  BillCount: count,
  Amount: rupiah,
  SettlementDate: date,
};
const ADVICE = { Reference: reference, CustomerNumber: customerNumber };
const REVERSAL = {
  ReversalReference: reference,
  Reference: reference,
  CustomerNumber: customerNumber,
  Amount: rupiah,
};

type Served = Promise<Reaction<string>>;
type Operation = (office: Office, body: unknown) => Served;
const OPERATIONS: Record<string, Operation> = {
  Inquiry: inquire,
  Payment: pay,
  Advice: advise,
  Reversal: reverse,
};

/** SOAP 1.1 at one address; who calls stands in the header. */
export const soap: HttpDialect = (office) => [
  { method: 'POST', path: '/service', serve: ({ raw }) => serve(office, parsedXml(raw)) },
];

function serve(office: Office, message: unknown): ReturnType<Route['serve']> {
  const login = members(at(message, 'Envelope', 'Header', 'Login'), LOGIN);
  const expected = digest('sha256', office.user + String(login?.Timestamp) + office.secret);
  if (
    login?.UserName !== office.user ||
    !isFresh(office.clock, login.Timestamp) ||
    !isSame(login.Digest, expected)
  )
    return fault('Client', 'Login refused');
  const body = at(message, 'Envelope', 'Body');
  for (const [name, operate] of Object.entries(OPERATIONS)) {
    const request = at(body, `${name}Request`);
    if (request !== undefined) return answered(name, operate(office, request));
  }
  return fault('Client', 'No such operation');
}

async function answered(name: string, served: Served): Promise<Reaction<HttpAnswer>> {
  const reaction = await served;
  if (reaction.how === 'error') return fault('Server', 'Internal error');
  if (reaction.how !== 'answer') return reaction;
  return envelope(`<c:${name}Response xmlns:c="urn:collect">${reaction.answer}</c:${name}Response>`);
}

function fault(whose: 'Client' | 'Server', words: string): Reaction<HttpAnswer> {
  return envelope(
    `<soap:Fault>${element('faultcode', `soap:${whose}`)}${element('faultstring', words)}</soap:Fault>`,
    500,
  );
}

function envelope(body: string, status = 200): Reaction<HttpAnswer> {
  return {
    how: 'answer',
    answer: {
      status,
      type: 'text/xml; charset=utf-8',
      body:
        '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">' +
        `<soap:Body>${body}</soap:Body></soap:Envelope>`,
    },
  };
}

function inquire({ counter }: Office, body: unknown): Served {
  const asked = members(body, INQUIRY);
  if (!asked) return malformed();
  return worded(counter.inquire(asked.ProductCode, asked.CustomerNumber, { year: asked.Year }), (answer) =>
    inquiryAnswer(asked.CustomerNumber, answer),
  );
}

function pay({ counter }: Office, body: unknown): Served {
  const order = members(body, PAYMENT);
  if (!order) return malformed();
  return worded(
    counter.pay({
      legReference: order.Reference,
      customerNumber: order.CustomerNumber,
      product: order.ProductCode,
      offerReference: order.InquiryId,
      billCount: order.BillCount,
      amount: order.Amount,
      settlementDate: order.SettlementDate,
    }),
    (answer) => paymentAnswer(order.Reference, answer),
  );
}

function advise({ counter }: Office, body: unknown): Served {
  const asked = members(body, ADVICE);
  if (!asked) return malformed();
  return worded(counter.advise(asked.Reference, asked.CustomerNumber), (answer) =>
    paymentAnswer(asked.Reference, answer),
  );
}

function reverse({ counter }: Office, body: unknown): Served {
  const order = members(body, REVERSAL);
  if (!order) return malformed();
  const served = counter.reverse({
    reversalReference: order.ReversalReference,
    legReference: order.Reference,
    customerNumber: order.CustomerNumber,
    amount: order.Amount,
  });
  return worded(
    served,
    (answer: ReversalAnswer) =>
      said(answer.code) +
      tag('ReversalReference', order.ReversalReference) +
      tag('Reference', order.Reference) +
      tag('Amount', order.Amount),
  );
}

function inquiryAnswer(number: string, answer: InquiryAnswer): string {
  if (answer.code !== 'OK') return said(answer.code);
  const { reference: id, person, details, bills, bounds, outstanding, validSeconds } = answer.offer;
  const rows = bills.map(
    (bill) =>
      `<c:Bill>${tag('Period', bill.period)}${tag('DueDate', bill.dueDate)}${tag('Amount', bill.amount)}` +
      `${tag('Penalty', bill.penalty)}${tags(bill.details)}</c:Bill>`,
  );
  return [
    said('OK'),
    tag('InquiryId', id),
    tag('CustomerNumber', number),
    tag('CustomerName', person.name),
    tag('Outstanding', outstanding),
    bounds ? tag('MinimumAmount', bounds.minimum) + tag('MaximumAmount', bounds.maximum) : '',
    validSeconds === undefined ? '' : tag('ValidSeconds', validSeconds),
    `<c:Detail>${tags(details)}</c:Detail>`,
    `<c:Bills>${rows.join('')}</c:Bills>`,
  ].join('');
}

function paymentAnswer(ref: string, answer: PaymentAnswer): string {
  if (answer.code !== 'OK') return said(answer.code) + tag('Reference', ref);
  const { paid, amountTold, receipt } = answer;
  return [
    said('OK'),
    tag('Reference', ref),
    tag('ReceiptNumber', paid.theirReference),
    tag('Amount', amountTold),
    `<c:Detail>${tags(receipt)}</c:Detail>`,
  ].join('');
}

async function worded<Answer>(
  reaction: Promise<Reaction<Answer>>,
  words: (answer: Answer) => string,
): Promise<Reaction<string>> {
  const came = await reaction;
  return came.how === 'answer' ? { how: 'answer', answer: words(came.answer) } : came;
}

function malformed(): Served {
  return Promise.resolve({ how: 'answer', answer: said('MALFORMED') });
}

function said(code: CodeTold): string {
  return tag('ResponseCode', codeIn(CODES, code)) + tag('ResponseText', textOf(code));
}

function tags(details: Details): string {
  return Object.entries(details)
    .map(([name, value]) => tag(name, value))
    .join('');
}

function tag(name: string, value: string | bigint | number): string {
  return element(`c:${name}`, String(value));
}
