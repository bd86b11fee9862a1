import { formatPaymentId, inFours } from '#lib/kernel';

/** Languages a receipt is written in. */
export const LANGUAGES = ['id', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a value reads on paper. A value that does not have the form of its format is shown as it is, never changed. */
export interface Format {
  show(value: string, language: Language): string;
  /** Money: stands at the right margin, and is never cut. */
  isAmount?: boolean;
  /** Never cut at its spaces. */
  isWhole?: boolean;
}

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  id: ['JAN', 'FEB', 'MAR', 'APR', 'MEI', 'JUN', 'JUL', 'AGU', 'SEP', 'OKT', 'NOV', 'DES'],
  en: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};

/** Every format a definition may name. */
export const FORMATS = {
  text: { show: (value) => value },
  /** `152500` as `Rp 152.500`; cents, where a biller has some, behind a comma. */
  rupiah: { show: rupiahShown, isAmount: true, isWhole: true },
  /** `2026-07-20` or `20260720` as `20/07/2026`. */
  date: { show: dateShown, isWhole: true },
  /** One month or several, `202606, 202607` as `JUN 2026, JUL 2026`. */
  period: { show: (value, language) => value.replace(PERIOD, (month) => monthShown(month, language)) },
  /** Twenty digits, however they are parted, as five groups of four. */
  token: { show: tokenShown, isWhole: true },
  /** `35.7` as `35,7`; in English with a point. */
  decimal: { show: (value, language) => decimalShown(value, language), isWhole: true },
  /** A whole number with its thousands parted: `1250` as `1.250`; in English `1,250`. */
  quantity: { show: (value, language) => decimalShown(value, language), isWhole: true },
  /** A card number of which only the last four digits are shown. */
  card: { show: cardShown, isWhole: true },
  /** As `T0TB-R006-15QG`. */
  paymentId: { show: formatPaymentId, isWhole: true },
  /** A number that people copy: never cut where it fits a line. */
  number: { show: (value) => value, isWhole: true },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as [FormatName, ...FormatName[]];

/** The formats of what is always written the same way, where a definition names none. */
const USUAL: Readonly<Record<string, FormatName>> = {
  paymentId: 'paymentId',
  customerNumber: 'number',
  billerReference: 'number',
  time: 'number',
  amount: 'rupiah',
  adminFee: 'rupiah',
  total: 'rupiah',
  'bills.amount': 'rupiah',
  'bills.penalty': 'rupiah',
  period: 'period',
  periods: 'period',
  penalty: 'rupiah',
  token: 'token',
  stampDuty: 'rupiah',
  ppn: 'rupiah',
  ppj: 'rupiah',
  instalment: 'rupiah',
  tokenAmount: 'rupiah',
};

/** The format of a value: the one its row names, else the usual one of its name, else plain text. */
export function formatOf(name: string, format: FormatName | undefined): Format {
  return FORMATS[format ?? usualFormat(name)];
}

function usualFormat(name: string): FormatName {
  return Object.hasOwn(USUAL, name) ? (USUAL[name] as FormatName) : 'text';
}

function rupiahShown(value: string): string {
  if (/^[1-9]\d{0,17}$/.test(value)) return `Rp ${thousands(value, '.')}`;
  const [, sign, whole, cents] = /^(-?)(\d{1,18})(?:[.,](\d{1,2}))?$/.exec(value) ?? [];
  if (whole === undefined) return value;
  const parted = thousands(whole.replace(/^0+(?=\d)/, ''), '.');
  return `${sign}Rp ${parted}${cents === undefined || /^0+$/.test(cents) ? '' : `,${cents.padEnd(2, '0')}`}`;
}

/** Digits with a mark before each group of three. */
function thousands(digits: string, mark: string): string {
  let grouped = digits.slice(-3);
  for (let end = digits.length - 3; end > 0; end -= 3)
    grouped = digits.slice(Math.max(0, end - 3), end) + mark + grouped;
  return grouped;
}

function decimalShown(value: string, language: Language): string {
  const [, sign, whole, decimals] = /^(-?)(\d{1,18})(?:[.,](\d+))?$/.exec(value) ?? [];
  if (whole === undefined) return value;
  const [mark, point] = language === 'id' ? ['.', ','] : [',', '.'];
  const parted = thousands(whole.replace(/^0+(?=\d)/, ''), mark);
  return `${sign}${parted}${decimals === undefined ? '' : point + decimals}`;
}

function dateShown(value: string): string {
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(value) ?? [];
  return year === undefined ? value : `${day}/${month}/${year}`;
}

const PERIOD = /\b\d{4}-?(?:0[1-9]|1[0-2])\b/g;

function monthShown(period: string, language: Language): string {
  return `${MONTHS[language][Number(period.slice(-2)) - 1]} ${period.slice(0, 4)}`;
}

function tokenShown(value: string): string {
  const digits = value.replace(/[\s-]/g, '');
  return /^\d{20}$/.test(digits) ? inFours(digits, ' ') : value;
}

/** Of what is no card number nothing but the end is shown either. */
function cardShown(value: string): string {
  return `**** **** **** ${value.replace(/\W/g, '').slice(-4)}`;
}
