import { jakartaDate, monthBefore } from '../jakarta';
import type { Biller, Product } from './biller';
import { drawBelow, drawHex, drawOne } from './draw';
import { openBillCount } from './endings';
import type { TariffClass } from './trade';

/** Who a customer number belongs to. Every name and street is invented. */
export type Customer = TariffClass & { readonly name: string; readonly address: string };

/** One unpaid month. Amounts are rupiah; `amount` is without its `penalty`. */
export type Bill = {
  /** The month, such as `2026-07`. */
  readonly period: string;
  readonly dueDate: string;
  readonly amount: bigint;
  readonly penalty: bigint;
  readonly meterFrom: string;
  readonly meterTo: string;
};

const FIRST_NAMES = ['ADITYA', 'BUNGA', 'CITRA', 'DIMAS', 'EKA', 'FAJAR', 'GITA', 'HENDRA', 'INDAH', 'JOKO'];
const LAST_NAMES = ['PRANATA', 'LESTARI', 'WIBISONO', 'MAHARANI', 'SAPUTRA', 'ANGGRAENI', 'KUSUMA', 'HALIM'];
const STREETS = ['JL MELATI', 'JL KENANGA', 'JL CEMPAKA', 'GG MAWAR', 'JL FLAMBOYAN', 'JL TERATAI'];

const DUE_DAY = 20;
/** Meters are read from this month on; any fixed month before the first bill would do. */
const FIRST_READING_YEAR = 2020;
const METER_START_BELOW = 5_000;

/** The customer behind a number: the same one at every call and after every restart. */
export function customerOf(biller: Biller, customerNumber: string): Customer {
  const seed = `${biller.id}|${customerNumber}`;
  return {
    ...drawOne(`${seed}|class`, biller.trade.classes),
    name: `${drawOne(`${seed}|first`, FIRST_NAMES)} ${drawOne(`${seed}|last`, LAST_NAMES)}`,
    address: `${drawOne(`${seed}|street`, STREETS)} NO ${1 + drawBelow(`${seed}|house`, 120)}`,
  };
}

/**
 * The unpaid bills of a customer, oldest first, the newest of the current month in Jakarta.
 * They depend on the number and the month alone: a payment does not make them go away, so that the same
 * customer can be paid again by the next test.
 */
export function openBillsOf(biller: Biller, customerNumber: string, now: Date): Bill[] {
  const count = openBillCount(customerNumber);
  return Array.from({ length: count }, (_, index) => billOf(biller, customerNumber, now, count - 1 - index));
}

/**
 * The reference an inquiry hands out and a payment must bring back: 32 hex digits.
 * It belongs to the customer, the product and the month, as the bills do.
 */
export function offerReferenceOf(
  biller: Biller,
  product: Product,
  customerNumber: string,
  now: Date,
): string {
  const month = jakartaDate(now).slice(0, 7).replace('-', '');
  return drawHex(`${biller.id}|${product}|${customerNumber}|${month}|offer`).slice(0, 32);
}

/** The bill of so many months ago. Months before the current one are overdue and carry the late fee. */
function billOf(biller: Biller, customerNumber: string, now: Date, monthsAgo: number): Bill {
  const { year, month } = monthBefore(now, monthsAgo);
  const period = `${year}-${String(month).padStart(2, '0')}`;
  const monthNumber = (year - FIRST_READING_YEAR) * 12 + month;
  const meterFrom = meterReading(biller, customerNumber, monthNumber - 1);
  const meterTo = meterReading(biller, customerNumber, monthNumber);
  const { unitPriceSen, lateFee } = customerOf(biller, customerNumber);
  return {
    period,
    dueDate: `${period}-${DUE_DAY}`,
    // Multiplied first and cut to whole rupiah last; the biller forgoes the sen.
    amount: (BigInt(meterTo - meterFrom) * unitPriceSen) / 100n,
    penalty: monthsAgo > 0 ? lateFee : 0n,
    meterFrom: String(meterFrom).padStart(8, '0'),
    meterTo: String(meterTo).padStart(8, '0'),
  };
}

/**
 * A meter that runs at the household's own pace and never backwards: each reading strays from the average by
 * less than the least a household uses in a month.
 */
function meterReading(biller: Biller, customerNumber: string, monthNumber: number): number {
  const seed = `${biller.id}|${customerNumber}|meter`;
  const [least, most] = biller.trade.monthlyUnits;
  const pace = least + drawBelow(`${seed}|pace`, most - least + 1);
  const start = drawBelow(`${seed}|start`, METER_START_BELOW);
  return start + monthNumber * pace + drawBelow(`${seed}|${monthNumber}`, biller.trade.readingSpread);
}
