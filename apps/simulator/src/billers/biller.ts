import type { Product } from './product';
import * as sold from './products';

/** How a biller speaks; each dialect is one folder beside this one. */
export type DialectName =
  | 'pln'
  | 'tirta'
  | 'telkom'
  | 'bpjs'
  | 'commands'
  | 'wallet'
  | 'jwt'
  | 'gas'
  | 'card'
  | 'meterai'
  | 'peduli'
  | 'soap'
  | 'xml-rpc'
  | 'snap'
  | 'iso-pln'
  | 'iso-alto';

/** How a biller's settlement files are laid out. */
export type LayoutName =
  'pln' | 'semicolon' | 'windows' | 'gzip' | 'latin' | 'tabs' | 'fixed' | 'spreadsheet' | 'checksum';

/** One simulated biller: what it sells, how it speaks, and which settlement file it drops. */
export type Biller = {
  readonly id: string;
  readonly dialect: DialectName;
  /** Code of its settlement files, and the folder below the drop they land in. */
  readonly source: string;
  readonly layout: LayoutName;
  readonly products: readonly Product[];
  /** The two letters that open every reference this biller gives out. */
  readonly referencePrefix: string;
  /** How many hex digits its offers have. */
  readonly offerDigits: number;
  /** It sells only from what it was paid before. */
  readonly isPrefunded: boolean;
  /** Whose customers it collects from: those of another biller, where it is a second way to it. */
  readonly customersOf: string;
  /** SNAP: the company code its virtual accounts begin with, eight characters. */
  readonly partnerServiceId: string;
};

type Told = Pick<Biller, 'id' | 'dialect' | 'source' | 'referencePrefix' | 'products'> & Partial<Biller>;

function biller(told: Told): Biller {
  return {
    layout: 'semicolon',
    offerDigits: 32,
    isPrefunded: false,
    customersOf: told.id,
    partnerServiceId: '',
    ...told,
  };
}

/** What everything about one customer is drawn from: the same at every biller that collects from them. */
export function customerSeed({ customersOf }: Biller, customerNumber: string): string {
  return `${customersOf}|${customerNumber}`;
}

/**
 * Every biller this simulator plays. `story` speaks and sells like `pln` and settles under a source of its own, so that
 * the demonstration leaves the books of the others alone.
 */
