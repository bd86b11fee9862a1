import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { InquiryAnswer, PaymentAnswer } from '../billers/desk';
import { sumOf } from '../billers/offers';
import { advising, paying } from '../http/money-calls';
import {
  type HttpCall,
  type HttpDialect,
  guardedBy,
  inJson,
  json,
  type Office,
  type Route,
} from '../http/route';
import { isFresh } from '../wire/credentials';
import {
  count,
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
import { digest, hmac, isSame } from '../wire/signature';

/** The dialect's codes; docs/json-bpjs.md. */
const KODE: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '01',
  ALREADY_PAID: '02',
  DECLINED: '03',
  WRONG_AMOUNT: '04',
  PAYMENT_UNKNOWN: '07',
  REVERSED: '08',
  IN_PROCESS: '09',
  DUPLICATE: '11',
  MALFORMED: '12',
  PRODUCT_UNKNOWN: '13',
};

const peserta = text(/^\d{6,16}$/);
const INQUIRY = { peserta, produk: word, bulan: optional(count), trace };
const PAYMENT = {
  produk: word,
  peserta,
  idTagihan: textUpTo(64),
  referensi: reference,
  jumlahTagihan: count,
  total: rupiah,
  tanggalBuku: date,
};
const STATUS = { referensi: reference };

/** Social security: JSON, signed over method, path, body and time. */
export const bpjs: HttpDialect = (office) => {
  const signed = guardedBy((call) => isSigned(office, call));
  return [
    signed('POST', '/v1/inquiry', ({ raw }) => inquire(office, raw)),
    signed('POST', '/v1/payment', ({ raw }) => pay(office, parsed(raw))),
    signed('POST', '/v1/status', ({ raw }) => advise(office, parsed(raw))),
  ];
};

function isSigned({ user, secret, clock, counter }: Office, { path, raw, headers }: HttpCall): boolean {
  const timestamp = headers['x-timestamp'];
  const own = path.slice(`/billers/${counter.biller.id}`.length);
  const canonical = `POST:${own}:${digest('sha256', raw)}:${String(timestamp)}`;
  return (
    headers['x-client-id'] === user &&
    isFresh(clock, timestamp) &&
    isSame(headers['x-signature'], hmac('sha512', secret, canonical, 'hex'))
  );
}

function inquire({ counter }: Office, raw: Buffer): ReturnType<Route['serve']> {
  const asked = members(parsed(raw), INQUIRY);
  if (!asked) return json(said('MALFORMED'));
  return inJson(counter.inquire(asked.produk, asked.peserta, { months: asked.bulan }), (answer) =>
    inquiryAnswer(asked.peserta, answer),
  );
}

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(PAYMENT, WORDS, (order) => ({
  legReference: order.referensi,
  customerNumber: order.peserta,
  product: order.produk,
  offerReference: order.idTagihan,
  billCount: order.jumlahTagihan,
  amount: order.total,
  settlementDate: order.tanggalBuku,
}));

const advise = advising(STATUS, WORDS, (asked) => [asked.referensi]);

function inquiryAnswer(number: string, answer: InquiryAnswer): object {
  if (answer.code !== 'OK') return said(answer.code);
  const { person, details, bills, validSeconds, reference: idTagihan } = answer.offer;
  return {
    ...said('OK'),
    data: {
      idTagihan,
      peserta: number,
      nama: person.name,
      jumlahTagihan: bills.length,
      total: Number(sumOf(bills)),
      detail: details,
      tagihan: bills.map((bill) => ({
        periode: bill.period,
        jatuhTempo: bill.dueDate,
        nilai: Number(bill.amount),
        denda: Number(bill.penalty),
        detail: bill.details,
      })),
      ...(validSeconds !== undefined && { berlakuDetik: validSeconds }),
    },
  };
}

function paymentAnswer(referensi: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), data: { referensi } };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    data: { referensi, nomorBukti: paid.theirReference, total: Number(amountTold), struk: receipt },
  };
}

function said(code: CodeTold): object {
  return { kode: codeIn(KODE, code), pesan: code === 'OK' ? 'Sukses' : textOf(code) };
}
