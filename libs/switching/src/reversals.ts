import { createHash, randomBytes } from 'node:crypto';
import { reversalReferenceOf } from '#lib/kernel';
import type { Claim, CommitResult, GuardedUpdate, MoneyWriter, Row } from '#lib/ledger';
import type { SqlValue, Statements } from '#lib/platform';
import type { Evidence } from './biller.contract';
import { isFinal } from './payment.states';
import type { Payment } from './payment';
import { selectPayments } from './payment.rows';
import type { Reversal } from './reversal';
import { reversalAfter, type ReversalEvent, type ReversalState } from './reversal.states';

/** An order as a channel gives it, or as we give it ourselves. */
export interface ReversalOrder {
  origin: Reversal['origin'];
  reference: string;
  contentHash: Buffer;
  reason: string;
  now: Date;
  /** Where it goes to the biller at once: until when nobody else may send it. Its commit is the intent. */
  sendUntil: Date | undefined;
  /** Where it does not: when somebody looks at it first. */
  firstLookAt: Date;
}

interface ReversalRow {
  channel_id: string;
  origin: Reversal['origin'];
  reference: Buffer;
  request_hash: Buffer;
  payment_id: string;
  effective_payment_id: string | null;
  biller_id: string;
  leg_reference: string | null;
  reason: string;
  state: ReversalState;
  tries: number;
  next_try_at: Date | null;
  ordered_at: Date;
}

const COLUMNS =
  'channel_id, origin, reference, request_hash, payment_id, effective_payment_id, biller_id, leg_reference, reason, state, tries, ' +
  'next_try_at, ordered_at';

/** Orders to reverse payments, and their durable moves. The money moves with the payment, in `Payments.record`. */
export class Reversals {
  constructor(
    private readonly statements: Statements,
    private readonly writer: MoneyWriter,
  ) {}

  /** The channel's order under this reference. */
  async findByReference(channelId: string, reference: string): Promise<Reversal | undefined> {
    const where = "channel_id = ? AND origin = 'channel' AND reference = ?";
    return (await this.select(where, [channelId, reference], 1))[0];
  }

  /** The one order that may undo this payment. */
  async findEffective(paymentId: string): Promise<Reversal | undefined> {
    return (await this.select('effective_payment_id = ?', [paymentId], 1))[0];
  }

  /** Orders that somebody must look at by now, the longest due first. */
  async findDue(now: Date, rowsMax: number): Promise<Reversal[]> {
    return this.select('next_try_at <= ? ORDER BY next_try_at', [now], rowsMax);
  }

  /** The channel's paid payments that are being reversed, in order of Payment ID, after the given one. */
  async findUndoing(
    channelId: string,
    afterPaymentId: string,
    rowsMax: number,
  ): Promise<{ payment: Payment; reversal: Reversal }[]> {
    const reversals = await this.select(
      "channel_id = ? AND state IN ('ORDERED', 'SENT', 'UNRESOLVED') AND payment_id > ? ORDER BY payment_id",
      [channelId, afterPaymentId],
      rowsMax,
    );
    if (reversals.length === 0) return [];
    const places = reversals.map(() => '?').join(', ');
    const payments = await selectPayments(
      this.statements,
      `p.channel_id = ? AND p.state = 'PAID' AND p.payment_id IN (${places})`,
      [channelId, ...reversals.map(({ paymentId }) => paymentId)],
      rowsMax,
    );
    return payments.flatMap((payment) => {
      const reversal = reversals.find(({ paymentId }) => paymentId === payment.paymentId);
      return reversal ? [{ payment, reversal }] : [];
    });
  }

  /** The billers that advice is still to ask about a payment. Reads an index by its biller, not by its rows. */
  async billersAsked(): Promise<string[]> {
    const rows = await this.statements.rows<{ biller_id: string; next_at: Date | null }>(
      'SELECT biller_id, MAX(next_advice_at) AS next_at FROM payment_leg GROUP BY biller_id',
    );
    return rows.filter(({ next_at }) => next_at !== null).map(({ biller_id }) => biller_id);
  }

  /** Payments of a biller that stayed unknown after it was asked, and that nobody has ordered to reverse. */
  async findUnknown(billerId: string, sentBefore: Date, rowsMax: number): Promise<Payment[]> {
    return selectPayments(
      this.statements,
      "l.next_advice_at > '1971-01-01' AND l.biller_id = ? AND l.state = 'SUSPECT' AND l.advice_count > 0 " +
        'AND l.sent_at <= ? AND p.reversal_ordered = 0',
      [billerId, sentBefore],
      rowsMax,
    );
  }

