import type { Statements } from '#lib/platform';
import { openBeyond, openClaims, type BeyondClaim, type SaleClaim } from './claims';
import type { SettleOn } from './contracts';
import type { Figures } from './day-figures';
import type { EndedBreak, Finding, LegName, Reconciled, ResolvedLeg } from './reconciled';
import { isPaid, nameOf, soldLegs, type SoldLeg } from './sales';
import { openHeld } from './settlement-rows';

/** What reconciliation says of every leg that may enter: those of the day, and those that were held back before. */
export interface Known {
  /** Of this day's run, and for legs held back before, of their own day's; those of this day's come first. */
  findings: ReadonlyMap<string, Finding>;
  resolved: ReadonlyMap<string, ResolvedLeg>;
  /** Held back before; `hasWord`: a run has said something of it since. */
  held: { leg: SoldLeg; hasWord: boolean }[];
  /** Claims for sales that were paid before and not taken back. */
  claims: SaleClaim[];
  /** The same of claims beyond our sales. */
  beyond: BeyondClaim[];
  /** Breaks that have ended, by their ids: of claims of before, and of this day's lines beside our sales. */
  ended: ReadonlyMap<string, EndedBreak>;
}

/** Reads it. @param legs those of the day that the run has findings about, and those that it took in. */
export async function whatIsKnown(
  statements: Statements,
  reconciled: Reconciled,
  source: string,
  legs: readonly SoldLeg[],
  ofRun: ReadonlyMap<string, Finding>,
): Promise<Known> {
  const open = await soldLegs(statements, await openHeld(statements, source));
  const claims = await openClaims(statements, source);
  const beyond = await openBeyond(statements, source);
  const words = await reconciled.ownDayWords(statements, source, open);
  const carried = new Set(legs.map(nameOf));
  const findings = new Map(ofRun);
  for (const { finding, ...leg } of words)
    if (finding && !carried.has(nameOf(leg))) findings.set(nameOf(leg), finding);
  const spoken = new Set([...carried, ...words.map(nameOf)]);
  const resolved = await reconciled.resolved(statements, [...legs, ...open, ...claims]);
  const lines = [...ofRun.values()].filter(({ kind }) => kind === 'duplicate' || kind === 'only_theirs');
  const breakIds = [...beyond, ...lines].flatMap(({ breakId }) => breakId ?? []);
  const ended = await reconciled.ended(statements, breakIds);
  return {
    findings,
    resolved: new Map(resolved.map((leg) => [nameOf(leg), leg])),
    held: open.map((leg) => ({ leg, hasWord: spoken.has(nameOf(leg)) })),
    claims,
    beyond,
    ended: new Map(ended.map((one) => [one.breakId, one])),
  };
}

/** Kinds of findings that say nothing against the leg they name. */
const NOT_AGAINST: ReadonlySet<string> = new Set(['matched_tol', 'duplicate', 'clearing']);

/** Whether a run says something against a leg. */
export function isAgainst(findings: ReadonlyMap<string, Finding>, leg: LegName): boolean {
  const finding = findings.get(nameOf(leg));
  return finding !== undefined && !NOT_AGAINST.has(finding.kind);
}

/** Whether the contract keeps a leg out of the day, for what is said against it and has not ended. */
export function staysOut(settleOn: SettleOn, finding: Finding | undefined, isResolved: boolean): boolean {
  if (!finding || NOT_AGAINST.has(finding.kind) || isResolved || settleOn === 'ours') return false;
  // Paid by their file, the difference of an amount is in dispute and the rest of it is not.
  return !(settleOn === 'their_file' && finding.kind === 'amount');
}

/**
 * What was held back before enters once it is paid and this day's file, the corrected file of its own day, or the end of
 * its break speaks for it.
 */
export function releaseHeld(figures: Figures, { findings, resolved, held }: Known): void {
  for (const { leg, hasWord } of held) {
    const isResolved = resolved.has(nameOf(leg));
    const mayEnter =
      figures.settleOn === 'ours' ||
      isResolved ||
      (hasWord && !staysOut(figures.settleOn, findings.get(nameOf(leg)), isResolved));
    if (leg.state === 'REVERSED' || leg.state === 'DECLINED') figures.drop(leg);
    else if (isPaid(leg) && mayEnter) figures.release(leg);
  }
}

/** Findings by the leg they are about; those about none stand under a number of their own. */
export async function findingsOf(
  statements: Statements,
  reconciled: Reconciled,
  runId: number,
): Promise<Map<string, Finding>> {
  const findings = new Map<string, Finding>();
  let number = 0;
  for await (const finding of reconciled.findings(statements, runId)) {
    number += 1;
    const { paymentId, legNo, kind } = finding;
    const isAboutLeg = paymentId !== null && legNo !== null && kind !== 'duplicate' && kind !== 'clearing';
    findings.set(isAboutLeg ? nameOf({ paymentId, legNo }) : `#${number}`, finding);
  }
  return findings;
}

/** The legs that findings are about, or name. */
export function legsOfFindings(findings: ReadonlyMap<string, Finding>): LegName[] {
  const names = [...findings.values()].flatMap(({ paymentId, legNo }) =>
    paymentId !== null && legNo !== null ? [{ paymentId, legNo }] : [],
  );
  return [...new Map(names.map((name) => [nameOf(name), name])).values()];
}
