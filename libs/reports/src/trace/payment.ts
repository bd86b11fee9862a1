import { localTime, maskedNumber } from '../cells';
import { words } from '../language';
import type { TracePart, TraceReading } from './trace-part';

/** A payment as the trace goes on from it. */
export interface TracedPayment {
  paymentId: string;
  channelId: string;
  billerId: string;
  businessDate: string;
  state: string;
  row: PaymentRow;
  legs: LegRow[];
}

interface PaymentRow {
  payment_id: string;
  channel_id: string;
  channel_reference: Buffer;
  inquiry_id: string;
  product_id: string;
  biller_id: string;
  customer_number: string;
  state: string;
  amount: string;
  admin_fee: string;
  biller_fee: string;
  commission: string;
  charge: string;
  refunded: string;
  business_date: string;
  created_at: Date;
}

interface LegRow {
  leg_no: number;
  biller_id: string;
  leg_reference: string;
  amount: string;
  state: string;
  biller_reference: string | null;
  source: string;
  source_business_date: string;
  sent_at: Date;
  advice_count: number;
}

/** Reads a payment with its legs. */
export async function readPayment(
  { rows }: TraceReading,
  paymentId: string,
): Promise<TracedPayment | undefined> {
  const [row] = await rows<PaymentRow>(
    `SELECT payment_id, channel_id, channel_reference, inquiry_id, product_id, biller_id, customer_number, state, amount,
       admin_fee, biller_fee, commission, charge, refunded, business_date, created_at
     FROM payment WHERE payment_id = ?`,
    [paymentId],
  );
  if (!row) return undefined;
  const legs = await rows<LegRow>(
    `SELECT leg_no, biller_id, leg_reference, amount, state, biller_reference, source, source_business_date, sent_at,
       advice_count FROM payment_leg WHERE payment_id = ? ORDER BY leg_no`,
    [paymentId],
  );
  return {
    paymentId,
    channelId: row.channel_id,
    billerId: row.biller_id,
    businessDate: row.business_date,
    state: row.state,
    row,
    legs,
  };
}

/** The order, the offer it was given on, the legs to billers, and the history of states. */
export async function paymentParts(
  { rows }: TraceReading,
  { row, legs }: TracedPayment,
): Promise<TracePart[]> {
  const [inquiry] = await rows<{ created_at: Date; valid_until: Date }>(
    'SELECT created_at, valid_until FROM inquiry WHERE inquiry_id = ?',
    [row.inquiry_id],
  );
  const events = await rows<{
    event_no: number;
    from_state: string;
    event: string;
    to_state: string;
    at: Date;
  }>(
    'SELECT event_no, from_state, event, to_state, at FROM payment_event WHERE payment_id = ? ORDER BY event_no',
    [row.payment_id],
  );
  return [
    {
      name: 'payment',
      title: words('Pembayaran', 'Payment'),
      rows: [
        {
          paymentId: row.payment_id,
          channel: row.channel_id,
          reference: row.channel_reference.toString(),
          product: row.product_id,
          biller: row.biller_id,
          customer: maskedNumber(row.customer_number),
          state: row.state,
          businessDate: row.business_date,
          createdAt: localTime(row.created_at),
        },
      ],
      missing: null,
    },
    {
      name: 'offer',
      title: words('Penawaran', 'Offer'),
      rows: [
        {
          inquiryId: row.inquiry_id,
          askedAt: inquiry ? localTime(inquiry.created_at) : null,
          validUntil: inquiry ? localTime(inquiry.valid_until) : null,
          bill: row.amount,
          adminFee: row.admin_fee,
          billerFee: row.biller_fee,
          commission: row.commission,
          charge: row.charge,
        },
      ],
      missing: null,
    },
    {
      name: 'history',
      title: words('Riwayat', 'History'),
      rows: events.map((one) => ({
        no: one.event_no,
        from: one.from_state,
        event: one.event,
        to: one.to_state,
        at: localTime(one.at),
      })),
      missing: null,
    },
    {
      name: 'legs',
      title: words('Kiriman ke biller', 'Legs to billers'),
      rows: legs.map((leg) => ({
        no: leg.leg_no,
        biller: leg.biller_id,
        legReference: leg.leg_reference,
        billerReference: leg.biller_reference,
        amount: leg.amount,
        state: leg.state,
        source: leg.source,
        fileOf: leg.source_business_date,
        sentAt: localTime(leg.sent_at),
        asked: leg.advice_count,
      })),
      missing: null,
    },
  ];
}
