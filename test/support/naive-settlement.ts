import type { BusinessDate } from '#lib/kernel';
import type { PaymentMoney } from '#lib/ledger';
import type { SettleOn } from '#lib/settlement';
import type { ABreak } from './settlement-world';

/** How a biller's file speaks of a sale: as we do, otherwise within tolerance, otherwise beyond it, or not at all. */
export type Word = 'agrees' | 'tolerated' | 'amount' | 'only_ours' | 'late';

/** What their file states beyond our amount. */
export const BEYOND: Record<Word, bigint> = {
  agrees: 0n,
  tolerated: 50n,
  amount: 700n,
  only_ours: 0n,
  late: 0n,
};

/** What is booked about a sale after it was made, as its biller gets it: a refund less, an adjustment more. */
export interface Change {
  kind: 'reversal' | 'refund' | 'adjustment';
  amount: bigint;
}

/** A sale as it is told to the rules below. */
export interface Sale {
  paymentId: string;
  day: BusinessDate;
  money: PaymentMoney;
  state: 'PAID' | 'SUSPECT' | 'REVERSED' | 'DECLINED';
  /** What the file of its own day, or the one that corrects it, says; and that of the next day, if it was late. */
  word: Word;
  next: Word;
  isDoubled: boolean;
  /** What the run of its own day found; and, where the day that is settled took it in, what that day's run found. */
  found: ABreak | undefined;
  today: { found: ABreak | undefined } | undefined;
  /** How its break has ended: with a booking or without one. */
  ended?: 'booked' | 'free';
  /** What became of it: it waits, it is settled, or it will never be. */
  fate: 'waits' | 'settled' | 'gone';
  /** What was paid for it in dispute before it was settled. */
  claim: bigint;
  /** What was paid in dispute beyond its amount, with itself. */
  beyond: bigint;
  changes: Change[];
}

/** What a source's settlements have come to, for its one biller. */
export interface Told {
  /** Bills and the biller's part of fees. */
  sales: bigint;
  rounding: bigint;
  disputed: bigint;
  refunds: bigint;
  adjustments: bigint;
}

/** What a run finds about a sale as both sides stand now; undefined where they agree. */
export function foundOf({ paymentId, money, state }: Sale, word: Word): ABreak | undefined {
  const ours = money.amount;
  if (state === 'REVERSED' || state === 'DECLINED') return undefined;
  const ourStatus = state === 'SUSPECT' ? 'U' : 'S';
  if (word === 'late' || word === 'only_ours') return { kind: word, paymentId, ours, ourStatus };
  const theirs = ours + BEYOND[word];
  if (state === 'SUSPECT') return { kind: 'status', sub: 'US', paymentId, ours, theirs, ourStatus };
  if (word === 'agrees') return undefined;
  return { kind: word === 'tolerated' ? 'matched_tol' : 'amount', paymentId, ours, theirs };
}

/** What a sale gives its biller. */
export function partOf({ money }: Sale): bigint {
  return (money.drawsFloat ? 0n : money.amount) + money.billerFee;
}

/**
 * The rules of settlement told naively, sale by sale: settles a day and adds what it comes to.
 * @param strangers what their file of the day states for sales that we do not know.
 */
export function settleAsTold(
  told: Told,
  settleOn: SettleOn,
  day: BusinessDate,
  sales: readonly Sale[],
  strangers: readonly bigint[],
): void {
  const isTheirs = settleOn === 'their_file';
  for (const sale of sales.filter((one) => one.day <= day)) {
    const isOfRun = sale.day === day || sale.today !== undefined;
    const { found } = sale.today ?? sale;
    const claimBefore = sale.claim;
    if (sale.beyond > 0n && sale.ended === 'free') {
      told.disputed -= sale.beyond;
      sale.beyond = 0n;
    }
    if (sale.fate === 'waits') meet(told, settleOn, sale, found);
    const isDisputed = isTheirs && isOfRun && found?.kind === 'status' && sale.ended === undefined;
    if (isDisputed && sale.fate !== 'settled' && sale.claim === 0n && sale.state !== 'REVERSED') {
      sale.claim = found.theirs ?? 0n;
      told.disputed += sale.claim;
    }
    if (claimBefore > 0n && (sale.fate === 'settled' || sale.ended === 'free')) {
      told.disputed -= claimBefore;
      sale.claim = 0n;
    }
    if (isTheirs && sale.day === day && sale.isDoubled) told.disputed += sale.money.amount;
    if (sale.fate !== 'waits') takeChanges(told, sale);
  }
  if (isTheirs) for (const amount of strangers) told.disputed += amount;
}

function meet(told: Told, settleOn: SettleOn, sale: Sale, found: ABreak | undefined): void {
  if (sale.state === 'REVERSED' || sale.state === 'DECLINED') {
    sale.fate = 'gone';
    return;
  }
  const isTheirs = settleOn === 'their_file';
  const stands = !found || found.kind === 'matched_tol' || (isTheirs && found.kind === 'amount');
  if (sale.state !== 'PAID' || !(settleOn === 'ours' || sale.ended !== undefined || stands)) return;
  sale.fate = 'settled';
  told.sales += partOf(sale);
  if (settleOn !== 'ours' && found?.kind === 'matched_tol') told.rounding += BEYOND.tolerated;
  if (isTheirs && found?.kind === 'amount' && sale.ended !== 'free') sale.beyond = BEYOND.amount;
  told.disputed += sale.beyond;
}

function takeChanges(told: Told, sale: Sale): void {
  for (const { kind, amount } of sale.changes.splice(0)) {
    if (kind === 'refund') told.refunds += amount;
    if (kind === 'adjustment') told.adjustments += amount;
    if (kind === 'reversal' && sale.fate === 'settled') told.sales -= partOf(sale);
  }
}
