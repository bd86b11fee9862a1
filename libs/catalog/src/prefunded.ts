import type { Statements } from '#lib/platform';

/** Whether we pay a biller in advance. */
export async function isPrefunded(statements: Statements, billerId: string): Promise<boolean> {
  const rows = await statements.rows('SELECT 1 FROM biller_float WHERE biller_id = ?', [billerId]);
  return rows.length > 0;
}
