import { customerSeed } from '../billers/biller';
import { type CodeTable, codeIn } from '../billers/codes';
import type { Counter } from '../billers/counter';
import type { PaymentAnswer, Reaction } from '../billers/desk';
import { type Offer, sumOf } from '../billers/offers';
import { chargesOf } from '../billers/trades/registration';
import type { Bill, Details } from '../billers/trades/trade';
import { jakartaCompact } from '../jakarta';
import { compactDate, reference } from '../wire/members';
import { trailer } from './framing';
import type { IsoDialect } from './host';
import { digits, fit, type Form, type IsoMessage } from './message';

/** The dialect's codes, and every width below; docs/iso-pln.md. */
const CODES: CodeTable = {
  OK: '0000',
  CUSTOMER_UNKNOWN: '0014',
  ALREADY_PAID: '0088',
  DECLINED: '0005',
  WRONG_AMOUNT: '0013',
  OVER_LIMIT: '0047',
  IN_PROCESS: '0068',
  PAYMENT_UNKNOWN: '0063',
  REVERSED: '0094',
  REVERSAL_REFUSED: '0012',
  DUPLICATE: '0097',
  MALFORMED: '0030',
  PRODUCT_UNKNOWN: '0033',
};

const llvar = (most: number): Form => ({ countDigits: 2, most });
const lllvar: Form = { countDigits: 3, most: 999 };
const FORMS = {
  2: llvar(19),
  4: { digits: 16 },
  11: { digits: 12 },
  12: { digits: 14 },
  15: { digits: 8 },
  26: { digits: 4 },
  32: llvar(11),
  33: llvar(11),
  37: { text: 12 },
  39: { digits: 4 },
  40: { digits: 3 },
  41: { text: 16 },
  42: { text: 15 },
  43: { text: 40 },
  48: lllvar,
  56: llvar(41),
  61: lllvar,
  62: lllvar,
  63: lllvar,
} as const;

const TRAILER = 0xff;
const SIZE_MAX = 4_096;
const REPEATED = [2, 11, 12, 26, 32, 33, 40, 41, 42, 43];
const REPEATED_IN_PAYMENT = [4, 15, 37, 63];
const CURRENCY_WITHOUT_DECIMALS = '3600';
/** The last three digits of DE 2. */
const PRODUCTS: Record<string, string> = { '501': 'postpaid', '502': 'prepaid', '504': 'nontaglis' };
const PHONE = '021123';

/** PLN by way of a switch: 2003-shaped types, one byte behind each message. */
export const isoPln: IsoDialect = {
  forms: FORMS,
  framing: trailer(TRAILER, SIZE_MAX),
  network: {
    request: '2800',
    answer: '2810',
    field: 40,
    signOn: '001',
    signOff: '002',
    codeField: 39,
    approved: '0000',
    signOnFirst: '0011',
    broken: '0096',
  },
  echo: (stan, now) => ({
    type: '2800',
    fields: { 11: digits(stan, 12), 12: jakartaCompact(now), 40: '301' },
  }),
  answered,
  serve,
};

type Served = Promise<Reaction<IsoMessage>>;

function serve(counter: Counter, message: IsoMessage): Served {
  const product = PRODUCTS[(message.fields[2] ?? '').slice(-3)];
  const layout = product && LAYOUTS[product];
  if (!layout) return told(message, CODES.PRODUCT_UNKNOWN ?? '');
  const read = layout.read(message.fields[48] ?? '', message.type === '2100');
  if (!read) return told(message, CODES.MALFORMED);
  const asked = { product, layout, read };
  switch (message.type) {
    case '2100':
      return inquire(counter, message, asked);
    case '2200':
    case '2201':
      return pay(counter, message, asked);
    case '2220':
    case '2221':
      return advise(counter, message, asked);
    case '2400':
    case '2401':
      return reverse(counter, message, asked);
    default:
      return told(message, CODES.MALFORMED);
  }
}

type Asked = { readonly product: string; readonly layout: Layout; readonly read: Read };

