import { type CodeTable, codeIn } from '../billers/codes';
import type { Counter } from '../billers/counter';
import type { PaymentAnswer, Reaction } from '../billers/desk';
import { type Offer, sumOf } from '../billers/offers';
import type { Bill, Details } from '../billers/trades/trade';
import { drawBelow } from '../billers/draw';
import { isCalendarDate, jakartaDate } from '../jakarta';
import { count, reference } from '../wire/members';
import { lengthBefore } from './framing';
import type { IsoDialect } from './host';
import { digits, type Form, type IsoMessage } from './message';

/** The dialect's codes; docs/iso-alto.md. */
const CODES: CodeTable = {
  OK: '00',
  CUSTOMER_UNKNOWN: '31',
  ALREADY_PAID: '54',
  DECLINED: '05',
  WRONG_AMOUNT: '13',
  IN_PROCESS: '68',
  PAYMENT_UNKNOWN: '92',
  REVERSED: '22',
  REVERSAL_REFUSED: '12',
  DUPLICATE: '94',
  MALFORMED: '06',
  PRODUCT_UNKNOWN: '30',
};

const lllvar: Form = { countDigits: 3, most: 999 };
const llvar: Form = { countDigits: 2, most: 11 };
const FORMS = {
  3: { digits: 6 },
  4: { digits: 12 },
  7: { digits: 10 },
  11: { digits: 6 },
  12: { digits: 6 },
  13: { digits: 4 },
  15: { digits: 4 },
  18: { digits: 4 },
  32: llvar,
  33: llvar,
  37: { text: 12 },
  39: { text: 2 },
  41: { text: 16 },
  42: { text: 15 },
  43: { text: 40 },
  48: lllvar,
  49: { digits: 3 },
  57: lllvar,
  70: { digits: 3 },
  90: { digits: 42 },
} as const;

const SIZE_MAX = 9_999;
const REPEATED = [3, 4, 7, 11, 12, 13, 15, 18, 32, 33, 37, 41, 48, 49, 70];
const PRODUCTS: Record<string, string> = {
  '070101': 'telkomsel-halo',
  '070102': 'indosat-postpaid',
  '070103': 'xl-postpaid',
  '060201': 'pdam-kawan',
};
const RECEIPT_WIDTH = 50;

/** A switch of the eighties: a length before each message, and tags in the private data. */
export const isoAlto: IsoDialect = {
  forms: FORMS,
  framing: lengthBefore(SIZE_MAX),
  network: {
    request: '0800',
    answer: '0810',
    field: 70,
    signOn: '001',
    signOff: '002',
    codeField: 39,
    approved: '00',
    signOnFirst: '01',
    broken: '96',
  },
  echo: (stan, now) => ({
    type: '0800',
    fields: { 7: monthToSecond(now), 11: digits(stan % 1_000_000, 6), 70: '301' },
  }),
  answered,
  serve,
};

type Served = Promise<Reaction<IsoMessage>>;
type Tags = Readonly<Record<string, string>>;

function serve(counter: Counter, message: IsoMessage, now: Date): Served {
  const tags = tagsIn(message.fields[48] ?? '');
  const number = tags?.CN;
  if (!tags || number === undefined || number === '') return told(message, CODES.MALFORMED);
  const product = PRODUCTS[tags.PI ?? ''] ?? tags.PI ?? '';
  const asked: Asked = { tags, number, product };
  switch (message.type) {
    case '0200':
      if (message.fields[3]?.startsWith('37')) return inquire(counter, message, asked);
      return message.fields[3]?.startsWith('80')
        ? pay(counter, message, asked, now)
        : told(message, CODES.MALFORMED);
    case '0220':
    case '0221':
      return advise(counter, message, asked);
    case '0400':
    case '0401':
      return reverse(counter, message, asked);
    default:
      return told(message, CODES.MALFORMED);
  }
}

