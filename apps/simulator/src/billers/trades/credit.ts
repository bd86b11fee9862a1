import { drawBelow, drawHex, drawOne } from '../draw';
import {
  type Bill,
  daysAfter,
  digitsFrom,
  monthlyBills,
  monthOf,
  periodsOf,
  personOf,
  pick,
  rupiahFrom,
  type Sold,
  singleBill,
  type Trade,
} from './trade';

const BRANCHES = ['BEKASI', 'DEPOK', 'BOGOR', 'TANGERANG'];
const ITEMS = ['MOTOR 125CC', 'MOTOR 150CC', 'MOBIL KELUARGA'];
const TENORS = [12, 24, 36];
const COMPANIES: Record<string, string> = {
  'multifinance-mitra': 'MITRA FINANCE',
  'multifinance-sentosa': 'SENTOSA FINANCE',
};
/** How many instalments may be paid at once where the customer chooses. */
const INSTALMENTS_MAX = 3n;
const LATE_FEE = 50_000n;

/** Instalments of a vehicle; where it has bounds, one is the least and three are the most. */
export function instalments(hasBounds: boolean): Trade {
  return {
    draw: (about) => {
      const { seed } = about;
      const instalment = rupiahFrom(`${seed}|instalment`, 400_000, 2_500_000, 1_000);
      const first = 1 + drawBelow(`${seed}|paid`, 8);
      const bills = numbered(
        monthlyBills(about, () => instalment, LATE_FEE),
        first,
      );
      const penalties = bills.reduce((sum, { penalty }) => sum + penalty, 0n);
      const [oldest] = bills;
      return {
        person: personOf(seed),
        details: {
          branch: drawOne(`${seed}|branch`, BRANCHES),
          item: drawOne(`${seed}|item`, ITEMS),
          plate: `B ${digitsFrom(`${seed}|plate`, 4)} ${lettersFrom(`${seed}|letters`, 2)}`,
          chassis: `MH1${drawHex(`${seed}|chassis`).slice(0, 14).toUpperCase()}`,
          tenor: String(drawOne(`${seed}|tenor`, TENORS)),
          companyName: COMPANIES[about.word] ?? '',
        },
        bills,
        ...(hasBounds && {
          bounds: {
            minimum: instalment + (oldest?.penalty ?? 0n),
            maximum: maxOf(instalment * INSTALMENTS_MAX, instalment * BigInt(bills.length)) + penalties,
          },
        }),
      };
    },
    receipt: (sold) => ({
      ...pick(sold.drawn.details, 'branch', 'item', 'plate', 'tenor'),
      instalmentNo: instalmentRange(sold),
      companyName: sold.drawn.details.companyName ?? '',
      periods: periodsOf(sold),
    }),
  };
}

function numbered(bills: readonly Bill[], first: number): Bill[] {
  return bills.map((bill, index) => ({ ...bill, details: { instalmentNo: String(first + index) } }));
}

function instalmentRange({ bills }: Sold): string {
  const [from, to] = [bills[0]?.details.instalmentNo, bills.at(-1)?.details.instalmentNo];
  return from === to ? (from ?? '') : `${from}-${to}`;
}

function maxOf(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function lettersFrom(seed: string, length: number): string {
  return Array.from({ length }, (_, index) =>
    String.fromCharCode(65 + drawBelow(`${seed}|${index}`, 26)),
  ).join('');
}

const CARD_BANK = 'BANK NUSA KARTU';
/** The least that a card's owner must pay, as a part of what was spent. */
const LEAST_PART = 10n;

/** What was spent with a credit card. */
export const CARD_BILL: Trade = {
  draw: (about) => {
    const { seed, customerNumber } = about;
    const spent = rupiahFrom(`${seed}|${monthOf(about.now, 0).period}|spent`, 500_000, 12_000_000, 10_000);
    return {
      person: personOf(seed),
      details: {
        cardNumber: customerNumber,
        bank: CARD_BANK,
        printDate: `${monthOf(about.now, 0).dueDate.slice(0, 8)}01`,
      },
      bills: [singleBill(about, spent)],
      bounds: { minimum: spent / LEAST_PART, maximum: spent },
    };
  },
  receipt: (sold) => ({
    ...pick(sold.drawn.details, 'cardNumber', 'bank'),
    approvalCode: drawHex(`${sold.about.seed}|${sold.legReference}`).slice(0, 6).toUpperCase(),
  }),
};

const FACULTIES = ['TEKNIK', 'EKONOMI', 'HUKUM', 'KEDOKTERAN'];
const PROGRAMMES = ['SARJANA', 'DIPLOMA TIGA', 'MAGISTER'];

/** A half-year at a university. */
export const TUITION: Trade = {
  draw: (about) => {
    const { seed, customerNumber, now } = about;
    const { period } = monthOf(now, 0);
    return {
      person: personOf(seed),
      details: {
        studentNumber: customerNumber,
        faculty: drawOne(`${seed}|faculty`, FACULTIES),
        programme: drawOne(`${seed}|programme`, PROGRAMMES),
        semester: `${Number(period.slice(4)) > 6 ? 'GANJIL' : 'GENAP'} ${period.slice(0, 4)}`,
      },
      bills: [singleBill(about, rupiahFrom(`${seed}|tuition`, 2_500_000, 12_000_000, 50_000))],
    };
  },
  receipt: ({ drawn }) => pick(drawn.details, 'studentNumber', 'faculty', 'programme', 'semester'),
};

const COVER_DAYS = 31;

/** A premium. */
export const COVER: Trade = {
  draw: (about) => ({
    person: personOf(about.seed),
    details: {
      policyNumber: about.customerNumber,
      insuredCount: String(1 + drawBelow(`${about.seed}|insured`, 4)),
      policyStatus: 'AKTIF',
      message: 'TERIMA KASIH',
    },
    bills: [singleBill(about, rupiahFrom(`${about.seed}|premium`, 150_000, 1_500_000, 5_000))],
  }),
  receipt: (sold) => ({
    ...pick(sold.drawn.details, 'policyNumber', 'insuredCount'),
    periods: periodsOf(sold),
    nextDueDate: daysAfter(new Date(`${sold.bills[0]?.dueDate ?? '2026-01-20'}T12:00:00+07:00`), COVER_DAYS),
  }),
};
