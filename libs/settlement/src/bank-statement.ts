import { hash } from 'node:crypto';
import type { Proposed, StandsAlready } from '#lib/audit';
import { businessDateOf, fail, JAKARTA_MIDNIGHT, ok, type BusinessDate, type Result } from '#lib/kernel';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import { areDatesAgreed, proposeValueDates, strayedLines, type StrayedLine } from './bank-value-dates';

/** A line of a bank statement. Whole rupiah, into the account positive. */
export interface StatementLine {
  /** Our reference as the bank states it; null where it states none. */
  reference: string | null;
  bankReference: string | null;
  /** A reference of ours read out of the bank's words: it proposes and never confirms. */
  hint: string | null;
  /** Kind of movement, for example `NTRF`, `NCHG`. */
  type: string;
  /** Whether it takes back a line of before (RC, RD). */
  isReversal: boolean;
  amount: bigint;
  valueDate: BusinessDate;
  narrative: string;
}

/** A bank statement as it was parsed. */
export interface BankStatement {
  /** Source and account number, for example `BANKX/1234567890`. */
  account: string;
  number: number;
  date: BusinessDate;
  opening: bigint;
  closing: bigint;
  lines: readonly StatementLine[];
}

/** Why a statement is refused whole. `stated` and `computed` in whole rupiah, or numbers of statements. */
export type StatementRefusal =
  | { gate: 'statement_sum'; stated: bigint; computed: bigint }
  | { gate: 'statement_opening'; stated: bigint; computed: bigint }
  | { gate: 'statement_number'; stated: bigint; computed: bigint }
  /** It is of a day that has not come yet. */
  | { gate: 'statement_ahead'; stated: BusinessDate; computed: BusinessDate }
  /** A line counts on a day outside of what a statement of its date can tell of; `from` and `to` are the first and last. */
  | { gate: 'value_date'; lineNo: number; stated: BusinessDate; from: BusinessDate; to: BusinessDate }
  /** This number was taken with other content. */
  | { gate: 'statement_changed' };

/**
 * Takes a statement once: its lines sum up to its closing balance, it goes on where the last one ended, and no number is
 * left out; no line counts on a day before the statement before it, which is over, or far ahead, unless two people have
 * agreed to that. The same statement again is recognised; nothing of a refused one is kept.
 */
export async function takeStatement(
  database: Database,
  statement: BankStatement,
  now: Date,
): Promise<Result<{ isRepeat: boolean }, StatementRefusal>> {
  const content = contentOf(statement);
  const known = await takenBefore(database, statement, content);
  if (known) return known;
  const objection = await objectionTo(database, statement, now);
  // It may have been taken while this looked at what came before it.
  if (objection) return (await takenBefore(database, statement, content)) ?? fail(objection);
  try {
    await database.transaction((statements) => write(statements, statement, content, now));
  } catch (error) {
    // Another process has taken it at this moment: look at what it took.
    if (duplicateKey(error) === undefined) throw error;
    return takeStatement(database, statement, now);
  }
  return ok({ isRepeat: false });
}

async function takenBefore(
  statements: Statements,
  { account, number, date }: BankStatement,
  content: Buffer,
): Promise<Result<{ isRepeat: boolean }, StatementRefusal> | undefined> {
  const [known] = await statements.rows<{ content_hash: Buffer }>(
    'SELECT content_hash FROM bank_statement WHERE account = ? AND year = ? AND number = ?',
    [account, yearOf(date), number],
  );
  if (!known) return undefined;
  return known.content_hash.equals(content) ? ok({ isRepeat: true }) : fail({ gate: 'statement_changed' });
}

/** The last statement that was taken of an account, dated before a date where one is given. */
export async function lastStatement(
  statements: Statements,
  { account, before = '9999-12-31' }: { account: string; before?: BusinessDate },
): Promise<{ year: number; number: number; closing: bigint; date: BusinessDate } | undefined> {
  const [last] = await statements.rows<{
    year: number;
    number: number;
    closing: string;
    statement_date: BusinessDate;
  }>(
    `SELECT year, number, closing, statement_date FROM bank_statement
     WHERE account = ? AND statement_date < ? ORDER BY year DESC, number DESC LIMIT 1`,
    [account, before],
  );
  return last && { ...last, closing: BigInt(last.closing), date: last.statement_date };
}

