import {
  InquiryStore,
  offerFromJson,
  offerToJson,
  paymentOf,
  PaymentStore,
  type AdviceClaim,
  type Payment,
  type PaymentRow,
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

  override async findOpen(channelId: string, afterPaymentId: string, rowsMax: number): Promise<Payment[]> {
    return this.tables
      .rows('payment', { channel_id: channelId })
      .filter((row) => OPEN.includes(String(row['state'])) && String(row['payment_id']) > afterPaymentId)
      .sort((one, other) => (String(one['payment_id']) < String(other['payment_id']) ? -1 : 1))
      .slice(0, rowsMax)
      .flatMap((row) => this.whole(row) ?? []);
  }

  override async claimDue({ owner, now, until, rowsMax }: AdviceClaim): Promise<Payment[]> {
    const dueAt = (row: RawRow) => row['next_advice_at'] as Date;
    const due = this.tables
      .rowsWhere('payment_leg', (row) => isDue(row, now))
      .sort((one, other) => dueAt(one).getTime() - dueAt(other).getTime())
      .slice(0, rowsMax);
    return due.flatMap(({ payment_id, leg_no }) => {
      const where = { payment_id: String(payment_id), leg_no: Number(leg_no) };
      const set = { advice_owner: owner, advice_until: until };
      this.tables.atomically((change) => change.update({ table: 'payment_leg', set, where }));
      return this.whole(this.tables.row('payment', 'PRIMARY', String(payment_id))) ?? [];
    });
  }

  override async postpone(payment: Payment, owner: string, adviceCount: number, next: Date): Promise<void> {
    const { paymentId, leg, state } = payment;
    this.tables.atomically((change) =>
      change.update({
        table: 'payment_leg',
        set: { advice_count: adviceCount, next_advice_at: next, advice_owner: null, advice_until: null },
        where: { payment_id: paymentId, leg_no: leg.legNo, state, advice_owner: owner },
      }),
    );
  }

  private whole(row: RawRow | undefined): Payment | undefined {
    if (!row) return undefined;
    const [leg] = this.tables.rows('payment_leg', { payment_id: String(row['payment_id']), leg_no: 1 });
    if (!leg) return undefined;
    const joined = { ...leg, leg_product: leg['product_id'], ...row };
    return paymentOf(joined as unknown as PaymentRow);
  }
}

function isDue(leg: Stored, now: Date): boolean {
  const [next, until] = [leg['next_advice_at'] as Date | null, leg['advice_until'] as Date | null];
  return next !== null && next <= now && (until === null || until < now);
}

/** Offers in memory. */
export class MemoryInquiryStore extends InquiryStore {
  constructor(private readonly tables: MemoryTables) {
    super();
  }

  override async add(inquiry: StoredInquiry, now: Date): Promise<void> {
    const values = {
      inquiry_id: inquiry.inquiryId,
      channel_id: inquiry.channelId,
      channel_reference: inquiry.reference,
      product_id: inquiry.productId,
      customer_number: inquiry.customerNumber,
      amount: inquiry.offer.amount,
      offer: offerToJson(inquiry.offer),
      created_at: now,
      valid_until: inquiry.validUntil,
    };
    this.tables.atomically((change) => change.insert({ table: 'inquiry', values }));
  }

  override async find(
    channelId: string,
    inquiryId: string,
  ): Promise<{ inquiry: StoredInquiry; usedBy: string | null } | undefined> {
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
      validUntil: row['valid_until'] as Date,
    };
    return { inquiry, usedBy: used ? String(used['payment_id']) : null };
  }
}
