import type { ResponseCode } from '#lib/kernel';
import { fromJson, type Statements } from '#lib/platform';
import type { PaymentState } from './payment.states';

/** Something a biller said that cannot be squared with how its payment stood. No program acts on it. */
export interface Contradiction {
  paymentId: string;
  channelId: string;
  billerId: string;
  /** How the payment stands now, and stood then. */
  state: PaymentState;
  stateThen: PaymentState;
  code: ResponseCode;
  said: string;
  contradiction: string;
  detail: unknown;
  at: Date;
  owner: string;
  nextStep: string;
}

/** Contradictions, the newest first. */
export async function listContradictions(statements: Statements, rowsMax: number): Promise<Contradiction[]> {
  const rows = await statements.rows<{
    payment_id: string;
    channel_id: string;
    biller_id: string;
    state: PaymentState;
    state_then: PaymentState;
    code: ResponseCode;
    said: string;
    contradiction: string;
    detail: unknown;
    at: Date;
  }>(
    'SELECT e.payment_id, p.channel_id, p.biller_id, p.state, e.state_then, COALESCE(h.code, p.code) AS code, e.said, e.contradiction, e.detail, e.at ' +
      'FROM payment_evidence e JOIN payment p ON p.payment_id = e.payment_id ' +
      'LEFT JOIN payment_event h ON h.payment_id = p.payment_id AND h.event_no = p.last_event_no WHERE e.contradiction IS NOT NULL ' +
      'ORDER BY e.at DESC, e.payment_id LIMIT ?',
    [rowsMax],
  );
  return rows.map((row) => ({
    paymentId: row.payment_id,
    channelId: row.channel_id,
    billerId: row.biller_id,
    state: row.state,
    stateThen: row.state_then,
    code: row.code,
    said: row.said,
    contradiction: row.contradiction,
    detail: fromJson(row.detail),
    at: row.at,
    owner: 'operations',
    nextStep: 'ask the biller in writing what it booked, and compare with its settlement file',
  }));
}