async function inquire(counter: Counter, message: IsoMessage, { product, layout, read }: Asked): Served {
  const reaction = await counter.inquire(product, read.number);
  if (reaction.how !== 'answer') return reaction;
  const { answer } = reaction;
  if (answer.code !== 'OK') return told(message, codeIn(CODES, answer.code));
  const seed = customerSeed(counter.biller, read.number);
  return told(message, CODES.OK, {
    4: message.fields[4] ?? amountField(sumOf(answer.offer.bills)),
    48: layout.inquired(read, answer.offer),
    ...extra(layout, seed, read, answer.offer),
  });
}

async function pay(counter: Counter, message: IsoMessage, asked: Asked): Served {
  const { read } = asked;
  const { fields } = message;
  const legReference = referenceIn(message);
  const amount = amountIn(fields[4]);
  const settlementDate = compactDate(fields[15]);
  if (legReference === undefined || amount === undefined || settlementDate === undefined)
    return told(message, CODES.MALFORMED);
  const reaction = await counter.pay({
    legReference,
    customerNumber: read.number,
    product: asked.product,
    offerReference: read.reference,
    billCount: read.paidCount,
    amount,
    settlementDate,
  });
  return reaction.how === 'answer' ? paid(counter, message, asked, reaction.answer) : reaction;
}

async function advise(counter: Counter, message: IsoMessage, asked: Asked): Served {
  const legReference = referenceIn(message);
  if (legReference === undefined) return told(message, CODES.MALFORMED);
  const reaction = await counter.advise(legReference, asked.read.number);
  return reaction.how === 'answer' ? paid(counter, message, asked, reaction.answer) : reaction;
}

async function reverse(counter: Counter, message: IsoMessage, { product, read }: Asked): Served {
  const legReference = referenceIn(message);
  const amount = amountIn(message.fields[4]);
  if (legReference === undefined || amount === undefined) return told(message, CODES.MALFORMED);
  // A token that was told cannot be taken back.
  if (product === 'prepaid') return told(message, codeIn(CODES, 'REVERSAL_REFUSED'));
  const reaction = await counter.reverse({
    reversalReference: `R-${legReference}`,
    legReference,
    customerNumber: read.number,
    amount,
  });
  return reaction.how === 'answer' ? told(message, codeIn(CODES, reaction.answer.code)) : reaction;
}

function paid(counter: Counter, message: IsoMessage, asked: Asked, answer: PaymentAnswer): Served {
  if (answer.code !== 'OK') return told(message, codeIn(CODES, answer.code));
  const { layout, read } = asked;
  const seed = customerSeed(counter.biller, read.number);
  return told(message, CODES.OK, {
    4: amountField(answer.amountTold),
    48: layout.paid(message.fields[48] ?? '', answer.paid.theirReference, answer.receipt, answer.offer),
    ...extra(layout, seed, read, answer.offer),
  });
}

function told(message: IsoMessage, code: string, more: IsoMessage['fields'] = {}): Served {
  const { type, fields } = answered(message, code);
  return Promise.resolve({ how: 'answer', answer: { type, fields: { ...fields, ...more } } });
}

/** An answer's type is ten more than the question's, a repeat counted as the first; a repeated reversal has its own. */
function answered({ type, fields }: IsoMessage, code: string): IsoMessage {
  const isReversal = type.startsWith('24');
  const first = isReversal ? type : `${type.slice(0, 3)}0`;
  const repeated = type === '2100' || type === '2800' ? REPEATED : [...REPEATED, ...REPEATED_IN_PAYMENT];
  const kept = repeated.flatMap((number) => {
    const value = fields[number];
    return value === undefined ? [] : [[number, value] as const];
  });
  return { type: digits(Number(first) + 10, 4), fields: { ...Object.fromEntries(kept), 39: code } };
}

function referenceIn({ fields }: IsoMessage): string | undefined {
  return reference((fields[63] ?? fields[37] ?? '').trimEnd());
}

