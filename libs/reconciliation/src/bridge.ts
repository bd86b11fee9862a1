/** One step of the arithmetic that leads from our total to theirs. */
export interface BridgeTerm {
  term: string;
  /** How the term enters: added, taken away, or what it must come to. */
  sign: '+' | '-' | '=';
  /** Whole rupiah. */
  amount: bigint;
}

/** The sums a bridge is made of, in whole rupiah; each counts the statuses that its name says, ours first. */
export interface BridgeSums {
  ours: bigint;
  carryIn: bigint;
  late: bigint;
  onlyOurs: bigint;
  /** Theirs less ours, over the rows both call a success: may be negative. */
  amountDifferences: bigint;
  /** At their amount: they bill a success that we do not know as one. */
  usAndFs: bigint;
  /** At our amount: our success is none with them. */
  sfAndSu: bigint;
  duplicate: bigint;
  onlyTheirs: bigint;
  theirs: bigint;
}

/** `ours + carry_in - late - only_ours + differences + (US+FS) - (SF+SU) + duplicate + only_theirs = theirs`. */
export function bridgeOf(sums: BridgeSums): BridgeTerm[] {
  return [
    { term: 'ours', sign: '+', amount: sums.ours },
    { term: 'carry_in', sign: '+', amount: sums.carryIn },
    { term: 'late', sign: '-', amount: sums.late },
    { term: 'only_ours', sign: '-', amount: sums.onlyOurs },
    { term: 'amount', sign: '+', amount: sums.amountDifferences },
    { term: 'status_us_fs', sign: '+', amount: sums.usAndFs },
    { term: 'status_sf_su', sign: '-', amount: sums.sfAndSu },
    { term: 'duplicate', sign: '+', amount: sums.duplicate },
    { term: 'only_theirs', sign: '+', amount: sums.onlyTheirs },
    { term: 'theirs', sign: '=', amount: sums.theirs },
  ];
}

/** What the bridge does not explain, in whole rupiah. A run closes only at 0. */
export function remainderOf(bridge: readonly BridgeTerm[]): bigint {
  return bridge.reduce((rest, { sign, amount }) => (sign === '+' ? rest + amount : rest - amount), 0n);
}
