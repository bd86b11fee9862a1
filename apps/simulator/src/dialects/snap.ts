import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer, Reaction } from '../billers/desk';
import { sumOf } from '../billers/offers';
import type { Bill } from '../billers/trades/trade';
import {
  type HttpAnswer,
  type HttpCall,
  type HttpDialect,
  json,
  type Office,
  type Route,
} from '../http/route';
import {
  type Check,
  date,
  members,
  parsed,
  reference,
  rupiahWithDecimals,
  text,
  textUpTo,
} from '../wire/members';
import { SnapCaller } from '../wire/snap-caller';

/** HTTP status and case; the service stands between them. docs/snap-va.md. */
const CODES: CodeTable = {
  OK: '20000',
  CUSTOMER_UNKNOWN: '40412',
  ALREADY_PAID: '40414',
  DECLINED: '40315',
  WRONG_AMOUNT: '40413',
  IN_PROCESS: '20200',
  PAYMENT_UNKNOWN: '40401',
  DUPLICATE: '40418',
  MALFORMED: '40001',
};
/** The status service tells a refusal, and that it does not know yet, as a success. */
const STATUS_CODES: CodeTable = { ...CODES, DECLINED: '20000', IN_PROCESS: '20000', REVERSED: '20000' };

const HEADERS = [
  'authorization',
  'x-timestamp',
  'x-signature',
  'x-partner-id',
  'x-external-id',
  'channel-id',
];
const EXTERNAL_ID = /^\d{1,36}$/;

const paidAmount: Check<string> = (value) =>
  members(value, { value: rupiahWithDecimals, currency: text(/^IDR$/) })?.value;
const IDENTITY = {
  partnerServiceId: text(/^.{8}$/),
  customerNo: text(/^\d{1,20}$/),
  virtualAccountNo: textUpTo(28),
};
const INQUIRY = { ...IDENTITY, inquiryRequestId: text(/^.{1,128}$/s) };
const ORDER = { offer: textUpTo(64), settlementDate: date };
const additionalInfo: Check<{ readonly offer: string; readonly settlementDate: string }> = (value) =>
  members(value, ORDER);
const PAYMENT = { ...IDENTITY, paymentRequestId: reference, paidAmount, additionalInfo };
const STATUS = { ...IDENTITY, inquiryRequestId: text(/^.{1,128}$/s), paymentRequestId: reference };

type Identity = {
  readonly partnerServiceId: string;
  readonly customerNo: string;
  readonly virtualAccountNo: string;
};
type Serve = (body: unknown) => Promise<Reaction<HttpAnswer>>;

/** Virtual accounts of a biller: services 73, 24, 25 and 26 of the national standard. */
export const snap: HttpDialect = (office) => {
  const { clientKey, publicKey } = office.snap ?? { clientKey: '', publicKey: '' };
  const caller = new SnapCaller({ clientKey, publicKey, clientSecret: office.secret }, office.clock);
  const guarded = (path: string, service: string, serve: Serve): Route => ({
    method: 'POST',
    path: `/openapi/v1.0/transfer-va/${path}`,
    serve: (call) => objectionTo(caller, call, service) ?? serve(parsed(call.raw)),
  });
  return [
    { method: 'POST', path: '/openapi/v1.0/access-token/b2b', serve: (call) => giveToken(caller, call) },
    guarded('inquiry', '24', (body) => inquire(office, body)),
    guarded('payment', '25', (body) => pay(office, body)),
    guarded('status', '26', (body) => advise(office, body)),
  ];
};

function giveToken(caller: SnapCaller, call: HttpCall): Reaction<HttpAnswer> {
  if (['x-client-key', 'x-timestamp', 'x-signature'].some((name) => !call.headers[name]))
    return coded('40002', '73', 'Invalid Mandatory Field');
  const token = caller.token(call);
  if (typeof token !== 'string') return coded(`${token.status}${token.caseCode}`, '73', token.words);
  return json({
    responseCode: '2007300',
    responseMessage: 'Successful',
    accessToken: token,
    tokenType: 'Bearer',
    expiresIn: '900',
  });
}

function objectionTo(caller: SnapCaller, call: HttpCall, service: string): Reaction<HttpAnswer> | undefined {
  if (HEADERS.some((name) => !call.headers[name])) return coded('40002', service, 'Invalid Mandatory Field');
  if (!EXTERNAL_ID.test(String(call.headers['x-external-id'])))
    return coded('40001', service, 'Invalid Field Format X-EXTERNAL-ID');
  const objection = caller.objectionTo(call, service);
  return objection && coded(`${objection.status}${objection.caseCode}`, service, objection.words);
}

async function inquire({ counter }: Office, body: unknown): Promise<Reaction<HttpAnswer>> {
  const asked = members(body, INQUIRY);
  if (!asked || !isOurs(counter.biller.partnerServiceId, asked))
    return coded(codeIn(CODES, 'MALFORMED'), '24', textOf('MALFORMED'));
  const product = counter.biller.products[0]?.word ?? '';
  const reaction = await counter.inquire(product, asked.customerNo);
  return reaction.how === 'answer' ? inquiryAnswer(asked, reaction.answer) : reaction;
}

