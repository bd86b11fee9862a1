import {
  approve,
  findApproval,
  MOVES_NO_MONEY,
  putForward,
  type ApprovalRefusal,
  type Decision,
  type Proposed,
  type StandsAlready,
} from '#lib/audit';
import { addDays, fail, ok, type BusinessDate, type Result } from '#lib/kernel';
import type { Database, Statements } from '#lib/platform';

/** The kind of the proposals to take a statement whose value dates are the bank's, though they stray. */
export const VALUE_DATES = 'bank_value_dates';

/** A bank dates money that moves on its next working days ahead by no more. */
const AHEAD_DAYS = 7;
/** How far back the first statement of an account may reach. */
const FIRST_BACK_DAYS = 31;
/** So many are named one by one. */
const NAMED_MAX = 20;

/** A statement whose value dates are looked at. */
interface DatedStatement {
  account: string;
  number: number;
  date: BusinessDate;
  closing: bigint;
  lines: readonly { valueDate: BusinessDate; amount: bigint }[];
}

/** A line that counts on a day outside of what a statement of its date can tell of. */
export interface StrayedLine {
  lineNo: number;
  valueDate: BusinessDate;
  amount: bigint;
  /** First and last day that it may count on. */
  from: BusinessDate;
  to: BusinessDate;
}

/** Its journal would change a day that is over, and perhaps signed, or stand in a day that nobody looks at yet. */
export function strayedLines(
  { date, lines }: DatedStatement,
  dateBefore: BusinessDate | undefined,
): StrayedLine[] {
  const from = dateBefore ?? addDays(date, -FIRST_BACK_DAYS);
  const to = addDays(date, AHEAD_DAYS);
  return lines.flatMap(({ valueDate, amount }, at) =>
    valueDate < from || valueDate > to ? [{ lineNo: at + 1, valueDate, amount, from, to }] : [],
  );
}

/**
 * A maker has asked the bank about the value dates of a statement, and proposes to take it with them. Nothing is taken
 * before another person agrees. @param content that of the statement, and of no other. @throws NoUser.
 */
export function proposeValueDates(
  database: Database,
  {
    statement,
    content,
    strayed,
  }: { statement: DatedStatement; content: Buffer; strayed: readonly StrayedLine[] },
  { by, reason, at }: { by: string; reason: string; at: Date },
): Promise<Result<Proposed, StandsAlready>> {
  const { account, date, number, closing } = statement;
  const lines = strayed
    .slice(0, NAMED_MAX)
    .map(({ lineNo, valueDate, amount }) => ({ lineNo, valueDate, amount: amount.toString() }));
  const payload = { account, date, number, closing: closing.toString(), strayed: strayed.length, lines };
  return database.transaction((statements) =>
    putForward(statements, {
      kind: VALUE_DATES,
      subject: subjectOf(statement),
      version: content.toString('hex'),
      payload,
      by,
      reason,
      at,
    }),
  );
}

/** Another person agrees: that statement, with that content, may be taken from now on. @throws NoUser. */
export function approveValueDates(
  database: Database,
  decision: Decision,
): Promise<Result<{ statement: string }, ApprovalRefusal>> {
  return database.transaction(async (statements) => {
    const proposal = await findApproval(statements, decision.approvalId);
    if (proposal?.kind !== VALUE_DATES) return fail({ kind: 'unknown' });
    const approved = await approve(statements, decision, MOVES_NO_MONEY);
    return approved.ok ? ok({ statement: proposal.subject }) : approved;
  });
}

/** Whether two people have agreed to the value dates of a statement with this content. */
export async function areDatesAgreed(
  statements: Statements,
  statement: DatedStatement,
  content: Buffer,
): Promise<boolean> {
  const rows = await statements.rows(
    "SELECT 1 FROM approval WHERE kind = ? AND subject = ? AND version = ? AND state = 'approved' LIMIT 1",
    [VALUE_DATES, subjectOf(statement), content.toString('hex')],
  );
  return rows.length > 0;
}

/** When two people last agreed to such dates of an account; what was refused for them is looked at again after it. */
export async function datesAgreedAt(statements: Statements, account: string): Promise<string> {
  const [row] = await statements.rows<{ last: Date | null }>(
    "SELECT MAX(ended_at) AS last FROM approval WHERE subject LIKE CONCAT(?, ' %') AND kind = ? AND state = 'approved'",
    [account, VALUE_DATES],
  );
  return row?.last?.toISOString() ?? '';
}

function subjectOf({ account, date, number }: DatedStatement): string {
  return `${account} ${date.slice(0, 4)}/${number}`;
}
