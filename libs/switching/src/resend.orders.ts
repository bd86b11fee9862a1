import type { Catalog } from '#lib/catalog';
import type { Claim, GuardedUpdate, MoneyWriter, Row } from '#lib/ledger';
import { changeRow, type Statements } from '#lib/platform';
import { billName, customerOf } from './bill-guard';
import type { Payment } from './payment';
import { selectPayment } from './payment.rows';

/** An order to send a paid payment once more, as two people have given it. */
export interface ResendOrder {
  /** Unique for ever. */
  resendId: string;
  paymentId: string;
  /** The leg that its biller does not have. */
  legNo: number;
  /** Who has ordered it. */
  by: string;
  at: Date;
}

/** The same while it waits. */
export interface WaitingResend {
  resendId: string;
  paymentId: string;
  legNo: number;
  tries: number;
  orderedAt: Date;
}

/** Why a payment is not one to send again. */
export type ResendObjection =
  | { kind: 'payment unknown' }
  | { kind: 'another leg'; legNo: number }
  | { kind: 'state'; state: Payment['state'] }
  | { kind: 'being reversed' }
  | { kind: 'refunded' }
  /** It was sent again before, which happens once. */
  | { kind: 'sent again before' }
  /** Nothing says that its bill is open: its product is paid without asking for a bill. */
  | { kind: 'no bill' }
  /** Another payment of the same bill has begun since. */
  | { kind: 'bill taken over' }
  /** Its biller has taken it out of what it was paid in advance. */
  | { kind: 'prefunded' }
  /** The customer holds what only the biller's answer could give, such as a token. */
  | { kind: 'handed out'; what: string };

/** The name of the bill that a payment holds where only one payment of it may be; null where it holds none. */
export function billHeldBy(payment: Payment, product: ReturnType<Catalog['product']>): string | null {
  return product?.oneBillAtATime ? billName(product, customerOf(payment)) : null;
}

async function isHeld(statements: Statements, paymentId: string, bill: string): Promise<boolean> {
  const [holder] = await statements.rows(
    'SELECT 1 FROM payment WHERE payment_id = ? AND bill_in_payment = ?',
    [paymentId, bill],
  );
  return holder !== undefined;
}

/** Orders to send payments again, and their durable moves. */
export class Resends {
  constructor(
    private readonly statements: Statements,
    private readonly writer: MoneyWriter,
  ) {}

  /** Orders that somebody must look at by now, the longest due first. */
  async findDue(now: Date, rowsMax: number): Promise<WaitingResend[]> {
    const rows = await this.statements.rows<{
      resend_id: string;
      payment_id: string;
      leg_no: number;
      tries: number;
      ordered_at: Date;
    }>(
      'SELECT resend_id, payment_id, leg_no, tries, ordered_at FROM resend WHERE next_try_at <= ? ' +
        'ORDER BY next_try_at LIMIT ?',
      [now, rowsMax],
    );
    return rows.map((row) => ({
      resendId: row.resend_id,
      paymentId: row.payment_id,
      legNo: row.leg_no,
      tries: row.tries,
      orderedAt: row.ordered_at,
    }));
  }

  /** Takes an order in hand until then. Of several processes one gets it, the others undefined. */
  async claim(order: WaitingResend, until: Date): Promise<WaitingResend | undefined> {
    const tries = order.tries + 1;
    return (await this.update(order, { tries, next_try_at: until })) ? { ...order, tries } : undefined;
  }

  /** Plans the next look at it. */
  async postpone(order: WaitingResend, nextTryAt: Date, why: string): Promise<void> {
    await this.update(order, { next_try_at: nextTryAt, last_said: why.slice(0, SAID_MAX) });
  }

  /** Ends it without an effect: the payment stays paid, and people decide anew. */
  async refuse(order: WaitingResend, now: Date, why: string): Promise<boolean> {
    return this.update(order, refusedBy(now, why));
  }

