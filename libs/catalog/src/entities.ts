import type { ValueTransformer } from 'typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { rupiah, type Rupiah } from '#lib/kernel';

/** BIGINT columns travel as strings; in code they are whole rupiah. */
const RUPIAH: ValueTransformer = {
  from: (text: string | null) => (text === null ? null : rupiah(BigInt(text))),
  to: (amount: Rupiah | null | undefined) => amount?.toString(),
};

/** A JSON column whichever way the server hands it over. */
const JSON_TEXT: ValueTransformer = {
  from: (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value),
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
};

/** CLOSED: the bill's total. DENOM: one of a list. OPEN and MIN_MAX: the customer's choice within bounds. */
export type AmountType = 'CLOSED' | 'DENOM' | 'OPEN' | 'MIN_MAX';

/** The owner of bills. */
@Entity('biller')
export class Biller {
  @PrimaryColumn({ name: 'biller_id', type: 'varchar' })
  billerId: string;

  @Column({ type: 'varchar' })
  name: string;
}

/** What a channel sells of a biller. */
@Entity('product')
export class Product {
  @PrimaryColumn({ name: 'product_id', type: 'varchar' })
  productId: string;

  @Column({ type: 'varchar' })
  name: string;

  @Column({ name: 'biller_id', type: 'varchar' })
  billerId: string;

  /** The biller's own word for the product. */
  @Column({ name: 'biller_product', type: 'varchar' })
  billerProduct: string;

  /** Whose settlement file lists its payments. */
  @Column({ type: 'varchar' })
  source: string;

  @Column({ name: 'amount_type', type: 'varchar' })
  amountType: AmountType;

  @Column({ type: 'text', transformer: JSON_TEXT })
  denominations: string[] | null;

  @Column({ name: 'customer_number_pattern', type: 'varchar' })
  customerNumberPattern: string;

  @Column({ name: 'customer_number_example', type: 'varchar' })
  customerNumberExample: string;

  @Column({ name: 'admin_per', type: 'varchar' })
  adminPer: 'bill' | 'payment';

  @Column({ name: 'offer_valid_seconds', type: 'int' })
  offerValidSeconds: number;

  @Column({ name: 'one_bill_at_a_time', type: 'boolean' })
  oneBillAtATime: boolean;

  /** Whether a channel may have a payment of it reversed. */
  @Column({ name: 'is_reversible', type: 'boolean' })
  isReversible: boolean;

  @Column({ name: 'required_receipt_fields', type: 'text', transformer: JSON_TEXT })
  requiredReceiptFields: string[];

  /** The name of a file in config/receipts; null where `receiptLines` spells the receipt out. */
  @Column({ type: 'varchar' })
  receipt: string | null;

  @Column({ name: 'receipt_lines', type: 'text', transformer: JSON_TEXT })
  receiptLines: string[];

  /** Local opening hours `HH:mm`; both null: always open. */
  @Column({ name: 'opens_at', type: 'char' })
  opensAt: string | null;

  @Column({ name: 'closes_at', type: 'char' })
  closesAt: string | null;

  @Column({ name: 'time_zone', type: 'varchar' })
  timeZone: string;
}

/** A partner that sells to customers. */
@Entity('channel')
export class Channel {
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  @Column({ type: 'varchar' })
  name: string;

  @Column({ type: 'varchar' })
  protocol: string;

  /** How it speaks that protocol: config/channels/<profile>.yaml. */
  @Column({ type: 'varchar' })
  profile: string;

  @Column({ name: 'commission_mode', type: 'varchar' })
  commissionMode: 'immediate' | 'settled';

  /** Sealed; opened only in memory. Null where its protocol signs with no shared secret. */
  @Column({ type: 'varbinary' })
  secret: Buffer | null;

  @Column({ name: 'second_secret', type: 'varbinary' })
  secondSecret: Buffer | null;

  /** Addresses or CIDR blocks it may call from; null: any. */
  @Column({ name: 'allowed_ips', type: 'text', transformer: JSON_TEXT })
  allowedIps: string[] | null;

  /** Requests a second that were agreed on; null: no limit. Each switch holds it by itself. */
  @Column({ name: 'requests_per_second', type: 'int' })
  requestsPerSecond: number | null;

  @Column({ name: 'is_active', type: 'boolean' })
  isActive: boolean;
}

/** What a protocol needs of a channel beyond its secrets: keys, certificates, names the partner goes by. */
@Entity('channel_credential')
export class ChannelCredential {
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  /** The protocol's own word for it, for example `clientKey`. */
  @PrimaryColumn({ type: 'varchar' })
  name: string;

  /** Sealed; opened only in memory. */
  @Column({ type: 'varbinary' })
  value: Buffer;
}

/** What a product costs through a channel, per bill or per payment as the product says. */
@Entity('price')
export class Price {
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  @PrimaryColumn({ name: 'product_id', type: 'varchar' })
  productId: string;

  @Column({ name: 'admin_fee', type: 'bigint', transformer: RUPIAH })
  adminFee: Rupiah;

  @Column({ name: 'biller_fee', type: 'bigint', transformer: RUPIAH })
  billerFee: Rupiah;

  @Column({ type: 'bigint', transformer: RUPIAH })
  commission: Rupiah;
}

export const CATALOG_ENTITIES = [Biller, Product, Channel, ChannelCredential, Price];