type Asked = { readonly tags: Tags; readonly number: string; readonly product: string };

async function inquire(counter: Counter, message: IsoMessage, { tags, number, product }: Asked): Served {
  const reaction = await counter.inquire(product, number);
  if (reaction.how !== 'answer') return reaction;
  const { answer } = reaction;
  if (answer.code !== 'OK') return told(message, codeIn(CODES, answer.code));
  const { offer } = answer;
  const bills = offer.bills.map((bill, index) => [`B${index + 1}`, billText(bill)] as const);
  return told(message, CODES.OK, {
    4: withDecimals(sumOf(offer.bills)),
    48: tagged({
      PI: tags.PI,
      CN: number,
      FR: offer.reference,
      FS: digits(1 + drawBelow(`${offer.reference}|stan`, 999_999), 6),
      ...moneyTags(offer, sumOf(offer.bills)),
      B0: digits(offer.bills.length, 2),
      OC: digits(offer.outstanding, 2),
      ...Object.fromEntries(bills),
      ...(offer.validSeconds !== undefined && { VS: String(offer.validSeconds) }),
      ...detailTags(offer.details),
    }),
  });
}

async function pay(
  counter: Counter,
  message: IsoMessage,
  { tags, number, product }: Asked,
  now: Date,
): Served {
  const legReference = referenceIn(message, tags);
  const amount = amountIn(message.fields[4]);
  const billCount = count(tags.B0);
  const settlementDate = nearest(message.fields[15] ?? '', now);
  if (legReference === undefined || amount === undefined || billCount === undefined || !settlementDate)
    return told(message, CODES.MALFORMED);
  const reaction = await counter.pay({
    legReference,
    customerNumber: number,
    product,
    offerReference: tags.FR ?? '',
    billCount,
    amount,
    settlementDate,
  });
  return reaction.how === 'answer' ? paid(message, tags, reaction.answer) : reaction;
}

async function advise(counter: Counter, message: IsoMessage, { tags, number }: Asked): Served {
  const legReference = referenceIn(message, tags);
  if (legReference === undefined) return told(message, CODES.MALFORMED);
  const reaction = await counter.advise(legReference, number);
  return reaction.how === 'answer' ? paid(message, tags, reaction.answer) : reaction;
}

async function reverse(counter: Counter, message: IsoMessage, { tags, number }: Asked): Served {
  const legReference = referenceIn(message, tags);
  const amount = amountIn(message.fields[4]);
  if (legReference === undefined || amount === undefined) return told(message, CODES.MALFORMED);
  const reaction = await counter.reverse({
    reversalReference: `R-${legReference}`,
    legReference,
    customerNumber: number,
    amount,
  });
  return reaction.how === 'answer' ? told(message, codeIn(CODES, reaction.answer.code)) : reaction;
}

function paid(message: IsoMessage, tags: Tags, answer: PaymentAnswer): Served {
  if (answer.code !== 'OK') return told(message, codeIn(CODES, answer.code));
  const { offer, receipt, amountTold, paid: entry } = answer;
  const { B0: _, ...repeated } = tags;
  return told(message, CODES.OK, {
    4: withDecimals(amountTold),
    48: tagged({
      ...repeated,
      C2: entry.theirReference,
      ...moneyTags(offer, amountTold),
      ...detailTags(receipt),
      ...(receipt.periods !== undefined && { PD: ends(receipt.periods) }),
    }),
    57: receiptLines(entry.theirReference, entry.customerNumber, offer, amountTold),
  });
}

function moneyTags({ person }: Offer, amount: bigint): Tags {
  return { NM: person.name, AT: withDecimals(amount), AC: withDecimals(0n) };
}

const DETAIL_TAGS = {
  OP: 'operator',
  AD: 'address',
  TF: 'tariff',
  CO: 'company',
  MF: 'meterFrom',
  MT: 'meterTo',
  US: 'usage',
} as const;

