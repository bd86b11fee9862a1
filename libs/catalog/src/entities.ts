import type { ValueTransformer } from 'typeorm';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { rupiah, type Rupiah } from '#lib/kernel';
import type { FeeTier } from './fees';
import type { Closure, MaintenanceWindow } from './opening-hours';
import type { Version } from './versions';

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

/** Tiers with their amounts as strings of digits. */
const TIERS_TEXT: ValueTransformer = {
  from: (value: unknown): FeeTier[] => {
    const stored = (typeof value === 'string' ? JSON.parse(value) : value) as Record<string, string | null>[];
    return stored.map((tier) => ({
      upTo: typeof tier['upTo'] === 'string' ? rupiah(BigInt(tier['upTo'])) : null,
      adminFee: rupiah(BigInt(tier['adminFee'] ?? 0)),
      billerFee: rupiah(BigInt(tier['billerFee'] ?? 0)),
      commission: rupiah(BigInt(tier['commission'] ?? 0)),
      subAgentFee: rupiah(BigInt(tier['subAgentFee'] ?? 0)),
    }));
  },
  to: (tiers: readonly FeeTier[]) =>
    JSON.stringify(tiers, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
};

/** A row that holds for a time; since when is part of its key. */
abstract class DatedRow implements Version {
  @PrimaryColumn({ name: 'valid_from', type: 'datetime', precision: 3 })
  validFrom: Date;

  @Column({ name: 'valid_until', type: 'datetime', precision: 3 })
  validUntil: Date | null;
}

/** CLOSED: the bill's total. DENOM: one of a list. OPEN and MIN_MAX: the customer's choice within bounds. */
export type AmountType = 'CLOSED' | 'DENOM' | 'OPEN' | 'MIN_MAX';

/** A further input of an inquiry: how many months, which year, or one of the product's own. */
export interface ProductField {
  name: string;
  in: 'months' | 'year' | 'extra';
  required: boolean;
  /** A regular expression that the value, as text, must match. */
  pattern: string;
  label: { id: string; en: string };
}

/** How a customer number is brought to the one form that the biller knows. */
export interface NumberRules {
  /** Characters that people write between the digits. */
  strip: string;
  /** The first pattern that matches is replaced; `to` may name its groups, as `88888$1`. */
  rewrite: readonly { pattern: string; to: string }[];
}

/** The owner of bills. */
@Entity('biller')
export class Biller extends DatedRow {
  @PrimaryColumn({ name: 'biller_id', type: 'varchar' })
  billerId: string;

  @Column({ type: 'varchar' })
  name: string;
}

/** What a channel sells of a biller. */
@Entity('product')
export class Product extends DatedRow {
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

  /** Whether the biller is asked before it is paid. */
  @Column({ name: 'has_inquiry', type: 'boolean' })
  hasInquiry: boolean;

  /** Bounds of the customer's choice; null: none of the product's own. */
  @Column({ name: 'amount_min', type: 'bigint', transformer: RUPIAH })
  amountMin: Rupiah | null;

  @Column({ name: 'amount_max', type: 'bigint', transformer: RUPIAH })
  amountMax: Rupiah | null;

  /** So many of the oldest bills at once; null: all that the biller sends. */
  @Column({ name: 'bills_max', type: 'smallint' })
  billsMax: number | null;

  /** All bills are paid at once, or none. */
  @Column({ name: 'pays_all', type: 'boolean' })
  paysAll: boolean;

  @Column({ type: 'text', transformer: JSON_TEXT })
  fields: ProductField[] | null;

  @Column({ name: 'number_rules', type: 'text', transformer: JSON_TEXT })
  numberRules: NumberRules | null;

  /** The full number goes to the biller and nowhere else. */
  @Column({ name: 'is_number_masked', type: 'boolean' })
  isNumberMasked: boolean;

  /** The network it is for, where it is sold for telephone numbers. */
  @Column({ type: 'varchar' })
  operator: string | null;

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

  /** Products that are priced alike. */
  @Column({ name: 'price_group', type: 'varchar' })
  priceGroup: string | null;

  @Column({ name: 'calendar_id', type: 'varchar' })
  calendarId: string | null;

  /** The versions of its calendar; no column, but put here when the catalog is read. */
  calendar?: readonly Calendar[] | null;
}

/** When something is open, for a time. */
@Entity('calendar')
export class Calendar extends DatedRow {
  @PrimaryColumn({ name: 'calendar_id', type: 'varchar' })
  calendarId: string;

  @Column({ name: 'time_zone', type: 'varchar' })
  timeZone: string;

  /** Local time `HH:mm`; both null: all day. */
  @Column({ name: 'opens_at', type: 'char' })
  opensAt: string | null;

  @Column({ name: 'closes_at', type: 'char' })
  closesAt: string | null;

  @Column({ type: 'text', transformer: JSON_TEXT })
  maintenance: MaintenanceWindow[];

  @Column({ type: 'text', transformer: JSON_TEXT })
  closures: Closure[];
}

/** Fees that many prices share, for a time. */
@Entity('fee_scheme')
export class FeeScheme extends DatedRow {
  @PrimaryColumn({ name: 'fee_scheme_id', type: 'varchar' })
  feeSchemeId: string;

  @Column({ type: 'varchar' })
  per: 'bill' | 'payment';

  @Column({ type: 'text', transformer: TIERS_TEXT })
  tiers: FeeTier[];

  @Column({ name: 'has_ppn', type: 'boolean' })
  hasPpn: boolean;

  @Column({ name: 'has_pph', type: 'boolean' })
  hasPph: boolean;
}

/** What may be paid of a product through a channel, for a time. */
@Entity('payment_limit')
export class PaymentLimit extends DatedRow {
  @PrimaryColumn({ name: 'product_id', type: 'varchar' })
  productId: string;

  /** `*`: every channel that has no limit of its own. */
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  /** Of one payment, without our fees. */
  @Column({ name: 'amount_min', type: 'bigint', transformer: RUPIAH })
  amountMin: Rupiah | null;

  @Column({ name: 'amount_max', type: 'bigint', transformer: RUPIAH })
  amountMax: Rupiah | null;

  /** Of one customer on one business day; null: no bound. */
  @Column({ name: 'day_payments_max', type: 'int' })
  dayPaymentsMax: number | null;

  /** The same, without our fees. */
  @Column({ name: 'day_amount_max', type: 'bigint', transformer: RUPIAH })
  dayAmountMax: Rupiah | null;
}

/** A place where a channel's customers pay, for a time. */
@Entity('outlet')
export class Outlet extends DatedRow {
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  /** As the channel sends it. */
  @PrimaryColumn({ name: 'terminal_id', type: 'varchar' })
  terminalId: string;

  /** The agent under the channel whom it belongs to. */
  @Column({ name: 'sub_agent_id', type: 'varchar' })
  subAgentId: string;

  @Column({ type: 'varchar' })
  name: string;

  @Column({ type: 'varchar' })
  city: string;
}

/** One way from a product to a biller, for a time. */
@Entity('route')
export class ProductRoute extends DatedRow {
  @PrimaryColumn({ name: 'product_id', type: 'varchar' })
  productId: string;

  /** Unique within the product. */
  @PrimaryColumn({ name: 'route_id', type: 'varchar' })
  routeId: string;

  @Column({ name: 'biller_id', type: 'varchar' })
  billerId: string;

  /** The biller's own word for the product. */
  @Column({ name: 'biller_product', type: 'varchar' })
  billerProduct: string;

  /** Whose settlement file lists its payments. */
  @Column({ type: 'varchar' })
  source: string;

  /** The least goes first. */
  @Column({ type: 'smallint' })
  priority: number;

  /** What a payment costs us there. */
  @Column({ type: 'bigint', transformer: RUPIAH })
  cost: Rupiah;

  /** So many bills at once; null: no bound of its own. */
  @Column({ name: 'bills_max', type: 'smallint' })
  billsMax: number | null;

  /** Of a thousand payments so many try it although another goes first. */
  @Column({ type: 'smallint' })
  share: number;

  @Column({ name: 'is_active', type: 'boolean' })
  isActive: boolean;

  @Column({ name: 'calendar_id', type: 'varchar' })
  calendarId: string | null;

  /** The versions of its calendar; no column, but put here when the catalog is read. */
  calendar?: readonly Calendar[] | null;
}

/** Whose numbers begin so: a hint, for numbers move between networks. */
@Entity('number_prefix')
export class NumberPrefix {
  @PrimaryColumn({ type: 'varchar' })
  prefix: string;

  @Column({ type: 'varchar' })
  operator: string;
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

  /** Whether an outlet that is not known is the channel itself, or refused. */
  @Column({ type: 'varchar' })
  outlets: 'any' | 'known';

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

/** What a product costs through a channel, for a time: by a fee scheme, or by amounts of its own. */
@Entity('price')
export class Price extends DatedRow {
  @PrimaryColumn({ name: 'channel_id', type: 'varchar' })
  channelId: string;

  /** A product, or a price group of products; a product's own price goes before its group's. */
  @PrimaryColumn({ name: 'product_id', type: 'varchar' })
  productId: string;

  /** Null: the amounts below, per bill or per payment as the product says. */
  @Column({ name: 'fee_scheme_id', type: 'varchar' })
  feeSchemeId: string | null;

  @Column({ name: 'admin_fee', type: 'bigint', transformer: RUPIAH })
  adminFee: Rupiah | null;

  @Column({ name: 'biller_fee', type: 'bigint', transformer: RUPIAH })
  billerFee: Rupiah | null;

  @Column({ type: 'bigint', transformer: RUPIAH })
  commission: Rupiah | null;
}

/** A biller that we pay in advance, and how far its float may fall. */
@Entity('biller_float')
export class BillerFloat {
  @PrimaryColumn({ name: 'biller_id', type: 'varchar' })
  billerId: string;

  /** Below it people are told. */
  @Column({ name: 'low_level', type: 'bigint', transformer: RUPIAH })
  lowLevel: Rupiah;

  /** New payments may not take it below this. */
  @Column({ name: 'stop_level', type: 'bigint', transformer: RUPIAH })
  stopLevel: Rupiah;
}

export const CATALOG_ENTITIES = [
  Biller,
  BillerFloat,
  Product,
  ProductRoute,
  NumberPrefix,
  FeeScheme,
  Calendar,
  PaymentLimit,
  Outlet,
  Channel,
  ChannelCredential,
  Price,
];
