import {
  dayUseOf,
  InquiryStore,
  offerFromJson,
  offerToJson,
  paymentOf,
  PaymentStore,
  refusedLegsOf,
  type AdviceClaim,
  type ClaimedPayment,
  type BillHolder,
  type DayUse,
  type FoundOffer,
  type LastSale,
  type NextAdvice,
  type Payment,
  type PaymentRow,
  type RefusedLeg,
  type StoredInquiry,
} from '#lib/switching';
import type { MemoryTables, RawRow, Stored } from './tables';

const OPEN = ['SENT', 'SUSPECT', 'UNRESOLVED'];

/** Payments in memory. */
export class MemoryPaymentStore extends PaymentStore {
  constructor(private readonly tables: MemoryTables) {
    super();
  }

  override async findByReference(channelId: string, reference: string): Promise<Payment | undefined> {
    return this.whole(this.tables.row('payment', 'payment_channel_reference', channelId, reference));
  }

  override async findById(channelId: string, paymentId: string): Promise<Payment | undefined> {
    const row = this.tables.row('payment', 'PRIMARY', paymentId);
    return row?.['channel_id'] === channelId ? this.whole(row) : undefined;
  }

  override async findHolderOf(bill: string): Promise<BillHolder | undefined> {
    const payment = this.whole(this.tables.row('payment', 'payment_bill_in_payment', bill));
    return payment && { paymentId: payment.paymentId, inquiryId: payment.inquiryId, state: payment.state };
  }

  override async findLastSale(sale: string): Promise<LastSale | undefined> {
    const guard = this.tables.row('sale_guard', 'sale_guard_sale', sale);
    const payment = guard && this.whole(this.tables.row('payment', 'PRIMARY', String(guard['payment_id'])));
    return payment && { paymentId: payment.paymentId, state: payment.state, createdAt: payment.createdAt };
  }

  override async findDayUse(customerDay: string): Promise<DayUse> {
    const taken = this.tables.rows('customer_day', { customer_day: customerDay }).flatMap((row) => {
      const payment = this.whole(this.tables.row('payment', 'PRIMARY', String(row['payment_id'])));
      if (!payment) return [];
      return { useNo: Number(row['use_no']), state: payment.state, amount: payment.offer.amount };
    });
    return dayUseOf(taken);
  }

  override async findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return this.wholeInOrder(
      this.tables
        .rows('payment', { channel_id: channelId })
        .filter((row) => OPEN.includes(String(row['state'])) && String(row['payment_id']) > afterPaymentId),
      rowsMax,
    );
  }

  override async findLeftBehind(dueSince: Date, rowsMax: number): Promise<Payment[]> {
    const due = this.legs((leg) => leg['state'] === 'SENT' && isDue(leg, dueSince));
    return this.wholeInOrder(due, rowsMax);
  }

  override async findRefusedLegs(paymentId: string): Promise<RefusedLeg[]> {
    const rerouted = this.tables
      .rows('payment_event', { payment_id: paymentId, event: 'rerouted' })
      .sort((one, other) => Number(one['event_no']) - Number(other['event_no']));
    return refusedLegsOf(rerouted.map(({ evidence }) => JSON.parse(String(evidence))));
  }

  override async billersDue(now: Date): Promise<string[]> {
    return [...new Set(this.legs((leg) => isDue(leg, now)).map((leg) => String(leg['biller_id'])))].sort();
  }

  override async claimDue({ billerId, owner, now, until, rowsMax }: AdviceClaim): Promise<ClaimedPayment[]> {
    const due = this.legs((leg) => leg['biller_id'] === billerId && isDue(leg, now))
      .sort((one, other) => dueAt(one) - dueAt(other) || byPaymentId(one, other))
      .slice(0, rowsMax);
    const fences = new Map<string, number>();
    for (const { payment_id, leg_no, advice_fence } of due) {
      const fence = Number(advice_fence) + 1;
      const where = { payment_id: String(payment_id), leg_no: Number(leg_no) };
      const set = { advice_owner: owner, advice_fence: fence, next_advice_at: until };
      this.tables.atomically((change) => change.update({ table: 'payment_leg', set, where }));
      fences.set(where.payment_id, fence);
    }
    return this.wholeInOrder(due, rowsMax).flatMap((payment) => {
      const fence = fences.get(payment.paymentId);
      return fence === undefined ? [] : [{ payment, fence }];
    });
  }

  override async postpone({ payment, fence }: ClaimedPayment, next: NextAdvice): Promise<boolean> {
    const { paymentId, leg, state } = payment;
    const matched = this.tables.atomically((change) =>
      change.update({
        table: 'payment_leg',
        set: {
          advice_count: next.adviceCount,
          next_advice_at: next.at,
          advice_heard: next.heard,
          advice_owner: null,
        },
        where: { payment_id: paymentId, leg_no: leg.legNo, state, advice_fence: fence },
      }),
    );
    return matched === 1;
  }

  private legs(isWanted: (leg: Stored) => boolean): RawRow[] {
    return this.tables.rowsWhere('payment_leg', isWanted);
  }

  /** The payments of these rows, each with its leg, in order of Payment ID. */
  private wholeInOrder(rows: readonly RawRow[], rowsMax: number): Payment[] {
    return [...rows]
      .sort(byPaymentId)
      .slice(0, rowsMax)
      .flatMap((row) => this.whole(this.tables.row('payment', 'PRIMARY', String(row['payment_id']))) ?? []);
  }

  private whole(row: RawRow | undefined): Payment | undefined {
    if (!row) return undefined;
    const [leg] = this.tables.rows('payment_leg', {
      payment_id: String(row['payment_id']),
      leg_no: Number(row['leg_no']),
    });
    if (!leg) return undefined;
    const [event] = this.tables.rows('payment_event', {
      payment_id: String(row['payment_id']),
      event_no: Number(row['last_event_no']),
    });
    return paymentFrom(row, leg, event);
  }
}

