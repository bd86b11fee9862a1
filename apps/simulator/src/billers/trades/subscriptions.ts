import { drawOne } from '../draw';
import { monthlyBills, periodsOf, personOf, pick, rupiahFrom, type Details, type Trade } from './trade';

const AREAS = [
  { area: '021', division: 'REGIONAL 2', datel: 'JAKARTA TIMUR' },
  { area: '022', division: 'REGIONAL 3', datel: 'BANDUNG' },
  { area: '031', division: 'REGIONAL 5', datel: 'SURABAYA SELATAN' },
] as const;
const PACKAGES: Record<string, readonly string[]> = {
  'paytv-satelit': ['PAKET KELUARGA', 'PAKET OLAHRAGA', 'PAKET LENGKAP'],
  'paytv-kabel': ['KABEL DASAR', 'KABEL PLUS'],
  'internet-cepat': ['CEPAT 30 MBPS', 'CEPAT 50 MBPS', 'CEPAT 100 MBPS'],
};
const OPERATORS: Record<string, string> = {
  'telkomsel-halo': 'TELKOMSEL',
  'indosat-postpaid': 'INDOSAT',
  'xl-postpaid': 'XL',
};
const LATE_FEE = 5_000n;

function subscription(detailsOf: (seed: string, word: string) => Details, told: readonly string[]): Trade {
  return {
    draw: (about) => ({
      person: personOf(about.seed),
      details: detailsOf(about.seed, about.word),
      bills: monthlyBills(about, (seed) => rupiahFrom(seed, 75_000, 480_000, 500), LATE_FEE),
    }),
    receipt: (sold) => ({ ...pick(sold.drawn.details, ...told), periods: periodsOf(sold) }),
  };
}

/** A line at home: telephone or internet of the same company. */
export const FIXED_LINE = subscription(
  (seed) => ({ ...drawOne(`${seed}|area`, AREAS), address: personOf(seed).address }),
  ['area', 'division', 'datel'],
);

/** Television or internet in packages. */
export const PACKAGED = subscription(
  (seed, word) => ({
    package: drawOne(`${seed}|package`, PACKAGES[word] ?? ['PAKET DASAR']),
    address: personOf(seed).address,
  }),
  ['package'],
);

/** A mobile telephone that is paid after use. */
export const MOBILE_BILLS = subscription((_, word) => ({ operator: OPERATORS[word] ?? '' }), ['operator']);
