import type { AmountRule, Product } from './product';
import { TOKEN_AMOUNT_MAX, TOKEN_AMOUNT_MIN } from './token';
import { CARD_BILL, COVER, instalments, TUITION } from './trades/credit';
import {
  ELECTRICITY_BILLS,
  ELECTRICITY_TOKENS,
  GAS_BILLS,
  mergedWaterBill,
  waterBills,
} from './trades/metered';
import { REGISTRATION } from './trades/registration';
import { EMPLOYED, FAMILY_HEALTH, HEALTH_FINE, SELF_EMPLOYED } from './trades/social-security';
import { FIXED_LINE, MOBILE_BILLS, PACKAGED } from './trades/subscriptions';
import { LAND_TAX, VEHICLE_TAX } from './trades/tax';
import { GIFT, PHONE_CREDIT, PLAYER_CREDIT, STAMP_PRICE, STAMPS, VOUCHER, WALLET } from './trades/top-ups';
import type { Trade } from './trades/trade';

/** What each biller sells, under the biller's own words. */

const BILLS: AmountRule = { of: 'bills' };
const WHOLE: AmountRule = { of: 'bills', isWhole: true };
const PHONE = /^08\d{8,11}$/;

function product(word: string, number: RegExp, trade: Trade, more: Partial<Product> = {}): Product {
  return { word, number, trade, amount: BILLS, billsShownMax: 12, hasInquiry: true, ...more };
}

function list(...thousands: readonly number[]): AmountRule {
  return { of: 'list', list: thousands.map((count) => BigInt(count) * 1_000n) };
}

const postpaid = product('postpaid', /^\d{12}$/, ELECTRICITY_BILLS, { billsShownMax: 4 });
const prepaid = product('prepaid', /^\d{11,12}$/, ELECTRICITY_TOKENS, {
  amount: { of: 'range', least: TOKEN_AMOUNT_MIN, most: TOKEN_AMOUNT_MAX },
});

export const PLN = [postpaid, prepaid, product('nontaglis', /^\d{13}$/, REGISTRATION)];
export const STORY = [postpaid, prepaid];
export const TIRTA_JAYA = [product('water', /^\d{8,10}$/, waterBills('PDAM TIRTA JAYA'))];
export const TIRTA_RAYA = [product('water', /^\d{8,10}$/, waterBills('PDAM TIRTA RAYA'))];

const mobile = (word: string): Product => product(word, PHONE, MOBILE_BILLS, { billsShownMax: 3 });
export const KAWAN = [
  mobile('telkomsel-halo'),
  mobile('indosat-postpaid'),
  mobile('xl-postpaid'),
  product('pdam-kawan', /^\d{6,12}$/, waterBills('PDAM KAWAN'), { billsShownMax: 9 }),
];

const line = (word: string): Product => product(word, /^\d{9,13}$/, FIXED_LINE, { billsShownMax: 3 });
export const TELKOM = [line('telkom-phone'), line('indihome')];

export const BPJS_KESEHATAN = [
  product('bpjs-kesehatan', /^\d{16}$/, FAMILY_HEALTH, { amount: WHOLE, input: 'months' }),
  product('bpjs-denda', /^\d{12,16}$/, HEALTH_FINE),
];
export const BPJS_TK = [
  product('bpjs-tk-bpu', /^\d{16}$/, SELF_EMPLOYED, { amount: WHOLE, input: 'months' }),
  product('bpjs-tk-pu', /^\d{12}$/, EMPLOYED),
];

const pulsa = (word: string): Product =>
  product(word, PHONE, PHONE_CREDIT, { amount: list(5, 10, 20, 25, 50, 100), hasInquiry: false });
const data = (word: string): Product =>
  product(word, PHONE, PHONE_CREDIT, { amount: list(25, 50, 75, 100, 150), hasInquiry: false });
export const AGRAPULSA = [
  pulsa('pulsa-telkomsel'),
  pulsa('pulsa-indosat'),
  pulsa('pulsa-xl'),
  pulsa('pulsa-tri'),
  data('data-telkomsel'),
  data('data-xl'),
];
const GAME_CREDIT = list(10, 20, 50, 100, 200);
export const VOUCHERKU = [
  product('game-voucher', PHONE, VOUCHER, { amount: GAME_CREDIT, hasInquiry: false }),
  product('game-direct', /^\d{6,12}(\|\d{4,6})?$/, PLAYER_CREDIT, { amount: GAME_CREDIT }),
];
export const DOMPET_NUSA = [
  product('ewallet-dompet-nusa', /^08\d{8,12}$/, WALLET, {
    amount: { of: 'range', least: 10_000n, most: 2_000_000n },
  }),
];
export const DOMPET_KITA = [
  product('ewallet-dompet-kita', /^08\d{8,12}$/, WALLET, { amount: list(10, 20, 25, 50, 100, 200, 500) }),
];

export const TV_SATELIT = [
  product('paytv-satelit', /^\d{10,13}$/, PACKAGED),
  product('paytv-kabel', /^\d{10,13}$/, PACKAGED),
];
export const INTERNET_CEPAT = [product('internet-cepat', /^\d{10,13}$/, PACKAGED)];
export const GAS_NUSANTARA = [product('pgn-gas', /^\d{8,12}$/, GAS_BILLS)];
export const BANK_KARTU = [
  product('credit-card-nusa', /^\d{16}$/, CARD_BILL, { amount: { of: 'bounds' }, isMasked: true }),
];
const STAMPS_MAX = 50n;
export const METERAI = [
  product('e-meterai', /^\d{8,16}$/, STAMPS, {
    amount: { of: 'range', least: STAMP_PRICE, most: STAMP_PRICE * STAMPS_MAX, step: STAMP_PRICE },
  }),
];

const gift = (word: string): Product =>
  product(word, /^\d{8,16}$/, GIFT, {
    amount: { of: 'range', least: 10_000n, most: 100_000_000n },
    hasInquiry: false,
  });
export const PEDULI = [gift('donation-peduli'), gift('zakat-peduli')];

export const MITRA_FINANCE = [
  product('multifinance-mitra', /^\d{10,16}$/, instalments(true), { amount: { of: 'bounds' } }),
];
export const SENTOSA_FINANCE = [product('multifinance-sentosa', /^\d{10,16}$/, instalments(false))];
export const CEPAT_BAYAR = [
  product('pdam-kota-baru', /^\d{6,12}$/, mergedWaterBill('PDAM KOTA BARU')),
  product('pdam-sumber-air', /^\d{6,12}$/, waterBills('PDAM SUMBER AIR')),
];
export const PAJAK_DAERAH = [product('pbb-kota-damai', /^\d{18}$/, LAND_TAX, { input: 'year' })];
export const SAMSAT = [product('esamsat-nusa', /^\d{16}$/, VEHICLE_TAX, { input: 'identityNumber' })];
export const ASURANSI_SEHAT = [product('insurance-sehat', /^\d{10,16}$/, COVER, { amount: WHOLE })];
export const ASURANSI_JIWA = [product('insurance-jiwa', /^\d{10,16}$/, COVER, { amount: WHOLE })];
export const KAMPUS_NUSA = [product('tuition-kampus-nusa', /^\d{8,15}$/, TUITION, { amount: WHOLE })];
