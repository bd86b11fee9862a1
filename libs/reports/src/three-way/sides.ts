import type { BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** A leg of a payment, and who sold it. */
export interface SideRow {
  payment_id: string;
  channel_id: string;
  channel_reference: Buffer;
  business_date: BusinessDate;
  state: string;
  amount: string;
  /** What was given back of it. */
  refunded: string;
  last_leg_no: number;
  leg_no: number;
  source: string;
  source_business_date: BusinessDate;
  leg_reference: string;
  leg_state: string;
  biller_reference: string | Buffer | null;
}

/** Payments with each leg they took. */
export function sidesOf(statements: Pick<Statements, 'rows'>, paymentIds: readonly string[]) {
  return statements.rows<SideRow>(
    `SELECT p.payment_id, p.channel_id, p.channel_reference, p.business_date, p.state, p.amount, p.refunded, p.leg_no AS last_leg_no,
       l.leg_no, l.source, l.source_business_date, l.leg_reference, l.state AS leg_state, l.biller_reference
     FROM payment p JOIN payment_leg l ON l.payment_id = p.payment_id
     WHERE p.payment_id IN (?) ORDER BY p.payment_id, l.leg_no`,
    [[...paymentIds]],
  );
}
