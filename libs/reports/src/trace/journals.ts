import { addDays, businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { localTime } from '../cells';
import { words } from '../language';
import type { TracedPayment } from './payment';
import type { TracePart, TraceReading } from './trace-part';

/** Kinds of journals that are about a payment under a subject of their own. */
const ABOUT_KINDS = ['refund', 'adjustment', 'break_adjustment', 'write_off', 'rounding'];
/** How far back corrections of a payment are looked for. */
const DAYS_MAX = 800;

interface PostingRow {
  subject_id: string;
  kind: string;
  business_date: string;
  created_at: Date;
  reason: string | null;
  account_id: string;
  amount: string;
}

/** Every journal of a payment, and those that give back or put right what it moved, line by line. */
export async function journalPart(
  { rows, now }: TraceReading,
  { paymentId, businessDate, state }: TracedPayment,
): Promise<TracePart> {
  const own = await rows<PostingRow>(
    `${POSTINGS} WHERE j.subject_id = ? ORDER BY j.created_at, j.kind, t.line_no`,
    [paymentId],
  );
  const days: string[] = [];
  const today = businessDateOf(now, JAKARTA_MIDNIGHT);
  for (let day = businessDate; day <= today && days.length < DAYS_MAX; day = addDays(day, 1)) days.push(day);
  const about = await rows<PostingRow>(
    // Day by day and kind by kind, so that the index finds the few journals of these kinds.
    `${POSTINGS} WHERE j.business_date IN (?) AND j.kind IN (?) AND j.about_subject_id = ?
     ORDER BY j.created_at, j.subject_id, t.line_no`,
    [days.length === 0 ? [businessDate] : days, ABOUT_KINDS, paymentId],
  );
  const isOpen = !['PAID', 'DECLINED', 'REVERSED', 'RESENT', 'UNSERVED'].includes(state);
  return {
    name: 'journals',
    title: words('Jurnal', 'Journals'),
    rows: [...own, ...about].map((line) => ({
      document: line.subject_id,
      kind: line.kind,
      businessDate: line.business_date,
      bookedAt: localTime(line.created_at),
      account: line.account_id,
      debit: line.amount.startsWith('-') ? null : line.amount,
      credit: line.amount.startsWith('-') ? line.amount.slice(1) : null,
      reason: line.reason,
    })),
    missing: isOpen
      ? words(
          'dana masih ditahan; pembayaran belum berakhir',
          'the money is still held: the payment has no end',
        )
      : null,
  };
}

const POSTINGS = `
SELECT j.subject_id, j.kind, j.business_date, j.created_at, j.reason, t.account_id, t.amount
FROM journal j JOIN posting t ON t.subject_id = j.subject_id AND t.kind = j.kind`;
