import { jakartaCompact } from '../../jakarta';
import { drawHex, drawOne } from '../draw';
import { daysAfter, digitsFrom, personOf, type Sold, type Trade } from './trade';

const OPERATORS: Record<string, string> = {
  telkomsel: 'TELKOMSEL',
  indosat: 'INDOSAT',
  xl: 'XL',
  tri: 'TRI',
};
const PLAYERS = ['SATRIA', 'GARUDA', 'KOMODO', 'RAJAWALI', 'BANTENG'];
const WALLETS: Record<string, string> = {
  'ewallet-dompet-nusa': 'DOMPET NUSA',
  'ewallet-dompet-kita': 'DOMPET KITA',
};
const VOUCHER_DAYS = 90;

function serialNumber({ about, legReference }: Sold): string {
  return `41${jakartaCompact(about.now).slice(2, 8)}${digitsFrom(`${about.seed}|${legReference}|sn`, 8)}`;
}

/** Telephone credit or data. */
export const PHONE_CREDIT: Trade = {
  draw: ({ seed }) => ({ person: personOf(seed), details: {}, bills: [] }),
  receipt: (sold) => ({
    serialNumber: serialNumber(sold),
    operator: OPERATORS[sold.about.word.split('-')[1] ?? ''] ?? '',
  }),
};

/** A code to be typed in. */
export const VOUCHER: Trade = {
  draw: ({ seed }) => ({ person: personOf(seed), details: {}, bills: [] }),
  receipt: (sold) => ({
    pin: digitsFrom(`${sold.about.seed}|${sold.legReference}|pin`, 16),
    serialNumber: serialNumber(sold),
    expiryDate: daysAfter(sold.about.now, VOUCHER_DAYS),
  }),
};

/** Credit that goes to a player at once. */
export const PLAYER_CREDIT: Trade = {
  draw: ({ seed }) => {
    const playerName = `${drawOne(`${seed}|player`, PLAYERS)}${digitsFrom(`${seed}|number`, 2)}`;
    return {
      person: { ...personOf(seed), name: playerName },
      details: { playerName, game: 'LEGENDA NUSA' },
      bills: [],
    };
  },
  receipt: (sold) => ({
    serialNumber: serialNumber(sold),
    playerName: sold.drawn.details.playerName ?? '',
  }),
};

/** Money in an electronic wallet. */
export const WALLET: Trade = {
  draw: ({ seed, word }) => {
    const [first = '', last = ''] = personOf(seed).name.split(' ');
    const maskedName = `${first} ${last.slice(0, 1)}***`;
    return {
      person: { ...personOf(seed), name: maskedName },
      details: { maskedName, wallet: WALLETS[word] ?? '' },
      bills: [],
    };
  },
  receipt: (sold) => ({
    walletReference: sold.theirReference,
    maskedName: sold.drawn.details.maskedName ?? '',
  }),
};

/** Rupiah of one electronic stamp. */
export const STAMP_PRICE = 10_000n;
const SERIAL_LENGTH = 22;
const QUOTA = '1000000';

/** Electronic stamps, each with a serial number. */
export const STAMPS: Trade = {
  draw: ({ seed }) => {
    const accountName = `PT ${personOf(seed).name}`;
    return {
      person: { ...personOf(seed), name: accountName },
      details: { accountName, quota: QUOTA, unitPrice: STAMP_PRICE.toString() },
      bills: [],
    };
  },
  receipt: (sold) => {
    const serials = serialsOf(sold.about.seed, sold.legReference, sold.amount);
    return { quantity: String(serials.length), serialNumbers: serials.join(',') };
  },
};

/** The serial numbers that a purchase gave out; its reference alone decides them. */
export function serialsOf(seed: string, legReference: string, amount: bigint): string[] {
  return Array.from({ length: Number(amount / STAMP_PRICE) }, (_, index) =>
    BigInt(`0x${drawHex(`${seed}|${legReference}|stamp|${index}`)}`)
      .toString(36)
      .toUpperCase()
      .padStart(SERIAL_LENGTH, '0')
      .slice(-SERIAL_LENGTH),
  );
}

const PROGRAMMES: Record<string, string> = {
  'donation-peduli': 'PEDULI BENCANA',
  'zakat-peduli': 'ZAKAT MAAL',
};

/** A gift. */
export const GIFT: Trade = {
  draw: ({ seed }) => ({ person: personOf(seed), details: {}, bills: [] }),
  receipt: (sold) => ({
    programme: PROGRAMMES[sold.about.word] ?? '',
    certificateNumber: `PDL-${jakartaCompact(sold.about.now).slice(2, 6)}-${sold.theirReference.slice(-8)}`,
  }),
};