function amountIn(field: string | undefined): string | undefined {
  if (!field?.startsWith(CURRENCY_WITHOUT_DECIMALS)) return undefined;
  const rupiah = BigInt(field.slice(CURRENCY_WITHOUT_DECIMALS.length));
  return rupiah > 0n ? rupiah.toString() : undefined;
}

function amountField(rupiah: bigint): string {
  return CURRENCY_WITHOUT_DECIMALS + digits(rupiah, 12);
}

/** What a question's DE 48 says. */
type Read = {
  readonly number: string;
  readonly reference: string;
  readonly paidCount: number;
  /** What stands before the reference and is repeated. */
  readonly head: string;
};
type Layout = {
  readonly read: (text: string, isInquiry: boolean) => Read | undefined;
  readonly inquired: (read: Read, offer: Offer) => string;
  readonly paid: (sent: string, theirReference: string, receipt: Details, offer: Offer) => string;
  readonly extra?: (seed: string, offer: Offer) => string;
};

function extra({ extra: write }: Layout, seed: string, _: Read, offer: Offer): IsoMessage['fields'] {
  return write ? { 62: write(seed, offer) } : {};
}

const POSTPAID_QUESTION = /^([A-Za-z0-9]{7})(\d{12})$/;
const POSTPAID_ORDER = /^([A-Za-z0-9]{7})(\d{12})([1-4])([1-4])(\d\d)([0-9a-f]{32})/;
const POSTPAID_HEAD = 122;
const BILL = 112;
const REFERENCE_AT = 23;
const REFERENCE = 32;

const postpaid: Layout = {
  read: (text, isInquiry) => {
    const [, switcher = '', number = '', shown = '0', paidCount = '0', , offer = ''] =
      (isInquiry ? POSTPAID_QUESTION : POSTPAID_ORDER).exec(text) ?? [];
    const isWhole = isInquiry || text.length === POSTPAID_HEAD + BILL * Number(shown);
    if (number === '' || !isWhole || Number(paidCount) > Number(shown)) return undefined;
    return { number, reference: offer, paidCount: Number(paidCount), head: switcher + number };
  },
  inquired: ({ head, number }, { bills, outstanding, reference: offer, person, details }) =>
    head +
    digits(bills.length, 1) +
    digits(outstanding, 2) +
    fit(offer, REFERENCE) +
    fit(person.name, 25) +
    number.slice(0, 5) +
    fit(PHONE, 15) +
    fit(details.tariff ?? '', 4) +
    digits(details.power ?? '', 9) +
    digits(0, 9) +
    bills.map(billText).join(''),
  paid: (sent, theirReference) =>
    sent.slice(0, REFERENCE_AT) + fit(theirReference, REFERENCE) + sent.slice(REFERENCE_AT + REFERENCE),
};

const DAY_READ = '10';

function billText({ period, dueDate, amount, penalty, details }: Bill): string {
  const [year = '', month = '', day = ''] = dueDate.split('-');
  return (
    period +
    day +
    month +
    year +
    DAY_READ +
    month +
    year +
    digits(amount, 11) +
    'D' +
    digits(0, 10) +
    digits(0, 10) +
    digits(penalty, 10) +
    digits(details.meterFrom ?? '', 8) +
    digits(details.meterTo ?? '', 8) +
    digits(0, 32)
  );
}

const PREPAID_QUESTION = /^([A-Za-z0-9]{7})(\d{11})(\d{12})([01])$/;
const PREPAID_ORDER = /^([A-Za-z0-9]{7})(\d{11})(\d{12})([01])([0-9a-f]{32})/;
const PREPAID_HEAD = 31;
const PREPAID_ORDER_LENGTH = 144;
const NAME_ENDS = 120;

