import type { GateFailure } from '#lib/files';
import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { remainderOf } from './bridge';
import { breaksOf, type ClosedRun } from './files-and-runs';
import { KINDS, type Kind, type RunTotals } from './totals';

/** What a run came to, as the operator's command prints it. Amounts are digits in whole rupiah. */
export type ReconOutcome = ClosedOutcome | QuarantinedOutcome | WaitingOutcome | EmptyOutcome | BusyOutcome;

interface OutcomeOfDay {
  source: string;
  businessDate: BusinessDate;
}

export interface ClosedOutcome extends OutcomeOfDay {
  state: 'closed';
  /** Number of the run within the day. */
  run: number;
  /** True when nothing was new and this is the run of before. */
  repeated?: true;
  /** A further file came after the day was settled, and waits for a decision of two people. */
  undecided?: string;
  /** Number of the run that this one took the place of. */
  supersedes?: number;
  file: string;
  sha256: string;
  counts: Record<Kind, number>;
  /** Lines of the file that stand in no count: failed on both sides, undone by another line, failed and unknown to us. */
  otherLines: RunTotals['lines'];
  bridge: { term: string; sign: '+' | '-' | '='; amount: string }[];
  remainder: string;
  breaks: {
    kind: string;
    sub: string | null;
    legReference: string | null;
    ourAmount: string | null;
    theirAmount: string | null;
  }[];
  /** Paths of the files written about the run. */
  reports: string[];
}

/** The file failed a gate and was refused whole; a person decides. */
export interface QuarantinedOutcome extends OutcomeOfDay, GateFailure {
  state: 'quarantined';
  sha256: string;
}

/** There is no whole file yet; nothing was compared. */
export interface WaitingOutcome extends OutcomeOfDay {
  state: 'waiting';
  reason: string;
}

/** Nothing was sold, and the source writes no file for such a day. */
export interface EmptyOutcome extends OutcomeOfDay {
  state: 'empty';
  reason: string;
}

/** Another process works on the day. */
export interface BusyOutcome extends OutcomeOfDay {
  state: 'busy';
}

/** The exit code of a command with this outcome: 0 good, 1 found wrong, 2 could not run. */
export function reconExitCode({ state }: ReconOutcome): 0 | 1 | 2 {
  switch (state) {
    case 'closed':
    case 'waiting':
    case 'empty':
      return 0;
    case 'quarantined':
      return 1;
    case 'busy':
      return 2;
  }
}

/** A closed run as an outcome, with its breaks read back from the database. */
export async function closedOutcome(
  statements: Statements,
  run: ClosedRun,
  isRepeated: boolean,
): Promise<ClosedOutcome> {
  const { kinds, bridge, lines } = run.totals;
  const breaks: ClosedOutcome['breaks'] = [];
  for await (const { kind, sub, legReference, ourAmount, theirAmount } of breaksOf(statements, run.runId))
    breaks.push({
      kind,
      sub,
      legReference,
      ourAmount: ourAmount?.toString() ?? null,
      theirAmount: theirAmount?.toString() ?? null,
    });
  return {
    source: run.source,
    businessDate: run.businessDate,
    run: run.runNo,
    state: 'closed',
    ...(isRepeated ? { repeated: true } : {}),
    ...(run.supersedes === null ? {} : { supersedes: run.supersedes }),
    file: run.fileName,
    sha256: run.sha256,
    counts: Object.fromEntries(KINDS.map((kind) => [kind, kinds[kind].count])) as Record<Kind, number>,
    otherLines: lines,
    bridge: bridge.map(({ term, sign, amount }) => ({ term, sign, amount: amount.toString() })),
    remainder: remainderOf(bridge).toString(),
    breaks,
    reports: run.reports ?? [],
  };
}
