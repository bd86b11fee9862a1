import { hash } from 'node:crypto';
import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { GuardedUpdate } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/**
 * What became of a line of a statement: it is a payout or announced money (`matched`), takes one of them back
 * (`taken_back`), is a charge, or waits for people: `proposed`, `unnamed`, `reopened`.
 */
export type BankOutcome = 'matched' | 'taken_back' | 'bank_charge' | 'proposed' | 'unnamed' | 'reopened';

/** Outcomes that wait for people. */
export const WAITING: readonly BankOutcome[] = ['proposed', 'unnamed', 'reopened'];

/** Where a line stands: the account, its statement's year and number, and its place on it from 1. */
export interface LinePlace {
  account: string;
  year: number;
  number: number;
  lineNo: number;
}

/** A line of a statement with what became of it. Whole rupiah, into the account positive. */
export interface BankLine extends LinePlace {
  reference: string | null;
  bankReference: string | null;
  hint: string | null;
  type: string;
  isReversal: boolean;
  amount: Rupiah;
  valueDate: BusinessDate;
  narrative: string;
  outcome: BankOutcome | null;
  subjectId: string | null;
  about: string | null;
}

/** Lines of statements, oldest first: all, those nobody has worked, or one. */
export async function listBankLines(
  statements: Statements,
  { isOpen = false, place }: { isOpen?: boolean; place?: LinePlace } = {},
): Promise<BankLine[]> {
  const { account = null, year = null, number = null, lineNo = null } = place ?? {};
  const rows = await statements.rows<BankLineRow>(
    `${LINES} WHERE (? = 0 OR outcome IS NULL)
       AND (? IS NULL OR (account = ? AND year = ? AND number = ? AND line_no = ?))
     ORDER BY account, year, number, line_no`,
    [isOpen ? 1 : 0, account, account, year, number, lineNo],
  );
  return rows.map(lineOf);
}

/** One line. */
export async function findBankLine(statements: Statements, place: LinePlace): Promise<BankLine | undefined> {
  const [line] = await listBankLines(statements, { place });
  return line;
}

/** Lines that were worked before the payout that they name, or all of several, was sent, or the float's top-up was agreed to. */
export async function linesNamedSince(statements: Statements): Promise<BankLine[]> {
  const rows = await statements.rows<BankLineRow>(
    `${LINES} WHERE outcome = 'unnamed' AND is_reversal = 0 AND (EXISTS (SELECT 1 FROM payout p
       WHERE p.reference = bank_line.reference AND p.amount = -bank_line.amount AND p.state IN ('sent', 'accepted'))
       OR EXISTS (SELECT 1 FROM bank_expected e WHERE e.reference = bank_line.reference
         AND e.amount = -bank_line.amount AND e.kind = 'float_top_up' AND e.outcome IS NULL)
       OR (amount < 0 AND EXISTS (SELECT 1 FROM payout p WHERE p.state IN ('sent', 'accepted')
         AND -bank_line.amount > p.amount
         AND (p.part_of = bank_line.reference OR INSTR(bank_line.narrative, p.reference) > 0))))
     ORDER BY account, year, number, line_no`,
  );
  return rows.map(lineOf);
}

/** Lines that took a payout back. */
export async function linesReturning(statements: Statements, reference: string): Promise<BankLine[]> {
  const rows = await statements.rows<BankLineRow>(
    `${LINES} WHERE about = ? AND outcome = 'taken_back' ORDER BY account, year, number, line_no`,
    [reference],
  );
  return rows.map(lineOf);
}

/** A line's place as people write it: `BANKX/1234567890 2026/196/2`. */
export function textOfPlace({ account, year, number, lineNo }: LinePlace): string {
  return `${account} ${year}/${number}/${lineNo}`;
}

/** What the journal of a line goes by that nobody has named: its place. At most 40 characters. */
export function subjectOf({ account, year, number, lineNo }: LinePlace): string {
  return `BNK-${shortAccount(account)}-${year}-${number}-${lineNo}`;
}

const SHORT_MAX = 19;

/** An account's name in at most 19 characters that no other account of ours has. */
function shortAccount(account: string): string {
  if (account.length <= SHORT_MAX && /^[A-Z0-9]+\/[A-Z0-9]+$/.test(account)) return account.replace('/', '-');
  const start = account.replaceAll(/[^A-Z0-9]/g, '').slice(0, 8);
  return `${start}.${hash('sha256', account).slice(0, 10)}`;
}

/** Ends a line, where it still is as it was read. */
export function endOf(
  { account, year, number, lineNo, outcome: before }: BankLine,
  outcome: BankOutcome,
  subjectId: string,
  about: string | null,
): GuardedUpdate {
  return {
    table: 'bank_line',
    set: { outcome, subject_id: subjectId, about },
    where: { account, year, number, line_no: lineNo, outcome: before },
  };
}

const LINES = `SELECT account, year, number, line_no, reference, bank_reference, hint, type, is_reversal, amount, value_date,
  narrative, outcome, subject_id, about FROM bank_line`;

interface BankLineRow {
  account: string;
  year: number;
  number: number;
  line_no: number;
  reference: string | null;
  bank_reference: string | null;
  hint: string | null;
  type: string;
  is_reversal: number;
  amount: string;
  value_date: BusinessDate;
  narrative: string;
  outcome: BankOutcome | null;
  subject_id: string | null;
  about: string | null;
}

function lineOf(row: BankLineRow): BankLine {
  return {
    account: row.account,
    year: row.year,
    number: row.number,
    lineNo: row.line_no,
    reference: row.reference,
    bankReference: row.bank_reference,
    hint: row.hint,
    type: row.type,
    isReversal: row.is_reversal === 1,
    amount: rupiah(BigInt(row.amount)),
    valueDate: row.value_date,
    narrative: row.narrative,
    outcome: row.outcome,
    subjectId: row.subject_id,
    about: row.about,
  };
}
