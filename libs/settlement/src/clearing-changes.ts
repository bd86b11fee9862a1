import {
  endOfBusinessDate,
  addDays,
  JAKARTA_MIDNIGHT,
  rupiah,
  type BusinessDate,
  type Rupiah,
} from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** A correction of a biller's clearing that waits for a settlement. */
export interface ClearingChange {
  subjectId: string;
  kind: string;
  lineNo: number;
  billerId: string;
  paymentId: string | null;
  legNo: number | null;
  /** As posted: what we owe less positive, what we owe more negative. */
  amount: Rupiah;
  /** It puts right a payment that was settled elsewhere, before there was settlement here. */
  isOfEarlier: boolean;
}

/**
 * Corrections of payments of a source, and those of its billers that are about no one payment.
 * @param firstDay what was both sold and put right before it was settled elsewhere, and is left out.
 */
export async function openChanges(
  statements: Statements,
  source: string,
  billerIds: readonly string[],
  firstDay: BusinessDate,
): Promise<ClearingChange[]> {
  const before = endOfBusinessDate(addDays(firstDay, -1), JAKARTA_MIDNIGHT);
  const rows = await statements.rows<{
    subject_id: string;
    kind: string;
    line_no: number;
    biller_id: string;
    payment_id: string | null;
    leg_no: number | null;
    amount: string;
    sold_on: BusinessDate | null;
  }>(
    `SELECT c.subject_id, c.kind, c.line_no, c.biller_id, c.payment_id, p.leg_no, c.amount, l.source_business_date AS sold_on FROM clearing_change c
       LEFT JOIN payment p ON p.payment_id = c.payment_id
       LEFT JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no
     WHERE c.settlement_id IS NULL AND (l.source = ? OR (c.payment_id IS NULL AND c.biller_id IN (?)))
       AND (c.created_at > ? OR l.source_business_date >= ?)
     ORDER BY c.created_at, c.subject_id, c.kind, c.line_no`,
    [source, billerIds.length > 0 ? [...billerIds] : [''], before, firstDay],
  );
  return rows.map((row) => ({
    subjectId: row.subject_id,
    kind: row.kind,
    lineNo: row.line_no,
    billerId: row.biller_id,
    paymentId: row.payment_id,
    legNo: row.leg_no,
    amount: rupiah(BigInt(row.amount)),
    isOfEarlier: row.sold_on !== null && row.sold_on < firstDay,
  }));
}
