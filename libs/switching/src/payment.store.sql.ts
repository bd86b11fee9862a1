import { Coalescing, fromJson, type Statements } from '#lib/platform';
import { rupiah } from '#lib/kernel';
import type { BillHolder } from './bill-guard';
import { dayUseOf, type DayUse } from './customer-day';
import type { Payment } from './payment';
import type { PaymentState } from './payment.states';
import { refusedLegsOf, selectPayment, selectPayments } from './payment.rows';
import type { LastSale } from './sale-guard';
import {
  PaymentStore,
  type AdviceClaim,
  type ClaimedPayment,
  type NextAdvice,
  type RefusedLeg,
} from './payment.store';

/**
 * Payments that are still SENT though their advice is due. Channel by channel, in this order and by this index, so that
 * it reads the few payments that are on their way and not the many that have ended.
 */
export const LEFT_BEHIND =
  'SELECT p.payment_id FROM channel c ' +
  "STRAIGHT_JOIN payment p FORCE INDEX (payment_open) ON p.channel_id = c.channel_id AND p.state = 'SENT' " +
  'STRAIGHT_JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no WHERE l.next_advice_at <= ? LIMIT ?';

const BILLS_PER_QUESTION = 64;
const NAMES_PER_QUESTION = 64;

/** A payment as its channel calls it. */
interface PaymentName {
  channelId: string;
  reference: string;
}

/** Payments in the payment database. */
export class SqlPaymentStore extends PaymentStore {
  private readonly holders: Coalescing<string, BillHolder>;
  private readonly named: Coalescing<PaymentName, Payment>;

  constructor(private readonly statements: Statements) {
    super();
    this.holders = new Coalescing((bills) => this.readHolders(bills), BILLS_PER_QUESTION);
    this.named = new Coalescing((names) => this.readNamed(names), NAMES_PER_QUESTION);
  }

