import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer, Reaction } from '../billers/desk';
import type { HttpAnswer, HttpDialect, Office, Route } from '../http/route';
import {
  compactDate,
  count,
  customerNumber,
  members,
  reference,
  rupiah,
  textUpTo,
  trace,
  word,
} from '../wire/members';
import { isSame } from '../wire/signature';
import { at, element, parsedXml } from '../wire/xml';

/** The dialect's codes; docs/xml-rpc.md. */
const CODES: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '20',
  ALREADY_PAID: '88',
  DECLINED: '39',
  WRONG_AMOUNT: '13',
  IN_PROCESS: '35',
  PAYMENT_UNKNOWN: '92',
  REVERSED: '41',
  DUPLICATE: '33',
  MALFORMED: '30',
  PRODUCT_UNKNOWN: '17',
};

/** The names of the parameters, by position. */
const PARAMETERS: Record<string, readonly string[]> = {
  'ppob.inq': ['product', 'idpel1', 'idpel2', 'uid', 'pin', 'ref1'],
  'ppob.pay': ['product', 'idpel1', 'idpel2', 'uid', 'pin', 'ref1', 'ref2', 'nominal', 'lembar', 'tanggal'],
  'ppob.cek': ['product', 'idpel1', 'uid', 'pin', 'ref1'],
};
const INQUIRY = { product: word, idpel1: customerNumber, idpel2: textUpTo(32), ref1: trace };
const PAYMENT = {
  product: word,
  idpel1: customerNumber,
  ref1: reference,
  ref2: textUpTo(64),
  nominal: rupiah,
  lembar: count,
  tanggal: compactDate,
};
const ADVICE = { idpel1: customerNumber, ref1: reference };

/** A value as XML-RPC has them here: a text, a struct or a list. */
type Value = string | readonly Value[] | { readonly [name: string]: Value };
type Struct = { readonly [name: string]: Value };

/** XML-RPC at one address; parameters by position, user and pin among them. */
export const xmlRpc: HttpDialect = (office) => [
  { method: 'POST', path: '/rpc', serve: ({ raw }) => serve(office, parsedXml(raw)) },
];

function serve(office: Office, message: unknown): ReturnType<Route['serve']> {
  const method = at(message, 'methodCall', 'methodName');
  if (typeof method !== 'string') return fault(400, 'This is no method call');
  const names = PARAMETERS[method];
  if (!names) return fault(404, 'No such method');
  const given = parametersOf(message);
  if (given?.length !== names.length) return fault(400, `${method} takes ${names.length} texts`);
  const call = Object.fromEntries(names.map((name, index) => [name, given[index]]));
  if (call.uid !== office.user || !isSame(call.pin, office.secret)) return fault(401, 'uid or pin is wrong');
  if (method === 'ppob.inq') return inquire(office, call);
  return method === 'ppob.pay' ? pay(office, call) : advise(office, call);
}

function parametersOf(message: unknown): string[] | undefined {
  const list = at(message, 'methodCall', 'params', 'param');
  if (!Array.isArray(list)) return undefined;
  const texts = list.map((one) => {
    const value = at(one, 'value');
    return typeof value === 'string' ? value : at(value, 'string');
  });
  return texts.every((one) => typeof one === 'string') ? texts : undefined;
}

function inquire({ counter }: Office, call: object): ReturnType<Route['serve']> {
  const asked = members(call, INQUIRY);
  if (!asked) return malformed(call);
  return worded(
    counter.inquire(asked.product, asked.idpel1, { identityNumber: asked.idpel2 }),
    (answer: InquiryAnswer) => inquiryAnswer(asked.idpel1, asked.ref1, answer),
  );
}

function pay({ counter }: Office, call: object): ReturnType<Route['serve']> {
  const order = members(call, PAYMENT);
  if (!order) return malformed(call);
  return worded(
    counter.pay({
      legReference: order.ref1,
      customerNumber: order.idpel1,
      product: order.product,
      offerReference: order.ref2,
      billCount: order.lembar,
      amount: order.nominal,
      settlementDate: order.tanggal,
    }),
    (answer) => paymentAnswer(order.ref1, answer),
  );
}

function advise({ counter }: Office, call: object): ReturnType<Route['serve']> {
  const asked = members(call, ADVICE);
  if (!asked) return malformed(call);
  return worded(counter.advise(asked.ref1, asked.idpel1), (answer) => paymentAnswer(asked.ref1, answer));
}

function inquiryAnswer(idpel1: string, ref1: string, answer: InquiryAnswer): Struct {
  if (answer.code !== 'OK') return { ...said(answer.code), ref1 };
  const { reference: ref2, person, details, bills, outstanding, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    idpel1,
    ref1,
    ref2,
    nama: person.name,
    outstanding: String(outstanding),
    ...(validSeconds !== undefined && { berlaku: String(validSeconds) }),
    detail: details,
    tagihan: bills.map((bill) => ({
      periode: bill.period,
      jatuhtempo: bill.dueDate,
      nominal: bill.amount.toString(),
      denda: bill.penalty.toString(),
      detail: bill.details,
    })),
  };
}

function paymentAnswer(ref1: string, answer: PaymentAnswer): Struct {
  if (answer.code !== 'OK') return { ...said(answer.code), ref1 };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    ref1,
    ref3: paid.theirReference,
    nominal: amountTold.toString(),
    struk: receipt,
  };
}

async function worded<Answer>(
  reaction: Promise<Reaction<Answer>>,
  words: (answer: Answer) => Struct,
): Promise<Reaction<HttpAnswer>> {
  const came = await reaction;
  if (came.how !== 'answer') return came;
  return response(`<params><param>${valueOf(words(came.answer))}</param></params>`);
}

function malformed(call: object): Reaction<HttpAnswer> {
  const { ref1 = '' } = call as { ref1?: string };
  return response(`<params><param>${valueOf({ ...said('MALFORMED'), ref1 })}</param></params>`);
}

function fault(code: number, words: string): Reaction<HttpAnswer> {
  const inside =
    member('faultCode', `<value><int>${code}</int></value>`) + member('faultString', valueOf(words));
  return response(`<fault><value><struct>${inside}</struct></value></fault>`);
}

function response(content: string): Reaction<HttpAnswer> {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>${content}</methodResponse>`;
  return { how: 'answer', answer: { type: 'text/xml; charset=utf-8', body } };
}

function said(code: CodeTold): Struct {
  return { status: codeIn(CODES, code), keterangan: code === 'OK' ? 'SUCCESS' : textOf(code) };
}

function valueOf(value: Value): string {
  if (typeof value === 'string') return `<value>${element('string', value)}</value>`;
  if (isList(value)) return `<value><array><data>${value.map(valueOf).join('')}</data></array></value>`;
  const inside = Object.entries(value).map(([name, one]) => member(name, valueOf(one)));
  return `<value><struct>${inside.join('')}</struct></value>`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function member(name: string, value: string): string {
  return `<member>${element('name', name)}${value}</member>`;
}
