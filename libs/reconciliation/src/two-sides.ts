import { bigintOrNull } from '#lib/platform';

/** What both sides say of one payment. Amounts in whole rupiah; null where a side has no row. */
export interface TwoSides {
  ourAmount: bigint | null;
  theirAmount: bigint | null;
  ourStatus: string | null;
  theirStatus: string | null;
}

/** The same as a row holds it. */
export interface TwoSidesRow {
  our_amount: string | null;
  their_amount: string | null;
  our_st: string | null;
  their_st: string | null;
}

export function twoSidesOf(row: TwoSidesRow): TwoSides {
  return {
    ourAmount: bigintOrNull(row.our_amount),
    theirAmount: bigintOrNull(row.their_amount),
    ourStatus: row.our_st,
    theirStatus: row.their_st,
  };
}
