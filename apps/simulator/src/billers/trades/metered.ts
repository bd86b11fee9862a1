import { monthBefore } from '../../jakarta';
import { drawBelow, drawOne } from '../draw';
import { openBillCount } from '../endings';
import { ELECTRICITY, GAS, type Tariffs, type TariffClass, WATER } from '../tariffs';
import { tokenPurchaseOf } from '../token';
import {
  type About,
  type Bill,
  type Details,
  monthOf,
  periodsOf,
  personOf,
  type Sold,
  type Trade,
} from './trade';

/** Meters are read from this month on; any fixed month before the first bill would do. */
const FIRST_READING_YEAR = 2020;
const METER_START_BELOW = 5_000;

/** Which price a customer pays. */
export function classOf(tariffs: Tariffs, seed: string): TariffClass {
  return drawOne(`${seed}|class`, tariffs.classes);
}

function metered(
  tariffs: Tariffs,
  details: (about: About) => Details,
  receipt: (sold: Sold) => Details,
): Trade {
  return {
    draw: (about) => ({
      person: personOf(about.seed),
      details: details(about),
      bills: meteredBills(tariffs, about),
    }),
    receipt,
  };
}

/** Electricity after use. */
export const ELECTRICITY_BILLS = metered(
  ELECTRICITY,
  ({ seed }) => tariffDetails(classOf(ELECTRICITY, seed)),
  () => ({}),
);

/** Electricity before use: a token of twenty digits. */
export const ELECTRICITY_TOKENS: Trade = {
  draw: ({ seed }) => {
    const household = classOf(ELECTRICITY, seed);
    return {
      person: personOf(seed),
      details: { ...tariffDetails(household), maxKwh: String(kwhMaxOf(household)) },
      bills: [],
    };
  },
  unsold: ({ seed }) => unsoldOf(seed),
  isOverLimit: ({ seed }, amount) => {
    const household = classOf(ELECTRICITY, seed);
    return Number(tokenPurchaseOf(seed, household, '', amount).kwh) > kwhMaxOf(household);
  },
  receipt: ({ about, legReference, amount, isUnsold }) => {
    const made = isUnsold ? UNSOLD : legReference;
    const bought = tokenPurchaseOf(about.seed, classOf(ELECTRICITY, about.seed), made, amount);
    return {
      buyingOption: isUnsold ? '1' : '0',
      token: bought.token,
      kwh: bought.kwh,
      stampDuty: bought.stampDuty.toString(),
      ppn: bought.ppn.toString(),
      ppj: bought.ppj.toString(),
      instalment: bought.instalment.toString(),
      tokenAmount: bought.tokenAmount.toString(),
    };
  },
};

/** In place of the leg's reference, which no leg can have: a token that was made before anybody paid it. */
const UNSOLD = 'unsold|';

/** Energy a household of this power may buy in one month: its full power, day and night. */
const HOURS_PER_MONTH = 720;

/** The most energy a household may buy at once, in whole kWh. */
function kwhMaxOf({ power }: TariffClass): number {
  return Math.floor((Number(power) * HOURS_PER_MONTH) / 1_000);
}

/** One meter in so many has a token that was made and never handed out, and one in so many of these has a second one. */
const UNSOLD_ONE_IN = 8;
const SECOND_ONE_IN = 4;

/** What the tokens cost that were made for a meter and never handed out, in rupiah: two at most. */
function unsoldOf(seed: string): bigint[] {
  if (drawBelow(`${seed}|unsold`, UNSOLD_ONE_IN) > 0) return [];
  return drawBelow(`${seed}|unsold|2`, SECOND_ONE_IN) > 0 ? [20_000n] : [20_000n, 50_000n];
}

const addressAndTariff =
  (tariffs: Tariffs, company?: string) =>
  ({ seed }: About): Details => ({
    address: personOf(seed).address,
    tariff: classOf(tariffs, seed).tariff,
    ...(company !== undefined && { company }),
  });

/** Water of one town, a bill for each month. */
export function waterBills(company: string): Trade {
  return metered(WATER, addressAndTariff(WATER, company), (sold) => ({
    ...readingsOf(sold.bills),
    address: sold.drawn.person.address,
    company,
    periods: periodsOf(sold),
  }));
}

