import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { SettleOn } from './contracts';
import { Figures, type DayFigures } from './day-figures';
import type { Reconciled, ReconciledDay } from './reconciled';
import { isPaid, isReversed, nameOf, paidSales, soldLegs, unpaidLegs } from './sales';
import { takeChanges, takeClaims } from './take-up';
import { tie, type NotAsReconciled } from './ties-to-run';
import { findingsOf, isAgainst, legsOfFindings, releaseHeld, staysOut, whatIsKnown } from './who-enters';

/**
 * Reads what settling a reconciled day does. All reads are of one moment: pass the statements of a snapshot.
 * @returns the figures, or what does not tie: the run must be made again.
 */
export async function figuresOfDay(
  statements: Statements,
  reconciled: Reconciled,
  day: ReconciledDay,
  settleOn: SettleOn,
  firstDay: BusinessDate,
): Promise<DayFigures | NotAsReconciled> {
  const { source, businessDate } = day;
  const groups = await paidSales(statements, source, businessDate);
  const findings = await findingsOf(statements, reconciled, day.runId);
  const unpaid = await unpaidLegs(statements, source, businessDate);
  const legsFound = await soldLegs(statements, legsOfFindings(findings));
  const ofDay = legsFound.filter((leg) => leg.source === source && leg.businessDate === businessDate);
  const carried = await soldLegs(statements, await reconciled.carriedIn(statements, day.runId));

  const strange = tie(day, { groups, ofDay, carried, undone: unpaid.filter(isReversed) }, findings);
  if (strange) return strange;

  const figures = new Figures(day, settleOn);
  const about = await whatIsKnown(statements, reconciled, source, [...ofDay, ...carried], findings);
  const out = ofDay.filter((leg) =>
    staysOut(settleOn, findings.get(nameOf(leg)), about.resolved.has(nameOf(leg))),
  );
  figures.takeDay(groups, out.filter(isPaid));
  for (const leg of out) figures.hold(leg, findings.get(nameOf(leg))?.kind ?? 'undone');
  // Whatever the contract says: what has no end can only enter once it has one.
  const isOut = new Set(out.map(nameOf));
  for (const leg of unpaid) if (!isOut.has(nameOf(leg))) figures.hold(leg, 'no_end');
  releaseHeld(figures, about);
  for (const leg of carried)
    if (isPaid(leg) && leg.businessDate < firstDay && !isAgainst(findings, leg)) figures.takeEarlier(leg);
  await takeClaims(statements, figures, about, { groups, legsFound, ofDay });
  await takeChanges(statements, figures, about, { source, businessDate, firstDay, out });
  return figures.read();
}
