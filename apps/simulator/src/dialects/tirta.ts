import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer, ReversalAnswer, ReversalOrder } from '../billers/desk';
import { advising, paying } from '../http/money-calls';
import {
  type HttpDialect,
  guardedBy,
  inJson,
  json,
  type Office,
  type Route,
  unauthorized,
} from '../http/route';
import {
  compactDate,
  members,
  optional,
  parsed,
  reference,
  text,
  textUpTo,
  type Check,
} from '../wire/members';
import { hmac, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-tirta.md. */
const STATUS: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '14',
  ALREADY_PAID: '88',
  DECLINED: '05',
  WRONG_AMOUNT: '13',
  IN_PROCESS: '68',
  PAYMENT_UNKNOWN: '63',
  REVERSED: '41',
  REVERSAL_REFUSED: '40',
  DUPLICATE: '94',
  MALFORMED: '30',
};

const PRODUCT = 'water';
const integer: Check<number> = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
const noPelanggan = text(/^[0-9]{8,10}$/);
const TAGIHAN = { noPelanggan, reff: reference };
const BAYAR = {
  noPelanggan,
  nomorInquiry: text(/^.{1,64}$/s),
  reff: reference,
  lembar: integer,
  total: integer,
  tanggalBuku: compactDate,
};
const CEK = { reff: reference };
const BATAL = {
  reff: reference,
  reffBayar: reference,
  noPelanggan,
  total: integer,
  nomorBukti: optional(textUpTo(64)),
};

/** The waterworks' service: JSON in Indonesian, rupiah as numbers, signed with Base64 HMAC-SHA256. */
export const tirta: HttpDialect = (office) => {
  const signed = guardedBy(
    ({ raw, headers }) => isSame(headers['x-sign'], hmac('sha256', office.secret, raw, 'base64')),
    NOT_SIGNED,
  );
  return [
    signed('POST', '/tagihan', ({ raw }) => inquire(office, raw)),
    signed('POST', '/bayar', ({ raw }) => pay(office, parsed(raw))),
    signed('POST', '/cek', ({ raw }) => advise(office, parsed(raw))),
    signed('POST', '/batal', ({ raw }) => reverse(office, raw)),
  ];
};

const NOT_SIGNED = unauthorized('X-Sign must be the Base64 HMAC-SHA256 of the raw body under the secret.');

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), TAGIHAN);
  if (!asked) return json(said('MALFORMED'));
  return inJson(counter.inquire(PRODUCT, asked.noPelanggan), inquiryAnswer);
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(BAYAR, WORDS, (order) => ({
  legReference: order.reff,
  customerNumber: order.noPelanggan,
  product: PRODUCT,
  offerReference: order.nomorInquiry,
  billCount: order.lembar,
  amount: order.total.toString(),
  settlementDate: order.tanggalBuku,
}));

const advise = advising(CEK, WORDS, (asked) => [asked.reff]);

function reverse({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const read = members(parsed(raw), BATAL);
  if (!read) return json(said('MALFORMED'));
  const order: ReversalOrder = {
    reversalReference: read.reff,
    legReference: read.reffBayar,
    customerNumber: read.noPelanggan,
    amount: read.total.toString(),
  };
  return inJson(counter.reverse(order), (answer) => reversalAnswer(order, answer));
}

/** Rupiah as JSON integers. */
function inquiryAnswer(answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { person, details, reference: nomorInquiry, bills, validSeconds } = answer.offer;
  return {
    ...said('OK'),
    nomorInquiry,
    pelanggan: { nama: person.name, alamat: person.address, golongan: details.tariff },
    tagihan: bills.map((bill) => ({
      bulan: `${bill.period.slice(0, 4)}-${bill.period.slice(4)}`,
      nilai: Number(bill.amount),
      denda: Number(bill.penalty),
      standAwal: bill.details.meterFrom,
      standAkhir: bill.details.meterTo,
    })),
    ...(validSeconds !== undefined && { berlakuDetik: validSeconds }),
  };
}

function paymentAnswer(reff: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), reff };
  return {
    ...said('OK'),
    reff,
    nomorBukti: answer.paid.theirReference,
    total: Number(answer.amountTold),
    lembar: answer.paid.billCount,
  };
}

/** It repeats what it is about. */
function reversalAnswer(
  { reversalReference, legReference, amount }: ReversalOrder,
  answer: ReversalAnswer,
): object {
  return { ...said(answer.code), reff: reversalReference, reffBayar: legReference, total: Number(amount) };
}

function said(code: CodeTold): object {
  return { status: codeIn(STATUS, code), pesan: textOf(code) };
}
