import { zoneOffsetMinutes, type BusinessDate } from '#lib/kernel';
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

/**
 * Takes the snapshot of our side of a run: the day's payment legs and the carry items that are open.
 * PAID is S, DECLINED and REVERSED are F, whatever is not final is U.
 * @throws Error (duplicate key) when two rows of ours have one leg reference; the run must not go on.
 */
export async function snapshotOurs(
  statements: Statements,
  runId: number,
  day: Day,
  timeZone: string,
): Promise<void> {
  await statements.run(
    `INSERT INTO recon_carry (run_id, match_key, payment_id, leg_no, carry_until) SELECT ?, open.* FROM (${OPEN_CARRY}) open`,
    [runId, ...openCarryOf(day)],
  );
  // Our keys are ASCII; a biller's reference that is not cannot stand in its file, so it is no key.
  const columns = `l.leg_reference, l.payment_id, l.leg_no,
    IF(LENGTH(l.biller_reference) = CHAR_LENGTH(l.biller_reference), NULLIF(l.biller_reference, ''), NULL), l.amount,
    CASE WHEN l.state = 'PAID' THEN 'S' WHEN l.state IN ('DECLINED', 'REVERSED') THEN 'F' ELSE 'U' END,
    l.sent_at + INTERVAL ? MINUTE`;
  const into =
    'INSERT INTO recon_ours (run_id, match_key, payment_id, leg_no, their_ref, amount, st, paid_at, carry_until)';
  const offset = zoneOffsetMinutes(timeZone);
  await statements.run(
    `${into} SELECT ?, ${columns}, NULL FROM payment_leg l WHERE l.source = ? AND l.source_business_date = ?`,
    [runId, offset, day.source, day.businessDate],
  );
  await statements.run(
    `${into} SELECT ?, ${columns}, c.carry_until FROM recon_carry c
       JOIN payment_leg l ON l.payment_id = c.payment_id AND l.leg_no = c.leg_no WHERE c.run_id = ?`,
    [runId, offset, runId],
  );
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