/** A payment out of its row, its last leg and its last event, which has its answer. */
export function paymentFrom(row: RawRow, leg: RawRow | undefined, event: RawRow | undefined): Payment {
  const joined = {
    ...leg,
    leg_product: leg?.['product_id'],
    ...row,
    biller_reference: leg?.['biller_reference'],
    code: event?.['code'],
    receipt: event?.['receipt'],
    reissued: event?.['reissued'] ?? null,
    told: leg?.['told'] ?? null,
    balance_after: event?.['balance_after'],
  };
  return paymentOf(joined as unknown as PaymentRow);
}

function isDue(leg: Stored, by: Date): boolean {
  const next = leg['next_advice_at'] as Date | null;
  return next !== null && next <= by;
}

function dueAt(leg: RawRow): number {
  return (leg['next_advice_at'] as Date).getTime();
}

function byPaymentId(one: RawRow, other: RawRow): number {
  return String(one['payment_id']) < String(other['payment_id']) ? -1 : 1;
}

/** Offers in memory. */
export class MemoryInquiryStore extends InquiryStore {
  constructor(private readonly tables: MemoryTables) {
    super();
  }

  override async add(inquiry: StoredInquiry): Promise<void> {
    const values = {
      inquiry_id: inquiry.inquiryId,
      channel_id: inquiry.channelId,
      channel_reference: inquiry.reference,
      product_id: inquiry.productId,
      customer_number: inquiry.customerNumber,
      amount: inquiry.offer.amount,
      offer: offerToJson(inquiry.offer),
      created_at: inquiry.askedAt,
      bill_holder: inquiry.billHolder,
      valid_until: inquiry.validUntil,
      route: inquiry.route && JSON.stringify(inquiry.route),
    };
    this.tables.atomically((change) => change.insert({ table: 'inquiry', values }));
  }

  override async find(channelId: string, inquiryId: string): Promise<FoundOffer | undefined> {
    const row = this.tables.row('inquiry', 'PRIMARY', inquiryId);
    if (row?.['channel_id'] !== channelId) return undefined;
    const used = this.tables.row('payment', 'payment_inquiry', inquiryId);
    const inquiry = {
      inquiryId,
      channelId,
      reference: String(row['channel_reference']),
      productId: String(row['product_id']),
      customerNumber: String(row['customer_number']),
      offer: offerFromJson(JSON.parse(String(row['offer']))),
      askedAt: row['created_at'] as Date,
      billHolder: (row['bill_holder'] as string | null) ?? null,
      validUntil: row['valid_until'] as Date,
      route: row['route'] === null ? null : (JSON.parse(String(row['route'])) as StoredInquiry['route']),
    };
    return { inquiry, usedBy: used ? String(used['payment_id']) : null };
  }
}
