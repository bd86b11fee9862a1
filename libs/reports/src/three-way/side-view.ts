import type { BusinessDate } from '#lib/kernel';
import type { Says } from './verdict';

/** One side's word about a payment. */
export interface SideView {
  says: Says;
  /** Whole rupiah, without our fees. */
  amount: bigint | null;
  /** That side's own reference. */
  reference: string | null;
  /** The source whose file says it, the business date of that file, and its line where it is a difference. */
  source: string | null;
  businessDate: BusinessDate | null;
  line: number | null;
  /** What its run made of it; null: it agrees with us, or there is no run. */
  finding: string | null;
  /** Of the break that this is, and how it ended; null where there is none. */
  breakState: string | null;
  resolution: string | null;
}

/** Of a side that no break is about. */
export const NO_BREAK = { breakState: null, resolution: null };
