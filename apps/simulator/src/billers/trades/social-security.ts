import { drawBelow, drawOne } from '../draw';
import { openBillCount } from '../endings';
import {
  type About,
  type Bill,
  type Details,
  digitsFrom,
  monthOf,
  periodsOf,
  personOf,
  pick,
  rupiahFrom,
  singleBill,
  type Trade,
} from './trade';

const BRANCHES = [
  { branchCode: '0901', branch: 'JAKARTA SELATAN' },
  { branchCode: '1001', branch: 'BANDUNG' },
  { branchCode: '1301', branch: 'SURABAYA' },
] as const;
/** Monthly premium of one person in rupiah, by class of care; invented as a round figure of the real order. */
const PREMIUMS = [35_000n, 100_000n, 150_000n] as const;

/** Arrears first, then the months that are bought ahead; the first of them is this one. */
function monthlyRows(about: About, monthly: bigint): Bill[] {
  const arrears = openBillCount(about.customerNumber);
  const count = Math.max(arrears, about.months ?? 1);
  return Array.from({ length: count }, (_, index) => ({
    ...monthOf(about.now, arrears - 1 - index),
    amount: monthly,
    penalty: 0n,
    details: {},
  }));
}

function familyDetails(about: About): Details {
  const { seed, customerNumber } = about;
  return {
    headOfFamily: customerNumber,
    familyCount: String(1 + drawBelow(`${seed}|family`, 5)),
    ...drawOne(`${seed}|branch`, BRANCHES),
    months: String(Math.max(openBillCount(customerNumber), about.months ?? 1)),
    remaining: '0',
  };
}

/** Health insurance of a whole family. */
export const FAMILY_HEALTH: Trade = {
  draw: (about) => {
    const details = familyDetails(about);
    const premium = drawOne(`${about.seed}|premium`, PREMIUMS) * BigInt(details.familyCount ?? '1');
    return { person: personOf(about.seed), details, bills: monthlyRows(about, premium) };
  },
  receipt: (sold) => ({
    ...pick(sold.drawn.details, 'branchCode', 'branch', 'familyCount', 'remaining'),
    periods: periodsOf(sold),
  }),
};

/** The fine on a stay in hospital too soon after arrears. */
export const HEALTH_FINE: Trade = {
  draw: (about) => ({
    person: personOf(about.seed),
    details: {
      ...drawOne(`${about.seed}|branch`, BRANCHES),
      treatmentDate: `${monthOf(about.now, 0).dueDate.slice(0, 8)}02`,
      roomClass: String(1 + drawBelow(`${about.seed}|room`, 3)),
    },
    bills: [singleBill(about, rupiahFrom(`${about.seed}|fine`, 50_000, 900_000, 1_000))],
  }),
  receipt: ({ drawn }) => pick(drawn.details, 'branchCode', 'branch', 'treatmentDate'),
};

/** Work insurance of one who works alone, month by month. */
export const SELF_EMPLOYED: Trade = {
  draw: (about) => {
    const { seed, now } = about;
    const jht = rupiahFrom(`${seed}|jht`, 20_000, 200_000, 1_000);
    const [jkk, jkm] = [10_000n, 6_800n];
    const bills = monthlyRows(about, jht + jkk + jkm);
    const count = BigInt(bills.length);
    return {
      person: personOf(seed),
      details: {
        programme: 'JHT JKK JKM',
        branch: drawOne(`${seed}|branch`, BRANCHES).branch,
        months: count.toString(),
        jht: (jht * count).toString(),
        jkk: (jkk * count).toString(),
        jkm: (jkm * count).toString(),
        effectiveDate: `${monthOf(now, 0).dueDate.slice(0, 8)}01`,
        expiryDate: `${monthOf(now, -bills.length).dueDate.slice(0, 8)}01`,
      },
      bills,
    };
  },
  receipt: (sold) => ({
    contributionCode: digitsFrom(`${sold.about.seed}|${sold.legReference}|code`, 12),
    ...pick(sold.drawn.details, 'programme', 'branch', 'jht', 'jkk', 'jkm', 'effectiveDate', 'expiryDate'),
    periods: periodsOf(sold),
  }),
};

/** Work insurance that an employer pays for all of its people. */
export const EMPLOYED: Trade = {
  draw: (about) => {
    const { seed } = about;
    const part = (name: string, most: number) => rupiahFrom(`${seed}|${name}`, 50_000, most, 1_000);
    const parts = {
      jht: part('jht', 9_000_000),
      jkk: part('jkk', 900_000),
      jkm: part('jkm', 500_000),
      jkp: part('jkp', 400_000),
      jp: part('jp', 4_000_000),
    };
    return {
      person: { ...personOf(seed), name: `PT ${personOf(seed).name}` },
      details: {
        companyName: `PT ${personOf(seed).name}`,
        npp: digitsFrom(`${seed}|npp`, 8),
        division: '000',
        ...Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, value.toString()])),
      },
      bills: [
        singleBill(
          about,
          Object.values(parts).reduce((sum, value) => sum + value, 0n),
        ),
      ],
    };
  },
  receipt: (sold) => ({
    contributionCode: sold.about.customerNumber,
    ...pick(sold.drawn.details, 'npp', 'division', 'jht', 'jkk', 'jkm', 'jkp', 'jp'),
    periods: periodsOf(sold),
  }),
};