/** Piped gas, a bill for each month. */
export const GAS_BILLS = metered(GAS, addressAndTariff(GAS), (sold) => ({
  ...readingsOf(sold.bills),
  address: sold.drawn.person.address,
  periods: periodsOf(sold),
}));

/** Rupiah of stamp duty on a merged bill of at least so much. */
const STAMPED_FROM = 5_000_000n;
const STAMP_DUTY = 10_000n;

/** Water of a town that sends one row for all that is unpaid. */
export function mergedWaterBill(company: string): Trade {
  return {
    draw: (about) => {
      const months = meteredBills(WATER, about);
      return {
        person: personOf(about.seed),
        details: { ...addressAndTariff(WATER, company)(about), billMonths: String(months.length) },
        bills: [merged(months)],
      };
    },
    receipt: (sold) => ({
      ...readingsOf(sold.bills),
      address: sold.drawn.person.address,
      company,
      billMonths: sold.drawn.details.billMonths ?? '',
      periods: periodsOf(sold),
    }),
  };
}

function merged(months: readonly Bill[]): Bill {
  const [oldest, newest] = [months[0], months.at(-1)];
  if (!oldest || !newest) throw new RangeError('A merged bill needs a month.');
  const water = months.reduce((sum, { amount }) => sum + amount, 0n);
  const stampDuty = water >= STAMPED_FROM ? STAMP_DUTY : 0n;
  return {
    period: months.length === 1 ? oldest.period : `${oldest.period}-${newest.period}`,
    dueDate: newest.dueDate,
    amount: water + stampDuty,
    penalty: months.reduce((sum, { penalty }) => sum + penalty, 0n),
    details: { ...readingsOf(months), stampDuty: stampDuty.toString() },
  };
}

function readingsOf(bills: readonly Bill[]): Details {
  const meterFrom = bills[0]?.details.meterFrom ?? '';
  const meterTo = bills.at(-1)?.details.meterTo ?? '';
  return { meterFrom, meterTo, usage: String(Number(meterTo) - Number(meterFrom)) };
}

function tariffDetails({ tariff, power }: TariffClass): Details {
  return { tariff, power };
}

/** A bill for each unpaid month of a metered customer. */
export function meteredBills(tariffs: Tariffs, about: About): Bill[] {
  const { seed, customerNumber, now } = about;
  const count = openBillCount(customerNumber);
  const { unitPriceSen, lateFee } = classOf(tariffs, seed);
  const readings = readingsUntil(tariffs, seed, now, count);
  return Array.from({ length: count }, (_, index) => {
    const [from = 0, to = 0] = readings.slice(index, index + 2);
    const monthsAgo = count - 1 - index;
    return {
      ...monthOf(now, monthsAgo),
      // Multiplied first and cut to whole rupiah last; the biller forgoes the sen.
      amount: (BigInt(to - from) * unitPriceSen) / 100n,
      penalty: monthsAgo > 0 ? lateFee : 0n,
      details: {
        meterFrom: String(from).padStart(8, '0'),
        meterTo: String(to).padStart(8, '0'),
        usage: String(to - from),
      },
    };
  });
}

/**
 * The readings of a meter before and at the end of each of the last `count` months. It runs at the household's own pace and
 * never backwards: each strays from the average by less than the least a household uses in a month.
 */
function readingsUntil(tariffs: Tariffs, seed: string, now: Date, count: number): number[] {
  const [least, most] = tariffs.monthlyUnits;
  const pace = least + drawBelow(`${seed}|meter|pace`, most - least + 1);
  const start = drawBelow(`${seed}|meter|start`, METER_START_BELOW);
  return Array.from({ length: count + 1 }, (_, index) => {
    const { year, month } = monthBefore(now, count - index);
    const monthNumber = (year - FIRST_READING_YEAR) * 12 + month;
    return start + monthNumber * pace + drawBelow(`${seed}|meter|${monthNumber}`, tariffs.readingSpread);
  });
}
