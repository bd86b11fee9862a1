import type { SettlementFormat } from '#lib/files';
import {
  addDays,
  endOfBusinessDate,
  JAKARTA_MIDNIGHT,
  paymentIdsBetween,
  zoneOffsetMinutes,
  type BusinessDate,
} from '#lib/kernel';
import type { SqlValue, Statements } from '#lib/platform';

/** A source's day. */
export interface Day {
  source: string;
  businessDate: BusinessDate;
}

/**
 * Late rows of earlier days that no later day has taken in yet. It follows the rows and not the calendar, so a day
 * that is closed out of its turn loses none of them.
 */
const OPEN_CARRY = `
SELECT b.match_key, b.payment_id, b.leg_no, b.carry_until
FROM recon_run r JOIN recon_break b ON b.run_id = r.run_id AND b.kind = 'late'
WHERE r.source = ? AND r.effective_date < ? AND NOT EXISTS (
  SELECT 1 FROM recon_run later JOIN recon_carry c ON c.run_id = later.run_id
  WHERE later.source = r.source AND later.effective_date > r.effective_date AND later.effective_date < ?
    AND c.match_key = b.match_key)`;

const openCarryOf = ({ source, businessDate }: Day) => [source, businessDate, businessDate];

/** A late row of an earlier day that no later day has taken in yet. */
export interface CarryItem {
  matchKey: string;
  paymentId: string;
  legNo: number;
  /** The last business date whose file may still list it. */
  until: BusinessDate;
}

/** The carry items that are open for a day, in the order of their keys. */
export async function openCarry(statements: Statements, day: Day): Promise<CarryItem[]> {
  const rows = await statements.rows<{
    match_key: string;
    payment_id: string;
    leg_no: number;
    carry_until: BusinessDate;
  }>(`${OPEN_CARRY} ORDER BY b.match_key`, openCarryOf(day));
  return rows.map((row) => ({
    matchKey: row.match_key,
    paymentId: row.payment_id,
    legNo: row.leg_no,
    until: row.carry_until,
  }));
}

/**
 * The first key in which the carry items a run took in differ from those that are open for its day now; undefined
 * when they agree. They differ once an earlier day was closed, or closed anew, after this run.
 */
export async function staleCarry(
  statements: Statements,
  runId: number,
  day: Day,
): Promise<string | undefined> {
  const [difference] = await statements.rows<{ match_key: string }>(
    `SELECT match_key FROM (
       SELECT match_key FROM (${OPEN_CARRY}) open UNION ALL SELECT match_key FROM recon_carry WHERE run_id = ?) both_sides
     GROUP BY match_key HAVING COUNT(*) = 1 ORDER BY match_key LIMIT 1`,
    [...openCarryOf(day), runId],
  );
  return difference?.match_key;
}

/** Whose payments a source lists: those of a channel by their business date; undefined: the legs sent to a biller. */
export type ListedChannel = string | undefined;

/** How many of our payments belong to the day, carry items aside. */
export async function countOurs(
  statements: Statements,
  day: Day & { format: Pick<SettlementFormat, 'channel'> },
): Promise<number> {
  // Of legs the index alone is read.
  const [row] = await statements.rows<{ n: string }>(...oursOfDay('COUNT(*) AS n', day, day.format.channel));
  return Number(row?.n ?? 0);
}

/** The first and the last of a range of Payment IDs, both in it. */
export interface PaymentIds {
  first: string;
  last: string;
}

/** Up to so many rows are read for one of the day, before an index is the better way to it. */
const ROWS_PER_ROW_MAX = 3;

/**
 * Between which Payment IDs the legs of a day lie, where they are most of what lies there: IDs are in the order of time,
 * so a source that sells much has its day in one piece. Of legs the index alone is read.
 */
export async function denseIdsOf(
  statements: Statements,
  { source, businessDate }: Day,
): Promise<PaymentIds | undefined> {
  const [row] = await statements.rows<{ n: string; first: string | null; last: string | null }>(
    `SELECT COUNT(*) AS n, MIN(payment_id) AS first, MAX(payment_id) AS last FROM payment_leg
     WHERE source = ? AND source_business_date = ?`,
    [source, businessDate],
  );
  if (!row?.first || !row.last) return undefined;
  const { n, first, last } = row;
  const rows = await plannedRows(
    statements,
    'SELECT state FROM payment_leg FORCE INDEX (PRIMARY) WHERE payment_id BETWEEN ? AND ?',
    [first, last],
  );
  return rows <= ROWS_PER_ROW_MAX * Number(n) ? { first, last } : undefined;
}

