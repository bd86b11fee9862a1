import type { Finding, ReconciledDay } from './reconciled';
import { isPaid, type SoldLeg } from './sales';
import type { Sales } from './shares';
import { isAgainst } from './who-enters';

/** The day in the books is not the day that was reconciled. */
export interface NotAsReconciled {
  agreedInRun: bigint;
  leastInBooks: bigint;
  mostInBooks: bigint;
}

/** What the books have of a day. */
interface InBooks {
  /** Its paid sales. */
  groups: readonly Sales[];
  /** Its legs that the run has findings about. */
  ofDay: readonly SoldLeg[];
  /** Legs of earlier days that the run took in. */
  carried: readonly SoldLeg[];
  /** Its legs that were paid and taken back. */
  undone: readonly SoldLeg[];
}

/** What the books have of what the run calls agreed; what was undone since may have agreed or not. */
export function tie(
  day: ReconciledDay,
  { groups, ofDay, carried, undone }: InBooks,
  findings: ReadonlyMap<string, Finding>,
): NotAsReconciled | undefined {
  const total = (sales: readonly Sales[]) => sales.reduce((all, { amount }) => all + amount, 0n);
  const agrees = (leg: SoldLeg) => !isAgainst(findings, leg);
  const against = total(ofDay.filter((leg) => isPaid(leg) && !agrees(leg)));
  const agreed = carried.filter(agrees);
  const least = total(groups) - against + total(agreed.filter(isPaid));
  const most = least + total(undone.filter(agrees)) + total(agreed.filter((leg) => !isPaid(leg)));
  if (day.agreed.amount >= least && day.agreed.amount <= most) return undefined;
  return { agreedInRun: day.agreed.amount, leastInBooks: least, mostInBooks: most };
}
