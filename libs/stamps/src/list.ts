import type { Statements } from '#lib/platform';

/** A serial and what became of it. */
export interface SerialStanding {
  serial: string;
  paymentId: string;
  channelId: string;
  billerId: string;
  /** ISSUED: on no document; STAMPING: an order is under way; STAMPED: on one for ever. */
  state: 'ISSUED' | 'STAMPING' | 'STAMPED';
  /** The document's order, where there is one. */
  reference: string | null;
  stampedAt: Date | null;
}

/** Serials in order, of one channel or of all. */
export async function listSerials(
  statements: Statements,
  { channelId, rowsMax }: { channelId: string | undefined; rowsMax: number },
): Promise<SerialStanding[]> {
  const rows = await statements.rows<{
    serial: string;
    payment_id: string;
    channel_id: string;
    biller_id: string;
    state: string | null;
    reference: Buffer | null;
    stamped_at: Date | null;
  }>(
    'SELECT s.serial, s.payment_id, s.channel_id, s.biller_id, o.state, o.reference, o.stamped_at FROM stamp_serial s ' +
      'LEFT JOIN stamp_order o ON o.effective_serial = s.serial ' +
      `${channelId === undefined ? '' : 'WHERE s.channel_id = ? '}ORDER BY s.channel_id, s.serial LIMIT ?`,
    channelId === undefined ? [rowsMax] : [channelId, rowsMax],
  );
  return rows.map((row) => ({
    serial: row.serial,
    paymentId: row.payment_id,
    channelId: row.channel_id,
    billerId: row.biller_id,
    state: row.state === null ? 'ISSUED' : row.state === 'STAMPED' ? 'STAMPED' : 'STAMPING',
    reference: row.reference?.toString() ?? null,
    stampedAt: row.stamped_at,
  }));
}

/** A purchase whose serials could not be made rows, for people. */
export interface TroubledPurchase {
  paymentId: string;
  channelId: string;
  billerId: string;
  trouble: string;
  since: Date;
}

/** Purchases that people must look at. */
export async function listTroubledPurchases(statements: Statements): Promise<TroubledPurchase[]> {
  const rows = await statements.rows<{
    payment_id: string;
    channel_id: string;
    biller_id: string;
    trouble: string;
    bought_at: Date;
  }>(
    'SELECT payment_id, channel_id, biller_id, trouble, bought_at FROM stamp_purchase ' +
      'WHERE trouble IS NOT NULL ORDER BY bought_at',
  );
  return rows.map(({ payment_id, channel_id, biller_id, trouble, bought_at }) => ({
    paymentId: payment_id,
    channelId: channel_id,
    billerId: biller_id,
    trouble,
    since: bought_at,
  }));
}
