import { hash } from 'node:crypto';
import { duplicateKey, type Database, type Statements } from '#lib/platform';
import type { Evidence } from '#lib/switching';
import { move } from './movements';

/** An order to put one serial on one document. */
export interface StoredOrder {
  channelId: string;
  /** The channel's word for the document. */
  reference: string;
  serial: string;
  /** SHA-256, hex. */
  documentHash: string;
  billerId: string;
  /** What the biller knows the order by; the same in every repeat. */
  orderNumber: string;
  state: 'ORDERED' | 'STAMPED' | 'REFUSED';
  tries: number;
  nextTryAt: Date | null;
  orderedAt: Date;
  stampedAt: Date | null;
}

interface OrderRow {
  channel_id: string;
  reference: Buffer;
  serial: string;
  document_hash: string;
  biller_id: string;
  order_number: string;
  state: StoredOrder['state'];
  tries: number;
  next_try_at: Date | null;
  ordered_at: Date;
  stamped_at: Date | null;
}

const COLUMNS =
  'channel_id, reference, serial, document_hash, biller_id, order_number, state, tries, next_try_at, ordered_at, stamped_at';

/** Orders to stamp, and their durable moves. */
export class StampOrders {
  constructor(private readonly database: Database) {}

  /** The channel's order under its reference. */
  async find(channelId: string, reference: string): Promise<StoredOrder | undefined> {
    return (await this.select('channel_id = ? AND reference = ?', [channelId, reference]))[0];
  }

  /** Orders whose end is not known, the longest due first. */
  findDue(now: Date, rowsMax: number): Promise<StoredOrder[]> {
    return this.select('next_try_at <= ? ORDER BY next_try_at LIMIT ?', [now, rowsMax]);
  }

  /** The serial as sold to a channel by a payment that stands, and its biller. */
  async billerOfSerial(channelId: string, serial: string): Promise<string | undefined> {
    const [row] = await this.database.rows<{ biller_id: string }>(
      "SELECT s.biller_id FROM stamp_serial s JOIN payment p ON p.payment_id = s.payment_id AND p.state = 'PAID' " +
        'WHERE s.serial = ? AND s.channel_id = ?',
      [serial, channelId],
    );
    return row?.biller_id;
  }

  /**
   * Makes an order durable, and the intent to send it.
   * @returns `serial used` where another order uses the serial or may, `reference taken` where this one was there first.
   */
  async form(
    order: Pick<StoredOrder, 'channelId' | 'reference' | 'serial' | 'documentHash' | 'billerId'>,
    now: Date,
    nextTryAt: Date,
  ): Promise<StoredOrder | 'serial used' | 'reference taken'> {
    const { channelId, reference, serial, documentHash, billerId } = order;
    const orderNumber = orderNumberOf(channelId, reference);
    try {
      await this.database.transaction(async (statements) => {
        await statements.run(
          `INSERT INTO stamp_order (${COLUMNS}, effective_serial) VALUES (?, ?, ?, ?, ?, ?, 'ORDERED', 1, ?, ?, NULL, ?)`,
          [channelId, reference, serial, documentHash, billerId, orderNumber, nextTryAt, now, serial],
        );
        await move(
          statements,
          [{ kind: 'reserved', subject: orderNumber, channelId, billerId, quantity: 1 }],
          now,
        );
      });
    } catch (error) {
      const key = duplicateKey(error);
      if (key === undefined) throw error;
      return key === 'stamp_order_serial' ? 'serial used' : 'reference taken';
    }
    return { ...order, orderNumber, state: 'ORDERED', tries: 1, nextTryAt, orderedAt: now, stampedAt: null };
  }

  /** Ends an order: the serial is used for ever, or free for another order. The first end stands. */
  async end(
    order: StoredOrder,
    end: { state: 'STAMPED'; stampedAt: Date } | { state: 'REFUSED' },
    said: Evidence,
    now: Date,
  ): Promise<StoredOrder> {
    const { channelId, reference, serial, orderNumber, billerId } = order;
    const isStamped = end.state === 'STAMPED';
    const stampedAt = isStamped ? end.stampedAt : null;
    const isFirst = await this.database.transaction(async (statements) => {
      const ended = await statements.run(
        'UPDATE stamp_order SET state = ?, stamped_at = ?, effective_serial = ?, next_try_at = NULL, last_said = ? ' +
          "WHERE channel_id = ? AND reference = ? AND state = 'ORDERED'",
        [end.state, stampedAt, isStamped ? serial : null, JSON.stringify(said), channelId, reference],
      );
      if (ended !== 1) return false;
      const kind = isStamped ? 'stamped' : 'returned';
      await move(statements, [{ kind, subject: orderNumber, channelId, billerId, quantity: 1 }], now);
      return true;
    });
    if (isFirst) return { ...order, state: end.state, stampedAt, nextTryAt: null };
    return (await this.find(channelId, reference)) ?? order;
  }

  /** Takes an order that is due for another question, so that one process asks it. */
  async claim({ channelId, reference, tries }: StoredOrder, nextTryAt: Date): Promise<boolean> {
    const claimed = await this.database.run(
      'UPDATE stamp_order SET tries = tries + 1, next_try_at = ? ' +
        "WHERE channel_id = ? AND reference = ? AND state = 'ORDERED' AND tries = ?",
      [nextTryAt, channelId, reference, tries],
    );
    return claimed === 1;
  }

  /** Keeps what was heard while it brought no end, and when it is asked about next, unless it was claimed meanwhile. */
  async heard(order: StoredOrder, said: Evidence, nextTryAt: Date): Promise<StoredOrder> {
    const { channelId, reference, tries } = order;
    await this.database.run(
      'UPDATE stamp_order SET last_said = ?, next_try_at = ? ' +
        "WHERE channel_id = ? AND reference = ? AND state = 'ORDERED' AND tries = ?",
      [JSON.stringify(said), nextTryAt, channelId, reference, tries],
    );
    return { ...order, nextTryAt };
  }

  private async select(where: string, values: Parameters<Statements['rows']>[1]): Promise<StoredOrder[]> {
    const rows = await this.database.rows<OrderRow>(
      `SELECT ${COLUMNS} FROM stamp_order WHERE ${where}`,
      values,
    );
    return rows.map((row) => ({
      channelId: row.channel_id,
      reference: row.reference.toString(),
      serial: row.serial,
      documentHash: row.document_hash,
      billerId: row.biller_id,
      orderNumber: row.order_number,
      state: row.state,
      tries: row.tries,
      nextTryAt: row.next_try_at,
      orderedAt: row.ordered_at,
      stampedAt: row.stamped_at,
    }));
  }
}

/** A reference is unique for its channel only; its end stays readable for whoever compares lists. */
function orderNumberOf(channelId: string, reference: string): string {
  const unique = hash('sha256', `${channelId} ${reference}`, 'hex').slice(0, 16).toUpperCase();
  return `${unique}-${reference.slice(-20)}`;
}