  /**
   * Makes an order durable, as the state of its payment allows. Of several orders for one payment one may have an
   * effect; the others, and those for a payment that is not paid, are kept as needless.
   * @returns the order and how its commit ended; `stale` and `clash` mean that payment or reference have changed.
   */
  async order(
    payment: Payment,
    { now, sendUntil, firstLookAt, ...order }: ReversalOrder,
  ): Promise<{ reversal: Reversal; result: CommitResult }> {
    const isUnpaid = isFinal(payment.state) && payment.state !== 'PAID';
    const isNeedless = payment.isReversalOrdered || isUnpaid;
    const event: ReversalEvent = isNeedless
      ? 'nothing to undo'
      : sendUntil
        ? 'sent'
        : 'payment not known yet';
    const reversal: Reversal = {
      ...order,
      channelId: payment.channelId,
      paymentId: payment.paymentId,
      billerId: payment.billerId,
      isEffective: !isNeedless,
      legReference: isNeedless ? null : reversalReferenceOf(payment.paymentId),
      state: reversalAfter('NEW', event),
      tries: event === 'sent' ? 1 : 0,
      nextTryAt: isNeedless ? null : (sendUntil ?? firstLookAt),
      orderedAt: now,
    };
    const token = newToken();
    const row = rowOf(reversal, token);
    const result = await this.writer.commit({
      journal: undefined,
      claims: claimsOf(reversal),
      inserts: () => [row],
      updates: () => (isNeedless ? [] : [markOrdered(payment)]),
      witness: {
        table: 'reversal',
        values: {
          channel_id: reversal.channelId,
          origin: reversal.origin,
          reference: reversal.reference,
          token,
        },
      },
    });
    return { reversal, result };
  }

  /**
   * Makes the intent to send it durable, so that one process sends it: of several the others get undefined.
   * @param until when somebody else may send it again.
   */
  async claim(reversal: Reversal, until: Date): Promise<Reversal | undefined> {
    const claimed: Reversal = {
      ...reversal,
      state: reversalAfter(reversal.state, 'sent'),
      tries: reversal.tries + 1,
      nextTryAt: until,
    };
    const { state, tries } = claimed;
    const isMine = await this.update(reversal, { state, tries, next_try_at: until, token: newToken() });
    return isMine ? claimed : undefined;
  }

  /** Plans the next look at it. A claim by another in the meantime is left alone. */
  async postpone(reversal: Reversal, nextTryAt: Date, said?: Evidence): Promise<void> {
    await this.update(reversal, { next_try_at: nextTryAt, ...heard(said) });
  }

  /** Ends it, or leaves it to people. A claim by another in the meantime is left alone. */
  async end(
    reversal: Reversal,
    event: 'payment declined' | 'tries exhausted',
    now: Date,
    said?: Evidence,
  ): Promise<void> {
    await this.update(reversal, {
      state: reversalAfter(reversal.state, event),
      next_try_at: null,
      ended_at: event === 'tries exhausted' ? null : now,
      ...heard(said),
    });
  }

  private async update(reversal: Reversal, set: GuardedUpdate['set']): Promise<boolean> {
    const { paymentId, state, tries } = reversal;
    // Not the biller's words: servers compare JSON in different ways.
    const { last_said: _, ...columns } = set;
    const witnessed = { effective_payment_id: paymentId, ...columns };
    const result = await this.writer.commit({
      journal: undefined,
      claims: [],
      inserts: () => [],
      updates: () => [{ table: 'reversal', set, where: { effective_payment_id: paymentId, state, tries } }],
      witness: { table: 'reversal', values: witnessed },
    });
    return result.kind === 'committed';
  }

  private async select(where: string, values: readonly SqlValue[], rowsMax: number): Promise<Reversal[]> {
    const rows = await this.statements.rows<ReversalRow>(
      `SELECT ${COLUMNS} FROM reversal WHERE ${where} LIMIT ?`,
      [...values, rowsMax],
    );
    return rows.map(reversalOf);
  }
}

