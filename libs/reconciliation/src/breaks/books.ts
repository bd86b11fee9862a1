import { businessDateOf, JAKARTA_MIDNIGHT, rupiah } from '#lib/kernel';
import {
  billerAccounts,
  bookJournal,
  floatAdjustmentJournal,
  journalRowsWithoutDeposit,
  type JournalDraft,
  type Row,
} from '#lib/ledger';
import type { Statements } from '#lib/platform';
import type { Break } from './break';

/** What an adjustment or a write-off moves. */
export interface BreakBooking {
  kind: 'break_adjustment' | 'write_off';
  billerId: string;
  /** How much more we owe the biller, in whole rupiah; negative: how much less. Never 0. */
  owedMore: bigint;
  /** The account that bears it, for example `own:loss`. */
  against: string;
  /** Where the difference stands: not yet settled, or paid under their file. */
  standsOn: 'clearing' | 'suspense';
}

/**
 * The journal by which a break ends: what we owe the biller against the account that bears it. Of a prefunded biller it
 * is its float that is put right.
 * @param eventNo of the break's event that it goes with: a break that is reopened may be booked again.
 */
export async function breakJournal(
  statements: Statements,
  one: Break,
  booking: BreakBooking,
  { eventNo, reason, at }: { eventNo: number; reason: string; at: Date },
): Promise<JournalDraft> {
  const businessDate = businessDateOf(at, JAKARTA_MIDNIGHT);
  const subjectId = `${one.breakId}-${eventNo}`;
  const { kind, billerId, owedMore, against, standsOn } = booking;
  const owed = rupiah(owedMore);
  if (await drawsFloat(statements, one))
    return floatAdjustmentJournal({
      adjustmentId: subjectId,
      billerId,
      amount: rupiah(-owed),
      against,
      reason,
      businessDate,
      at,
    });
  return bookJournal({
    subjectId,
    kind,
    businessDate,
    postings: [
      { accountId: against, amount: owed },
      { accountId: billerAccounts[standsOn](billerId), amount: rupiah(-owed) },
    ],
    reference: one.breakId,
    ...(one.paymentId !== null && one.ourStatus === 'S'
      ? { about: { subjectId: one.paymentId, kind: 'capture' as const } }
      : {}),
    reason,
    at,
  });
}

/** The rows of journals that move no deposit; those of one table have the same columns, so that they go in together. */
export function rowsOfJournals(journals: readonly JournalDraft[]): Row[] {
  const rows = journals.flatMap(journalRowsWithoutDeposit);
  const columns = new Map<string, Set<string>>();
  for (const { table, values } of rows)
    columns.set(table, new Set([...(columns.get(table) ?? []), ...Object.keys(values)]));
  return rows.map(({ table, values }) => ({
    table,
    values: Object.fromEntries(
      [...(columns.get(table) ?? [])].map((column) => [column, values[column] ?? null]),
    ),
  }));
}

/** What was booked to end a break, and is not taken back. Whole rupiah. */
export interface BookedForBreak {
  /** How much more the biller is owed by it; negative: how much less. */
  owedMore: bigint;
  /** The same without refunds, which are between the biller and a channel. */
  adjusted: bigint;
  /** Whether it moved money on any account. */
  isBooked: boolean;
}

/** What was booked for breaks so far, by their ids; a break without a journal is left out. */
export async function bookedForBreaks(
  statements: Statements,
  breakIds: readonly string[],
): Promise<ReadonlyMap<string, BookedForBreak>> {
  const booked = new Map<string, BookedForBreak>();
  for (let from = 0; from < breakIds.length; from += AT_ONCE) {
    const rows = await statements.rows<{
      break_id: string;
      account_id: string;
      amount: string;
      adjusted: string;
    }>(
      `SELECT e.break_id, p.account_id, SUM(p.amount) AS amount,
         SUM(IF(p.kind = 'refund', 0, p.amount)) AS adjusted FROM break_event e
         JOIN posting p ON p.subject_id = CAST(CONCAT(e.break_id, '-', e.event_no) AS CHAR(40) CHARACTER SET ascii) COLLATE ascii_bin
       WHERE e.break_id IN (?) AND e.to_state = 'resolved' GROUP BY e.break_id, p.account_id HAVING SUM(p.amount) <> 0`,
      [breakIds.slice(from, from + AT_ONCE)],
    );
    for (const { break_id, account_id, amount, adjusted } of rows) {
      const before = booked.get(break_id) ?? { owedMore: 0n, adjusted: 0n };
      const isBillers = account_id.startsWith('biller:');
      booked.set(break_id, {
        owedMore: before.owedMore - (isBillers ? BigInt(amount) : 0n),
        adjusted: before.adjusted - (isBillers ? BigInt(adjusted) : 0n),
        isBooked: true,
      });
    }
  }
  return booked;
}

const AT_ONCE = 1_000;

/** What journals of a break have kept back from its biller on an account, and not given to it since. */
export async function keptBackFor(
  statements: Statements,
  breakId: string,
  accountId: string,
): Promise<bigint> {
  const [row] = await statements.rows<{ kept: string }>(
    `SELECT COALESCE(-SUM(p.amount), 0) AS kept FROM break_event e
       JOIN posting p ON p.subject_id = CAST(CONCAT(e.break_id, '-', e.event_no) AS CHAR(40) CHARACTER SET ascii) COLLATE ascii_bin
     WHERE e.break_id = ? AND e.to_state = 'resolved' AND p.account_id = ?`,
    [breakId, accountId],
  );
  return BigInt(row?.kept ?? 0);
}

/** The biller a break is with: of its payment's leg, or the only one its source speaks for; undefined where it is open. */
export async function billerOf(
  statements: Statements,
  { paymentId, legNo, source }: Break,
): Promise<string | undefined> {
  if (paymentId !== null) {
    const [leg] = await statements.rows<{ biller_id: string }>(
      'SELECT biller_id FROM payment_leg WHERE payment_id = ? AND leg_no = ?',
      [paymentId, legNo],
    );
    if (leg) return leg.biller_id;
  }
  const billers = await statements.rows<{ biller_id: string }>(
    'SELECT DISTINCT biller_id FROM payment_leg WHERE source = ? LIMIT 2',
    [source],
  );
  return billers.length === 1 ? billers[0]?.biller_id : undefined;
}

/** Whether there is a biller of that name in the chart. */
export async function isBiller(statements: Statements, billerId: string): Promise<boolean> {
  const account = billerAccounts.clearing(billerId);
  return (await statements.rows('SELECT 1 FROM account WHERE account_id = ?', [account])).length > 0;
}

/** Whether a break is about a payment that was taken out of a prefunded biller's float. */
export async function drawsFloat(statements: Statements, { paymentId, legNo }: Break): Promise<boolean> {
  if (paymentId === null) return false;
  const [leg] = await statements.rows<{ draws_float: number }>(
    'SELECT draws_float FROM payment_leg WHERE payment_id = ? AND leg_no = ?',
    [paymentId, legNo],
  );
  return leg?.draws_float === 1;
}
