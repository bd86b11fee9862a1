import { rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import { fromJson, type Statements } from '#lib/platform';

/** A payment without an end, for the people who run the switch. Nothing in it is the customer's. */
export interface OpenPayment {
  paymentId: string;
  channelId: string;
  reference: string;
  billerId: string;
  productId: string;
  legReference: string;
  state: 'SENT' | 'SUSPECT' | 'UNRESOLVED' | 'RESENT' | 'UNSERVED';
  /** What the deposit holds for it, or has been charged where it was sent again. */
  charge: Rupiah;
  sentAt: Date;
  ageSeconds: number;
  /** Why it has no end, as the biller or our link to it last said. */
  reason: string;
  adviceCount: number;
  /** Who has to take the next step: a process of ours, or people. */
  owner: 'switch' | 'worker' | 'operations';
  nextStep: string;
  /** When that step is taken; null where people have to take it. */
  nextStepAt: Date | null;
}

interface OpenRow {
  payment_id: string;
  channel_id: string;
  channel_reference: Buffer;
  biller_id: string;
  product_id: string;
  state: OpenPayment['state'];
  charge: string;
  leg_reference: string;
  source: string;
  source_business_date: BusinessDate;
  sent_at: Date;
  advice_count: number;
  advice_heard: string | null;
  next_advice_at: Date | null;
  evidence: unknown;
}

/** By the index of open payments, so that it reads those and not the many that have ended. */
export const OPEN =
  'SELECT p.payment_id, p.channel_id, p.channel_reference, p.biller_id, p.product_id, p.state, p.charge, ' +
  'l.leg_reference, l.source, l.source_business_date, l.sent_at, l.advice_count, l.advice_heard, ' +
  'l.next_advice_at, e.evidence FROM payment p FORCE INDEX (payment_open) ' +
  'STRAIGHT_JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no ' +
  'STRAIGHT_JOIN payment_event e ON e.payment_id = p.payment_id AND e.event_no = p.last_event_no ' +
  "WHERE p.channel_id IN (?) AND p.state IN ('SENT', 'SUSPECT', 'UNRESOLVED', 'RESENT', 'UNSERVED') AND p.payment_id > ? " +
  'ORDER BY p.payment_id LIMIT ?';

/** The payments that need another step, of all channels, in order of Payment ID, after the given one. */
export async function listOpenPayments(
  statements: Statements,
  { now, afterPaymentId, rowsMax }: { now: Date; afterPaymentId: string; rowsMax: number },
): Promise<OpenPayment[]> {
  const channels = await statements.rows<{ channel_id: string }>('SELECT channel_id FROM channel');
  if (channels.length === 0) return [];
  const rows = await statements.rows<OpenRow>(OPEN, [
    channels.map(({ channel_id }) => channel_id),
    afterPaymentId,
    rowsMax,
  ]);
  return rows.map((row) => ({
    paymentId: row.payment_id,
    channelId: row.channel_id,
    reference: row.channel_reference.toString(),
    billerId: row.biller_id,
    productId: row.product_id,
    legReference: row.leg_reference,
    state: row.state,
    charge: rupiah(BigInt(row.charge)),
    sentAt: row.sent_at,
    ageSeconds: Math.max(0, Math.floor((now.getTime() - row.sent_at.getTime()) / 1_000)),
    reason: reasonOf(row),
    adviceCount: row.advice_count,
    ...nextStepOf(row),
  }));
}

function nextStepOf(row: OpenRow): Pick<OpenPayment, 'owner' | 'nextStep' | 'nextStepAt'> {
  const nextStepAt = row.next_advice_at;
  switch (row.state) {
    case 'SENT':
      return {
        owner: 'switch',
        nextStep: `${row.biller_id} answers by the deadline, or advice takes over`,
        nextStepAt,
      };
    case 'SUSPECT':
      return { owner: 'worker', nextStep: `ask ${row.biller_id} what became of it`, nextStepAt };
    case 'RESENT':
      if (nextStepAt !== null)
        return {
          owner: 'worker',
          nextStep: `ask ${row.biller_id} what became of ${row.leg_reference}, by which it was sent again`,
          nextStepAt,
        };
      return toLookFor(row);
    case 'UNSERVED':
      return {
        owner: 'operations',
        nextStep:
          `give it back: its break of ${row.source}, --resolution reversal; ` +
          `where they have ${row.leg_reference} after all, --resolution advice_result --outcome paid`,
        nextStepAt: null,
      };
    case 'UNRESOLVED':
      return toLookFor(row);
  }
}

function toLookFor(row: OpenRow): Pick<OpenPayment, 'owner' | 'nextStep' | 'nextStepAt'> {
  return {
    owner: 'operations',
    nextStep: `look for ${row.leg_reference} in the file of ${row.source} for ${row.source_business_date}`,
    nextStepAt: null,
  };
}

function reasonOf({ state, advice_heard, evidence }: OpenRow): string {
  if (state === 'SENT') return 'on its way to the biller';
  if ((state === 'SUSPECT' || state === 'RESENT') && advice_heard !== null) return advice_heard;
  const said = fromJson(evidence) as Record<string, string | number | null>;
  const what = said['doubt'] ?? said['reason'] ?? said['message'] ?? said['code'];
  return what === undefined || what === null ? 'the biller has not said how it ended' : String(what);
}
