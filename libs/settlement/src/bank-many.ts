import { rupiah } from '#lib/kernel';
import { journalRowsWithoutDeposit, payoutJournal } from '#lib/ledger';
import type { Statements } from '#lib/platform';
import { textOfPlace, type BankLine } from './bank-lines';
import type { Meaning, Sayer } from './bank-meaning';
import { findPayout, payoutsInParts, rowsOfMove, type Payout } from './payouts';

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
  const [first] = payouts ?? [];
  if (!payouts || !first) return undefined;
  const total = payouts.reduce((sum, { amount }) => sum + amount, 0n);
  if (-line.amount !== total) return undefined;
  return asMany(line, first, payouts, sayer);
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

/** Each payout is executed by its own journal; the line names them all. One commit, all or none. */
function asMany(
  line: BankLine,
  first: Payout,
  payouts: readonly Payout[],
  { by, at }: Sayer,
): Meaning | undefined {
  const { account, year, number, lineNo } = line;
  const note = `${textOfPlace(line)}, with ${payouts.length - 1} others`;
  const moved = payouts.flatMap((payout) => rowsOfMove(payout, 'executed', { by, note, at }) ?? []);
  if (moved.length !== payouts.length) return undefined;
  const [journal, ...others] = payouts.map(({ reference, accountId, amount }) =>
    payoutJournal(
      { subjectId: reference, businessDate: line.valueDate, at },
      { accountId, amount: rupiah(amount) },
    ),
  );
  if (!journal) return undefined;
  return {
    outcome: 'matched',
    about: `${first.reference} +${payouts.length - 1}`,
    journal,
    inserts: [
      ...others.flatMap(journalRowsWithoutDeposit),
      ...moved.map(({ insert }) => insert),
      ...payouts.map(({ reference }) => ({
        table: 'bank_line_payout',
        values: { reference, account, year, number, line_no: lineNo },
      })),
    ],
    updates: moved.map(({ update }) => update),
  };
}
