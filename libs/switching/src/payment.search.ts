import { isPaymentId, normalizePaymentId, rupiah, type BusinessDate, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { PaymentState } from './payment.states';

/** By which of its names a payment was found. */
export type FoundBy =
  'paymentId' | 'channelReference' | 'legReference' | 'billerReference' | 'customerNumber';

/** A payment in a list of those that were found. */
export interface FoundPayment {
  paymentId: string;
  foundBy: FoundBy;
  channelId: string;
  reference: string;
  productId: string;
  billerId: string;
  /** As the books hold it; whoever shows it masks it. */
  customerNumber: string;
  state: PaymentState;
  total: Rupiah;
  businessDate: BusinessDate;
  createdAt: Date;
}

/** What was asked for. */
export interface PaymentSearch {
  /** A Payment ID with or without dashes, a reference, an RRN, a customer's number. */
  said: string;
  /** Only payments of this channel. */
  channelId?: string | undefined;
  rowsMax: number;
}

interface FoundRow {
  payment_id: string;
  channel_id: string;
  channel_reference: Buffer;
  product_id: string;
  biller_id: string;
  customer_number: string;
  state: PaymentState;
  total: string;
  business_date: BusinessDate;
  created_at: Date;
}

const ASCII = /^[\x20-\x7e]{1,64}$/;

/**
 * Finds payments by anything that people know them by, the newest first. Each name is looked up by its own index, so that it
 * costs the same with a million payments as with one.
 */
export async function findPayments(
  statements: Statements,
  { said, channelId, rowsMax }: PaymentSearch,
): Promise<FoundPayment[]> {
  const name = said.trim();
  if (name === '' || name.length > 64) return [];
  const lookups = [...ownNames(name), ...(await foreignNames(statements, name))];
  const found = new Map<string, FoundBy>();
  for (const { by, sql, values } of lookups) {
    const rows = await statements.rows<{ payment_id: string }>(sql, [...values, rowsMax]);
    for (const row of rows) if (!found.has(row.payment_id)) found.set(row.payment_id, by);
  }
  if (found.size === 0) return [];
  const rows = await statements.rows<FoundRow>(
    `SELECT payment_id, channel_id, channel_reference, product_id, biller_id, customer_number, state, total, business_date,
       created_at FROM payment WHERE payment_id IN (?) ${channelId === undefined ? '' : 'AND channel_id = ?'}
     ORDER BY payment_id DESC LIMIT ?`,
    [[...found.keys()], ...(channelId === undefined ? [] : [channelId]), rowsMax],
  );
  return rows.map((row) => foundPayment(row, found.get(row.payment_id) ?? 'paymentId'));
}

interface Lookup {
  by: FoundBy;
  sql: string;
  /** Before the number of rows. */
  values: (string | string[])[];
}

/** What we call it. */
function ownNames(name: string): Lookup[] {
  const paymentId = normalizePaymentId(name);
  if (!isPaymentId(paymentId)) return [];
  return [
    {
      by: 'paymentId',
      sql: 'SELECT payment_id FROM payment WHERE payment_id = ? LIMIT ?',
      values: [paymentId],
    },
  ];
}

/** What others call it. Their keys begin with who they are: each of them is looked up, which is a read of the index. */
async function foreignNames(statements: Statements, name: string): Promise<Lookup[]> {
  const biller: Lookup = {
    by: 'billerReference',
    sql: 'SELECT payment_id FROM payment_leg WHERE biller_reference = ? ORDER BY payment_id DESC LIMIT ?',
    values: [name],
  };
  if (!ASCII.test(name)) return [biller];
  const channels = await statements.rows<{ channel_id: string }>('SELECT channel_id FROM channel');
  const billers = await statements.rows<{ biller_id: string }>('SELECT biller_id FROM biller');
  const lookups: Lookup[] = [
    {
      by: 'channelReference',
      sql: 'SELECT payment_id FROM payment WHERE channel_id IN (?) AND channel_reference = ? LIMIT ?',
      values: [channels.map((one) => one.channel_id), name],
    },
    {
      by: 'legReference',
      sql: 'SELECT payment_id FROM payment_leg WHERE biller_id IN (?) AND leg_reference = ? LIMIT ?',
      values: [billers.map((one) => one.biller_id), name],
    },
    biller,
    {
      by: 'customerNumber',
      sql: 'SELECT payment_id FROM payment WHERE customer_number = ? ORDER BY payment_id DESC LIMIT ?',
      values: [name],
    },
  ];
  return lookups.filter(({ values: [first] }) => !Array.isArray(first) || first.length > 0);
}

function foundPayment(row: FoundRow, foundBy: FoundBy): FoundPayment {
  return {
    paymentId: row.payment_id,
    foundBy,
    channelId: row.channel_id,
    reference: row.channel_reference.toString(),
    productId: row.product_id,
    billerId: row.biller_id,
    customerNumber: row.customer_number,
    state: row.state,
    total: rupiah(BigInt(row.total)),
    businessDate: row.business_date,
    createdAt: row.created_at,
  };
}
