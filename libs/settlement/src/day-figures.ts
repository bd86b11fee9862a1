import { rupiah, ZERO, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import { openChanges, type ClearingChange } from './clearing-changes';
import type { SettleOn } from './contracts';
import { openHeld, settledDates } from './settlement-rows';
import type { Finding, LegName, Reconciled, ReconciledDay } from './reconciled';
import { nameOf, paidSales, soldLegs, undoneLegs, type SoldLeg } from './sales';
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
  const undone = await undoneLegs(statements, source, businessDate);
  const legsFound = await soldLegs(statements, [...findings.keys()].map(legNamed));
  const ofDay = legsFound.filter((leg) => leg.source === source && leg.businessDate === businessDate);
  const carried = await carriedInAndAgreed(statements, reconciled, day.runId, findings);

  const strange = tie(day, groups, ofDay, carried, undone, findings);
  if (strange) return strange;

  const figures = new Figures(day, settleOn);
  const resolved = new Set((await reconciled.resolved(statements, ofDay)).map(nameOf));
  const out = ofDay.filter((leg) => staysOut(settleOn, findings.get(nameOf(leg)), resolved.has(nameOf(leg))));
  figures.takeDay(groups, out.filter(isPaid));
  figures.takeClaims(findings, legsFound, resolved, groups[0]?.billerId);
  for (const leg of out) figures.hold(leg, findings.get(nameOf(leg))?.kind ?? 'undone');
  for (const leg of undone) figures.hold(leg, 'undone');
  await releaseHeld(statements, reconciled, figures, carried, ofDay);
  for (const leg of carried) if (isPaid(leg) && leg.businessDate < firstDay) figures.takeEarlier(leg);
  await takeChanges(statements, figures, { source, businessDate, firstDay, undone, out });
  return figures.read();
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

  /** What a biller's file claims beyond our books, where the contract pays by it; and what is within tolerance. */
  takeClaims(
    findings: ReadonlyMap<string, Finding>,
    legs: readonly SoldLeg[],
    resolved: ReadonlySet<string>,
    onlyBiller: string | undefined,
  ): void {
    if (this.settleOn === 'ours') return;
    const billerOf = new Map(legs.map((leg) => [nameOf(leg), leg.billerId]));
    for (const [key, finding] of findings) {
      if (resolved.has(key)) continue;
      const billerId = billerOf.get(key) ?? onlyBiller;
      const [ours, theirs] = [finding.ourAmount ?? 0n, finding.theirAmount ?? 0n];
      if (billerId === undefined) continue;
      if (finding.kind === 'matched_tol') this.claim(billerId, 'rounding', theirs - ours);
      else if (this.settleOn === 'their_file')
        this.claim(billerId, 'disputed', disputedOf(finding, ours, theirs));
    }
  }

  claim(billerId: string, kind: 'rounding' | 'disputed', amount: bigint): void {
    if (amount === 0n) return;
    this.enter({ party: { kind: 'biller', id: billerId }, kind, amount: rupiah(amount) }, 'day', 1);
    this.enter({ party: OURSELVES, kind, amount: rupiah(-amount) }, 'day', 1);
    this.move(billerId, { [kind]: rupiah(amount) });
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
    this.late.add(nameOf(leg));
    const shares = this.takeSales(leg, 'late');
    this.keepItems(leg.paymentId, leg.paymentId, 'capture', shares);
  }

  /** A leg of before the first day that is settled here, which only a file of these days lists. */
  takeEarlier(leg: SoldLeg): void {
    const { paymentId, legNo, billerId, amount } = leg;
    this.held.push({ paymentId, legNo, billerId, kind: EARLIER, amount });
    this.late.add(nameOf(leg));
    this.keepItems(paymentId, paymentId, 'capture', this.takeSales(leg, 'late'));
  }

  /** A leg that was held back has been undone or refused meanwhile. */
  drop(leg: SoldLeg): void {
    this.released.push(leg);
    this.undone.add(nameOf(leg));
  }

  correct(change: ClearingChange, leg: SoldLeg | undefined): void {
    const { paymentId, subjectId, kind, billerId, amount } = change;
    const shares = kind === 'reversal' && leg ? this.takeSales(takenBack(leg), 'correction') : undefined;
    const booked = shares ?? this.correctByAmount(billerId, leg?.channelId, kind, amount);
    this.keepItems(paymentId ?? '', subjectId, kind, booked);
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

  private keepItems(paymentId: string, subjectId: string, kind: string, shares: readonly Share[]): void {
    const byParty = new Map<string, Rupiah>();
    for (const { party, amount } of shares) {
      const participant = `${party.kind}:${party.id}`;
      byParty.set(participant, rupiah((byParty.get(participant) ?? ZERO) + amount));
    }
    for (const [participant, amount] of byParty)
      this.items.push({ paymentId, subjectId, kind, participant, amount });
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

function isPaid({ state }: SoldLeg): boolean {
  return state === 'PAID';
}

function staysOut(settleOn: SettleOn, finding: Finding | undefined, isResolved: boolean): boolean {
  if (!finding || NOT_AGAINST.has(finding.kind) || isResolved || settleOn === 'ours') return false;
  // Paid by their file, the difference of an amount is in dispute and the rest of it is not.
  return !(settleOn === 'their_file' && finding.kind === 'amount');
}

/** What their file claims for a row that our books do not own up to. */
function disputedOf({ kind, ourStatus, theirStatus }: Finding, ours: bigint, theirs: bigint): bigint {
  if (kind === 'amount') return theirs - ours;
  if (theirStatus !== null && theirStatus !== 'S') return 0n;
  const isClaimed =
    kind === 'duplicate' || kind === 'only_theirs' || (kind === 'status' && ourStatus !== 'S');
  return isClaimed ? theirs : 0n;
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

function legNamed(key: string): LegName {
  const [paymentId = '', legNo = '0'] = key.split(' ');
  return { paymentId, legNo: Number(legNo) };
}

async function carriedInAndAgreed(
  statements: Statements,
  reconciled: Reconciled,
  runId: number,
  findings: ReadonlyMap<string, Finding>,
): Promise<SoldLeg[]> {
  const carried = await reconciled.carriedIn(statements, runId);
  const agreed = carried.filter((leg) => {
    const finding = findings.get(nameOf(leg));
    return !finding || NOT_AGAINST.has(finding.kind);
  });
  return soldLegs(statements, agreed);
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
  const isAgainst = (leg: SoldLeg) => !NOT_AGAINST.has(findings.get(nameOf(leg))?.kind ?? '');
  const against = total(ofDay.filter((leg) => isPaid(leg) && isAgainst(leg)));
  const least = total(groups) - against + total(carried.filter(isPaid));
  const most =
    least +
    total(undone.filter((leg) => !findings.has(nameOf(leg)))) +
    total(carried.filter((leg) => !isPaid(leg)));
  if (day.agreed.amount >= least && day.agreed.amount <= most) return undefined;
  return { agreedInRun: day.agreed.amount, leastInBooks: least, mostInBooks: most };
}

async function releaseHeld(
  statements: Statements,
  reconciled: Reconciled,
  figures: Figures,
  carried: readonly SoldLeg[],
  ofDay: readonly SoldLeg[],
): Promise<void> {
  const { source } = figures.day;
  const nowHeld = new Set(ofDay.map(nameOf));
  const open = (await openHeld(statements, source)).filter((leg) => !nowHeld.has(nameOf(leg)));
  const legs = await soldLegs(statements, open);
  const agreed = new Set(carried.map(nameOf));
  const resolved = new Set((await reconciled.resolved(statements, open)).map(nameOf));
  for (const leg of legs) {
    if (leg.state === 'REVERSED' || leg.state === 'DECLINED') figures.drop(leg);
    else if (isPaid(leg) && (agreed.has(nameOf(leg)) || resolved.has(nameOf(leg)))) figures.release(leg);
  }
}

interface OfDay {
  source: string;
  businessDate: BusinessDate;
  firstDay: BusinessDate;
  undone: readonly SoldLeg[];
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
  const waiting = new Set([...(await openHeld(statements, of.source)).map(nameOf), ...of.out.map(nameOf)]);
  for (const change of changes) {
    const { paymentId, legNo } = change;
    const leg = paymentId && legNo ? legOf.get(nameOf({ paymentId, legNo })) : undefined;
    const name = leg && nameOf(leg);
    if (name !== undefined && figures.undone.has(name)) {
      figures.changes.push(change);
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
