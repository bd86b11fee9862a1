import { type CodeTable, codeIn, type CodeTold, textOf } from '../billers/codes';
import type { PaymentAnswer } from '../billers/desk';
import { advising, paying } from '../http/money-calls';
import { type HttpDialect, guardedBy } from '../http/route';
import { isBasic } from '../wire/credentials';
import { customerNumber, date, parsed, reference, rupiah, word } from '../wire/members';

/** The dialect's codes; docs/json-peduli.md. */
const CODES: CodeTable = {
  OK: '0',
  CUSTOMER_UNKNOWN: '14',
  ALREADY_PAID: '88',
  DECLINED: '5',
  WRONG_AMOUNT: '13',
  IN_PROCESS: '68',
  PAYMENT_UNKNOWN: '63',
  REVERSED: '41',
  DUPLICATE: '94',
  MALFORMED: '30',
  PRODUCT_UNKNOWN: '33',
};

const GIFT = {
  program: word,
  donatur: customerNumber,
  referensi: reference,
  nominal: rupiah,
  tanggalBuku: date,
};
const STATUS = { referensi: reference };

/** Donations: HTTP Basic, and no inquiry. */
export const peduli: HttpDialect = (office) => {
  const { user, secret } = office;
  const guarded = guardedBy(({ headers }) => isBasic(headers.authorization, user, secret));
  return [
    guarded('POST', '/donasi', ({ raw }) => pay(office, parsed(raw))),
    guarded('POST', '/donasi/status', ({ raw }) => advise(office, parsed(raw))),
  ];
};

const WORDS = { malformed: () => said('MALFORMED'), payment: paymentAnswer };

const pay = paying(GIFT, WORDS, (gift) => ({
  legReference: gift.referensi,
  customerNumber: gift.donatur,
  product: gift.program,
  offerReference: '',
  billCount: 0,
  amount: gift.nominal,
  settlementDate: gift.tanggalBuku,
}));

const advise = advising(STATUS, WORDS, (asked) => [asked.referensi]);

function paymentAnswer(referensi: string, answer: PaymentAnswer): object {
  if (answer.code !== 'OK') return { ...said(answer.code), referensi };
  const { paid, amountTold, receipt } = answer;
  return {
    ...said('OK'),
    referensi,
    nomorKuitansi: paid.theirReference,
    nominal: Number(amountTold),
    info: receipt,
  };
}

function said(code: CodeTold): object {
  const kode = codeIn(CODES, code);
  return {
    kode: /^\d+$/.test(kode) ? Number(kode) : kode,
    keterangan: code === 'OK' ? 'Terima kasih' : textOf(code),
  };
}
