import type { Reading, ReportDefinition, Tally, Tie } from './definition';
import { bound } from './parameters';

/** A figure of a report beside what it must agree with. Whole rupiah, or a count. */
export interface TieResult {
  /** In the report's language. */
  what: string;
  /** For the command line and its errors, which are English. */
  whatInEnglish: string;
  ours: bigint;
  theirs: bigint;
  difference: bigint;
}

/** Gets every figure a report must agree with, in its own way. */
export async function tiesOf(
  { ties }: ReportDefinition,
  reading: Reading,
  tally: Tally,
): Promise<TieResult[]> {
  const results: TieResult[] = [];
  for (const tie of ties) {
    const ours = tie.ours(tally);
    const theirs = await theirFigure(tie, reading);
    results.push({
      what: tie.what[reading.language],
      whatInEnglish: tie.what.en,
      ours,
      theirs,
      difference: ours - theirs,
    });
  }
  return results;
}

/** The ties that do not hold. */
export function untied(ties: readonly TieResult[]): TieResult[] {
  return ties.filter(({ difference }) => difference !== 0n);
}

/** The sum of a column, for a tie. @throws Error for a column that is not summed. */
export function sumOf(...keys: string[]): Tie['ours'] {
  return ({ sums }) =>
    keys.reduce((all, key) => {
      const sum = sums.get(key);
      if (sum === undefined) throw new Error(`the column ${key} has no sum to tie`);
      return all + sum;
    }, 0n);
}

/** How many rows the report has, for a tie. */
export const rowCount: Tie['ours'] = ({ rows }) => BigInt(rows);

async function theirFigure({ theirs }: Tie, reading: Reading): Promise<bigint> {
  if (typeof theirs !== 'string') return theirs(reading);
  const { sql, values } = bound(theirs, reading);
  const [row] = await reading.statements.rows<{ figure: string | number | null }>(sql, values);
  return BigInt(row?.figure ?? 0);
}
