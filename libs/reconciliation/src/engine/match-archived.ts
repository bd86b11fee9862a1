import { addDays } from '#lib/kernel';
import type { MatchRules } from '../match-rules';
import { totalsFrom, type BreakSum, type RunTotals } from '../totals';
import { quoted, type Duck } from './duck';
import { joinPartitions, makeFound, nameRowsOfOurs } from './join';
import { lookAtLeftovers } from './leftovers';
import { partition } from './partitions';
import { addSides, sideColumns, sideOf, type SideCells, type SideSum } from './side-sum';

/** The two sides of a run, as they lie in the archive. */
export interface Archived {
  /** Files of normalised lines, one for each part of the batch. */
  theirs: readonly string[];
  /** The snapshot of ours; it may still be on its way. */
  ours: string | Promise<string>;
  /** How many rows the larger side has. */
  rows: number;
}

/** A row that is not plainly matched. Amounts are whole rupiah; null where a side has no row. */
export interface FoundBreak {
  kind: string;
  sub: string | null;
  match_key: string;
  payment_id: string | null;
  leg_no: number | null;
  our_amount: bigint | null;
  their_amount: bigint | null;
  our_st: string | null;
  their_st: string | null;
  file_no: number | null;
  line_no: number | null;
  their_ref: string | null;
  /** Their code for the kind of entry, where a statement has one. */
  line_type: string | null;
  /** `2026-07-16`: of a late row, the last business date whose file may still list it. */
  carry_until: string | null;
}

/** The columns of a found break, in the order in which a run writes them and a replay compares them. */
export const BREAK_COLUMNS = Object.keys({
  kind: true,
  sub: true,
  match_key: true,
  payment_id: true,
  leg_no: true,
  our_amount: true,
  their_amount: true,
  our_st: true,
  their_st: true,
  file_no: true,
  line_no: true,
  their_ref: true,
  line_type: true,
  carry_until: true,
} satisfies Record<keyof FoundBreak, true>) as (keyof FoundBreak)[];

/**
 * Matches a run: a pure function of its two sides and its rules. The breaks are in the engine afterwards, in one order
 * that depends on nothing else (`foundBreaks`).
 * No two rows of ours have one key: whoever took the snapshot has seen to it.
 * @throws TotalsDoNotTie when what both sides are held to agree on is not the same.
 */
export async function matchArchived(duck: Duck, sides: Archived, rules: MatchRules): Promise<RunTotals> {
  await makeFound(duck);
  const partitions = await partition(duck, {
    ...sides,
    hasFallbackKey: rules.hasFallbackKey,
    hintIsKey: rules.hint === 'key',
    keepsText: rules.keepsText,
  });
  const snapshot = await sides.ours;
  const { ours, carryIn } = await sumOurs(duck, snapshot);
  const joined = await joinPartitions(duck, partitions, addSides(ours, carryIn), rules);
  await nameRowsOfOurs(duck, snapshot);
  const grouped = await lookAtLeftovers(duck, joined, rules);
  return totalsFrom({
    ours: { count: ours.count, amount: ours.successes },
    carryIn: { count: carryIn.count, amount: carryIn.successes },
    theirs: joined.theirs,
    matched: joined.matched,
    agreedFailed: joined.agreedFailed,
    lines: { ...joined.lines, grouped },
    breaks: await duck.rows<BreakSum>(
      `SELECT kind, our_st, their_st, CAST(COUNT(*) AS VARCHAR) AS n,
         CAST(COALESCE(SUM(our_amount), 0) AS VARCHAR) AS ours,
         CAST(COALESCE(SUM(their_amount), 0) AS VARCHAR) AS theirs
       FROM found GROUP BY kind, our_st, their_st`,
    ),
  });
}

/** The breaks of a matched run: their lines by their place in the file, then what they do not list by its key. */
export function foundBreaks(
  duck: Duck,
  { businessDate, carryDays }: MatchRules,
): AsyncGenerator<FoundBreak[]> {
  return duck.stream<FoundBreak>(
    `SELECT kind, sub, match_key, payment_id, leg_no, our_amount, their_amount, our_st, their_st, file_no, line_no,
       their_ref, line_type, CASE WHEN kind = 'late'
         THEN COALESCE(CAST(carry_until AS VARCHAR), ${quoted(addDays(businessDate, carryDays))}) END AS carry_until
     FROM found ORDER BY line_no IS NULL, file_no, line_no, match_key`,
  );
}

/** Summed from the snapshot itself, not from the join, so that the equations between them are a proof. */
async function sumOurs(duck: Duck, path: string): Promise<{ ours: SideSum; carryIn: SideSum }> {
  const rows = await duck.rows<SideCells & { is_carried: boolean }>(
    `SELECT carry_until IS NOT NULL AS is_carried, ${sideColumns('match_key', 'amount', 'st')}
     FROM read_parquet(${quoted(path)}) GROUP BY ALL`,
  );
  const side = (isCarried: boolean) => sideOf(rows.find(({ is_carried }) => is_carried === isCarried));
  return { ours: side(false), carryIn: side(true) };
}
