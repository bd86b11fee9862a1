import { ELECTRICITY, type Trade, WATER } from './trade';

/** What a customer can be sold. */
export type Product = 'postpaid' | 'prepaid' | 'water';

/** One simulated biller: what it sells, how it speaks, and which settlement file it drops. */
export type Biller = {
  readonly id: string;
  readonly dialect: 'pln' | 'tirta-jaya';
  /** Code of its settlement files, and the folder below the drop they land in. */
  readonly source: string;
  readonly trade: Trade;
  /** Where two letters open every reference this biller gives out. */
  readonly referencePrefix: string;
  /** The most bills one inquiry shows, oldest first. */
  readonly billsShownMax: number;
  /** Environment variable with the secret that both sides sign with. */
  readonly secretVariable: string;
};

/**
 * Every biller this simulator plays. `story` speaks and sells like `pln` and settles under a source of its own, so that
 * the demonstration leaves the books of the others alone.
 */
export const BILLERS: readonly Biller[] = [
  {
    id: 'pln',
    dialect: 'pln',
    source: 'LPB01',
    trade: ELECTRICITY,
    referencePrefix: 'EB',
    billsShownMax: 4,
    secretVariable: 'BILLER_PLN_SECRET',
  },
  {
    id: 'story',
    dialect: 'pln',
    source: 'STORY01',
    trade: ELECTRICITY,
    referencePrefix: 'EB',
    billsShownMax: 4,
    secretVariable: 'BILLER_STORY_SECRET',
  },
  {
    id: 'tirta-jaya',
    dialect: 'tirta-jaya',
    source: 'TJ01',
    trade: WATER,
    referencePrefix: 'TJ',
    billsShownMax: 12,
    secretVariable: 'BILLER_TIRTA_JAYA_SECRET',
  },
];