async function pay({ counter }: Office, body: unknown): Promise<Reaction<HttpAnswer>> {
  const order = members(body, PAYMENT);
  if (!order || !isOurs(counter.biller.partnerServiceId, order))
    return coded(codeIn(CODES, 'MALFORMED'), '25', textOf('MALFORMED'));
  const reaction = await counter.pay({
    legReference: order.paymentRequestId,
    customerNumber: order.customerNo,
    product: counter.biller.products[0]?.word ?? '',
    offerReference: order.additionalInfo.offer,
    billCount: 1,
    amount: order.paidAmount,
    settlementDate: order.additionalInfo.settlementDate,
  });
  if (reaction.how !== 'answer') return reaction;
  return paymentAnswer(
    '25',
    CODES,
    { ...identityOf(order), paymentRequestId: order.paymentRequestId },
    reaction.answer,
  );
}

async function advise({ counter }: Office, body: unknown): Promise<Reaction<HttpAnswer>> {
  const asked = members(body, STATUS);
  if (!asked || !isOurs(counter.biller.partnerServiceId, asked))
    return coded(codeIn(CODES, 'MALFORMED'), '26', textOf('MALFORMED'));
  const reaction = await counter.advise(asked.paymentRequestId, asked.customerNo);
  if (reaction.how !== 'answer') return reaction;
  const { inquiryRequestId, paymentRequestId } = asked;
  const repeated = { ...identityOf(asked), inquiryRequestId, paymentRequestId };
  return paymentAnswer('26', STATUS_CODES, repeated, reaction.answer);
}

function inquiryAnswer(
  asked: Identity & { readonly inquiryRequestId: string },
  answer: InquiryAnswer,
): Reaction<HttpAnswer> {
  const repeated = { ...identityOf(asked), inquiryRequestId: asked.inquiryRequestId };
  if (answer.code !== 'OK')
    return coded(codeIn(CODES, answer.code), '24', textOf(answer.code), {
      virtualAccountData: { inquiryStatus: '01', inquiryReason: reasonOf(answer.code), ...repeated },
    });
  const { reference: offer, person, details, bills, validSeconds } = answer.offer;
  return coded(codeIn(CODES, 'OK'), '24', 'Successful', {
    virtualAccountData: {
      inquiryStatus: '00',
      inquiryReason: reasonOf('OK'),
      ...repeated,
      virtualAccountName: person.name,
      totalAmount: amountOf(sumOf(bills)),
      subCompany: '00000',
      virtualAccountTrxType: 'C',
      billDetails: bills.map(billOf),
      freeTexts: [],
    },
    additionalInfo: { offer, ...details, ...(validSeconds !== undefined && { validSeconds }) },
  });
}

function billOf({ period, dueDate, amount, penalty }: Bill, index: number): object {
  return {
    billCode: String(index + 1).padStart(2, '0'),
    billNo: period,
    billName: 'TAGIHAN',
    billShortName: 'TAGIHAN',
    billDescription: { english: 'Bill', indonesia: 'Tagihan' },
    billAmount: amountOf(amount),
    additionalInfo: { dueDate, penalty: `${penalty}.00` },
  };
}

function paymentAnswer(
  service: string,
  codes: CodeTable,
  repeated: object,
  answer: PaymentAnswer,
): Reaction<HttpAnswer> {
  if (answer.code !== 'OK') {
    const paymentFlagStatus = answer.code === 'IN_PROCESS' ? '03' : '01';
    return coded(codeIn(codes, answer.code), service, textOf(answer.code), {
      virtualAccountData: { paymentFlagStatus, paymentFlagReason: reasonOf(answer.code), ...repeated },
    });
  }
  const { paid, amountTold, receipt, offer } = answer;
  return coded(codeIn(codes, 'OK'), service, 'Successful', {
    virtualAccountData: {
      paymentFlagStatus: '00',
      paymentFlagReason: reasonOf('OK'),
      ...repeated,
      virtualAccountName: offer.person.name,
      paidAmount: amountOf(amountTold),
      totalAmount: amountOf(amountTold),
      billDetails: [
        { billCode: '01', billerReferenceId: paid.theirReference, status: '00', reason: reasonOf('OK') },
      ],
      freeTexts: [],
    },
    additionalInfo: receipt,
  });
}

/** An ordered code has its service in it already: seven digits. */
function coded(code: string, service: string, words: string, more: object = {}): Reaction<HttpAnswer> {
  const responseCode = code.length === 5 ? `${code.slice(0, 3)}${service}${code.slice(3)}` : code;
  const status = Number(responseCode.slice(0, 3));
  return json(
    { responseCode, responseMessage: words, ...more },
    status >= 200 && status <= 599 ? status : 200,
  );
}

function isOurs(partnerServiceId: string, asked: Identity): boolean {
  return (
    asked.partnerServiceId === partnerServiceId &&
    asked.virtualAccountNo === asked.partnerServiceId + asked.customerNo
  );
}

function identityOf({ partnerServiceId, customerNo, virtualAccountNo }: Identity): Identity {
  return { partnerServiceId, customerNo, virtualAccountNo };
}

function reasonOf(code: CodeTold): object {
  const words = textOf(code);
  return { english: words, indonesia: code === 'OK' ? 'Sukses' : words };
}

function amountOf(rupiah: bigint): object {
  return { value: `${rupiah}.00`, currency: 'IDR' };
}
