import { addDays, localIso, type BusinessDate } from '#lib/kernel';
import type { SnapshotStatements } from '#lib/platform';
import { isCharged, type PaymentState } from '#lib/switching';
import { paymentsOfChannel } from '../ours';
import type { OutboundContract } from './contract';

/** One detail of a file that we send. */
export interface OutboundRow {
  ourRef: string;
  theirRef: string | null;
  product: string;
  customerNo: string;
  /** The bills, whole rupiah. */
  amount: bigint;
  /** What is taken beside them: of a channel's file the admin fee, of a source's the biller's part of it. */
  fee: bigint;
  status: 'S' | 'F' | 'U';
  /** Local time of the contract. */
  paidAt: string;
  breakKind: string | null;
}

interface DetailRow {
  payment_id: string;
  leg_no: number;
  our_ref: string;
  their_ref: string | Buffer | null;
  product_id: string;
  customer_number: string;
  amount: string;
  fee: string;
  state: PaymentState;
  sent_at: Date;
}

/** The rows of a day in the order of our reference, one by one, all of one moment. */
export async function* rowsOfDay(
  statements: SnapshotStatements,
  { about, timeZone }: OutboundContract,
  businessDate: BusinessDate,
): AsyncGenerator<OutboundRow> {
  const breaks = await breakKinds(statements, about, businessDate);
  const rows =
    'channel' in about
      ? ofChannel(statements, about.channel, businessDate)
      : ofSource(statements, about.source, businessDate);
  for await (const row of rows)
    yield {
      ourRef: row.our_ref,
      theirRef: row.their_ref === null ? null : row.their_ref.toString(),
      product: row.product_id,
      customerNo: row.customer_number,
      amount: BigInt(row.amount),
      fee: BigInt(row.fee),
      status: 'channel' in about && isCharged(row.state) ? 'S' : statusOf(row.state),
      paidAt: localIso(row.sent_at, timeZone).slice(0, 19).replace('T', ' '),
      breakKind: breaks.get(keyOf(about, row)) ?? null,
    };
}

function ofChannel(
  statements: SnapshotStatements,
  channelId: string,
  businessDate: BusinessDate,
): AsyncIterable<DetailRow> {
  const { sql, values } = paymentsOfChannel(
    `p.payment_id, 0 AS leg_no, p.payment_id AS our_ref, p.channel_reference AS their_ref, p.product_id,
       p.customer_number, p.amount, p.admin_fee AS fee, p.state, p.created_at AS sent_at`,
    channelId,
    businessDate,
    { sql: 'ORDER BY p.payment_id', values: [] },
  );
  return statements.stream<DetailRow>(sql, values);
}

function ofSource(
  statements: SnapshotStatements,
  source: string,
  businessDate: BusinessDate,
): AsyncIterable<DetailRow> {
  return statements.stream<DetailRow>(
    `SELECT l.payment_id, l.leg_no, l.leg_reference AS our_ref, l.biller_reference AS their_ref, l.product_id, l.customer_number,
       l.amount, COALESCE(p.biller_fee, 0) AS fee, l.state, l.sent_at
     FROM payment_leg l LEFT JOIN payment p ON p.payment_id = l.payment_id
     WHERE l.source = ? AND l.source_business_date = ? ORDER BY l.leg_reference`,
    [source, businessDate],
  );
}

/**
 * What the runs that count found about payments of about that day, where they did not simply agree. To a source only its own
 * runs are told, leg by leg; to a channel what any run of a biller's file found about its payments, not what its own did.
 */
async function breakKinds(
  statements: SnapshotStatements,
  about: OutboundContract['about'],
  businessDate: BusinessDate,
): Promise<Map<string, string>> {
  const source = 'source' in about ? about.source : null;
  const rows = await statements.rows<{ payment_id: string; leg_no: number; kind: string }>(
    `SELECT b.payment_id, b.leg_no, b.kind FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id
     WHERE r.effective_date BETWEEN ? AND ? AND r.channel_id IS NULL AND b.payment_id IS NOT NULL
       AND (? IS NULL OR r.source = ?)
     ORDER BY r.effective_date, b.break_id`,
    [addDays(businessDate, -1), addDays(businessDate, 1), source, source],
  );
  return new Map(rows.map((row) => [keyOf(about, row), row.kind]));
}

function keyOf(
  about: OutboundContract['about'],
  { payment_id, leg_no }: { payment_id: string; leg_no: number },
) {
  return 'source' in about ? `${payment_id} ${leg_no}` : payment_id;
}

function statusOf(state: string): 'S' | 'F' | 'U' {
  if (state === 'PAID') return 'S';
  return state === 'DECLINED' || state === 'REVERSED' || state === 'UNSERVED' ? 'F' : 'U';
}
