import { rupiah, type BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { claimOf, onlyBillerOf } from './claims';
import { openChanges } from './clearing-changes';
import type { Figures } from './day-figures';
import type { Finding } from './reconciled';
import { isPaid, nameOf, soldLegs, type SoldLeg } from './sales';
import { settledDates } from './settlement-rows';
import type { Sales } from './shares';
import type { Known } from './who-enters';

/** What the file says beyond our books; and what of it was paid before and has been answered since. */
export async function takeClaims(
  statements: Statements,
  figures: Figures,
  { findings, resolved, claims, beyond, ended }: Known,
  {
    groups,
    legsFound,
    ofDay,
  }: { groups: readonly Sales[]; legsFound: readonly SoldLeg[]; ofDay: readonly SoldLeg[] },
): Promise<void> {
  const { source } = figures.day;
  const claimed = new Set(claims.map(nameOf));
  const notEntered = figures.heldHere();
  const isOfDay = new Set(ofDay.map(nameOf));
  const onlyBiller = await onlyBillerOf(statements, source, groups);
  const legs = new Map([...legsFound, ...figures.releasedLegs].map((leg) => [nameOf(leg), leg]));
  for (const finding of findings.values()) {
    const { paymentId, legNo } = finding;
    const leg = paymentId !== null && legNo !== null ? legs.get(nameOf({ paymentId, legNo })) : undefined;
    const name = leg ? nameOf(leg) : '';
    const enters =
      leg !== undefined &&
      (figures.late.has(name) || (isOfDay.has(name) && isPaid(leg) && !notEntered.has(name)));
    const isOfLeg = leg !== undefined && finding.kind !== 'duplicate';
    const end = isOfLeg ? resolved.get(name) : ended.get(finding.breakId ?? '');
    const claim = claimOf(figures.settleOn, finding, { leg, enters, ended: end });
    const billerId = leg?.billerId ?? onlyBiller;
    if (!claim || claim.amount === 0n || billerId === undefined) continue;
    const origin = figures.late.has(name) ? 'late' : 'day';
    const amount = rupiah(claim.amount);
    if (claim.kind === 'rounding') figures.claim(billerId, claim.kind, amount, origin);
    else if (!isOfLeg || enters) figures.claimBeyond({ ...breakOf(finding), billerId, amount }, origin);
    else if (!claimed.has(name)) figures.claimForSale(leg, amount);
  }
  for (const claim of claims) {
    const end = resolved.get(nameOf(claim));
    if (figures.late.has(nameOf(claim)) || (end && !end.isBooked)) figures.takeClaimBack(claim);
  }
  for (const claim of beyond) if (ended.get(claim.breakId)?.isBooked === false) figures.takeBeyondBack(claim);
}

function breakOf({ breakId, paymentId, kind }: Finding): { breakId: string; paymentId: string } {
  if (breakId === null)
    throw new Error(`a claim rests on a row of kind ${kind}, which has no break of its own`);
  return { breakId, paymentId: paymentId ?? '' };
}

interface OfDay {
  source: string;
  businessDate: BusinessDate;
  firstDay: BusinessDate;
  /** Its legs that stay out. */
  out: readonly SoldLeg[];
}

/** Takes up the corrections of what is settled; those of what is held back wait with it. */
export async function takeChanges(
  statements: Statements,
  figures: Figures,
  { held }: Known,
  of: OfDay,
): Promise<void> {
  const billerIds = [...figures.billers.keys()];
  const changes = await openChanges(statements, of.source, billerIds, of.firstDay);
  if (changes.length === 0) return;
  const legs = await soldLegs(
    statements,
    changes.flatMap(({ paymentId, legNo }) => (paymentId && legNo ? [{ paymentId, legNo }] : [])),
  );
  const legOf = new Map(legs.map((leg) => [nameOf(leg), leg]));
  const settled = new Set(await settledDates(statements, of.source));
  const waiting = new Set([...held.map(({ leg }) => leg), ...of.out].map(nameOf));
  for (const change of changes) {
    const { paymentId, legNo } = change;
    const leg = paymentId && legNo ? legOf.get(nameOf({ paymentId, legNo })) : undefined;
    const name = leg && nameOf(leg);
    // The reversal of what never entered moves nothing between the parties; whatever else was booked about it does.
    if (name !== undefined && figures.undone.has(name)) {
      figures.changes.push(change);
      if (change.kind !== 'reversal') figures.correct(change, leg);
      continue;
    }
    const isSettled =
      leg === undefined ||
      change.isOfEarlier ||
      figures.late.has(nameOf(leg)) ||
      ((leg.businessDate === of.businessDate || settled.has(leg.businessDate)) && !waiting.has(nameOf(leg)));
    if (!isSettled) continue;
    figures.changes.push(change);
    figures.correct(change, leg);
  }
}
