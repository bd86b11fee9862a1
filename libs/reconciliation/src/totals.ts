import { formatRupiah, rupiah } from '#lib/kernel';
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
  'proposed',
] as const;

export type Kind = (typeof KINDS)[number];

/** How often an outcome occurred, and what it weighs on each side in whole rupiah, whatever the status. */
export interface KindTotal {
  count: number;
  ourAmount: bigint;
  theirAmount: bigint;
}

/** A side in sums; its amount, in whole rupiah, counts successes (S) only. */
export interface SideTotal {
  count: number;
  amount: bigint;
}

/** The whole of a run in sums. */
export interface RunTotals {
  ours: SideTotal;
  carryIn: SideTotal;
  theirs: SideTotal;
  kinds: Record<Kind, KindTotal>;
  /** Lines of the file that stand in no kind of their own. */
  lines: {
    /** Both sides say it failed. */
    agreedFailed: number;
    /** Undone by, or undoing, another line of the same key. */
    collapsed: number;
    /** A failed sale that we do not know. */
    ignored: number;
    /** Lines of groups that were matched as a sum, less the rows of ours they stand for. */
    grouped: number;
  };
  bridge: BridgeTerm[];
}

/** A run whose sums do not tie must not close: a row would be in no class, or in two. */
export class TotalsDoNotTie extends Error {}

/** What the sides of a run and its breaks add up to, each counted for itself. */
export interface CountedRun extends Pick<RunTotals, 'ours' | 'carryIn' | 'theirs' | 'lines'> {
  matched: KindTotal;
  agreedFailed: KindTotal;
  breaks: readonly BreakSum[];
}

/** Breaks of one kind and one pair of statuses, added up; digits, as an engine hands sums over. */
export interface BreakSum {
  kind: Exclude<Kind, 'matched' | 'agreed_failed'>;
  our_st: string | null;
  their_st: string | null;
  n: string;
  ours: string;
  theirs: string;
}

/**
 * Adds up a matched run. The sides are summed from their rows and the outcomes from the breaks, so that the equations
 * between them are a proof.
 */
export function totalsFrom(run: CountedRun): RunTotals {
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

  for (const row of run.breaks) {
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
  kinds.matched = run.matched;
  kinds.agreed_failed = run.agreedFailed;
  const { ours, carryIn, theirs, lines } = run;
  const amounts = { ours: ours.amount, carryIn: carryIn.amount, theirs: theirs.amount };
  return { ours, carryIn, theirs, kinds, lines, bridge: bridgeOf({ ...sums, ...amounts }) };
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
  const both = count('matched', 'matched_tol', 'amount', 'status', 'proposed');
  const classedOurs = both + count('only_ours', 'late', 'agreed_failed');
  if (classedOurs !== ours.count + carryIn.count)
    return `${ours.count + carryIn.count} rows of ours, ${classedOurs} of them in a class`;
  const classedTheirs =
    both +
    count('only_theirs', 'duplicate') +
    lines.agreedFailed +
    lines.collapsed +
    lines.ignored +
    lines.grouped;
  if (classedTheirs !== theirs.count)
    return `${theirs.count} lines of theirs, ${classedTheirs} of them in a class`;
  const remainder = remainderOf(bridge);
  return remainder === 0n ? undefined : `the bridge leaves ${formatRupiah(rupiah(remainder))} unexplained`;
}

/** Totals as a JSON column keeps them: amounts as digit strings. */
export function totalsToJson(totals: RunTotals): string {
  return JSON.stringify(totals, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

const AMOUNT_MEMBERS = new Set(['amount', 'ourAmount', 'theirAmount']);

/** Totals read back from the value that `totalsToJson` wrote, also before there were groups and proposals. */
export function totalsFromJson(json: unknown): RunTotals {
  const totals = JSON.parse(JSON.stringify(json), (member, value: unknown) =>
    AMOUNT_MEMBERS.has(member) && typeof value === 'string' ? BigInt(value) : value,
  ) as RunTotals;
  totals.lines = { ...totals.lines, grouped: totals.lines.grouped ?? 0 };
  totals.kinds = {
    ...totals.kinds,
    proposed: totals.kinds.proposed ?? { count: 0, ourAmount: 0n, theirAmount: 0n },
  };
  return totals;
}