  private async update({ resendId, tries }: WaitingResend, set: GuardedUpdate['set']): Promise<boolean> {
    const result = await this.writer.commit({
      journal: undefined,
      claims: [],
      inserts: () => [],
      updates: () => [{ table: 'resend', set, where: { resend_id: resendId, state: 'ORDERED', tries } }],
      witness: { table: 'resend', values: { resend_id: resendId, ...set } },
    });
    return result.kind === 'committed';
  }
}

/** What the column holds. */
const SAID_MAX = 300;

function refusedBy(now: Date, why: string) {
  const last_said = why.slice(0, SAID_MAX);
  return { state: 'REFUSED', live: null, next_try_at: null, ended_at: now, last_said };
}

/**
 * Takes back an order that is not carried out yet, inside the caller's transaction: with it whatever it rests on changes.
 * Whoever is about to carry it out finds it ended, or comes first. @returns whether one was taken back.
 */
export function takeBackResend(
  statements: Statements,
  { resendId, at, why }: { resendId: string; at: Date; why: string },
): Promise<boolean> {
  const where = { resend_id: resendId, state: 'ORDERED' };
  return changeRow(statements, { table: 'resend', set: refusedBy(at, why), where });
}

/** What an order writes, with the unique key that it claims. It goes with what two people have decided. */
export function resendRow(order: ResendOrder): { row: Row; claim: Claim } {
  const { resendId, paymentId, legNo, by, at } = order;
  return {
    row: {
      table: 'resend',
      values: {
        resend_id: resendId,
        payment_id: paymentId,
        leg_no: legNo,
        live: 1,
        state: 'ORDERED',
        next_try_at: at,
        ordered_by: by.slice(0, 200),
        ordered_at: at,
      },
    },
    claim: { key: 'resend_one_live', value: `${paymentId} ${legNo}` },
  };
}

/** The update by which an order ends in the commit that forms its leg. */
export function sentUpdate({ resendId, tries }: WaitingResend, now: Date): GuardedUpdate {
  return {
    table: 'resend',
    set: { state: 'SENT', next_try_at: null, ended_at: now },
    where: { resend_id: resendId, state: 'ORDERED', tries },
  };
}

/**
 * Why a leg of a payment may not be sent again; undefined where it may.
 * @param requiredOf what the biller must say with a success on a product.
 */
export async function objectionToResend(
  statements: Statements,
  catalog: Pick<Catalog, 'product'>,
  { paymentId, legNo }: { paymentId: string; legNo: number },
  requiredOf: (product: ReturnType<Catalog['product']>) => readonly string[],
): Promise<ResendObjection | undefined> {
  const payment = await selectPayment(statements, 'p.payment_id = ?', [paymentId]);
  if (!payment) return { kind: 'payment unknown' };
  if (payment.leg.legNo !== legNo) return { kind: 'another leg', legNo: payment.leg.legNo };
  if (payment.state !== 'PAID') return { kind: 'state', state: payment.state };
  if (payment.isReversalOrdered) return { kind: 'being reversed' };
  if (payment.refunded > 0n) return { kind: 'refunded' };
  const [before] = await statements.rows(
    "SELECT 1 FROM payment_event WHERE payment_id = ? AND event = 'sent again' LIMIT 1",
    [paymentId],
  );
  if (before) return { kind: 'sent again before' };
  const product = catalog.product(payment.productId);
  // An amount of the customer's choice may be paid at any time: that says nothing of what was paid.
  if (!product?.hasInquiry || payment.offer.remaining === null) return { kind: 'no bill' };
  const bill = billHeldBy(payment, product);
  if (bill !== null && !(await isHeld(statements, paymentId, bill))) return { kind: 'bill taken over' };
  if (payment.leg.drawsFloat) return { kind: 'prefunded' };
  const [what] = requiredOf(product);
  return what === undefined ? undefined : { kind: 'handed out', what };
}