export const BILLERS: readonly Biller[] = [
  biller({
    id: 'pln',
    dialect: 'pln',
    source: 'LPB01',
    layout: 'pln',
    referencePrefix: 'EB',
    products: sold.PLN,
  }),
  biller({
    id: 'story',
    dialect: 'pln',
    source: 'STORY01',
    layout: 'pln',
    referencePrefix: 'EB',
    products: sold.STORY,
  }),
  biller({
    id: 'tirta-jaya',
    dialect: 'tirta',
    source: 'TJ01',
    referencePrefix: 'TJ',
    products: sold.TIRTA_JAYA,
  }),
  biller({
    id: 'tirta-raya',
    dialect: 'tirta',
    source: 'TR01',
    referencePrefix: 'TR',
    products: sold.TIRTA_RAYA,
  }),
  biller({
    id: 'pln-switch',
    dialect: 'iso-pln',
    source: 'LPS01',
    layout: 'pln',
    referencePrefix: 'ES',
    customersOf: 'pln',
    products: sold.PLN,
  }),
  biller({
    id: 'kawan',
    dialect: 'iso-alto',
    source: 'KWN01',
    referencePrefix: 'KW',
    offerDigits: 24,
    products: sold.KAWAN,
  }),
  biller({
    id: 'telkom',
    dialect: 'telkom',
    source: 'TLK01',
    layout: 'gzip',
    referencePrefix: 'TK',
    products: sold.TELKOM,
  }),
  biller({
    id: 'bpjs-kesehatan',
    dialect: 'bpjs',
    source: 'BKS01',
    layout: 'fixed',
    referencePrefix: 'BK',
    products: sold.BPJS_KESEHATAN,
  }),
  biller({
    id: 'bpjs-tk',
    dialect: 'bpjs',
    source: 'BTK01',
    layout: 'fixed',
    referencePrefix: 'BT',
    products: sold.BPJS_TK,
  }),
  biller({
    id: 'agrapulsa',
    dialect: 'commands',
    source: 'AGP01',
    layout: 'spreadsheet',
    referencePrefix: 'AG',
    isPrefunded: true,
    products: sold.AGRAPULSA,
  }),
  biller({
    id: 'voucherku',
    dialect: 'commands',
    source: 'VCK01',
    layout: 'spreadsheet',
    referencePrefix: 'VC',
    isPrefunded: true,
    products: sold.VOUCHERKU,
  }),
  biller({
    id: 'dompet-nusa',
    dialect: 'wallet',
    source: 'DNS01',
    layout: 'windows',
    referencePrefix: 'DN',
    isPrefunded: true,
    products: sold.DOMPET_NUSA,
  }),
  biller({
    id: 'dompet-kita',
    dialect: 'wallet',
    source: 'DKT01',
    layout: 'windows',
    referencePrefix: 'DK',
    products: sold.DOMPET_KITA,
  }),
  biller({
    id: 'tv-satelit',
    dialect: 'jwt',
    source: 'TVS01',
    layout: 'latin',
    referencePrefix: 'TV',
    products: sold.TV_SATELIT,
  }),
  biller({
    id: 'internet-cepat',
    dialect: 'jwt',
    source: 'INC01',
    layout: 'gzip',
    referencePrefix: 'IC',
    products: sold.INTERNET_CEPAT,
  }),
  biller({
    id: 'gas-nusantara',
    dialect: 'gas',
    source: 'GAS01',
    layout: 'tabs',
    referencePrefix: 'GN',
    products: sold.GAS_NUSANTARA,
  }),
  biller({
    id: 'bank-kartu',
    dialect: 'card',
    source: 'BKK01',
    referencePrefix: 'KK',
    products: sold.BANK_KARTU,
  }),
  biller({
    id: 'meterai',
    dialect: 'meterai',
    source: 'MTR01',
    referencePrefix: 'EM',
    isPrefunded: true,
    products: sold.METERAI,
  }),
  biller({ id: 'peduli', dialect: 'peduli', source: 'PDL01', referencePrefix: 'PD', products: sold.PEDULI }),
  biller({
    id: 'mitra-finance',
    dialect: 'soap',
    source: 'MFN01',
    referencePrefix: 'MF',
    products: sold.MITRA_FINANCE,
  }),
  biller({
    id: 'sentosa-finance',
    dialect: 'soap',
    source: 'SFN01',
    referencePrefix: 'SF',
    products: sold.SENTOSA_FINANCE,
  }),
  biller({
    id: 'cepat-bayar',
    dialect: 'xml-rpc',
    source: 'CPB01',
    referencePrefix: 'CB',
    products: sold.CEPAT_BAYAR,
  }),
  biller({
    id: 'pajak-daerah',
    dialect: 'soap',
    source: 'PJD01',
    referencePrefix: 'PJ',
    products: sold.PAJAK_DAERAH,
  }),
  biller({
    id: 'samsat',
    dialect: 'xml-rpc',
    source: 'SMS01',
    layout: 'checksum',
    referencePrefix: 'SS',
    products: sold.SAMSAT,
  }),
  biller({
    id: 'asuransi-sehat',
    dialect: 'snap',
    source: 'ASH01',
    referencePrefix: 'AS',
    partnerServiceId: '   77001',
    products: sold.ASURANSI_SEHAT,
  }),
  biller({
    id: 'asuransi-jiwa',
    dialect: 'snap',
    source: 'ASJ01',
    referencePrefix: 'AJ',
    partnerServiceId: '   77002',
    products: sold.ASURANSI_JIWA,
  }),
  biller({
    id: 'kampus-nusa',
    dialect: 'snap',
    source: 'KMP01',
    layout: 'fixed',
    referencePrefix: 'KM',
    partnerServiceId: '   77003',
    products: sold.KAMPUS_NUSA,
  }),
];

/** The biller of this name. */
export function billerOf(id: string): Biller | undefined {
  return BILLERS.find((one) => one.id === id);
}

/** The environment variable of a biller, such as `BILLER_TIRTA_JAYA_SECRET`. */
export function variableOf({ id }: Pick<Biller, 'id'>, what: string): string {
  return `BILLER_${id.toUpperCase().replaceAll('-', '_')}_${what}`;
}
