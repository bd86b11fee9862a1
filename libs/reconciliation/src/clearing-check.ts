import { billerAccounts } from '#lib/ledger';
import type { Database } from '#lib/platform';
import type { ClosedRun } from './files-and-runs';
import type { Day } from './ours';

/** What the paid legs of a day come to with one biller, by the payments and by the ledger. Whole rupiah, with its fee. */
export interface ClearingOfBiller {
  billerId: string;
  legs: number;
  /** What the legs say that the biller is owed: their amounts and the biller's part of the fee. */
  ours: bigint;
  /** What the ledger has booked for the same payments: in clearing, or out of the float of a prefunded biller. */
  ledger: bigint;
}

/**
 * Compares a day's legs with the ledger, biller by biller, in one consistent read: what is paid must have been captured,
 * and what was reversed must have been taken back. Corrections by people have journals of their own and do not count.
 */
export async function clearingOfDay(
  database: Database,
  { source, businessDate }: Day,
): Promise<ClearingOfBiller[]> {
  return database.snapshot(async (statements) => {
    const legs = await statements.rows<{ biller_id: string; n: string; amount: string }>(
      `SELECT l.biller_id, COALESCE(SUM(l.state = 'PAID'), 0) AS n,
         COALESCE(SUM(IF(l.state = 'PAID', l.amount + p.biller_fee, 0)), 0) AS amount
       FROM payment_leg l JOIN payment p ON p.payment_id = l.payment_id
       WHERE l.source = ? AND l.source_business_date = ? GROUP BY l.biller_id ORDER BY l.biller_id`,
      [source, businessDate],
    );
    if (legs.length === 0) return [];
    const accounts = legs.flatMap(({ biller_id }) => [
      billerAccounts.clearing(biller_id),
      billerAccounts.float(biller_id),
    ]);
    const booked = await statements.rows<{ biller_id: string; amount: string }>(
      `SELECT l.biller_id, -SUM(g.amount) AS amount FROM payment_leg l
         JOIN posting g ON g.subject_id = l.payment_id AND g.kind IN ('capture', 'reversal') AND g.account_id IN (?)
       WHERE l.source = ? AND l.source_business_date = ? AND l.state IN ('PAID', 'REVERSED') GROUP BY l.biller_id`,
      [accounts, source, businessDate],
    );
    return legs.map(({ biller_id: billerId, n, amount }) => ({
      billerId,
      legs: Number(n),
      ours: BigInt(amount),
      ledger: BigInt(booked.find(({ biller_id }) => biller_id === billerId)?.amount ?? 0),
    }));
  });
}

/**
 * Lists, as a break of its own in a closed run, each biller whose legs of the day the ledger does not agree with. It is
 * no row of either side, so neither totals nor bridge know it. Safe to repeat.
 * @returns how many billers differ.
 */
export async function listClearingBreaks(database: Database, run: ClosedRun): Promise<number> {
  const different = (await clearingOfDay(database, run)).filter(({ ours, ledger }) => ours !== ledger);
  for (const { billerId, ours, ledger } of different)
    await database.run(
      `INSERT INTO recon_break (run_id, kind, match_key, our_amount, their_amount)
       SELECT ?, 'clearing', ?, ?, ? FROM DUAL
       WHERE NOT EXISTS (SELECT 1 FROM recon_break WHERE run_id = ? AND kind = 'clearing' AND match_key = ?)`,
      [run.runId, billerId, ours, ledger, run.runId, billerId],
    );
  return different.length;
}
