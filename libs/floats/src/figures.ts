import { rupiah, ZERO, type Rupiah } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** A sum of rupiah for each biller that has one. */
export type Sums = ReadonlyMap<string, bigint>;

/** Payments that are on their way or being asked about; their advice is planned, and that is indexed by biller. */
export const ON_THEIR_WAY =
  'SELECT biller_id, SUM(amount) AS total FROM payment_leg ' +
  "WHERE biller_id IN (?) AND next_advice_at > '1971-01-01' AND draws_float = 1 " +
  "AND state IN ('SENT', 'SUSPECT') GROUP BY biller_id";

/** Payments that the day's file or people must settle. */
export const UNRESOLVED =
  'SELECT l.biller_id, SUM(l.amount) AS total FROM channel c ' +
  'STRAIGHT_JOIN payment p FORCE INDEX (payment_open) ON p.channel_id = c.channel_id ' +
  "AND p.state = 'UNRESOLVED' STRAIGHT_JOIN payment_leg l ON l.payment_id = p.payment_id " +
  "WHERE l.biller_id IN (?) AND l.draws_float = 1 AND l.state = 'UNRESOLVED' GROUP BY l.biller_id";

/**
 * What the open payments of billers may still take out of their floats. Read before what is left: a payment that ends
 * between the two questions is counted twice, and never missed.
 */
export async function sumUnderWay(statements: Statements, billerIds: string[]): Promise<Sums> {
  const totals = new Map<string, bigint>();
  for (const sql of [ON_THEIR_WAY, UNRESOLVED])
    for (const { biller_id, total } of await statements.rows<TotalRow>(sql, [billerIds]))
      totals.set(biller_id, (totals.get(biller_id) ?? 0n) + BigInt(total));
  return totals;
}

/** What is left of floats in our books: the balances and what is queued for them, at one moment. */
export async function sumRemaining(statements: Statements, billerIds: string[]): Promise<Sums> {
  const rows = await statements.rows<TotalRow>(
    'SELECT biller_id, SUM(amount) AS total FROM (SELECT biller_id, balance AS amount FROM float_balance ' +
      'WHERE biller_id IN (?) UNION ALL SELECT biller_id, amount FROM float_change WHERE biller_id IN (?)) moved ' +
      'GROUP BY biller_id',
    [billerIds, billerIds],
  );
  return new Map(rows.map(({ biller_id, total }) => [biller_id, BigInt(total)]));
}

interface TotalRow {
  biller_id: string;
  total: string;
}

/** A float as our books have it now. */
export interface FloatFigures {
  /** Top-ups, less what was drawn, plus what was given back, as adjusted. */
  remaining: Rupiah;
  /** What open payments may still take out of it. */
  underWay: Rupiah;
}

/** The figures of some floats. */
export async function floatFigures(
  statements: Statements,
  billerIds: string[],
): Promise<ReadonlyMap<string, FloatFigures>> {
  if (billerIds.length === 0) return new Map();
  const underWay = await sumUnderWay(statements, billerIds);
  const remaining = await sumRemaining(statements, billerIds);
  return new Map(
    billerIds.map((billerId) => [
      billerId,
      {
        remaining: rupiah(remaining.get(billerId) ?? ZERO),
        underWay: rupiah(underWay.get(billerId) ?? ZERO),
      },
    ]),
  );
}
