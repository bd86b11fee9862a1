import type { Statements } from '#lib/platform';
import { bridgeOf, remainderOf, type BridgeTerm } from './bridge';

/** Every outcome a row of the day can have. */
export const KINDS = [
  'matched',
  'matched_tol',
  'amount',
  'status',
  'only_ours',
  'only_theirs',
  'duplicate',
  'late',
  'agreed_failed',
] as const;

export type Kind = (typeof KINDS)[number];

/** How often an outcome occurred, and what it weighs on each side in whole rupiah, whatever the status. */
export interface KindTotal {
  count: number;
  ourAmount: bigint;
  theirAmount: bigint;
}

/** The whole of a run in sums. Amounts of sides count successes (S) only. */
export interface RunTotals {
  ours: { count: number; amount: bigint };
  carryIn: { count: number; amount: bigint };
  theirs: { count: number; amount: bigint };
  kinds: Record<Kind, KindTotal>;
  /** Lines of the file that stand in no kind of their own. */
  lines: {
    /** Both sides say it failed. */
    agreedFailed: number;
    /** Undone by, or undoing, another line of the same key. */
    collapsed: number;
    /** A failed sale that we do not know. */
    ignored: number;
  };
  bridge: BridgeTerm[];
}

/** A run whose sums do not tie must not close: a row would be in no class, or in two. */
export class TotalsDoNotTie extends Error {}

/**
 * Adds up a matched run. The sides are summed from the staged rows and the outcomes from the breaks, so that the
 * equations between them are a proof.
 */
export async function totalsOf(statements: Statements, runId: number): Promise<RunTotals> {
  const sides = await sumSides(statements, runId);
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, { count: 0, ourAmount: 0n, theirAmount: 0n }]),
  ) as Record<Kind, KindTotal>;
  const sums = {
    late: 0n,
    onlyOurs: 0n,
    amountDifferences: 0n,
    usAndFs: 0n,
    sfAndSu: 0n,
    duplicate: 0n,
    onlyTheirs: 0n,
  };

  for (const row of await sumBreaks(statements, runId)) {
    const [ours, theirs] = [BigInt(row.ours), BigInt(row.theirs)];
    const total = kinds[row.kind];
    total.count += Number(row.n);
    // A duplicate stands beside a row of ours that its first line has already taken.
    if (row.kind !== 'duplicate') total.ourAmount += ours;
    total.theirAmount += theirs;
    if (row.kind === 'late' && row.our_st === 'S') sums.late += ours;
    if (row.kind === 'only_ours' && row.our_st === 'S') sums.onlyOurs += ours;
    if (row.kind === 'amount' || row.kind === 'matched_tol') sums.amountDifferences += theirs - ours;
    if (row.kind === 'status' && row.their_st === 'S') sums.usAndFs += theirs;
    if (row.kind === 'status' && row.our_st === 'S') sums.sfAndSu += ours;
    if (row.kind === 'duplicate') sums.duplicate += theirs;
    if (row.kind === 'only_theirs' && row.their_st === 'S') sums.onlyTheirs += theirs;
  }
  kinds.matched = sides.matched;
  kinds.agreed_failed = sides.agreedFailed;
  return {
    ours: sides.ours,
    carryIn: sides.carryIn,
    theirs: sides.theirs,
    kinds,
    lines: sides.lines,
    bridge: bridgeOf({
      ...sums,
      ours: sides.ours.amount,
      carryIn: sides.carryIn.amount,
      theirs: sides.theirs.amount,
    }),
  };
}

/**
 * The equation that does not hold, as one sentence; undefined when every row of both sides is in exactly one class
 * and the bridge ends in 0.
 */
export function untiedEquation({
  ours,
  carryIn,
  theirs,
  kinds,
  lines,
  bridge,
}: RunTotals): string | undefined {
  const count = (...names: Kind[]) => names.reduce((sum, name) => sum + kinds[name].count, 0);
  const both = count('matched', 'matched_tol', 'amount', 'status');
  const classedOurs = both + count('only_ours', 'late', 'agreed_failed');
  if (classedOurs !== ours.count + carryIn.count)
    return `${ours.count + carryIn.count} rows of ours, ${classedOurs} of them in a class`;
  const classedTheirs =
    both + count('only_theirs', 'duplicate') + lines.agreedFailed + lines.collapsed + lines.ignored;
  if (classedTheirs !== theirs.count)
    return `${theirs.count} lines of theirs, ${classedTheirs} of them in a class`;
  const remainder = remainderOf(bridge);
  return remainder === 0n ? undefined : `the bridge leaves ${remainder} rupiah unexplained`;
}

interface BreakSum {
  kind: Kind;
  our_st: string | null;
  their_st: string | null;
  n: string;
  ours: string;
  theirs: string;
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
    },
  };
}

function side(row?: { n: string; amount: string }): { count: number; amount: bigint } {
  return { count: Number(row?.n ?? 0), amount: BigInt(row?.amount ?? 0) };
}

/** Totals as a JSON column keeps them: amounts as digit strings. */
export function totalsToJson(totals: RunTotals): string {
  return JSON.stringify(totals, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

const AMOUNT_MEMBERS = new Set(['amount', 'ourAmount', 'theirAmount']);

/** Totals read back from the value that `totalsToJson` wrote. */
export function totalsFromJson(json: unknown): RunTotals {
  return JSON.parse(JSON.stringify(json), (member, value: unknown) =>
    AMOUNT_MEMBERS.has(member) && typeof value === 'string' ? BigInt(value) : value,
  ) as RunTotals;
}
