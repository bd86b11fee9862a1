import type { Statements } from '#lib/platform';
import type { Day } from './ours';

/** Whether two people have agreed that a batch may be worked although its day is settled. */
export async function isReopened(
  statements: Statements,
  { source, businessDate }: Day,
  content: string,
): Promise<boolean> {
  const rows = await statements.rows(
    'SELECT 1 FROM recon_reopen WHERE source = ? AND business_date = ? AND content = ?',
    [source, businessDate, content],
  );
  return rows.length > 0;
}