/**
 * Why a statement is not taken; undefined where it may be. The bank numbers on, and may begin at 1 again with a new year.
 */
async function objectionTo(
  statements: Statements,
  statement: BankStatement,
  now: Date,
): Promise<StatementRefusal | undefined> {
  const { account, number, date, opening, closing, lines } = statement;
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  if (date > today) return { gate: 'statement_ahead', stated: date, computed: today };
  const computed = lines.reduce((sum, { amount }) => sum + amount, opening);
  if (computed !== closing) return { gate: 'statement_sum', stated: closing, computed };
  const last = await lastStatement(statements, { account });
  const strayed = await strayedRefusal(statements, statement);
  if (!last) return strayed;
  const isNewYear = yearOf(date) > last.year;
  if (yearOf(date) < last.year || (number !== last.number + 1 && !(isNewYear && number === 1)))
    return { gate: 'statement_number', stated: BigInt(number), computed: BigInt(last.number + 1) };
  return opening === last.closing
    ? strayed
    : { gate: 'statement_opening', stated: opening, computed: last.closing };
}

async function strayedRefusal(
  statements: Statements,
  statement: BankStatement,
): Promise<StatementRefusal | undefined> {
  const [line] = await strayedIn(statements, statement);
  if (!line || (await areDatesAgreed(statements, statement, contentOf(statement)))) return undefined;
  const { lineNo, valueDate: stated, from, to } = line;
  return { gate: 'value_date', lineNo, stated, from, to };
}

async function strayedIn(statements: Statements, statement: BankStatement): Promise<StrayedLine[]> {
  const { account, date } = statement;
  const before = await lastStatement(statements, { account, before: date });
  return strayedLines(statement, before?.date);
}

/** Why value dates are not proposed: the statement is refused for something else, or for nothing. */
export type ValueDatesRefusal = { kind: 'refused'; refusal: StatementRefusal | undefined } | StandsAlready;

/**
 * A maker proposes to take a statement with value dates that stray; all else about it must be right. Nothing is taken before
 * another person agrees. @throws NoUser.
 */
export async function proposeStatement(
  database: Database,
  statement: BankStatement,
  order: { by: string; reason: string; at: Date },
): Promise<Result<Proposed, ValueDatesRefusal>> {
  const refusal = await objectionTo(database, statement, order.at);
  if (refusal?.gate !== 'value_date') return fail({ kind: 'refused', refusal });
  const strayed = await strayedIn(database, statement);
  return proposeValueDates(database, { statement, content: contentOf(statement), strayed }, order);
}

/** Whose number it is: a bank counts its statements by the year of their date. */
export function yearOf(date: BusinessDate): number {
  return Number(date.slice(0, 4));
}

async function write(
  statements: Statements,
  { account, number, date, opening, closing, lines }: BankStatement,
  content: Buffer,
  now: Date,
): Promise<void> {
  await statements.run(
    `INSERT INTO bank_statement (account, year, number, statement_date, opening, closing, line_count, content_hash, taken_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [account, yearOf(date), number, date, opening, closing, lines.length, content, now],
  );
  if (lines.length === 0) return;
  await statements.run(
    `INSERT INTO bank_line (account, year, number, line_no, reference, bank_reference, hint, type, is_reversal, amount,
       value_date, narrative) VALUES ?`,
    [
      lines.map((line, index) => [
        account,
        yearOf(date),
        number,
        index + 1,
        line.reference,
        line.bankReference,
        line.hint,
        line.type,
        line.isReversal ? 1 : 0,
        line.amount,
        line.valueDate,
        line.narrative.slice(0, 400),
      ]),
    ],
  );
}

function contentOf({ account, number, date, opening, closing, lines }: BankStatement): Buffer {
  const head = [account, number, date, opening, closing].join('|');
  const rows = lines.map((line) =>
    JSON.stringify([
      line.reference,
      line.bankReference,
      line.type,
      line.isReversal,
      line.amount.toString(),
      line.valueDate,
      line.narrative,
    ]),
  );
  return hash('sha256', [head, ...rows].join('\n'), 'buffer');
}
