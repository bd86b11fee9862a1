import type { Statements } from '#lib/platform';
import type { LegName } from './reconciled';

/** Whether a paid leg has entered a settlement, drafted ones included: with its own day, or released after it was held. */
export async function isLegSettled(statements: Statements, { paymentId, legNo }: LegName): Promise<boolean> {
  const rows = await statements.rows(
    `SELECT 1 FROM payment_leg l
       LEFT JOIN settlement_held h ON h.payment_id = l.payment_id AND h.leg_no = l.leg_no
       LEFT JOIN settlement s ON s.source = l.source AND s.business_date = l.source_business_date
     WHERE l.payment_id = ? AND l.leg_no = ? AND IF(h.payment_id IS NULL, s.settlement_id, h.released_in) IS NOT NULL`,
    [paymentId, legNo],
  );
  return rows.length > 0;
}
