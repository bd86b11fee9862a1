import { z } from 'zod';
import type { Catalog } from '#lib/catalog';
import type { Statements } from '#lib/platform';
import { isFinal, type PaymentState } from './payment.states';

/** When sealed numbers are taken away: config/limits.yaml, `sealedNumbers`. */
export const SealedNumberLimits = z.strictObject({
  /** An offer may be paid until it expires; whoever has read it by then has formed its payment long before this is over. */
  lookAgainAfterMinutes: z.int().positive(),
  rowsAtOnceMax: z.int().positive(),
  pollMs: z.int().positive(),
});
export type SealedNumberLimits = z.infer<typeof SealedNumberLimits>;

interface DueRow {
  inquiry_id: string;
  payment_id: string | null;
  product_id: string | null;
  state: PaymentState | null;
  reversal_ordered: number | null;
}

/**
 * Takes sealed numbers out of offers that expired unpaid, and of payments about which nobody can be told anything any
 * more: they are final, and can be neither advised nor reversed. A portion at a time; any number of workers may.
 * @returns whether there may be more.
 */
export async function forgetSealedNumbers(
  statements: Statements,
  catalog: Pick<Catalog, 'product'>,
  now: Date,
  { lookAgainAfterMinutes, rowsAtOnceMax }: Omit<SealedNumberLimits, 'pollMs'>,
): Promise<boolean> {
  const againAfterMs = lookAgainAfterMinutes * 60_000;
  const due = await statements.rows<DueRow>(
    'SELECT s.inquiry_id, p.payment_id, p.product_id, p.state, p.reversal_ordered ' +
      'FROM sealed_number s LEFT JOIN payment p ON p.inquiry_id = s.inquiry_id ' +
      'WHERE s.look_at <= ? ORDER BY s.look_at LIMIT ?',
    [new Date(now.getTime() - againAfterMs), rowsAtOnceMax],
  );
  const needed = due.filter((row) => isNeeded(row, catalog)).map(({ inquiry_id }) => inquiry_id);
  const over = due.filter((row) => !isNeeded(row, catalog));
  if (needed.length > 0)
    await statements.run('UPDATE sealed_number SET look_at = ? WHERE inquiry_id IN (?)', [now, needed]);
  if (over.length > 0) await forget(statements, over);
  return due.length === rowsAtOnceMax;
}

/** What is taken away last is the row that says that it is to be taken away. */
async function forget(statements: Statements, over: readonly DueRow[]): Promise<void> {
  const inquiryIds = over.map(({ inquiry_id }) => inquiry_id);
  const paymentIds = over.flatMap(({ payment_id }) => payment_id ?? []);
  const without = "SET offer = JSON_REMOVE(offer, '$.sealedNumber')";
  if (paymentIds.length > 0)
    await statements.run(`UPDATE payment ${without} WHERE payment_id IN (?)`, [paymentIds]);
  await statements.run(`UPDATE inquiry ${without} WHERE inquiry_id IN (?)`, [inquiryIds]);
  await statements.run('DELETE FROM sealed_number WHERE inquiry_id IN (?)', [inquiryIds]);
}

/** Whether the biller may still have to be told the number: to be asked about the payment, or to undo it. */
function isNeeded(
  { state, product_id: productId, reversal_ordered: isReversalOrdered }: DueRow,
  catalog: Pick<Catalog, 'product'>,
): boolean {
  if (state === null || productId === null) return false;
  if (!isFinal(state)) return true;
  if (state !== 'PAID') return false;
  return isReversalOrdered === 1 || catalog.product(productId)?.isReversible !== false;
}
