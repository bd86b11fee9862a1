import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** A source's day. */
export interface Day {
  source: string;
  businessDate: BusinessDate;
}

/**
 * Late rows of earlier days that no later day has taken in yet. It follows the rows and not the calendar, so a day
 * that is closed out of its turn loses none of them.
 */
const OPEN_CARRY = `
SELECT b.match_key, b.payment_id, b.leg_no, b.carry_until
FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id AND b.kind = 'late'
WHERE r.source = ? AND r.effective_date < ? AND NOT EXISTS (
  SELECT 1 FROM recon_run later JOIN recon_carry c ON c.run_id = later.run_id
  WHERE later.source = r.source AND later.effective_date > r.effective_date AND later.effective_date < ?
    AND c.match_key = b.match_key)`;

const openCarryOf = ({ source, businessDate }: Day) => [source, businessDate, businessDate];

/** A late row of an earlier day that no later day has taken in yet. */
export interface CarryItem {
  matchKey: string;
  paymentId: string;
  legNo: number;
  /** The last business date whose file may still list it. */
  until: BusinessDate;
}

/** The carry items that are open for a day, in the order of their keys. */
export async function openCarry(statements: Statements, day: Day): Promise<CarryItem[]> {
  const rows = await statements.rows<{
    match_key: string;
    payment_id: string;
    leg_no: number;
    carry_until: BusinessDate;
  }>(`${OPEN_CARRY} ORDER BY b.match_key`, openCarryOf(day));
  return rows.map((row) => ({
    matchKey: row.match_key,
    paymentId: row.payment_id,
    legNo: row.leg_no,
    until: row.carry_until,
  }));
}

/**
 * The first key in which the carry items a run took in differ from those that are open for its day now; undefined
 * when they agree. They differ once an earlier day was closed, or closed anew, after this run.
 */
export async function staleCarry(
  statements: Statements,
  runId: number,
  day: Day,
): Promise<string | undefined> {
  const [difference] = await statements.rows<{ match_key: string }>(
    `SELECT match_key FROM (
       SELECT match_key FROM (${OPEN_CARRY}) open UNION ALL SELECT match_key FROM recon_carry WHERE run_id = ?) both_sides
     GROUP BY match_key HAVING COUNT(*) = 1 ORDER BY match_key LIMIT 1`,
    [...openCarryOf(day), runId],
  );
  return difference?.match_key;
}

/** How many payment legs belong to the day, carry items aside. */
export async function countOurs(statements: Statements, { source, businessDate }: Day): Promise<number> {
  const [row] = await statements.rows<{ legs: string }>(
    'SELECT COUNT(*) AS legs FROM payment_leg WHERE source = ? AND source_business_date = ?',
    [source, businessDate],
  );
  return Number(row?.legs ?? 0);
}
