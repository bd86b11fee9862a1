import { rupiah, type BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';
import type { LegName } from './reconciled';
import type { Sales } from './shares';

/** One payment with the state of its leg and the day its file was due. */
export interface SoldLeg extends Sales, LegName {
  source: string;
  businessDate: BusinessDate;
  state: string;
}

/** The paid payments of a source's day, summed for each biller and channel by the server. */
export async function paidSales(
  statements: Statements,
  source: string,
  businessDate: BusinessDate,
): Promise<Sales[]> {
  const rows = await statements.rows<SalesRow>(
    `SELECT l.biller_id, p.channel_id, l.draws_float, COUNT(*) AS payments, SUM(l.amount) AS amount,
       SUM(p.admin_fee) AS admin_fee, SUM(p.biller_fee) AS biller_fee, SUM(p.commission) AS commission,
       SUM(p.charge) AS charge, SUM(${SUB_AGENT_FEE}) AS sub_agent_fee, SUM(${TAXED_FEE}) AS taxed_fee
     FROM payment_leg l JOIN payment p ON p.payment_id = l.payment_id AND p.leg_no = l.leg_no
     WHERE l.source = ? AND l.source_business_date = ? AND l.state = 'PAID'
     GROUP BY l.biller_id, p.channel_id, l.draws_float ORDER BY l.biller_id, p.channel_id, l.draws_float`,
    [source, businessDate],
  );
  return rows.map(salesOf);
}

/** Payments of a source's day that were taken back, and those that have no end yet. */
export async function unpaidLegs(
  statements: Statements,
  source: string,
  businessDate: BusinessDate,
): Promise<SoldLeg[]> {
  const rows = await statements.rows<LegRow>(
    `${LEGS} WHERE l.source = ? AND l.source_business_date = ? AND l.state NOT IN ('PAID', 'DECLINED')`,
    [source, businessDate],
  );
  return rows.map(legOf);
}

/** Payments by their legs, page by page; those that do not exist are left out. */
export async function soldLegs(statements: Statements, legs: readonly LegName[]): Promise<SoldLeg[]> {
  const found: SoldLeg[] = [];
  for (let at = 0; at < legs.length; at += PAGE) {
    const page = legs.slice(at, at + PAGE);
    const wanted = new Set(page.map(nameOf));
    const rows = await statements.rows<LegRow>(`${EVERY_LEG} WHERE l.payment_id IN (?)`, [
      page.map(({ paymentId }) => paymentId),
    ]);
    found.push(...rows.map(legOf).filter((leg) => wanted.has(nameOf(leg))));
  }
  return found;
}

/** A leg's name as a key. */
export function nameOf({ paymentId, legNo }: LegName): string {
  return `${paymentId} ${legNo}`;
}

/** Whether our books call a leg paid. */
export function isPaid({ state }: SoldLeg): boolean {
  return state === 'PAID';
}

/** Whether a leg was paid and taken back. */
export function isReversed({ state }: SoldLeg): boolean {
  return state === 'REVERSED';
}

const PAGE = 500;

/** Only an offer that speaks of one is read as JSON. */
const SUB_AGENT_FEE = `IF(p.offer LIKE '%"subAgentFee"%', CAST(JSON_UNQUOTE(JSON_EXTRACT(p.offer, '$.subAgentFee')) AS SIGNED), 0)`;

const TAXED_FEE = `IF(p.offer LIKE '%"taxes":["ppn"%', p.admin_fee - p.biller_fee - p.commission, 0)`;

/** Also those that another leg has followed. */
const EVERY_LEG = `SELECT l.payment_id, l.leg_no, l.source, l.source_business_date, l.state, l.biller_id, p.channel_id,
  l.draws_float, 1 AS payments, l.amount, p.admin_fee, p.biller_fee, p.commission, p.charge,
  ${SUB_AGENT_FEE} AS sub_agent_fee, ${TAXED_FEE} AS taxed_fee
FROM payment_leg l JOIN payment p ON p.payment_id = l.payment_id`;

const LEGS = `${EVERY_LEG} AND p.leg_no = l.leg_no`;

interface SalesRow {
  biller_id: string;
  channel_id: string;
  draws_float: number;
  payments: string | number;
  amount: string;
  admin_fee: string;
  biller_fee: string;
  commission: string;
  charge: string;
  sub_agent_fee: string;
  taxed_fee: string;
}

interface LegRow extends SalesRow {
  payment_id: string;
  leg_no: number;
  source: string;
  source_business_date: BusinessDate;
  state: string;
}

function salesOf(row: SalesRow): Sales {
  return {
    billerId: row.biller_id,
    channelId: row.channel_id,
    drawsFloat: row.draws_float === 1,
    payments: Number(row.payments),
    amount: rupiah(BigInt(row.amount)),
    adminFee: rupiah(BigInt(row.admin_fee)),
    billerFee: rupiah(BigInt(row.biller_fee)),
    commission: rupiah(BigInt(row.commission)),
    subAgentFee: rupiah(BigInt(row.sub_agent_fee)),
    charge: rupiah(BigInt(row.charge)),
    taxedFee: rupiah(BigInt(row.taxed_fee)),
  };
}

function legOf(row: LegRow): SoldLeg {
  return {
    ...salesOf(row),
    paymentId: row.payment_id,
    legNo: row.leg_no,
    source: row.source,
    businessDate: row.source_business_date,
    state: row.state,
  };
}
