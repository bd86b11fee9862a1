import { fromJson, type Database, type Statements } from '#lib/platform';
import { rulesFromJson } from '../../src/match-rules';
import {
  totalsFrom,
  totalsFromJson,
  totalsToJson,
  type BreakSum,
  type KindTotal,
  type RunTotals,
} from '../../src/totals';
import { match } from './statements';

/** A line of their file as the statements take it. */
export interface OracleLine {
  /** Our reference as they state it; '' where they state none. */
  key: string;
  line: number;
  theirRef: string | null;
  amount: bigint;
  status: 'S' | 'F' | 'U';
}

/** A run's breaks and totals, told in one order, by either way of matching. */
export interface Told {
  breaks: string[];
  totals: string;
}

const APART = 1_000_000;
const HOURS_OF_JAKARTA = 7 * 60;

/**
 * Matches a closed run once more by statements on the database, from the payment legs and its carry items as they are,
 * under a number of its own that is gone afterwards.
 * @param admin may write where the application may not.
 */
export async function tellByStatements(
  admin: Database,
  runId: number,
  lines: readonly OracleLine[],
): Promise<Told> {
  const [run] = await admin.rows<{ source: string; business_date: string; rules: unknown }>(
    'SELECT source, business_date, rules FROM recon_run WHERE run_id = ?',
    [runId],
  );
  const other = runId + APART;
  for (const table of ['recon_ours', 'recon_theirs', 'recon_break'])
    await admin.run(`DELETE FROM ${table} WHERE run_id = ?`, [other]);
  await loadOurs(admin, runId, other, run!);
  if (lines.length > 0)
    await admin.run(
      'INSERT INTO recon_theirs (run_id, match_key, line_no, their_ref, amount, st, paid_at) VALUES ?',
      [
        lines.map(({ key, line, theirRef, amount, status }) => [
          other,
          key,
          line,
          theirRef,
          amount,
          status,
          null,
        ]),
      ],
    );
  await match(admin, other, rulesFromJson(fromJson(run!.rules)));
  const told = {
    breaks: await breaksOfRun(admin, other),
    totals: totalsToJson(await totalsOf(admin, other)),
  };
  for (const table of ['recon_ours', 'recon_theirs', 'recon_break'])
    await admin.run(`DELETE FROM ${table} WHERE run_id = ?`, [other]);
  return told;
}

/** A closed run as it stands in its tables. */
export async function tellAsClosed(statements: Statements, runId: number): Promise<Told> {
  const [row] = await statements.rows<{ totals: unknown }>('SELECT totals FROM recon_run WHERE run_id = ?', [
    runId,
  ]);
  return {
    breaks: await breaksOfRun(statements, runId),
    totals: totalsToJson(totalsFromJson(fromJson(row!.totals))),
  };
}

async function breaksOfRun(statements: Statements, runId: number): Promise<string[]> {
  const rows = await statements.rows<Record<string, unknown>>(
    `SELECT kind, sub, match_key, payment_id, leg_no, our_amount, their_amount, our_st, their_st, line_no, carry_until
     FROM recon_break WHERE run_id = ? AND kind <> 'clearing' ORDER BY break_id`,
    [runId],
  );
  return rows.map((row) => JSON.stringify(row));
}

async function loadOurs(
  admin: Database,
  runId: number,
  other: number,
  { source, business_date }: { source: string; business_date: string },
): Promise<void> {
  const columns = `l.leg_reference, l.payment_id, l.leg_no,
    IF(LENGTH(l.biller_reference) = CHAR_LENGTH(l.biller_reference), NULLIF(l.biller_reference, ''), NULL), l.amount,
    CASE WHEN l.state = 'PAID' THEN 'S' WHEN l.state IN ('DECLINED', 'REVERSED') THEN 'F' ELSE 'U' END,
    l.sent_at + INTERVAL ${HOURS_OF_JAKARTA} MINUTE`;
  const into =
    'INSERT INTO recon_ours (run_id, match_key, payment_id, leg_no, their_ref, amount, st, paid_at, carry_until)';
  await admin.run(
    `${into} SELECT ?, ${columns}, NULL FROM payment_leg l WHERE l.source = ? AND l.source_business_date = ?`,
    [other, source, business_date],
  );
  await admin.run(
    `${into} SELECT ?, ${columns}, c.carry_until FROM recon_carry c
       JOIN payment_leg l ON l.payment_id = c.payment_id AND l.leg_no = c.leg_no WHERE c.run_id = ?`,
    [other, runId],
  );
}

