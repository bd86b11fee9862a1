import type { Statements } from '#lib/platform';

/** What happens to stamps. `bought` is of a payment, `issued` of a serial, the others of an order to stamp. */
export type MovementKind = 'bought' | 'issued' | 'reserved' | 'stamped' | 'returned';

/** One movement of the stock; of each kind a subject has one. */
export interface Movement {
  kind: MovementKind;
  subject: string;
  channelId: string;
  billerId: string;
  quantity: number;
}

/** Writes movements with what they belong to. @throws a duplicate key where one of them was written before. */
export async function move(statements: Statements, movements: readonly Movement[], at: Date): Promise<void> {
  await statements.run(
    'INSERT INTO stock_movement (kind, subject, channel_id, biller_id, quantity, at) VALUES ?',
    [
      movements.map(({ kind, subject, channelId, billerId, quantity }) => [
        kind,
        subject,
        channelId,
        billerId,
        quantity,
        at,
      ]),
    ],
  );
}

/** A channel's stock of one biller's stamps, in pieces. */
export interface Stock {
  channelId: string;
  billerId: string;
  bought: number;
  issued: number;
  /** Of the issued ones. */
  stamped: number;
  /** Orders under way. */
  reserved: number;
  /** Issued, and on no document. */
  unused: number;
}

/** The stock of every channel and biller, from the movements alone. */
export async function stocks(statements: Statements): Promise<Stock[]> {
  const rows = await statements.rows<{
    channel_id: string;
    biller_id: string;
    kind: MovementKind;
    n: string | number;
  }>(
    'SELECT channel_id, biller_id, kind, SUM(quantity) AS n FROM stock_movement ' +
      'GROUP BY channel_id, biller_id, kind ORDER BY channel_id, biller_id',
  );
  const moved = new Map<
    string,
    { channelId: string; billerId: string; sums: Record<MovementKind, number> }
  >();
  for (const { channel_id, biller_id, kind, n } of rows) {
    const key = `${channel_id} ${biller_id}`;
    const known = moved.get(key) ?? {
      channelId: channel_id,
      billerId: biller_id,
      sums: { bought: 0, issued: 0, reserved: 0, stamped: 0, returned: 0 },
    };
    known.sums[kind] += Number(n);
    moved.set(key, known);
  }
  return [...moved.values()].map(({ sums, ...whose }) => {
    const reserved = sums.reserved - sums.stamped - sums.returned;
    const { bought, issued, stamped } = sums;
    return { ...whose, bought, issued, stamped, reserved, unused: issued - stamped - reserved };
  });
}