  override findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return this.named.ask({ channelId, reference });
  }

  override findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    return selectPayment(this.statements, 'p.channel_id = ? AND p.payment_id = ?', [channelId, paymentId]);
  }

  override findHolderOf(bill: string): Promise<BillHolder | undefined> {
    return this.holders.ask(bill);
  }

  /** Where many are refused at once, each is looked for; that must not cost what a payment costs. */
  private async readNamed(names: readonly PaymentName[]): Promise<(Payment | undefined)[]> {
    const byChannel = new Map<string, Set<string>>();
    for (const { channelId, reference } of names)
      byChannel.set(channelId, (byChannel.get(channelId) ?? new Set()).add(reference));
    const where = [...byChannel].map(() => '(p.channel_id = ? AND p.channel_reference IN (?))').join(' OR ');
    const values = [...byChannel].flatMap(([channelId, references]) => [channelId, [...references]]);
    const found = await selectPayments(this.statements, where, values, names.length);
    const byName = new Map(
      found.map((payment) => [`${payment.channelId} ${payment.channelReference}`, payment]),
    );
    return names.map(({ channelId, reference }) => byName.get(`${channelId} ${reference}`));
  }

  private async readHolders(bills: readonly string[]): Promise<(BillHolder | undefined)[]> {
    const rows = await this.statements.rows<{
      bill_in_payment: string;
      payment_id: string;
      inquiry_id: string;
      state: PaymentState;
    }>('SELECT bill_in_payment, payment_id, inquiry_id, state FROM payment WHERE bill_in_payment IN (?)', [
      [...new Set(bills)],
    ]);
    const byBill = new Map(rows.map((row) => [row.bill_in_payment, row]));
    return bills.map((bill) => {
      const row = byBill.get(bill);
      return row && { paymentId: row.payment_id, inquiryId: row.inquiry_id, state: row.state };
    });
  }

  override async findLastSale(sale: string): Promise<LastSale | undefined> {
    const [row] = await this.statements.rows<{ payment_id: string; state: PaymentState; created_at: Date }>(
      'SELECT p.payment_id, p.state, p.created_at FROM sale_guard g ' +
        'JOIN payment p ON p.payment_id = g.payment_id WHERE g.sale = ?',
      [sale],
    );
    return row && { paymentId: row.payment_id, state: row.state, createdAt: row.created_at };
  }

  override async findDayUse(customerDay: string): Promise<DayUse> {
    const rows = await this.statements.rows<{ use_no: number; state: PaymentState; amount: bigint | string }>(
      'SELECT d.use_no, p.state, p.amount FROM customer_day d ' +
        'JOIN payment p ON p.payment_id = d.payment_id WHERE d.customer_day = ?',
      [customerDay],
    );
    return dayUseOf(
      rows.map(({ use_no: useNo, state, amount }) => ({ useNo, state, amount: rupiah(BigInt(amount)) })),
    );
  }

  override findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return selectPayments(
      this.statements,
      "p.channel_id = ? AND p.state IN ('SENT', 'SUSPECT', 'UNRESOLVED') AND p.payment_id > ?",
      [channelId, afterPaymentId],
      rowsMax,
    );
  }

  override async findLeftBehind(dueSince: Date, rowsMax: number): Promise<Payment[]> {
    const found = await this.statements.rows<{ payment_id: string }>(LEFT_BEHIND, [dueSince, rowsMax]);
    const ids = found.map(({ payment_id }) => payment_id);
    return ids.length === 0 ? [] : selectPayments(this.statements, 'p.payment_id IN (?)', [ids], rowsMax);
  }

  override async findRefusedLegs(paymentId: string): Promise<RefusedLeg[]> {
    const rows = await this.statements.rows<{ evidence: unknown }>(
      "SELECT evidence FROM payment_event WHERE payment_id = ? AND event = 'rerouted' ORDER BY event_no",
      [paymentId],
    );
    return refusedLegsOf(rows.map(({ evidence }) => fromJson(evidence)));
  }

  /** Reads the index by its biller, not by its rows: as many looks as there are billers, however many payments wait. */
  override async billersDue(now: Date): Promise<string[]> {
    const rows = await this.statements.rows<{ biller_id: string; due_at: Date | null }>(
      'SELECT biller_id, MIN(next_advice_at) AS due_at FROM payment_leg GROUP BY biller_id',
    );
    return rows.filter(({ due_at }) => due_at !== null && due_at <= now).map(({ biller_id }) => biller_id);
  }

  override async claimDue({ billerId, owner, now, until, rowsMax }: AdviceClaim): Promise<ClaimedPayment[]> {
    const due = await this.statements.rows<{ payment_id: string; leg_no: number; advice_fence: number }>(
      'SELECT payment_id, leg_no, advice_fence FROM payment_leg WHERE biller_id = ? AND next_advice_at <= ? ' +
        'ORDER BY next_advice_at LIMIT ?',
      [billerId, now, rowsMax],
    );
    if (due.length === 0) return [];
    const ids = due.map(({ payment_id }) => payment_id);
    await this.statements.run(
      'UPDATE payment_leg SET advice_owner = ?, advice_fence = advice_fence + 1, next_advice_at = ? ' +
        'WHERE payment_id IN (?) AND (payment_id, leg_no, advice_fence) IN (?) AND next_advice_at <= ?',
      [
        owner,
        until,
        ids,
        due.map(({ payment_id, leg_no, advice_fence }) => [payment_id, leg_no, advice_fence]),
        now,
      ],
    );
    const fences = new Map(due.map((leg) => [`${leg.payment_id} ${leg.leg_no}`, leg.advice_fence + 1]));
    const won = await selectPayments(
      this.statements,
      'l.payment_id IN (?) AND l.advice_owner = ?',
      [ids, owner],
      rowsMax,
    );
    return won.flatMap((payment) => {
      const fence = fences.get(`${payment.paymentId} ${payment.leg.legNo}`);
      return fence === undefined ? [] : [{ payment, fence }];
    });
  }

  override async postpone({ payment, fence }: ClaimedPayment, next: NextAdvice): Promise<boolean> {
    const { paymentId, state, leg } = payment;
    const matched = await this.statements.run(
      'UPDATE payment_leg SET advice_count = ?, next_advice_at = ?, advice_heard = ?, advice_owner = NULL ' +
        'WHERE payment_id = ? AND leg_no = ? AND state = ? AND advice_fence = ?',
      [next.adviceCount, next.at, next.heard, paymentId, leg.legNo, state, fence],
    );
    return matched === 1;
  }
}