async function totalsOf(statements: Statements, runId: number): Promise<RunTotals> {
  return totalsFrom({ ...(await sumSides(statements, runId)), breaks: await sumBreaks(statements, runId) });
}

function sumBreaks(statements: Statements, runId: number): Promise<BreakSum[]> {
  return statements.rows<BreakSum>(
    `SELECT kind, our_st, their_st, COUNT(*) AS n, COALESCE(SUM(our_amount), 0) AS ours,
       COALESCE(SUM(their_amount), 0) AS theirs
     FROM recon_break WHERE run_id = ? GROUP BY kind, our_st, their_st`,
    [runId],
  );
}

async function sumSides(statements: Statements, runId: number) {
  const ours = await statements.rows<{ is_carried: number; n: string; amount: string }>(
    `SELECT carry_until IS NOT NULL AS is_carried, COUNT(*) AS n, SUM(IF(st = 'S', amount, 0)) AS amount
     FROM recon_ours WHERE run_id = ? GROUP BY carry_until IS NOT NULL`,
    [runId],
  );
  const [theirs] = await statements.rows<{ n: string; amount: string; collapsed: string }>(
    `SELECT COUNT(*) AS n, COALESCE(SUM(IF(st = 'S' AND standing < 3, amount, 0)), 0) AS amount,
       COALESCE(SUM(standing = 3), 0) AS collapsed
     FROM recon_theirs WHERE run_id = ?`,
    [runId],
  );
  const agreed = await statements.rows<{
    st: string;
    n: string;
    amount: string;
    n_theirs: string;
    theirs: string;
  }>(
    `SELECT o.st, COUNT(*) AS n, SUM(o.amount) AS amount, COUNT(t.match_key) AS n_theirs,
       COALESCE(SUM(t.amount), 0) AS theirs
     FROM recon_ours o LEFT JOIN recon_theirs t ON t.run_id = ? AND t.match_key = o.match_key AND t.standing = 0
     WHERE o.run_id = ? AND ((o.st = 'S' AND t.st = 'S' AND o.amount = t.amount)
       OR (o.st = 'F' AND (t.match_key IS NULL OR t.st = 'F')))
     GROUP BY o.st`,
    [runId, runId],
  );
  const [ignored] = await statements.rows<{ n: string }>(
    `SELECT COUNT(*) AS n FROM recon_theirs t LEFT JOIN recon_ours o ON o.run_id = ? AND o.match_key = t.match_key
     WHERE t.run_id = ? AND t.standing = 0 AND t.st = 'F' AND o.match_key IS NULL`,
    [runId, runId],
  );

  const agreement = (st: string) => agreed.find((row) => row.st === st);
  const kind = (st: string): KindTotal => ({
    count: Number(agreement(st)?.n ?? 0),
    ourAmount: BigInt(agreement(st)?.amount ?? 0),
    theirAmount: BigInt(agreement(st)?.theirs ?? 0),
  });
  return {
    ours: side(ours.find(({ is_carried }) => is_carried === 0)),
    carryIn: side(ours.find(({ is_carried }) => is_carried === 1)),
    theirs: side(theirs),
    matched: kind('S'),
    agreedFailed: kind('F'),
    lines: {
      agreedFailed: Number(agreement('F')?.n_theirs ?? 0),
      collapsed: Number(theirs?.collapsed ?? 0),
      ignored: Number(ignored?.n ?? 0),
      grouped: 0,
    },
  };
}

function side(row?: { n: string; amount: string }): { count: number; amount: bigint } {
  return { count: Number(row?.n ?? 0), amount: BigInt(row?.amount ?? 0) };
}
