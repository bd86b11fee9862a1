import { localTime } from '../cells';
import { words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

interface CaseRow {
  break_id: string;
  source: string;
  business_date: string;
  kind: string;
  amount: string;
  state: string;
  owner: string;
  due_at: Date;
  resolution: string | null;
}

interface EventRow {
  break_id: string;
  event_no: number;
  from_state: string;
  event: string;
  to_state: string;
  by_user: string;
  reason: string | null;
  evidence: string | null;
  at: Date;
}

/** What people had to do about a payment, and each thing that was done. Empty where nothing was to be done. */
export async function breakParts(
  { rows, has }: TraceReading,
  { paymentId }: TracedPayment,
): Promise<TracePart[]> {
  if (!has('break_case')) return [];
  const cases = await rows<CaseRow>(
    `SELECT break_id, source, business_date, kind, amount, state, owner, due_at, resolution FROM break_case
     WHERE payment_id = ? ORDER BY opened_at, break_id`,
    [paymentId],
  );
  if (cases.length === 0) return [];
  const events = await rows<EventRow>(
    `SELECT break_id, event_no, from_state, event, to_state, by_user, reason, evidence, at FROM break_event
     WHERE break_id IN (?) ORDER BY at, break_id, event_no`,
    [cases.map(({ break_id }) => break_id)],
  );
  const isOpen = cases.some(({ state }) => state !== 'resolved');
  return [
    {
      name: 'breaks',
      title: words('Selisih', 'Breaks'),
      rows: cases.map((one) => ({
        break: one.break_id,
        source: one.source,
        businessDate: one.business_date,
        kind: one.kind,
        amount: one.amount,
        state: one.state,
        resolution: one.resolution,
        owner: one.owner,
        dueAt: localTime(one.due_at),
      })),
      missing: isOpen ? words('belum: selisih belum selesai', 'not yet: a break is not resolved') : null,
    },
    {
      name: 'breakEvents',
      title: words('Riwayat selisih', 'History of breaks'),
      rows: events.map((one) => ({
        break: one.break_id,
        no: one.event_no,
        from: one.from_state,
        event: one.event,
        to: one.to_state,
        by: one.by_user,
        reason: one.reason,
        evidence: one.evidence,
        at: localTime(one.at),
      })),
      missing: null,
    },
  ];
}
