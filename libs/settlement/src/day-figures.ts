import { rupiah, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { CLAIM, CLAIM_BACK, claimOf, onlyBillerOf, openClaims, type OpenClaim } from './claims';
import { openChanges, type ClearingChange } from './clearing-changes';
import type { SettleOn } from './contracts';
import { openHeld, settledDates } from './settlement-rows';
import type { Finding, LegName, Reconciled, ReconciledDay, ResolvedLeg } from './reconciled';
import { nameOf, paidSales, soldLegs, unpaidLegs, type SoldLeg } from './sales';
import {
  inClearing,
  OURSELVES,
  sharesOf,
  takenBack,
  without,
  type Party,
  type Sales,
  type Share,
} from './shares';

/** Why something enters a settlement: it is of the day, it was held back before, or it puts something right. */
export type Origin = 'day' | 'late' | 'correction';

/** A share with what it rests on. */
export interface Entry extends Share {
  origin: Origin;
  payments: number;
}

/** A share that entered by itself and not with its day. */
export interface Item {
  paymentId: string;
  subjectId: string;
  kind: string;
  /** Of that journal, where it is settled line by line; else 0. */
  lineNo: number;
  participant: string;
  amount: Rupiah;
}

/** A leg that does not enter with its day. */
export interface HeldLeg extends LegName {
  billerId: string;
  kind: string;
  amount: Rupiah;
}

/** All that settling a source's day does, read at one moment. */
export interface DayFigures {
  day: ReconciledDay;
  settleOn: SettleOn;
  payments: number;
  entries: Entry[];
  items: Item[];
  held: HeldLeg[];
  /** Legs that were held back and are so no longer. */
  released: LegName[];
  changes: ClearingChange[];
  /** What leaves each biller's clearing, rounding and dispute apart. */
  billers: Map<string, { clearing: Rupiah; rounding: Rupiah; disputed: Rupiah }>;
  /** What each channel's deposit lost, the commission that it is still owed, and our fee, in all and where it bears PPN. */
  channels: Map<string, { charge: Rupiah; commission: Rupiah; ownFee: Rupiah; taxedFee: Rupiah }>;
}

/** The day in the books is not the day that was reconciled. */
export interface NotAsReconciled {
  agreedInRun: bigint;
  leastInBooks: bigint;
  mostInBooks: bigint;
}

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
  const undone = unpaid.filter(isReversed);
  const legsFound = await soldLegs(statements, legsOfFindings(findings));
  const ofDay = legsFound.filter((leg) => leg.source === source && leg.businessDate === businessDate);
  const carried = await soldLegs(statements, await reconciled.carriedIn(statements, day.runId));

  const strange = tie(day, groups, ofDay, carried, undone, findings);
  if (strange) return strange;

  const figures = new Figures(day, settleOn);
  const about = await whatIsKnown(statements, reconciled, source, [...ofDay, ...carried], findings);
  const out = ofDay.filter(
    (leg) =>
      findings.has(nameOf(leg)) &&
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
  await takeChanges(statements, figures, { source, businessDate, firstDay, out });
  return figures.read();
}

/** What reconciliation says of every leg that may enter: those of the day, and those that were held back before. */
interface Known {
  /** Of this day's run, and for legs held back before, of their own day's; those of this day's come first. */
  findings: ReadonlyMap<string, Finding>;
  resolved: ReadonlyMap<string, ResolvedLeg>;
  /** Held back before; `word`: a run has said something of it since. */
  held: { leg: SoldLeg; hasWord: boolean }[];
}

async function whatIsKnown(
  statements: Statements,
  reconciled: Reconciled,
  source: string,
  legs: readonly SoldLeg[],
  ofRun: ReadonlyMap<string, Finding>,
): Promise<Known> {
  const open = await soldLegs(statements, await openHeld(statements, source));
  const claimed = await openClaims(statements, source);
  const words = await reconciled.ownDayWords(statements, source, open);
  const carried = new Set(legs.map(nameOf));
  const findings = new Map(ofRun);
  for (const { finding, ...leg } of words)
    if (finding && !carried.has(nameOf(leg))) findings.set(nameOf(leg), finding);
  const spoken = new Set([...carried, ...words.map(nameOf)]);
  const resolved = await reconciled.resolved(statements, [...legs, ...open, ...claimed]);
  return {
    findings,
    resolved: new Map(resolved.map((leg) => [nameOf(leg), leg])),
    held: open.map((leg) => ({ leg, hasWord: spoken.has(nameOf(leg)) })),
  };
}

/** Collects what enters, by party and kind. */
class Figures {
  readonly entries = new Map<string, Entry>();
  readonly items: Item[] = [];
  readonly held: HeldLeg[] = [];
  readonly released: LegName[] = [];
  readonly changes: ClearingChange[] = [];
  readonly billers: DayFigures['billers'] = new Map();
  readonly channels: DayFigures['channels'] = new Map();
  readonly undone = new Set<string>();
  readonly late = new Set<string>();
  readonly releasedLegs: SoldLeg[] = [];
  payments = 0;

  constructor(
    readonly day: ReconciledDay,
    readonly settleOn: SettleOn,
  ) {}

  takeDay(groups: readonly Sales[], out: readonly SoldLeg[]): void {
    for (const group of groups) {
      const others = out.filter(
        ({ billerId, channelId, drawsFloat }) =>
          billerId === group.billerId && channelId === group.channelId && drawsFloat === group.drawsFloat,
      );
      const sales = without(group, others);
      this.payments += sales.payments;
      this.takeSales(sales, 'day');
    }
  }

  takeSales(sales: Sales, origin: Origin): Share[] {
    const shares = sharesOf(sales);
    for (const share of shares) this.enter(share, origin, sales.payments);
    const { billerId, channelId, charge, amount, adminFee, billerFee, commission, taxedFee } = sales;
    this.move(billerId, { clearing: inClearing(sales) });
    // Where commission is immediate the charge lacks it already, and nothing of it is owed.
    const owed = rupiah(charge - amount - adminFee + commission);
    const ownFee = rupiah(adminFee - billerFee - commission);
    this.charge(channelId, { charge, commission: owed, ownFee, taxedFee });
    return shares;
  }

  enter({ party, kind, amount }: Share, origin: Origin, payments: number): void {
    const key = `${party.kind} ${party.id} ${kind} ${origin}`;
    const entry = this.entries.get(key) ?? { party, kind, origin, amount: ZERO, payments: 0 };
    this.entries.set(key, {
      ...entry,
      amount: rupiah(entry.amount + amount),
      payments: entry.payments + payments,
    });
  }

  claim(billerId: string, kind: 'rounding' | 'disputed', amount: bigint, origin: Origin = 'day'): void {
    if (amount === 0n) return;
    this.enter({ party: { kind: 'biller', id: billerId }, kind, amount: rupiah(amount) }, origin, 1);
    this.enter({ party: OURSELVES, kind, amount: rupiah(-amount) }, origin, 1);
    this.move(billerId, { [kind]: rupiah(amount) });
  }

  /** A claim for a sale that is none in our books, which is taken back should it become one. */
  claimForSale({ paymentId, billerId }: SoldLeg, amount: bigint): void {
    this.claim(billerId, 'disputed', amount);
    const participant = `biller:${billerId}`;
    this.items.push({
      paymentId,
      subjectId: paymentId,
      kind: CLAIM,
      lineNo: 0,
      participant,
      amount: rupiah(amount),
    });
  }

  takeClaimBack({ paymentId, billerId, amount }: OpenClaim): void {
    this.claim(billerId, 'disputed', -amount, 'correction');
    const participant = `biller:${billerId}`;
    const back = rupiah(-amount);
    this.items.push({
      paymentId,
      subjectId: paymentId,
      kind: CLAIM_BACK,
      lineNo: 0,
      participant,
      amount: back,
    });
  }

  hold(leg: SoldLeg, kind: string): void {
    // A sale that failed is nobody's money; what the file says of it is its break's matter.
    if (this.undone.has(nameOf(leg)) || leg.state === 'DECLINED') return;
    const isUndone = kind === 'undone' || leg.state === 'REVERSED';
    if (isUndone) this.undone.add(nameOf(leg));
    const { paymentId, legNo, billerId, amount } = leg;
    this.held.push({ paymentId, legNo, billerId, kind: isUndone ? 'undone' : kind, amount });
  }

  /** A leg that was held back before enters now. */
  release(leg: SoldLeg): void {
    this.released.push(leg);
    this.releasedLegs.push(leg);
    this.late.add(nameOf(leg));
    const shares = this.takeSales(leg, 'late');
    this.keepItems(
      { paymentId: leg.paymentId, subjectId: leg.paymentId, kind: 'capture', lineNo: 0 },
      shares,
    );
  }

  /** A leg of before the first day that is settled here, which only a file of these days lists. */
  takeEarlier(leg: SoldLeg): void {
    const { paymentId, legNo, billerId, amount } = leg;
    this.held.push({ paymentId, legNo, billerId, kind: EARLIER, amount });
    this.late.add(nameOf(leg));
    this.keepItems(
      { paymentId, subjectId: paymentId, kind: 'capture', lineNo: 0 },
      this.takeSales(leg, 'late'),
    );
  }

  /** A leg that was held back has been undone or refused meanwhile. */
  drop(leg: SoldLeg): void {
    this.released.push(leg);
    this.undone.add(nameOf(leg));
  }

  correct(change: ClearingChange, leg: SoldLeg | undefined): void {
    const { paymentId, subjectId, kind, lineNo, billerId, amount } = change;
    const shares = kind === 'reversal' && leg ? this.takeSales(takenBack(leg), 'correction') : undefined;
    const booked = shares ?? this.correctByAmount(billerId, leg?.channelId, kind, amount);
    this.keepItems({ paymentId: paymentId ?? '', subjectId, kind, lineNo }, booked);
  }

  read(): DayFigures {
    const { day, settleOn, payments, items, held, released, changes, billers, channels } = this;
    const entries = [...this.entries.values(), ...this.heldBack()];
    return { day, settleOn, payments, entries, items, held, released, changes, billers, channels };
  }

  private correctByAmount(
    billerId: string,
    channelId: string | undefined,
    kind: string,
    amount: Rupiah,
  ): Share[] {
    const biller: Party = { kind: 'biller', id: billerId };
    const isRefund = kind === 'refund' && channelId !== undefined;
    const other: Party = isRefund ? { kind: 'channel', id: channelId } : OURSELVES;
    const as = isRefund ? 'refund' : 'adjustment';
    const shares: Share[] = [
      { party: biller, kind: as, amount: rupiah(-amount) },
      { party: other, kind: as, amount },
    ];
    for (const share of shares) this.enter(share, 'correction', 1);
    this.move(billerId, { clearing: rupiah(-amount) });
    if (isRefund) this.charge(channelId, { ...NO_CHARGE, charge: rupiah(-amount) });
    return shares;
  }

  private keepItems(of: Omit<Item, 'participant' | 'amount'>, shares: readonly Share[]): void {
    const byParty = new Map<string, Rupiah>();
    for (const { party, amount } of shares) {
      const participant = `${party.kind}:${party.id}`;
      byParty.set(participant, rupiah((byParty.get(participant) ?? ZERO) + amount));
    }
    for (const [participant, amount] of byParty) this.items.push({ ...of, participant, amount });
  }

  private heldBack(): Entry[] {
    const byBiller = new Map<string, Entry>();
    for (const { billerId, kind, amount } of this.held) {
      if (ENDED_AT_ONCE.has(kind)) continue;
      const party: Party = { kind: 'biller', id: billerId };
      const entry = byBiller.get(billerId) ?? {
        party,
        kind: 'held_back',
        origin: 'day',
        amount: ZERO,
        payments: 0,
      };
      byBiller.set(billerId, {
        ...entry,
        amount: rupiah(entry.amount + amount),
        payments: entry.payments + 1,
      });
    }
    return [...byBiller.values()];
  }

  private move(billerId: string, by: Partial<Record<'clearing' | 'rounding' | 'disputed', Rupiah>>): void {
    const now = this.billers.get(billerId) ?? { clearing: ZERO, rounding: ZERO, disputed: ZERO };
    this.billers.set(billerId, {
      clearing: rupiah(now.clearing + (by.clearing ?? ZERO)),
      rounding: rupiah(now.rounding + (by.rounding ?? ZERO)),
      disputed: rupiah(now.disputed + (by.disputed ?? ZERO)),
    });
  }

  private charge(channelId: string, by: typeof NO_CHARGE): void {
    const now = this.channels.get(channelId) ?? NO_CHARGE;
    this.channels.set(channelId, {
      charge: rupiah(now.charge + by.charge),
      commission: rupiah(now.commission + by.commission),
      ownFee: rupiah(now.ownFee + by.ownFee),
      taxedFee: rupiah(now.taxedFee + by.taxedFee),
    });
  }
}

const NO_CHARGE = { charge: ZERO, commission: ZERO, ownFee: ZERO, taxedFee: ZERO };

const EARLIER = 'earlier';

/** Kinds of held legs that wait for nothing: they are noted so that no other settlement takes them. */
export const ENDED_AT_ONCE: ReadonlySet<string> = new Set(['undone', EARLIER]);

/** Kinds of findings that say nothing against the leg they name. */
const NOT_AGAINST: ReadonlySet<string> = new Set(['matched_tol', 'duplicate', 'clearing']);

function isAgainst(findings: ReadonlyMap<string, Finding>, leg: LegName): boolean {
  const finding = findings.get(nameOf(leg));
  return finding !== undefined && !NOT_AGAINST.has(finding.kind);
}

function isPaid({ state }: SoldLeg): boolean {
  return state === 'PAID';
}

function isReversed({ state }: SoldLeg): boolean {
  return state === 'REVERSED';
}

function staysOut(settleOn: SettleOn, finding: Finding | undefined, isResolved: boolean): boolean {
  if (!finding || NOT_AGAINST.has(finding.kind) || isResolved || settleOn === 'ours') return false;
  // Paid by their file, the difference of an amount is in dispute and the rest of it is not.
  return !(settleOn === 'their_file' && finding.kind === 'amount');
}

/** Findings by the leg they are about; those about none stand under a number of their own. */
async function findingsOf(
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

function legsOfFindings(findings: ReadonlyMap<string, Finding>): LegName[] {
  const names = [...findings.values()].flatMap(({ paymentId, legNo }) =>
    paymentId !== null && legNo !== null ? [{ paymentId, legNo }] : [],
  );
  return [...new Map(names.map((name) => [nameOf(name), name])).values()];
}

/** What the books have of what the run calls agreed; what was undone since may have agreed or not. */
function tie(
  day: ReconciledDay,
  groups: readonly Sales[],
  ofDay: readonly SoldLeg[],
  carried: readonly SoldLeg[],
  undone: readonly SoldLeg[],
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

/**
 * What was held back before enters once it is paid and this day's file, the corrected file of its own day, or the end of
 * its break speaks for it.
 */
function releaseHeld(figures: Figures, { findings, resolved, held }: Known): void {
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

/** What the file says beyond our books; and what of it was paid before and has been answered since. */
async function takeClaims(
  statements: Statements,
  figures: Figures,
  { findings, resolved }: Known,
  {
    groups,
    legsFound,
    ofDay,
  }: { groups: readonly Sales[]; legsFound: readonly SoldLeg[]; ofDay: readonly SoldLeg[] },
): Promise<void> {
  const { source } = figures.day;
  const open = await openClaims(statements, source);
  const claimed = new Set(open.map(nameOf));
  const notEntered = new Set(figures.held.filter(({ kind }) => kind !== EARLIER).map(nameOf));
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
    const claim = claimOf(figures.settleOn, finding, { leg, enters, resolved: resolved.get(name) });
    const billerId = leg?.billerId ?? onlyBiller;
    if (!claim || claim.amount === 0n || billerId === undefined) continue;
    const isForSale =
      leg !== undefined && claim.kind === 'disputed' && finding.kind !== 'duplicate' && !enters;
    if (!isForSale)
      figures.claim(billerId, claim.kind, claim.amount, figures.late.has(name) ? 'late' : 'day');
    else if (!claimed.has(name)) figures.claimForSale(leg, claim.amount);
  }
  for (const claim of open) {
    const end = resolved.get(nameOf(claim));
    if (figures.late.has(nameOf(claim)) || (end && !end.isBooked)) figures.takeClaimBack(claim);
  }
}

interface OfDay {
  source: string;
  businessDate: BusinessDate;
  firstDay: BusinessDate;
  out: readonly SoldLeg[];
}

/** Takes up the corrections of what is settled; those of what is held back wait with it. */
async function takeChanges(statements: Statements, figures: Figures, of: OfDay): Promise<void> {
  const billerIds = [...figures.billers.keys()];
  const changes = await openChanges(statements, of.source, billerIds, of.firstDay);
  if (changes.length === 0) return;
  const legs = await soldLegs(
    statements,
    changes.flatMap(({ paymentId, legNo }) => (paymentId && legNo ? [{ paymentId, legNo }] : [])),
  );
  const legOf = new Map(legs.map((leg) => [nameOf(leg), leg]));
  const settled = new Set(await settledDates(statements, of.source));
  const waiting = new Set([...(await openHeld(statements, of.source)), ...of.out].map(nameOf));
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
