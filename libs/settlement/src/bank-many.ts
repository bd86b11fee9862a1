import type { Statements } from '#lib/platform';
import type { BankLine } from './bank-lines';
import { payoutMoved, type Meaning, type Sayer } from './bank-meaning';
import { findPayout, payoutsInParts, type Payout } from './payouts';

/** What our payouts go by, wherever a bank repeats it. */
const REFERENCE = /\bSTL-[A-Z0-9]+(?:-[A-Z0-9]+)*\b/g;

/**
 * What a debit is that pays several payouts at once: all parts still under way of the one whose reference it carries, or the
 * payouts of one party that its words name, each by its whole reference. Their amounts must come to its own, and each must
 * have been handed to the bank; nothing is guessed from an amount alone.
 * @returns undefined where it cannot be that.
 */
export async function meaningOfMany(
  statements: Statements,
  line: BankLine,
  sayer: Sayer,
): Promise<Meaning | undefined> {
  if (line.amount >= 0n || line.isReversal) return undefined;
  const payouts = (await partsNamed(statements, line)) ?? (await payoutsNamed(statements, line));
  return payouts && asMany(statements, line, payouts, sayer);
}

async function partsNamed(statements: Statements, { reference }: BankLine): Promise<Payout[] | undefined> {
  if (reference === null) return undefined;
  const parts = (await payoutsInParts(statements, reference)).filter(isUnderWay);
  return parts.length > 1 ? parts : undefined;
}

async function payoutsNamed(
  statements: Statements,
  { reference, narrative }: BankLine,
): Promise<Payout[] | undefined> {
  const names = new Set([...(reference === null ? [] : [reference]), ...(narrative.match(REFERENCE) ?? [])]);
  if (names.size < 2) return undefined;
  const payouts: Payout[] = [];
  for (const name of names) {
    const payout = await findPayout(statements, name);
    // One that is none of ours, or cannot be paid now, makes the whole line another one.
    if (!payout || !isUnderWay(payout)) return undefined;
    payouts.push(payout);
  }
  const areOfOne = new Set(payouts.map(({ party, accountId }) => `${party.kind} ${party.id} ${accountId}`));
  return areOfOne.size === 1 ? payouts : undefined;
}

function isUnderWay({ state }: Payout): boolean {
  return state === 'sent' || state === 'accepted';
}

/**
 * What two people say that a line is: several payouts that it pays, or gives back, and their amounts come to its own.
 * @returns undefined where it cannot be that.
 */
export async function meaningOfThese(
  statements: Statements,
  line: BankLine,
  references: readonly string[],
  sayer: Sayer,
): Promise<Meaning | undefined> {
  const payouts: Payout[] = [];
  for (const reference of new Set(references)) {
    const payout = await findPayout(statements, reference);
    if (!payout) return undefined;
    payouts.push(payout);
  }
  return asMany(statements, line, payouts, sayer);
}

/** Each payout is executed, or returned, by its own journal; the line names them all. One commit, all or none. */
async function asMany(
  statements: Statements,
  line: BankLine,
  payouts: readonly Payout[],
  sayer: Sayer,
): Promise<Meaning | undefined> {
  const total = payouts.reduce((sum, { amount }) => sum + amount, 0n);
  if (total !== (line.amount < 0n ? -line.amount : line.amount)) return undefined;
  const moves = await Promise.all(payouts.map((payout) => payoutMoved(statements, line, payout, sayer)));
  const moved = moves.flatMap((move) => move ?? []);
  const [first, ...others] = moved;
  if (!first || moved.length !== payouts.length) return undefined;
  const { account, year, number, lineNo } = line;
  return {
    outcome: line.amount < 0n ? 'matched' : 'taken_back',
    about: `${payouts[0]?.reference} +${others.length}`,
    journal: first.journal,
    others: others.map(({ journal }) => journal),
    inserts: [
      ...moved.map(({ insert }) => insert),
      ...moved.map(({ journal }) => ({
        table: 'bank_line_payout',
        values: { reference: journal.subjectId, account, year, number, line_no: lineNo },
      })),
    ],
    updates: moved.map(({ update }) => update),
  };
}
