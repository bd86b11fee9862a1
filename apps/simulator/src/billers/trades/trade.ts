import { jakartaDate, monthBefore } from '../../jakarta';
import { drawBelow, drawHex, drawOne } from '../draw';
import { openBillCount } from '../endings';

export type Details = Readonly<Record<string, string>>;

/** One unpaid period. Amounts are rupiah; `amount` is without its `penalty`. */
export type Bill = {
  /** `202607`, `202605-202607` or `2026`. */
  readonly period: string;
  /** `2026-07-20` */
  readonly dueDate: string;
  readonly amount: bigint;
  readonly penalty: bigint;
  readonly details: Details;
};

/** Whose number it is. Every name and street is invented. */
export type Person = { readonly name: string; readonly address: string };

/** What a trade draws from: the seed stands for biller and customer; bills also depend on the month. */
export type About = {
  readonly seed: string;
  /** The biller's word for the product. */
  readonly word: string;
  readonly customerNumber: string;
  readonly now: Date;
  readonly months: number | undefined;
  readonly year: number | undefined;
};

/** What a customer is told at an inquiry. */
export type Drawn = {
  readonly person: Person;
  readonly details: Details;
  /** All that is unpaid, oldest first. */
  readonly bills: readonly Bill[];
  readonly bounds?: { readonly minimum: bigint; readonly maximum: bigint };
};

/** A payment as its receipt tells it. */
export type Sold = {
  readonly about: About;
  readonly drawn: Drawn;
  /** The bills it paid; none where nothing was owed. */
  readonly bills: readonly Bill[];
  readonly amount: bigint;
  readonly legReference: string;
  readonly theirReference: string;
  /** It handed out what had been made before. */
  readonly isUnsold: boolean;
};

/** What is owed or sold, drawn from the customer number and the month alone, and what its receipt says. */
export type Trade = {
  readonly draw: (about: About) => Drawn;
  readonly receipt: (sold: Sold) => Details;
  /** What was made for this customer and never handed out, such as tokens: who pays one of these amounts gets that. */
  readonly unsold?: (about: About) => readonly bigint[];
  /** Whether an amount buys more than this customer may have. */
  readonly isOverLimit?: (about: About, amount: bigint) => boolean;
};

const FIRST_NAMES = ['ADITYA', 'BUNGA', 'CITRA', 'DIMAS', 'EKA', 'FAJAR', 'GITA', 'HENDRA', 'INDAH', 'JOKO'];
const LAST_NAMES = ['PRANATA', 'LESTARI', 'WIBISONO', 'MAHARANI', 'SAPUTRA', 'ANGGRAENI', 'KUSUMA', 'HALIM'];
const STREETS = ['JL MELATI', 'JL KENANGA', 'JL CEMPAKA', 'GG MAWAR', 'JL FLAMBOYAN', 'JL TERATAI'];
const DUE_DAY = 20;

/** Who the seed stands for. */
export function personOf(seed: string): Person {
  return {
    name: `${drawOne(`${seed}|first`, FIRST_NAMES)} ${drawOne(`${seed}|last`, LAST_NAMES)}`,
    address: `${drawOne(`${seed}|street`, STREETS)} NO ${1 + drawBelow(`${seed}|house`, 120)}`,
  };
}

/** The period and due date of the month so many months ago; negative for months to come. */
export function monthOf(now: Date, monthsAgo: number): { period: string; dueDate: string } {
  const { year, month } = monthBefore(now, monthsAgo);
  const two = String(month).padStart(2, '0');
  return { period: `${year}${two}`, dueDate: `${year}-${two}-${DUE_DAY}` };
}

/** A whole number of rupiah from `least` to `most`, a multiple of `step`. */
export function rupiahFrom(seed: string, least: number, most: number, step: number): bigint {
  return BigInt(least + step * drawBelow(seed, Math.floor((most - least) / step) + 1));
}

/** Digits that only the seed decides. */
export function digitsFrom(seed: string, length: number): string {
  const text = BigInt(`0x${drawHex(seed)}`).toString();
  return text.slice(-length).padStart(length, '0');
}

/** One bill for each unpaid month, the newest of this month; those before are late. */
export function monthlyBills(
  about: About,
  amountOf: (seed: string, index: number) => bigint,
  lateFee: bigint,
  detailsOf: (monthsAgo: number) => Details = () => ({}),
): Bill[] {
  const count = openBillCount(about.customerNumber);
  return Array.from({ length: count }, (_, index) => {
    const monthsAgo = count - 1 - index;
    const month = monthOf(about.now, monthsAgo);
    return {
      ...month,
      amount: amountOf(`${about.seed}|${month.period}`, index),
      penalty: monthsAgo > 0 ? lateFee : 0n,
      details: detailsOf(monthsAgo),
    };
  });
}

/** The one bill of this month. */
export function singleBill(about: About, amount: bigint, penalty = 0n, details: Details = {}): Bill {
  return { ...monthOf(about.now, 0), amount, penalty, details };
}

/** `202607` or `202605,202606,202607`. */
export function periodsOf({ bills }: Pick<Sold, 'bills'>): string {
  return bills.map(({ period }) => period).join(',');
}

/** A date so many days after the instant, by Jakarta's calendar. */
export function daysAfter(instant: Date, days: number): string {
  return jakartaDate(new Date(instant.getTime() + days * 86_400_000));
}

/** Some members of a record, in this order; what is missing is left out. */
export function pick(details: Details, ...names: readonly string[]): Details {
  return Object.fromEntries(names.flatMap((name) => (name in details ? [[name, details[name] ?? '']] : [])));
}
