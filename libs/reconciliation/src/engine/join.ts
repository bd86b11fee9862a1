import type { MatchRules } from '../match-rules';
import type { KindTotal, SideTotal } from '../totals';
import { quoted, type Duck } from './duck';
import type { Partitions } from './partitions';

/** What the partitions came to, beside the breaks that are in the table `found`. */
export interface Joined {
  theirs: SideTotal;
  matched: KindTotal;
  agreedFailed: KindTotal;
  lines: { agreedFailed: number; collapsed: number; ignored: number };
}

/** Two rows of ours have one key: a fault of ours, and no run may go on with it. */
export class KeyOfTwoRows extends Error {}

/** Makes the empty table `found`: every row that is not plainly matched or agreed to have failed. */
export function makeFound(duck: Duck): Promise<void> {
  return duck.run(`CREATE TABLE found (kind VARCHAR, sub VARCHAR, match_key VARCHAR, payment_id VARCHAR,
    leg_no UTINYINT, our_amount BIGINT, their_amount BIGINT, our_st VARCHAR, their_st VARCHAR, file_no USMALLINT,
    line_no UINTEGER, their_ref VARCHAR, line_type VARCHAR, carry_until DATE, our_paid_at TIMESTAMP, their_paid_at TIMESTAMP,
    hint VARCHAR, our_group VARCHAR, their_group VARCHAR, proposed BOOLEAN DEFAULT false)`);
}

/** Joins the partitions one after the other: breaks into `found`, everything else into sums. */
export async function joinPartitions(duck: Duck, partitions: Partitions, rules: MatchRules): Promise<Joined> {
  const joined: Joined = {
    theirs: { count: 0, amount: 0n },
    matched: { count: 0, ourAmount: 0n, theirAmount: 0n },
    agreedFailed: { count: 0, ourAmount: 0n, theirAmount: 0n },
    lines: { agreedFailed: 0, collapsed: 0, ignored: 0 },
  };
  // The last holds the lines that have no key.
  for (let number = 0; number <= partitions.count; number += 1) {
    await duck.run(`CREATE OR REPLACE TEMP TABLE o AS ${partitions.ours(number)}`);
    await duck.run(`CREATE OR REPLACE TEMP TABLE lines AS ${partitions.theirs(number)}`);
    await refuseKeyOfTwoRows(duck);
    await tellStanding(duck);
    await duck.run(`CREATE OR REPLACE TEMP TABLE judged AS ${judged(rules)}`);
    await duck.run(BREAKS);
    await addSums(duck, joined);
  }
  return joined;
}

async function refuseKeyOfTwoRows(duck: Duck): Promise<void> {
  const [twice] = await duck.rows<{ match_key: string }>(
    'SELECT match_key FROM o GROUP BY match_key HAVING COUNT(*) > 1 LIMIT 1',
  );
  if (twice) throw new KeyOfTwoRows(`two rows of ours have the leg reference ${twice.match_key}`);
}

/**
 * Of several lines with one key one speaks for it. A reversal (F) undoes the latest success (S) before it that is not
 * yet undone: `net` counts successes less reversals up to a line, so a success is undone when `net` later falls
 * below what it was at that line. Of the successes that stand, the first speaks (0), and each later one is a
 * duplicate: it repeats the line (1) or posts it twice (2). Where none stands, the last line speaks. The rest is
 * collapsed (3).
 */
async function tellStanding(duck: Duck): Promise<void> {
  await duck.run(`CREATE OR REPLACE TEMP TABLE standing AS
SELECT file_no, line_no,
  CASE WHEN is_first THEN 0
       WHEN stands THEN CASE WHEN their_ref IS NOT DISTINCT FROM first_ref THEN 1 ELSE 2 END
       WHEN stands_in_key = 0 AND from_end = 1 THEN 0
       ELSE 3 END AS standing
FROM (SELECT *, SUM(CAST(stands AS INTEGER)) OVER (PARTITION BY match_key) AS stands_in_key,
        FIRST_VALUE(their_ref) OVER by_standing AS first_ref,
        stands AND ROW_NUMBER() OVER by_standing = 1 AS is_first
      FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY match_key ORDER BY file_no DESC, line_no DESC) AS from_end,
              st = 'S' AND COALESCE(MIN(net) OVER (PARTITION BY match_key ORDER BY file_no, line_no
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) >= net, true) AS stands
            FROM (SELECT *, SUM(CASE st WHEN 'S' THEN 1 WHEN 'F' THEN -1 ELSE 0 END)
                    OVER (PARTITION BY match_key ORDER BY file_no, line_no) AS net
                  FROM lines WHERE match_key IN (
                    SELECT match_key FROM lines WHERE match_key <> '' GROUP BY match_key HAVING COUNT(*) > 1)
                 ) counted) told
      WINDOW by_standing AS (PARTITION BY match_key ORDER BY stands DESC, file_no, line_no)) ranked`);
}

