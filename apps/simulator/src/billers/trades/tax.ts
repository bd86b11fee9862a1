import { jakartaDate } from '../../jakarta';
import { drawBelow, drawHex, drawOne } from '../draw';
import { digitsFrom, personOf, pick, rupiahFrom, singleBill, type Trade } from './trade';

const VILLAGES = [
  { kelurahan: 'SUKAMAJU', kecamatan: 'CILODONG' },
  { kelurahan: 'MEKARSARI', kecamatan: 'CIMANGGIS' },
  { kelurahan: 'HARAPAN JAYA', kecamatan: 'SUKMAJAYA' },
] as const;
const CITY = 'KOTA DAMAI';
/** A year's land tax is due on this day of it. */
const LAND_DUE = '09-30';
/** Each year late costs so many hundredths of the tax. */
const LATE_PERCENT = 24n;
const PROOF_LENGTH = 16;

/** Land tax of one year. */
export const LAND_TAX: Trade = {
  draw: (about) => {
    const { seed, now } = about;
    const thisYear = Number(jakartaDate(now).slice(0, 4));
    const year = about.year ?? thisYear;
    const tax = rupiahFrom(`${seed}|tax`, 60_000, 2_400_000, 1_000);
    return {
      person: personOf(seed),
      details: {
        taxYear: String(year),
        address: personOf(seed).address,
        ...drawOne(`${seed}|village`, VILLAGES),
        city: CITY,
        landArea: String(60 + drawBelow(`${seed}|land`, 400)),
        buildingArea: String(21 + drawBelow(`${seed}|building`, 200)),
      },
      bills: [
        {
          period: String(year),
          dueDate: `${year}-${LAND_DUE}`,
          amount: tax,
          penalty: (tax * LATE_PERCENT * BigInt(Math.max(0, Math.min(2, thisYear - year)))) / 100n,
          details: {},
        },
      ],
    };
  },
  receipt: ({ about, drawn, legReference }) => ({
    ntp: proofNumber(`${about.seed}|${legReference}|ntp`),
    ...pick(drawn.details, 'taxYear', 'address', 'kelurahan', 'kecamatan', 'city'),
  }),
};

const BRANDS = ['NUSA BEBEK 125', 'NUSA MATIK 150', 'NUSA NIAGA 1500'];

/** A year's tax of a vehicle. */
export const VEHICLE_TAX: Trade = {
  draw: (about) => {
    const { seed, now } = about;
    const pkb = rupiahFrom(`${seed}|pkb`, 120_000, 3_500_000, 500);
    const swdkllj = drawOne(`${seed}|swdkllj`, [35_000n, 143_000n]);
    const fine = drawOne(`${seed}|fine`, [0n, 0n, 0n, 25_000n]);
    return {
      person: personOf(seed),
      details: {
        plate: `B ${digitsFrom(`${seed}|plate`, 4)} ${drawOne(`${seed}|letters`, ['UKD', 'KZR', 'SFA', 'PTE'])}`,
        chassis: `MHN${drawHex(`${seed}|chassis`).slice(0, 14).toUpperCase()}`,
        engine: drawHex(`${seed}|engine`).slice(0, 10).toUpperCase(),
        brand: drawOne(`${seed}|brand`, BRANDS),
        vehicleYear: String(2012 + drawBelow(`${seed}|built`, 12)),
        pkb: pkb.toString(),
        swdkllj: swdkllj.toString(),
        bbnkb: '0',
        fine: fine.toString(),
      },
      bills: [{ ...singleBill(about, pkb + swdkllj, fine), period: jakartaDate(now).slice(0, 4) }],
    };
  },
  receipt: ({ about, drawn, bills, legReference }) => ({
    ntpd: proofNumber(`${about.seed}|${legReference}|ntpd`),
    ...pick(drawn.details, 'plate', 'brand', 'pkb', 'swdkllj', 'bbnkb', 'fine'),
    validUntil: yearAfter(bills[0]?.dueDate ?? jakartaDate(about.now)),
  }),
};

/** The number that proves to the treasury that it was paid. */
function proofNumber(seed: string): string {
  return drawHex(seed).slice(0, PROOF_LENGTH).toUpperCase();
}

function yearAfter(date: string): string {
  return `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`;
}
