import { rupiah, ZERO, type Rupiah } from '#lib/kernel';
import { BEYOND, BEYOND_BACK, CLAIM, CLAIM_BACK, type BeyondClaim, type SaleClaim } from './claims';
import type { ClearingChange } from './clearing-changes';
import type { SettleOn } from './contracts';
import type { LegName, ReconciledDay } from './reconciled';
import { nameOf, type SoldLeg } from './sales';
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

/** Collects what enters, by party and kind, what is held back, and what is taken up. */
export class Figures {
  readonly entries = new Map<string, Entry>();
  readonly items: Item[] = [];
  readonly held: HeldLeg[] = [];
  readonly released: LegName[] = [];
  readonly changes: ClearingChange[] = [];
  readonly billers: DayFigures['billers'] = new Map();
  readonly channels: DayFigures['channels'] = new Map();
  /** Names of legs that have been undone and never enter. */
  readonly undone = new Set<string>();
  /** Names of legs of other days that enter here. */
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
  claimForSale(leg: SoldLeg, amount: bigint): void {
    this.claim(leg.billerId, 'disputed', amount);
    this.items.push(claimItem(CLAIM, leg.paymentId, leg, amount));
  }

  /** A claim beyond our sales, which is taken back should they own that it is none. */
  claimBeyond(claim: BeyondClaim, origin: Origin): void {
    this.claim(claim.billerId, 'disputed', claim.amount, origin);
    this.items.push(claimItem(BEYOND, claim.breakId, claim, claim.amount));
  }

  takeClaimBack(claim: SaleClaim): void {
    this.claim(claim.billerId, 'disputed', -claim.amount, 'correction');
    this.items.push(claimItem(CLAIM_BACK, claim.paymentId, claim, -claim.amount));
  }

  takeBeyondBack(claim: BeyondClaim): void {
    this.claim(claim.billerId, 'disputed', -claim.amount, 'correction');
    this.items.push(claimItem(BEYOND_BACK, claim.breakId, claim, -claim.amount));
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
    this.takeLate(leg);
  }

  /** A leg of before the first day that is settled here, which only a file of these days lists. */
  takeEarlier(leg: SoldLeg): void {
    const { paymentId, legNo, billerId, amount } = leg;
    this.held.push({ paymentId, legNo, billerId, kind: EARLIER, amount });
    this.takeLate(leg);
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

  /** Legs that this settlement holds back, by their names. */
  heldHere(): ReadonlySet<string> {
    return new Set(this.held.filter(({ kind }) => kind !== EARLIER).map(nameOf));
  }

  read(): DayFigures {
    const { day, settleOn, payments, items, held, released, changes, billers, channels } = this;
    const entries = [...this.entries.values(), ...this.heldBack()];
    return { day, settleOn, payments, entries, items, held, released, changes, billers, channels };
  }

  private takeLate(leg: SoldLeg): void {
    const { paymentId } = leg;
    this.late.add(nameOf(leg));
    this.keepItems(
      { paymentId, subjectId: paymentId, kind: 'capture', lineNo: 0 },
      this.takeSales(leg, 'late'),
    );
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

function claimItem(
  kind: string,
  subjectId: string,
  { paymentId, billerId }: { paymentId: string; billerId: string },
  amount: bigint,
): Item {
  const participant = `biller:${billerId}`;
  return { paymentId, subjectId, kind, lineNo: 0, participant, amount: rupiah(amount) };
}

const NO_CHARGE = { charge: ZERO, commission: ZERO, ownFee: ZERO, taxedFee: ZERO };

const EARLIER = 'earlier';

/** Kinds of held legs that wait for nothing: they are noted so that no other settlement takes them. */
export const ENDED_AT_ONCE: ReadonlySet<string> = new Set(['undone', EARLIER]);