/** Every row of both sides with its one outcome; statuses decide first, amounts second. */
function judged({ tolerance, businessDate, lateFrom }: MatchRules): string {
  return `
SELECT *,
  CASE WHEN line_no IS NULL THEN CASE WHEN our_st = 'F' THEN 'agreed_failed'
            WHEN carry_until > DATE ${quoted(businessDate)}
              OR (carry_until IS NULL AND our_paid_at >= TIMESTAMP ${quoted(lateFrom)}) THEN 'late'
            ELSE 'only_ours' END
       WHEN standing = 3 THEN 'collapsed'
       WHEN standing > 0 THEN 'duplicate'
       WHEN our_st IS NULL THEN CASE WHEN their_st = 'F' THEN 'ignored' ELSE 'only_theirs' END
       WHEN our_st = 'F' AND their_st = 'F' THEN 'agreed_failed'
       WHEN our_st <> their_st OR their_st = 'U' THEN 'status'
       WHEN our_amount = their_amount THEN 'matched'
       WHEN ABS(our_amount - their_amount) <= ${tolerance} THEN 'matched_tol'
       ELSE 'amount' END AS kind
FROM (SELECT o.match_key AS our_key, t.match_key AS their_key, o.amount AS our_amount, t.amount AS their_amount,
        o.st AS our_st, t.st AS their_st, t.file_no, t.line_no, COALESCE(s.standing, 0) AS standing, o.carry_until,
        o.paid_at AS our_paid_at
      FROM lines t LEFT JOIN standing s ON s.file_no = t.file_no AND s.line_no = t.line_no
        FULL JOIN o ON o.match_key = t.match_key) sides`;
}

/** What a break says besides is fetched for the few that are one. */
const BREAKS = `
INSERT INTO found BY NAME
SELECT j.kind, CASE WHEN j.standing = 1 THEN 'repeat_line' WHEN j.standing = 2 THEN 'double_post'
    WHEN j.line_no IS NOT NULL AND j.our_st IS NOT NULL THEN CONCAT(j.our_st, j.their_st) END AS sub,
  COALESCE(j.their_key, j.our_key) AS match_key, o.payment_id, o.leg_no, j.our_amount, j.their_amount, j.our_st,
  j.their_st, j.file_no, j.line_no, t.their_ref, t.type AS line_type, CASE WHEN j.kind = 'late' THEN o.carry_until END AS carry_until,
  j.our_paid_at, t.paid_at AS their_paid_at, t.hint, COALESCE(o.group_key, o.match_key) AS our_group,
  t.group_key AS their_group
FROM (SELECT * FROM judged WHERE kind NOT IN ('matched', 'agreed_failed', 'collapsed', 'ignored')) j
  LEFT JOIN o ON o.match_key = j.our_key
  LEFT JOIN lines t ON t.file_no = j.file_no AND t.line_no = j.line_no`;

async function addSums(duck: Duck, joined: Joined): Promise<void> {
  const [side] = await duck.rows<{ n: string; amount: string }>(
    `SELECT CAST(COUNT(*) AS VARCHAR) AS n, CAST(COALESCE(SUM(t.amount)
       FILTER (t.st = 'S' AND COALESCE(s.standing, 0) < 3), 0) AS VARCHAR) AS amount
     FROM lines t LEFT JOIN standing s ON s.file_no = t.file_no AND s.line_no = t.line_no`,
  );
  joined.theirs.count += Number(side?.n ?? 0);
  joined.theirs.amount += BigInt(side?.amount ?? 0);
  const kinds = await duck.rows<{ kind: string; n: string; lines: string; ours: string; theirs: string }>(
    `SELECT kind, CAST(COUNT(*) AS VARCHAR) AS n, CAST(COUNT(line_no) AS VARCHAR) AS lines,
       CAST(COALESCE(SUM(our_amount), 0) AS VARCHAR) AS ours, CAST(COALESCE(SUM(their_amount), 0) AS VARCHAR) AS theirs
     FROM judged WHERE kind IN ('matched', 'agreed_failed', 'collapsed', 'ignored') GROUP BY kind`,
  );
  for (const { kind, n, lines, ours, theirs } of kinds) {
    if (kind === 'collapsed') joined.lines.collapsed += Number(n);
    else if (kind === 'ignored') joined.lines.ignored += Number(n);
    else {
      const total = kind === 'matched' ? joined.matched : joined.agreedFailed;
      total.count += Number(n);
      total.ourAmount += BigInt(ours);
      total.theirAmount += BigInt(theirs);
      if (kind === 'agreed_failed') joined.lines.agreedFailed += Number(lines);
    }
  }
}
