import { rupiah, type BusinessDate, type ResponseCode } from '#lib/kernel';
import { fromJson, type SqlValue, type Statements } from '#lib/platform';
import type { Receipt } from '#lib/receipts';
import { offerFromJson } from './offer';
import type { Payment, ToldNumbers } from './payment';
import type { PaymentState } from './payment.states';
import type { RefusedLeg } from './payment.store';

/** A payment with its last leg and the answer of its last event, as the payment database hands it over. */
export interface PaymentRow {
  payment_id: string;
  channel_id: string;
  channel_reference: Buffer;
  request_hash: Buffer;
  inquiry_id: string;
  product_id: string;
  biller_id: string;
  customer_number: string;
  state: PaymentState;
  code: ResponseCode;
  offer: unknown;
  receipt: unknown;
  biller_reference: string | null;
  balance_after: string | null;
  business_date: BusinessDate;
  last_event_no: number;
  reversal_ordered: number;
  refunded: string;
  created_at: Date;
  leg_no: number;
  route_id: string | null;
  leg_reference: string;
  leg_product: string;
  source: string;
  source_business_date: BusinessDate;
  draws_float: number;
  sent_at: Date;
  advice_count: number;
  next_advice_at: Date | null;
  echo: unknown;
  told: unknown;
  reissued: unknown;
}

const COLUMNS =
  'p.payment_id, p.channel_id, p.channel_reference, p.request_hash, p.inquiry_id, p.product_id, p.biller_id, ' +
  'p.customer_number, p.state, COALESCE(e.code, p.code) AS code, p.offer, COALESCE(e.receipt, p.receipt) AS receipt, ' +
  'l.biller_reference, COALESCE(e.balance_after, p.balance_after) AS balance_after, p.business_date, ' +
  'p.last_event_no, p.reversal_ordered, p.refunded, p.created_at, l.leg_no, l.route_id, l.leg_reference, l.product_id AS leg_product, l.source, ' +
  'l.source_business_date, l.draws_float, l.sent_at, l.advice_count, l.next_advice_at, l.echo, l.told, e.reissued';

/** Reads payments with their last leg, in order of Payment ID. */
export async function selectPayments(
  statements: Statements,
  where: string,
  values: readonly SqlValue[],
  rowsMax: number,
): Promise<Payment[]> {
  const rows = await statements.rows<PaymentRow>(
    `SELECT ${COLUMNS} FROM payment p JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no ` +
      'LEFT JOIN payment_event e ON e.payment_id = p.payment_id AND e.event_no = p.last_event_no ' +
      `WHERE ${where} ORDER BY p.payment_id LIMIT ?`,
    [...values, rowsMax],
  );
  return rows.map(paymentOf);
}

/** Reads one payment, or undefined. */
export async function selectPayment(
  statements: Statements,
  where: string,
  values: readonly SqlValue[],
): Promise<Payment | undefined> {
  return (await selectPayments(statements, where, values, 1))[0];
}

/** @param rerouted what ended each leg but the last, as its history has it, in order: the first ended leg 1. */
export function refusedLegsOf(rerouted: readonly unknown[]): RefusedLeg[] {
  return rerouted.flatMap((evidence, at) => {
    const { said, from } = evidence as { said: string; from: string | null };
    return said === 'declined' ? [{ legNo: at + 1, routeId: String(from) }] : [];
  });
}

/** A payment out of its row. */
export function paymentOf(row: PaymentRow): Payment {
  const told = fromJson(row.told) as ToldNumbers | null;
  return {
    paymentId: row.payment_id,
    channelId: row.channel_id,
    channelReference: row.channel_reference.toString(),
    contentHash: row.request_hash,
    inquiryId: row.inquiry_id,
    productId: row.product_id,
    billerId: row.biller_id,
    customerNumber: row.customer_number,
    state: row.state,
    code: row.code,
    offer: offerFromJson(fromJson(row.offer)),
    receipt: fromJson(row.receipt) as Receipt | null,
    billerReference: told ? told.billerReference : row.biller_reference,
    reissued: fromJson(row.reissued) as Receipt | null,
    balanceAfter: row.balance_after === null ? null : rupiah(BigInt(row.balance_after)),
    businessDate: row.business_date,
    lastEventNo: row.last_event_no,
    isReversalOrdered: row.reversal_ordered === 1,
    refunded: rupiah(BigInt(row.refunded)),
    createdAt: row.created_at,
    leg: {
      legNo: row.leg_no,
      routeId: row.route_id,
      reference: row.leg_reference,
      billerReference: row.biller_reference,
      told,
      billerProduct: row.leg_product,
      source: row.source,
      sourceBusinessDate: row.source_business_date,
      drawsFloat: row.draws_float === 1,
      sentAt: row.sent_at,
      adviceCount: row.advice_count,
      nextAdviceAt: row.next_advice_at,
      echo: fromJson(row.echo) as Record<string, string> | null,
    },
  };
}
