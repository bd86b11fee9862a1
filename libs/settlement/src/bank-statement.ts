import { hash } from 'node:crypto';
import {
  addDays,
  businessDateOf,
  fail,
  JAKARTA_MIDNIGHT,
  ok,
  type BusinessDate,
  type Result,
} from '#lib/kernel';
import { duplicateKey, type Database, type Statements } from '#lib/platform';

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

/** A bank dates money that moves on its next working days ahead by no more. */
const AHEAD_DAYS = 7;
/** How far back the first statement of an account may reach. */
const FIRST_BACK_DAYS = 31;

/**
 * Takes a statement once: its lines sum up to its closing balance, it goes on where the last one ended, and no number is
 * left out; no line counts on a day before the statement before it, which is over, or far ahead. The same statement again
 * is recognised; nothing of a refused one is kept.
 * @param options `anyValueDate`: a person has looked at the value dates, and they are the bank's.
 */
export async function takeStatement(
  database: Database,
  statement: BankStatement,
  now: Date,
  options: { anyValueDate?: boolean } = {},
): Promise<Result<{ isRepeat: boolean }, StatementRefusal>> {
  const { opening, closing, lines } = statement;
  const content = contentOf(statement);
  const known = await takenBefore(database, statement, content);
  if (known) return known;
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  if (statement.date > today)
    return fail({ gate: 'statement_ahead', stated: statement.date, computed: today });
  const computed = lines.reduce((sum, { amount }) => sum + amount, opening);
  if (computed !== closing) return fail({ gate: 'statement_sum', stated: closing, computed });
  const objection = await objectionTo(database, statement, options.anyValueDate === true);
  // It may have been taken while this looked at what came before it.
  if (objection) return (await takenBefore(database, statement, content)) ?? fail(objection);
  try {
    await database.transaction((statements) => write(statements, statement, content, now));
  } catch (error) {
    // Another process has taken it at this moment: look at what it took.
    if (duplicateKey(error) === undefined) throw error;
    return takeStatement(database, statement, now, options);
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

/** The bank numbers on, and may begin at 1 again with a new year. */
async function objectionTo(
  statements: Statements,
  statement: BankStatement,
  isAnyValueDate: boolean,
): Promise<StatementRefusal | undefined> {
  const { account, number, date, opening } = statement;
  const last = await lastStatement(statements, { account });
  const before = await lastStatement(statements, { account, before: date });
  const strayed = isAnyValueDate ? undefined : valueDateOutside(statement, before?.date);
  if (!last) return strayed;
  const isNewYear = yearOf(date) > last.year;
  if (yearOf(date) < last.year || (number !== last.number + 1 && !(isNewYear && number === 1)))
    return { gate: 'statement_number', stated: BigInt(number), computed: BigInt(last.number + 1) };
  return opening === last.closing
    ? strayed
    : { gate: 'statement_opening', stated: opening, computed: last.closing };
}

/** Its journal would change a day that is over, and perhaps signed, or stand in a day that nobody looks at yet. */
function valueDateOutside(
  { date, lines }: BankStatement,
  dateBefore: BusinessDate | undefined,
): StatementRefusal | undefined {
  const from = dateBefore ?? addDays(date, -FIRST_BACK_DAYS);
  const to = addDays(date, AHEAD_DAYS);
  const at = lines.findIndex(({ valueDate }) => valueDate < from || valueDate > to);
  const line = lines[at];
  return line && { gate: 'value_date', lineNo: at + 1, stated: line.valueDate, from, to };
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
