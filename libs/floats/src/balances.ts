import type { Statements } from '#lib/platform';
import type { Sums } from './figures';

const ROWS_AT_ONCE = 10_000;

/** Locks the balances of some floats until the transaction ends; opens those that are missing. */
export async function lockBalances(statements: Statements, billerIds: string[]): Promise<void> {
  const lock = () =>
    statements.rows(
      'SELECT biller_id FROM float_balance WHERE biller_id IN (?) ORDER BY biller_id FOR UPDATE',
      [billerIds],
    );
  if ((await lock()).length === billerIds.length) return;
  await statements.run('INSERT IGNORE INTO float_balance (biller_id) VALUES ?', [
    billerIds.map((billerId) => [billerId]),
  ]);
  await lock();
}

/**
 * Adds what payments have queued to the balances, whose rows the transaction has locked: a queued row is added once,
 * in the commit that takes it away, however late its own commit came.
 * @throws Error where somebody else took a queued row without the lock.
 */
export async function foldChanges(statements: Statements, billerIds: string[]): Promise<void> {
  const queued = await statements.rows<{
    subject_id: string;
    kind: string;
    biller_id: string;
    amount: string;
  }>('SELECT subject_id, kind, biller_id, amount FROM float_change WHERE biller_id IN (?) LIMIT ?', [
    billerIds,
    ROWS_AT_ONCE,
  ]);
  if (queued.length === 0) return;
  const sums = new Map<string, bigint>();
  for (const { biller_id, amount } of queued)
    sums.set(biller_id, (sums.get(biller_id) ?? 0n) + BigInt(amount));
  const taken = await statements.run(
    'DELETE FROM float_change WHERE subject_id IN (?) AND (subject_id, kind) IN (?)',
    [[...new Set(queued.map((row) => row.subject_id))], queued.map((row) => [row.subject_id, row.kind])],
  );
  if (taken !== queued.length) throw new Error(`of ${queued.length} queued changes ${taken} were there`);
  await add(statements, sums);
}

async function add(statements: Statements, sums: Sums): Promise<void> {
  for (const [billerId, sum] of sums)
    await statements.run('UPDATE float_balance SET balance = balance + ? WHERE biller_id = ?', [
      sum,
      billerId,
    ]);
}
