/** What an outcome of a run weighs on each side, in whole rupiah. */
export interface OutcomeSum {
  kind: string;
  count: number;
  ourAmount: bigint;
  theirAmount: bigint;
}

/** One step of a run's bridge. */
export interface BridgeStep {
  term: string;
  sign: '+' | '-' | '=';
  /** Whole rupiah. */
  amount: bigint;
}

/** The line that takes off what was carried in: it was sold on an earlier day, and is counted there. */
export const CARRIED_IN = 'carried_in';

/** Outcomes whose rows may have failed with a side: what the bridge counts of them, ours first. */
const BY_BRIDGE: Readonly<Record<string, readonly [ours: string | null, theirs: string | null]>> = {
  late: ['late', null],
  only_ours: ['only_ours', null],
  status: ['status_sf_su', 'status_us_fs'],
  duplicate: [null, 'duplicate'],
  only_theirs: [null, 'only_theirs'],
  agreed_failed: [null, null],
};

/**
 * The outcomes of a run with what each side calls a success, and what was carried in as a line that takes it off: they
 * come to the bridge's own totals of both sides. A run keeps its outcomes at their amounts whatever the status.
 */
export function successesOf(outcomes: readonly OutcomeSum[], bridge: readonly BridgeStep[]): OutcomeSum[] {
  const step = (name: string | null) => (name === null ? 0n : amountOf(bridge, name));
  const sums = outcomes.map((outcome) => {
    const steps = BY_BRIDGE[outcome.kind];
    return steps ? { ...outcome, ourAmount: step(steps[0]), theirAmount: step(steps[1]) } : outcome;
  });
  const carried = step('carry_in');
  return carried === 0n
    ? sums
    : [...sums, { kind: CARRIED_IN, count: 0, ourAmount: -carried, theirAmount: 0n }];
}

/** Both sides of a list of outcomes, added up. */
export function sidesOf(outcomes: readonly OutcomeSum[]): { ours: bigint; theirs: bigint } {
  return {
    ours: outcomes.reduce((sum, { ourAmount }) => sum + ourAmount, 0n),
    theirs: outcomes.reduce((sum, { theirAmount }) => sum + theirAmount, 0n),
  };
}

/** What a bridge says of a term, in whole rupiah; 0 where it has none of that name. */
export function amountOf(bridge: readonly BridgeStep[], term: string): bigint {
  return bridge.find((step) => step.term === term)?.amount ?? 0n;
}
