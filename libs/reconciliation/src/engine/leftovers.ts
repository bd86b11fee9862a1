import type { MatchRules } from '../match-rules';
import type { Duck } from './duck';
import type { Joined } from './join';

/**
 * Looks once more at what has no partner, in this order: rows that share a group compare as a sum, all or none; then
 * what is only likely is proposed, and stays a break until a person has confirmed it.
 */
export async function lookAtLeftovers(duck: Duck, joined: Joined, rules: MatchRules): Promise<number> {
  const grouped = await matchGroups(duck, joined);
  if (rules.hint === 'proposed') await propose(duck, 'hint', BY_HINT);
  if (rules.proposeWithinMinutes !== null)
    await propose(duck, 'amount_time', byAmountAndTime(rules.proposeWithinMinutes));
  return grouped;
}

/**
 * A group that agrees with all our rows of its name matches with all; else, where it agrees with those that are not late,
 * with these: what was sold too late waits for its own file. Nothing smaller is tried, so that no sum is guessed at.
 * @returns how many more lines than rows of ours the matched groups have.
 */
async function matchGroups(duck: Duck, joined: Joined): Promise<number> {
  const [any] = await duck.rows<{ their_group: string }>(
    'SELECT their_group FROM found WHERE their_group IS NOT NULL LIMIT 1',
  );
  if (!any) return 0;
  const grouped =
    (await matchGroupsWith(duck, joined, "'only_ours', 'late'")) +
    (await matchGroupsWith(duck, joined, "'only_ours'"));
  await duck.run("UPDATE found SET sub = 'group' WHERE kind = 'only_theirs' AND their_group IS NOT NULL");
  return grouped;
}

/** @param kinds of our rows that must come to the sum of the lines. */
async function matchGroupsWith(duck: Duck, joined: Joined, kinds: string): Promise<number> {
  await duck.run(`CREATE OR REPLACE TABLE groups AS
    SELECT t.name, t.n AS lines, o.n AS rows, t.amount
    FROM (SELECT their_group AS name, COUNT(*) AS n, SUM(their_amount) AS amount FROM found
          WHERE kind = 'only_theirs' AND their_group IS NOT NULL GROUP BY 1 HAVING BOOL_AND(their_st = 'S')) t
      JOIN (SELECT our_group AS name, COUNT(*) AS n, SUM(our_amount) AS amount FROM found
            WHERE kind IN (${kinds}) GROUP BY 1 HAVING BOOL_AND(our_st = 'S')) o
        ON o.name = t.name AND o.amount = t.amount`);
  await duck.run(`DELETE FROM found WHERE (kind = 'only_theirs' AND their_group IN (SELECT name FROM groups))
    OR (kind IN (${kinds}) AND our_group IN (SELECT name FROM groups))`);
  const [sum] = await duck.rows<{ lines: string; n: string; amount: string }>(
    `SELECT CAST(COALESCE(SUM(lines), 0) AS VARCHAR) AS lines, CAST(COALESCE(SUM(rows), 0) AS VARCHAR) AS n,
       CAST(COALESCE(SUM(amount), 0) AS VARCHAR) AS amount FROM groups`,
  );
  const { lines, n, amount } = sum ?? { lines: '0', n: '0', amount: '0' };
  joined.matched.count += Number(n);
  joined.matched.ourAmount += BigInt(amount);
  joined.matched.theirAmount += BigInt(amount);
  return Number(lines) - Number(n);
}

/**
 * A success of theirs that we do not know, and one of ours that they do not list; late rows wait for their file, and a
 * line of a group stands for its whole group.
 */
const LOOSE_LINES = `SELECT rowid AS id, * FROM found WHERE kind = 'only_theirs' AND their_st = 'S' AND their_group IS NULL`;
const LOOSE_ROWS = `SELECT rowid AS id, * FROM found WHERE kind = 'only_ours' AND our_st = 'S'`;

/** The free text names the row of ours, and the amount is its amount. */
const BY_HINT = `
SELECT t.id AS line, o.id AS row FROM (${LOOSE_LINES}) t JOIN (${LOOSE_ROWS}) o
  ON o.match_key = t.hint AND o.our_amount = t.their_amount
QUALIFY COUNT(*) OVER (PARTITION BY t.id) = 1 AND COUNT(*) OVER (PARTITION BY o.id) = 1`;

/** Each is the only one of its amount that the other can mean in that time. */
const byAmountAndTime = (minutes: number) => `
WITH loose AS (
  SELECT id, true AS is_line, their_amount AS amount, their_paid_at AS paid FROM (${LOOSE_LINES}) WHERE their_paid_at IS NOT NULL
  UNION ALL SELECT id, false, our_amount, our_paid_at FROM (${LOOSE_ROWS})),
alone AS (
  SELECT * FROM loose
  WINDOW nearby AS (PARTITION BY amount ORDER BY paid
    RANGE BETWEEN INTERVAL ${minutes} MINUTE PRECEDING AND INTERVAL ${minutes} MINUTE FOLLOWING)
  QUALIFY COUNT(*) FILTER (is_line) OVER nearby = 1 AND COUNT(*) FILTER (NOT is_line) OVER nearby = 1)
SELECT t.id AS line, o.id AS row FROM alone t JOIN alone o
  ON t.is_line AND NOT o.is_line AND o.amount = t.amount AND o.paid BETWEEN t.paid - INTERVAL ${minutes} MINUTE AND t.paid + INTERVAL ${minutes} MINUTE`;

/** Makes one break of two rows that may be one: the row of ours, with the line that is proposed for it. */
async function propose(duck: Duck, sub: string, pairs: string): Promise<void> {
  await duck.run(`CREATE OR REPLACE TABLE pairs AS ${pairs}`);
  await duck.run(`INSERT INTO found BY NAME
    SELECT 'proposed' AS kind, '${sub}' AS sub, o.match_key, o.payment_id, o.leg_no, o.our_amount, t.their_amount,
      o.our_st, t.their_st, t.file_no, t.line_no, t.their_ref, t.line_type, o.our_paid_at, t.their_paid_at, t.hint
    FROM pairs p JOIN found o ON o.rowid = p.row JOIN found t ON t.rowid = p.line`);
  await duck.run(
    `DELETE FROM found WHERE kind <> 'proposed' AND rowid IN (SELECT line FROM pairs UNION ALL SELECT row FROM pairs)`,
  );
}