/** About how many of our payments belong to the day, without reading them. */
export async function guessOurs(
  statements: Statements,
  day: Day & { format: Pick<SettlementFormat, 'channel'> },
): Promise<number> {
  return plannedRows(statements, ...oursOfDay('COUNT(*) AS n', day, day.format.channel));
}

/** How many rows the database expects to read. */
async function plannedRows(statements: Statements, sql: string, values: SqlValue[]): Promise<number> {
  const [plan] = await statements.rows<{ rows: string | null }>(`EXPLAIN ${sql}`, values);
  return Number(plan?.rows ?? 0);
}

/** How many of our payments belong to the day, and what they come to unless they failed. */
export async function sumOfOurs(
  statements: Statements,
  day: Day,
  channel: ListedChannel,
): Promise<{ count: number; amount: bigint }> {
  const sums =
    "COUNT(*) AS n, COALESCE(SUM(IF(state IN ('DECLINED', 'REVERSED', 'UNSERVED'), 0, amount)), 0) AS amount";
  const [row] = await statements.rows<{ n: string; amount: string }>(...oursOfDay(sums, day, channel));
  return { count: Number(row?.n ?? 0), amount: BigInt(row?.amount ?? 0) };
}

function oursOfDay(
  columns: string,
  { source, businessDate }: Day,
  channel: ListedChannel,
): [sql: string, values: SqlValue[]] {
  if (channel === undefined)
    return [
      `SELECT ${columns} FROM payment_leg WHERE source = ? AND source_business_date = ?`,
      [source, businessDate],
    ];
  const { sql, values } = paymentsOfChannel(columns, channel, businessDate);
  return [sql, values];
}

/** The first business date of which a source must list a payment; null where nothing was sold yet. */
export async function firstDayOfOurs(
  statements: Statements,
  source: string,
  channel: ListedChannel,
): Promise<BusinessDate | null> {
  const [first] = await statements.rows<{ date: BusinessDate | null }>(
    channel === undefined
      ? 'SELECT MIN(source_business_date) AS date FROM payment_leg WHERE source = ?'
      : // The first of each state is found in the index; Payment IDs are in the order of time.
        `SELECT MIN(p.business_date) AS date FROM payment p
         JOIN (SELECT MIN(payment_id) AS payment_id FROM payment WHERE channel_id = ? GROUP BY state) f
           ON f.payment_id = p.payment_id`,
    [channel ?? source],
  );
  return first?.date ?? null;
}

/** Whether a day has payments that did not fail and were sold at or after a moment, in local time of the source. */
export async function hasPaymentsSince(
  statements: Statements,
  { source, businessDate, format }: Day & { format: Pick<SettlementFormat, 'channel' | 'cutOff'> },
  since: string,
): Promise<boolean> {
  const offset = zoneOffsetMinutes(format.cutOff.timeZone);
  const isOpen = "state NOT IN ('DECLINED', 'REVERSED', 'UNSERVED')";
  const { sql, values } =
    format.channel === undefined
      ? {
          sql: `SELECT 1 FROM payment_leg WHERE source = ? AND source_business_date = ? AND ${isOpen}
            AND sent_at + INTERVAL ? MINUTE >= ? LIMIT 1`,
          values: [source, businessDate, offset, since],
        }
      : paymentsOfChannel('1', format.channel, businessDate, {
          sql: `AND ${isOpen} AND p.created_at + INTERVAL ? MINUTE >= ? LIMIT 1`,
          values: [offset, since],
        });
  return (await statements.rows(sql, values)).length > 0;
}

const DAY_MS = 86_400_000;

/**
 * A statement over the payments of a channel's business date, by their primary key. The channels' day ends at midnight in
 * Jakarta, or where their network says; a day more on either side is sure to hold all of its Payment IDs.
 */
export function paymentsOfChannel(
  columns: string,
  channel: string,
  businessDate: BusinessDate,
  more: { sql: string; values: readonly SqlValue[] } = { sql: '', values: [] },
): { sql: string; values: SqlValue[] } {
  const from = new Date(endOfBusinessDate(addDays(businessDate, -1), JAKARTA_MIDNIGHT).getTime() - DAY_MS);
  const to = new Date(endOfBusinessDate(businessDate, JAKARTA_MIDNIGHT).getTime() + DAY_MS);
  const [production, drill] = [paymentIdsBetween('P', from, to), paymentIdsBetween('T', from, to)];
  return {
    sql: `SELECT ${columns} FROM payment p
      WHERE (p.payment_id BETWEEN ? AND ? OR p.payment_id BETWEEN ? AND ?) AND p.business_date = ? AND p.channel_id = ?
      ${more.sql}`,
    values: [
      production.first,
      production.last,
      drill.first,
      drill.last,
      businessDate,
      channel,
      ...more.values,
    ],
  };
}