function detailTags(details: Details): Tags {
  const found = Object.entries(DETAIL_TAGS).flatMap(([tag, name]) => {
    const value = details[name];
    return value === undefined ? [] : [[tag, value] as const];
  });
  return Object.fromEntries(found);
}

function ends(periods: string): string {
  const list = periods.split(',');
  return list.length === 1 ? periods : `${list[0]}-${list.at(-1)}`;
}

function billText({ period, dueDate, amount, penalty, details }: Bill): string {
  return (
    period +
    dueDate.replaceAll('-', '') +
    withDecimals(amount) +
    withDecimals(penalty) +
    digits(details.meterFrom ?? 0, 8) +
    digits(details.meterTo ?? 0, 8)
  );
}

function receiptLines(theirReference: string, number: string, { person }: Offer, amount: bigint): string {
  const lines = [
    'STRUK PEMBAYARAN TAGIHAN',
    `NO PELANGGAN : ${number}`,
    `NAMA         : ${person.name}`,
    `TAGIHAN      : RP ${amount}`,
    `NO REF       : ${theirReference}`,
    'SIMPAN STRUK INI SEBAGAI BUKTI YANG SAH',
  ];
  return tagged(Object.fromEntries(lines.map((line, index) => [`R${index}`, line.slice(0, RECEIPT_WIDTH)])));
}

/** Two letters or digits, two digits of length, the value. */
function tagged(tags: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(tags)
    .map(([tag, value = '']) => `${tag}${digits(value.length, 2)}${value}`)
    .join('');
}

function tagsIn(text: string): Tags | undefined {
  const tags: Record<string, string> = {};
  for (let place = 0; place < text.length;) {
    const [, tag = '', length] = /^([A-Z0-9]{2})(\d\d)/.exec(text.slice(place, place + 4)) ?? [];
    if (length === undefined) return undefined;
    const end = place + 4 + Number(length);
    if (end > text.length || tag in tags) return undefined;
    tags[tag] = text.slice(place + 4, end);
    place = end;
  }
  return tags;
}

function told(message: IsoMessage, code: string | undefined, more: IsoMessage['fields'] = {}): Served {
  const { type, fields } = answered(message, code ?? CODES.MALFORMED);
  return Promise.resolve({ how: 'answer', answer: { type, fields: { ...fields, ...more } } });
}

/** An answer's type is ten more than the question's, a repeat counted as the first. */
function answered({ type, fields }: IsoMessage, code: string): IsoMessage {
  const kept = REPEATED.flatMap((number) => {
    const value = fields[number];
    return value === undefined ? [] : [[number, value] as const];
  });
  const first = Number(`${type.slice(0, 3)}0`);
  return { type: digits(first + 10, 4), fields: { ...Object.fromEntries(kept), 39: code } };
}

function referenceIn({ fields }: IsoMessage, { C1 }: Tags): string | undefined {
  return reference((C1 ?? fields[37] ?? '').trimEnd());
}

function amountIn(field: string | undefined): string | undefined {
  return field?.endsWith('00') && /[1-9]/.test(field) ? BigInt(field.slice(0, -2)).toString() : undefined;
}

function withDecimals(rupiah: bigint): string {
  return digits(rupiah * 100n, 12);
}

const HALF_YEAR_MS = 183 * 86_400_000;

/** The date of this month and day that is nearest to now. */
function nearest(monthAndDay: string, now: Date): string | undefined {
  const year = Number(jakartaDate(now).slice(0, 4));
  const dates = [year - 1, year, year + 1].map(
    (one) => `${one}-${monthAndDay.slice(0, 2)}-${monthAndDay.slice(2)}`,
  );
  return dates.find(
    (date) => isCalendarDate(date) && Math.abs(Date.parse(date) - now.getTime()) <= HALF_YEAR_MS,
  );
}

function monthToSecond(instant: Date): string {
  return instant.toISOString().replace(/\D/g, '').slice(4, 14);
}
