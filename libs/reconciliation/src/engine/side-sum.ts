import { TotalsDoNotTie, type KindTotal } from '../totals';

/** Rows of one side in sums that do not depend on their order. Amounts are whole rupiah. */
export interface SideSum {
  count: number;
  amount: bigint;
  /** Of the successes (S) alone. */
  successes: bigint;
  /** Of keys, amounts and statuses: equal for the same rows, and for others only by chance. */
  fingerprint: bigint;
}

/** A sum as the engine hands it over: digits. */
export type SideCells = { count: string; amount: string; successes: string; fingerprint: string };

export const NO_ROWS: SideSum = { count: 0, amount: 0n, successes: 0n, fingerprint: 0n };

/** The columns of a `SideCells`, over rows whose key, amount and status are named. */
export function sideColumns(key: string, amount: string, st: string): string {
  return `CAST(COUNT(*) AS VARCHAR) AS count, CAST(COALESCE(SUM(${amount}), 0) AS VARCHAR) AS amount,
    CAST(COALESCE(SUM(${amount}) FILTER (${st} = 'S'), 0) AS VARCHAR) AS successes,
    CAST(COALESCE(SUM(hash(${key}, ${amount}, ${st})), 0) AS VARCHAR) AS fingerprint`;
}

export function addSides(a: SideSum, b: SideSum): SideSum {
  return {
    count: a.count + b.count,
    amount: a.amount + b.amount,
    successes: a.successes + b.successes,
    fingerprint: a.fingerprint + b.fingerprint,
  };
}

export function sideOf(cells: SideCells | undefined): SideSum {
  if (!cells) return NO_ROWS;
  const { count, amount, successes, fingerprint } = cells;
  return {
    count: Number(count),
    amount: BigInt(amount),
    successes: BigInt(successes),
    fingerprint: BigInt(fingerprint),
  };
}

/** A side, and what of it is not plainly matched. */
export interface SideWithOdd {
  all: SideSum;
  odd: SideSum;
}

/**
 * What is left of both sides once the odd rows are taken away has matched: it must be the same successes.
 * @throws TotalsDoNotTie when it is not: a row was lost between the sides, or held to agree with another.
 */
export function plainlyMatched(ours: SideWithOdd, theirs: SideWithOdd): KindTotal {
  const [left, listed] = [without(ours), without(theirs)];
  const isSame =
    left.count === listed.count && left.amount === listed.amount && left.fingerprint === listed.fingerprint;
  if (!isSame || left.successes !== left.amount)
    throw new TotalsDoNotTie(
      `${left.count} rows of ours over ${left.amount} rupiah and ${listed.count} lines over ${listed.amount} are left as matched, and are not the same`,
    );
  return { count: left.count, ourAmount: left.amount, theirAmount: listed.amount };
}

function without({ all, odd }: SideWithOdd): SideSum {
  return addSides(all, {
    count: -odd.count,
    amount: -odd.amount,
    successes: -odd.successes,
    fingerprint: -odd.fingerprint,
  });
}