const prepaid: Layout = {
  read: (text, isInquiry) => {
    const [, , meter = '', idpel = '', flag = '', offer = ''] =
      (isInquiry ? PREPAID_QUESTION : PREPAID_ORDER).exec(text) ?? [];
    if (flag === '' || !(isInquiry || text.length === PREPAID_ORDER_LENGTH)) return undefined;
    const head = text.slice(0, PREPAID_HEAD);
    return { number: flag === '0' ? meter : idpel, reference: offer, paidCount: 0, head };
  },
  inquired: ({ head }, { reference: offer, person, details }) =>
    head +
    fit(offer, REFERENCE) +
    fit('', REFERENCE) +
    fit(person.name, 25) +
    fit(details.tariff ?? '', 4) +
    digits(details.power ?? '', 9) +
    withDecimals(0, '0', 10),
  paid: (sent, theirReference, receipt, { details }) =>
    sent.slice(0, PREPAID_HEAD) +
    fit(theirReference, REFERENCE) +
    sent.slice(PREPAID_HEAD + REFERENCE, NAME_ENDS) +
    theirReference.slice(-8) +
    fit(details.tariff ?? '', 4) +
    digits(details.power ?? '', 9) +
    (receipt.buyingOption ?? '0') +
    withDecimals(0, '0', 10) +
    withDecimals(0, receipt.stampDuty, 10) +
    withDecimals(0, receipt.ppn, 10) +
    withDecimals(0, receipt.ppj, 10) +
    withDecimals(0, receipt.instalment, 10) +
    withDecimals(0, receipt.tokenAmount, 12) +
    withDecimals(2, `${(receipt.kwh ?? '').replace('.', '')}0`, 10) +
    (receipt.token ?? ''),
  extra: (seed, { details, unsold: [first = 0n, second = 0n] = [] }) =>
    '51' +
    fit(seed.split('|')[1] ?? '', 5) +
    fit(PHONE, 15) +
    digits(details.maxKwh ?? '', 5) +
    digits([first, second].filter((amount) => amount > 0n).length, 1) +
    digits(first, 11) +
    digits(second, 11),
};

/** How many decimals follow, and the value in that many. */
function withDecimals(decimals: number, value: string | undefined, width: number): string {
  return `${decimals}${digits(value ?? '0', width)}`;
}

const REGISTRATION_ORDER_LENGTH = 257;
const REGISTRATION_REFERENCE_AT = 91;

const nontaglis: Layout = {
  read: (text, isInquiry) => {
    const number = /^\d{13}/.exec(text)?.[0];
    if (number === undefined || text.length !== (isInquiry ? number.length : REGISTRATION_ORDER_LENGTH))
      return undefined;
    const offer = text.slice(REGISTRATION_REFERENCE_AT, REGISTRATION_REFERENCE_AT + REFERENCE);
    return { number, reference: offer, paidCount: 1, head: number };
  },
  inquired: ({ head }, { reference: offer, person, details, bills }) =>
    head +
    fit(details.transaction ?? '', 25) +
    dayFirst(details.registrationDate ?? '') +
    dayFirst(details.expiryDate ?? '') +
    digits(details.idpel ?? '', 12) +
    fit(person.name, 25) +
    fit(offer, REFERENCE) +
    fit('', REFERENCE) +
    fit(details.serviceUnit ?? '', 5) +
    fit(person.address, 35) +
    fit(PHONE, 15) +
    withDecimals(0, sumOf(bills).toString(), 17) +
    withDecimals(0, sumOf(bills).toString(), 17) +
    withDecimals(0, '0', 10),
  paid: (sent, theirReference) =>
    sent.slice(0, REGISTRATION_REFERENCE_AT) +
    fit(theirReference, REFERENCE) +
    sent.slice(REGISTRATION_REFERENCE_AT + REFERENCE),
  extra: (seed) => {
    const charges = chargesOf(seed);
    const texts = charges.map(({ code, amount }) => code + withDecimals(0, amount.toString(), 17));
    return digits(charges.length, 2) + texts.join('');
  },
};

function dayFirst(date: string): string {
  return date.split('-').toReversed().join('');
}

const LAYOUTS: Record<string, Layout> = { postpaid, prepaid, nontaglis };
