import type { MatchRules } from '../match-rules';
import type { KindTotal, SideTotal } from '../totals';
import { quoted, type Duck } from './duck';
import type { Partitions } from './partitions';
import {
  addSides,
  NO_ROWS,
  plainlyMatched,
  sideColumns,
  sideOf,
  type SideCells,
  type SideSum,
} from './side-sum';

/** What the partitions came to, beside the breaks that are in the table `found`. */
export interface Joined {
  theirs: SideTotal;
  matched: KindTotal;
  agreedFailed: KindTotal;
  lines: { agreedFailed: number; collapsed: number; ignored: number };
}

/** Makes the empty table `found`: every row that is not plainly matched or agreed to have failed. */
export function makeFound(duck: Duck): Promise<void> {
  return duck.run(`CREATE TABLE found (kind VARCHAR, sub VARCHAR, match_key VARCHAR, payment_id VARCHAR,
    leg_no UTINYINT, our_amount BIGINT, their_amount BIGINT, our_st VARCHAR, their_st VARCHAR, file_no USMALLINT,
    line_no UINTEGER, their_ref VARCHAR, line_type VARCHAR, carry_until DATE, our_paid_at TIMESTAMP,
    their_paid_at TIMESTAMP, hint VARCHAR, our_group VARCHAR, their_group VARCHAR)`);
}

/**
 * Joins the partitions one after the other: breaks into `found`, everything else into sums.
 * @param ours all rows of ours, summed from the snapshot itself.
 * @throws TotalsDoNotTie when what is left of both sides beside the odd rows is not the same.
 */
export async function joinPartitions(
  duck: Duck,
  partitions: Partitions,
  ours: SideSum,
  rules: MatchRules,
): Promise<Joined> {
  const agreedFailed = { count: 0, ourAmount: 0n, theirAmount: 0n };
  const unlisted = {
    agreedFailed,
    lines: { agreedFailed: 0, collapsed: 0, ignored: 0 },
    collapsedAmount: 0n,
  };
  let [lines, oddLines, oddRows] = [NO_ROWS, NO_ROWS, NO_ROWS];
  // The last holds the lines that have no key.
  for (let number = 0; number <= partitions.count; number += 1) {
    await duck.run(`CREATE OR REPLACE TEMP VIEW o AS ${partitions.ours(number)}`);
    await duck.run(`CREATE OR REPLACE TEMP VIEW lines AS ${partitions.theirs(number)}`);
    await tellStanding(duck);
    await duck.run(`CREATE OR REPLACE TEMP TABLE odd AS ${judged(rules)} WHERE ${AGREES} IS NOT TRUE`);
    await duck.run(BREAKS);
    lines = addSides(lines, await sumOf(duck, 'lines', ['match_key', 'amount', 'st']));
    oddLines = addSides(oddLines, await sumOf(duck, ODD_LINES, ['their_key', 'their_amount', 'their_st']));
    oddRows = addSides(oddRows, await sumOf(duck, ODD_ROWS, ['our_key', 'our_amount', 'our_st']));
    await addUnlisted(duck, unlisted);
  }
  return {
    theirs: { count: lines.count, amount: lines.successes - unlisted.collapsedAmount },
    matched: plainlyMatched({ all: ours, odd: oddRows }, { all: lines, odd: oddLines }),
    agreedFailed,
    lines: unlisted.lines,
  };
}

/**
 * Of several lines with one key one speaks for it. A reversal (F) undoes the latest success (S) before it that is not
 * yet undone: `net` counts successes less reversals up to a line, so a success is undone when `net` later falls
 * below what it was at that line. Of the successes that stand, the first speaks (0), and each later one is a
 * duplicate: it repeats the line (1) or posts it twice (2). Where none stands, the last line speaks. The rest is
 * collapsed (3). Lines alone in their key would be told 0, so that two keys of one hash do no harm.
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
                  FROM lines WHERE match_key <> '' AND hash(match_key) IN (
                    SELECT hash(match_key) FROM lines WHERE match_key <> '' GROUP BY 1 HAVING COUNT(*) > 1)
                 ) counted) told
      WINDOW by_standing AS (PARTITION BY match_key ORDER BY stands DESC, file_no, line_no)) ranked`);
}

/** Both sides say S and state the same amount, and the line speaks for its key: by far the most rows. */
const AGREES = "(standing = 0 AND our_st = 'S' AND their_st = 'S' AND our_amount = their_amount)";

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
       WHEN ABS(our_amount - their_amount) <= ${tolerance} THEN 'matched_tol'
       ELSE 'amount' END AS kind
