import type { Statements } from '#lib/platform';
import type { MatchRules } from '../../src/match-rules';

/**
 * Matches the two staged sides of a run and writes its breaks. These four statements are the meaning of a run: the
 * engine must give the same breaks, in the same order.
 */
export async function match(statements: Statements, runId: number, rules: MatchRules): Promise<void> {
  if (rules.hasFallbackKey) await statements.run(FILL_BLANK_KEYS, [runId, runId]);
  await statements.run(TELL_STANDING, [runId, runId, runId]);
  await statements.run(BREAKS_OF_THEIRS, [rules.tolerance, runId, runId]);
  await statements.run(BREAKS_OF_OURS, [
    rules.businessDate,
    rules.lateFrom,
    rules.businessDate,
    rules.carryDays,
    runId,
    runId,
  ]);
}

/** A line without our reference takes the key of the one row of ours that knows their reference. */
const FILL_BLANK_KEYS = `
UPDATE recon_theirs t
  JOIN (SELECT their_ref, MIN(match_key) AS match_key FROM recon_ours
        WHERE run_id = ? AND their_ref IS NOT NULL GROUP BY their_ref HAVING COUNT(*) = 1) o
    ON o.their_ref = t.their_ref
SET t.match_key = o.match_key
WHERE t.run_id = ? AND t.match_key = ''`;

/**
 * Of several lines with one key one speaks for it. A reversal (F) undoes the latest success (S) before it that is not
 * yet undone: `net` counts successes less reversals up to a line, so a success is undone when `net` later falls
 * below what it was at that line. Of the successes that stand, the first speaks, and each later one is a duplicate;
 * where none stands, the last line speaks.
 */
const TELL_STANDING = `
UPDATE recon_theirs t
  JOIN (SELECT match_key, line_no,
          CASE WHEN is_first = 1 THEN 0
               WHEN stands = 1 THEN IF(their_ref <=> first_ref, 1, 2)
               WHEN stands_in_key = 0 AND from_end = 1 THEN 0
               ELSE 3 END AS standing
        FROM (SELECT match_key, line_no, their_ref, stands, from_end,
                SUM(stands) OVER (PARTITION BY match_key) AS stands_in_key,
                FIRST_VALUE(their_ref) OVER (PARTITION BY match_key ORDER BY stands DESC, line_no) AS first_ref,
                stands = 1 AND ROW_NUMBER() OVER (PARTITION BY match_key ORDER BY stands DESC, line_no) = 1 AS is_first
              FROM (SELECT match_key, line_no, their_ref,
                      ROW_NUMBER() OVER (PARTITION BY match_key ORDER BY line_no DESC) AS from_end,
                      st = 'S' AND COALESCE(
                        MIN(net) OVER (PARTITION BY match_key ORDER BY line_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) >= net,
                        1) AS stands
                    FROM (SELECT a.match_key, a.line_no, a.their_ref, a.st,
                            SUM(CASE a.st WHEN 'S' THEN 1 WHEN 'F' THEN -1 ELSE 0 END)
                              OVER (PARTITION BY a.match_key ORDER BY a.line_no) AS net
                          FROM recon_theirs a
                            JOIN (SELECT match_key FROM recon_theirs WHERE run_id = ? AND match_key <> ''
                                  GROUP BY match_key HAVING COUNT(*) > 1) several ON several.match_key = a.match_key
                          WHERE a.run_id = ?) counted) judged) ranked) s
    ON s.match_key = t.match_key AND s.line_no = t.line_no
SET t.standing = s.standing
WHERE t.run_id = ? AND s.standing <> 0`;

const BREAKS_OF_THEIRS = `
INSERT INTO recon_break (run_id, kind, sub, match_key, payment_id, leg_no, our_amount, their_amount, our_st, their_st, line_no)
SELECT t.run_id,
  CASE WHEN t.standing > 0 THEN 'duplicate'
       WHEN o.match_key IS NULL THEN 'only_theirs'
       WHEN o.st <> t.st OR t.st = 'U' THEN 'status'
       WHEN ABS(o.amount - t.amount) <= ? THEN 'matched_tol'
       ELSE 'amount' END,
  CASE WHEN t.standing = 1 THEN 'repeat_line'
       WHEN t.standing = 2 THEN 'double_post'
       WHEN o.match_key IS NOT NULL THEN CONCAT(o.st, t.st) END,
  t.match_key, o.payment_id, o.leg_no, o.amount, t.amount, o.st, t.st, t.line_no
FROM recon_theirs t LEFT JOIN recon_ours o ON o.run_id = ? AND o.match_key = t.match_key
WHERE t.run_id = ? AND (t.standing IN (1, 2) OR (t.standing = 0 AND CASE
  WHEN o.match_key IS NULL THEN t.st <> 'F'
  ELSE o.st <> t.st OR t.st = 'U' OR (t.st = 'S' AND o.amount <> t.amount) END))
ORDER BY t.line_no`;

const BREAKS_OF_OURS = `
INSERT INTO recon_break (run_id, kind, match_key, payment_id, leg_no, our_amount, our_st, carry_until)
SELECT run_id, kind, match_key, payment_id, leg_no, amount, st, IF(kind = 'late', carry_until, NULL)
FROM (SELECT o.run_id, o.match_key, o.payment_id, o.leg_no, o.amount, o.st,
        IF(o.carry_until > ? OR (o.carry_until IS NULL AND o.paid_at >= ?), 'late', 'only_ours') AS kind,
        COALESCE(o.carry_until, ? + INTERVAL ? DAY) AS carry_until
      FROM recon_ours o LEFT JOIN recon_theirs t ON t.run_id = ? AND t.match_key = o.match_key
      WHERE o.run_id = ? AND o.st <> 'F' AND t.match_key IS NULL) missing
ORDER BY match_key`;
