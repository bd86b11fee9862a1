import type { BusinessDate } from '#lib/kernel';
import type { JournalKind } from '#lib/ledger';
import type { Statements } from '#lib/platform';

/** All kinds of journals but those of payments themselves: these move no receivable, and are all but a few. */
const KINDS = Object.keys({
  reversal: true,
  refund: true,
  top_up: true,
  adjustment: true,
  float_top_up: true,
  float_adjustment: true,
  settlement: true,
  payout: true,
  break_adjustment: true,
  write_off: true,
  rounding: true,
  bank_charge: true,
  bank_unnamed: true,
  bank_named: true,
  collection: true,
  tax: true,
} satisfies Record<Exclude<JournalKind, 'hold' | 'capture' | 'void'>, true>);

/** More at once, and the server makes a table of them. */
const DAYS_AT_ONCE = 300;

/** Postings are found by their journals, and those by day and kind: no posting of a payment is read. */
export const RECEIVABLES = `SELECT STRAIGHT_JOIN p.account_id, SUM(p.amount) AS amount
  FROM journal j FORCE INDEX (journal_day) JOIN posting p ON p.subject_id = j.subject_id AND p.kind = j.kind
  WHERE j.business_date IN (?) AND j.kind IN (?) AND p.account_id IN (?) GROUP BY p.account_id`;

/** What stands on some channels' receivables, by account; one that never moved is left out. */
export async function receivablesOf(
  statements: Statements,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const sums = new Map<string, bigint>();
  if (accountIds.length === 0) return sums;
  const days = await statements.rows<{ business_date: BusinessDate }>(
    'SELECT DISTINCT business_date FROM journal',
  );
  for (let at = 0; at < days.length; at += DAYS_AT_ONCE) {
    const some = days.slice(at, at + DAYS_AT_ONCE).map(({ business_date }) => business_date);
    const rows = await statements.rows<{ account_id: string; amount: string }>(RECEIVABLES, [
      some,
      KINDS,
      [...accountIds],
    ]);
    for (const { account_id, amount } of rows)
      sums.set(account_id, (sums.get(account_id) ?? 0n) + BigInt(amount));
  }
  return sums;
}