/** The update by which an acknowledged order ends together with its payment's move. */
export function acceptanceOf(reversal: Reversal, said: Evidence, now: Date): GuardedUpdate {
  return {
    table: 'reversal',
    set: {
      state: reversalAfter(reversal.state, 'biller accepted'),
      next_try_at: null,
      ended_at: now,
      last_said: JSON.stringify(said),
    },
    // Not the number of tries: whichever try was acknowledged, the payment is undone.
    where: { effective_payment_id: reversal.paymentId, state: reversal.state },
  };
}

/** The order that a biller's protocol demands of us after an unknown outcome; the next round sends it. */
export function ourOrder(payment: Payment, now: Date): ReversalOrder {
  const reference = reversalReferenceOf(payment.paymentId);
  return {
    origin: 'ours',
    reference,
    contentHash: createHash('sha256').update(reference).digest(),
    reason: "the outcome stayed unknown, and the biller's protocol demands a reversal",
    now,
    sendUntil: undefined,
    firstLookAt: now,
  };
}

/**
 * The order of a payment that its biller says it has undone by itself, as it ends: sent and acknowledged in one, written
 * with the payment's move.
 */
export function reversalByTheirWord(
  payment: Payment,
  said: Evidence,
  now: Date,
): { row: Row; mark: GuardedUpdate } {
  const order = ourOrder(payment, now);
  const reversal: Reversal = {
    origin: order.origin,
    reference: order.reference,
    contentHash: order.contentHash,
    reason: 'the biller has undone it by itself',
    channelId: payment.channelId,
    paymentId: payment.paymentId,
    billerId: payment.billerId,
    isEffective: true,
    legReference: order.reference,
    state: reversalAfter(reversalAfter('NEW', 'sent'), 'biller accepted'),
    tries: 1,
    nextTryAt: null,
    orderedAt: now,
  };
  const { table, values } = rowOf(reversal, newToken());
  const mark: GuardedUpdate = {
    table: 'payment',
    set: { reversal_ordered: 1 },
    where: { payment_id: payment.paymentId, state: 'REVERSED', reversal_ordered: 0, refunded: 0 },
  };
  return { row: { table, values: { ...values, ended_at: now, last_said: JSON.stringify(said) } }, mark };
}

/** Only a payment as it was looked at, not refunded and not yet ordered to be reversed, takes an order. */
function markOrdered({ paymentId, state, leg }: Payment): GuardedUpdate {
  return {
    table: 'payment',
    set: { reversal_ordered: 1 },
    // The order goes to the biller of this leg; where another leg has taken its place, it is another order.
    where: { payment_id: paymentId, state, leg_no: leg.legNo, reversal_ordered: 0, refunded: 0 },
  };
}

/** What the biller said last, for people; nothing where it was not asked. */
function heard(said: Evidence | undefined): GuardedUpdate['set'] {
  return said === undefined ? {} : { last_said: JSON.stringify(said) };
}

function claimsOf({ channelId, origin, reference, paymentId, isEffective }: Reversal): Claim[] {
  return [
    { key: 'PRIMARY', value: `reversal ${channelId} ${origin} ${reference}` },
    ...(isEffective ? [{ key: 'reversal_one_effective', value: paymentId }] : []),
  ];
}

/** Tells an order or a claim from another one with the same content at the same moment. */
function newToken(): Buffer {
  return randomBytes(16);
}

function rowOf(reversal: Reversal, token: Buffer): Row {
  return {
    table: 'reversal',
    values: {
      channel_id: reversal.channelId,
      origin: reversal.origin,
      reference: reversal.reference,
      request_hash: reversal.contentHash,
      payment_id: reversal.paymentId,
      effective_payment_id: reversal.isEffective ? reversal.paymentId : null,
      biller_id: reversal.billerId,
      leg_reference: reversal.legReference,
      reason: reversal.reason,
      state: reversal.state,
      tries: reversal.tries,
      next_try_at: reversal.nextTryAt,
      ordered_at: reversal.orderedAt,
      ended_at: reversal.isEffective ? null : reversal.orderedAt,
      token,
    },
  };
}

function reversalOf(row: ReversalRow): Reversal {
  return {
    channelId: row.channel_id,
    origin: row.origin,
    reference: row.reference.toString(),
    contentHash: row.request_hash,
    paymentId: row.payment_id,
    billerId: row.biller_id,
    isEffective: row.effective_payment_id !== null,
    legReference: row.leg_reference,
    reason: row.reason,
    state: row.state,
    tries: row.tries,
    nextTryAt: row.next_try_at,
    orderedAt: row.ordered_at,
  };
}