FROM (SELECT o.match_key AS our_key, t.match_key AS their_key, o.amount AS our_amount, t.amount AS their_amount,
        o.st AS our_st, t.st AS their_st, t.file_no, t.line_no, COALESCE(s.standing, 0) AS standing, o.carry_until,
        o.paid_at AS our_paid_at, t.their_ref, t.paid_at AS their_paid_at, t.hint, t.group_key, t.type
      FROM lines t LEFT JOIN standing s ON s.file_no = t.file_no AND s.line_no = t.line_no
        FULL JOIN o ON o.match_key = t.match_key) sides`;
}

/** What the row of ours says besides is fetched at the end, for the few that are breaks. */
const BREAKS = `
INSERT INTO found BY NAME
SELECT kind, CASE WHEN standing = 1 THEN 'repeat_line' WHEN standing = 2 THEN 'double_post'
    WHEN line_no IS NOT NULL AND our_st IS NOT NULL THEN CONCAT(our_st, their_st) END AS sub,
  COALESCE(their_key, our_key) AS match_key, our_amount, their_amount, our_st, their_st, file_no, line_no, their_ref,
  CASE WHEN kind = 'late' THEN carry_until END AS carry_until, our_paid_at, their_paid_at, hint,
  group_key AS their_group, type AS line_type
FROM odd WHERE kind NOT IN ('agreed_failed', 'collapsed', 'ignored')`;

/** Completes the breaks with whose rows of ours they are. */
export async function nameRowsOfOurs(duck: Duck, ours: string): Promise<void> {
  await duck.run(`UPDATE found SET payment_id = o.payment_id, leg_no = o.leg_no, our_group = COALESCE(o.group_key, o.match_key)
    FROM read_parquet(${quoted(ours)}) o WHERE o.match_key = found.match_key AND found.match_key <> ''`);
}

const ODD_LINES = 'odd WHERE line_no IS NOT NULL';
/** A duplicate stands beside a row of ours that its first line has already taken. */
const ODD_ROWS = 'odd WHERE our_key IS NOT NULL AND standing = 0';

async function sumOf(
  duck: Duck,
  rows: string,
  [key, amount, st]: [string, string, string],
): Promise<SideSum> {
  const [sum] = await duck.rows<SideCells>(`SELECT ${sideColumns(key, amount, st)} FROM ${rows}`);
  return sideOf(sum);
}

/** Rows that are odd and no breaks. */
type Unlisted = Pick<Joined, 'agreedFailed' | 'lines'> & { collapsedAmount: bigint };

async function addUnlisted(duck: Duck, unlisted: Unlisted): Promise<void> {
  const kinds = await duck.rows<{
    kind: string;
    n: string;
    lines: string;
    ours: string;
    theirs: string;
    successes: string;
  }>(
    `SELECT kind, CAST(COUNT(*) AS VARCHAR) AS n, CAST(COUNT(line_no) AS VARCHAR) AS lines,
       CAST(COALESCE(SUM(our_amount), 0) AS VARCHAR) AS ours, CAST(COALESCE(SUM(their_amount), 0) AS VARCHAR) AS theirs,
       CAST(COALESCE(SUM(their_amount) FILTER (their_st = 'S'), 0) AS VARCHAR) AS successes
     FROM odd WHERE kind IN ('agreed_failed', 'collapsed', 'ignored') GROUP BY kind`,
  );
  const { agreedFailed, lines: counts } = unlisted;
  for (const { kind, n, lines, ours, theirs, successes } of kinds) {
    if (kind === 'collapsed') {
      counts.collapsed += Number(n);
      unlisted.collapsedAmount += BigInt(successes);
    } else if (kind === 'ignored') counts.ignored += Number(n);
    else {
      agreedFailed.count += Number(n);
      agreedFailed.ourAmount += BigInt(ours);
      agreedFailed.theirAmount += BigInt(theirs);
      counts.agreedFailed += Number(lines);
    }
  }
}
