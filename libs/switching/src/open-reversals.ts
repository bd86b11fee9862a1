import { fromJson, type Statements } from '#lib/platform';
import type { PaymentState } from './payment.states';
import type { ReversalState } from './reversal.states';

/** A reversal that its biller has not acknowledged. */
export interface OpenReversal {
  paymentId: string;
  channelId: string;
  billerId: string;
  /** The payment's. */
  state: PaymentState;
  reversal: ReversalState;
  legReference: string;
  origin: string;
  reason: string;
  tries: number;
  orderedAt: Date;
  ageSeconds: number;
  lastSaid: unknown;
  nextTryAt: Date | null;
  owner: string;
  nextStep: string;
}

/** Reversals that are not acknowledged, the oldest first. */
export async function listOpenReversals(
  statements: Statements,
  now: Date,
  rowsMax: number,
): Promise<OpenReversal[]> {
  const rows = await statements.rows<{
    payment_id: string;
    channel_id: string;
    biller_id: string;
    payment_state: PaymentState;
    state: ReversalState;
    leg_reference: string;
    origin: string;
    reason: string;
    tries: number;
    ordered_at: Date;
    last_said: unknown;
    next_try_at: Date | null;
  }>(
    'SELECT r.payment_id, r.channel_id, r.biller_id, p.state AS payment_state, r.state, r.leg_reference, r.origin, ' +
      'r.reason, r.tries, r.ordered_at, r.last_said, r.next_try_at FROM reversal r ' +
      "JOIN payment p ON p.payment_id = r.payment_id WHERE r.state IN ('ORDERED', 'SENT', 'UNRESOLVED') " +
      'ORDER BY r.ordered_at, r.payment_id LIMIT ?',
    [rowsMax],
  );
  return rows.map((row) => ({
    paymentId: row.payment_id,
    channelId: row.channel_id,
    billerId: row.biller_id,
    state: row.payment_state,
    reversal: row.state,
    legReference: row.leg_reference,
    origin: row.origin,
    reason: row.reason,
    tries: row.tries,
    orderedAt: row.ordered_at,
    ageSeconds: Math.floor((now.getTime() - row.ordered_at.getTime()) / 1_000),
    lastSaid: fromJson(row.last_said),
    nextTryAt: row.next_try_at,
    owner: row.state === 'UNRESOLVED' ? 'operations' : 'worker',
    nextStep: NEXT_STEP[row.state] ?? '',
  }));
}

const NEXT_STEP: Partial<Record<ReversalState, string>> = {
  ORDERED: 'waits until advice knows what became of the payment',
  SENT: 'is sent again under the same reference until the biller acknowledges it',
  UNRESOLVED: 'ask the biller in writing whether the payment is undone; the deposit stays charged until then',
};
