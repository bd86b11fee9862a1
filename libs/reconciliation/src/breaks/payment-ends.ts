import type { Statements } from '#lib/platform';

/** Whether a leg has the end that people found out: it was brought there by an answer of its biller meanwhile. */
export async function isFinalState(
  statements: Statements,
  { paymentId, legNo }: { paymentId: string; legNo: number },
  outcome: 'paid' | 'not_paid',
): Promise<boolean> {
  const [leg] = await statements.rows<{ state: string }>(
    'SELECT state FROM payment_leg WHERE payment_id = ? AND leg_no = ?',
    [paymentId, legNo],
  );
  const ends = outcome === 'paid' ? ['PAID'] : ['DECLINED', 'REVERSED', 'UNSERVED'];
  return ends.includes(leg?.state ?? '');
}
