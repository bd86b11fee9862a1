import { Coalescing, fromJson, type Statements } from '#lib/platform';
import { offerFromJson, offerToJson, type Offer } from './offer';
import type { RouteDecision } from './routing/decision';

/** An offer as it is remembered until it expires or is paid. */
export interface StoredInquiry {
  inquiryId: string;
  channelId: string;
  reference: string;
  productId: string;
  customerNumber: string;
  offer: Offer;
  /** When the biller was asked. */
  askedAt: Date;
  /** The payment its bill belonged to then, where only one payment of it may be under way; null: none. */
  billHolder: string | null;
  validUntil: Date;
  /** Whose offer it is; null where it is from before there were routes. */
  route: AskedRoute | null;
}

/** The route an offer came by, and why it was asked. */
export interface AskedRoute {
  routeId: string;
  /** The reasons, for people. */
  decision: RouteDecision | null;
}

/** An offer, and the payment that is known to have used it. */
export interface FoundOffer {
  inquiry: StoredInquiry;
  usedBy: string | null;
}

/** Where offers are kept. */
export abstract class InquiryStore {
  /** Writes an offer; it is durable when this returns. */
  abstract add(inquiry: StoredInquiry): Promise<void>;

  /**
   * The channel's offer, with the payment that is known to have used it. That it is used once is kept by the unique key
   * of `payment.inquiry_id`, not by this.
   */
  abstract find(channelId: string, inquiryId: string): Promise<FoundOffer | undefined>;
}

/** An offer and the payment that has used it, as the payment database hands them over. */
export interface OfferRow {
  inquiry_id: string;
  channel_id: string;
  channel_reference: Buffer;
  product_id: string;
  customer_number: string;
  offer: unknown;
  created_at: Date;
  bill_holder: string | null;
  valid_until: Date;
  route: unknown;
  payment_id: string | null;
}

/** What `foundOfferOf` needs of `OFFER_TABLES`. */
export const OFFER_COLUMNS =
  'i.inquiry_id, i.channel_id, i.channel_reference, i.product_id, i.customer_number, i.offer, i.created_at, ' +
  'i.bill_holder, i.valid_until, i.route, p.payment_id';

/** Offers, each with the payment that has used it, if one has. */
export const OFFER_TABLES = 'inquiry i LEFT JOIN payment p ON p.inquiry_id = i.inquiry_id';

/** An offer as it was read. */
export function foundOfferOf(row: OfferRow): FoundOffer {
  const inquiry = {
    inquiryId: row.inquiry_id,
    channelId: row.channel_id,
    reference: row.channel_reference.toString(),
    productId: row.product_id,
    customerNumber: row.customer_number,
    offer: offerFromJson(fromJson(row.offer)),
    askedAt: row.created_at,
    billHolder: row.bill_holder,
    validUntil: row.valid_until,
    route: fromJson(row.route) as AskedRoute | null,
  };
  return { inquiry, usedBy: row.payment_id };
}

const ROWS_PER_QUESTION = 64;
const OFFERS_KEPT = 2_048;

/**
 * Offers in the payment database. Most are paid where they were asked for and soon: the newest are kept at hand, each for
 * its first payment, so that this one reads nothing. Payments that come together have theirs read in one question.
 */
export class SqlInquiryStore extends InquiryStore {
  private readonly found: Coalescing<string, OfferRow>;
  private readonly atHand = new Map<string, StoredInquiry>();

  constructor(private readonly statements: Statements) {
    super();
    this.found = new Coalescing((inquiryIds) => this.read(inquiryIds), ROWS_PER_QUESTION);
  }

  override async add(inquiry: StoredInquiry): Promise<void> {
    // First, so that no sealed number stands anywhere without being looked after.
    if (inquiry.offer.sealedNumber !== undefined)
      await this.statements.run('INSERT INTO sealed_number (inquiry_id, look_at) VALUES (?, ?)', [
        inquiry.inquiryId,
        inquiry.validUntil,
      ]);
    await this.statements.run(
      'INSERT INTO inquiry (inquiry_id, channel_id, channel_reference, product_id, customer_number, amount, offer, ' +
        'created_at, bill_holder, valid_until, route) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        inquiry.inquiryId,
        inquiry.channelId,
        inquiry.reference,
        inquiry.productId,
        inquiry.customerNumber,
        inquiry.offer.amount,
        offerToJson(inquiry.offer),
        inquiry.askedAt,
        inquiry.billHolder,
        inquiry.validUntil,
        inquiry.route && JSON.stringify(inquiry.route),
      ],
    );
    this.keepAtHand(inquiry);
  }

  override async find(channelId: string, inquiryId: string): Promise<FoundOffer | undefined> {
    const atHand = this.takeAtHand(channelId, inquiryId);
    if (atHand) return { inquiry: atHand, usedBy: null };
    const row = await this.found.ask(inquiryId);
    return row?.channel_id === channelId ? foundOfferOf(row) : undefined;
  }

  /** A sealed card number is wiped from its row in time, and must not outlive it here. */
  private keepAtHand(inquiry: StoredInquiry): void {
    if (inquiry.offer.sealedNumber !== undefined) return;
    this.atHand.set(inquiry.inquiryId, inquiry);
    const [oldest] = this.atHand.keys();
    if (this.atHand.size > OFFERS_KEPT && oldest !== undefined) this.atHand.delete(oldest);
  }

  /** Once: whoever comes after reads the row, and with it who has used the offer. */
  private takeAtHand(channelId: string, inquiryId: string): StoredInquiry | undefined {
    const inquiry = this.atHand.get(inquiryId);
    if (inquiry?.channelId !== channelId) return undefined;
    this.atHand.delete(inquiryId);
    return inquiry;
  }

  /** Inquiries and the payments that have used them, in the order they are asked for. */
  private async read(inquiryIds: readonly string[]): Promise<(OfferRow | undefined)[]> {
    const rows = await this.statements.rows<OfferRow>(
      `SELECT ${OFFER_COLUMNS} FROM ${OFFER_TABLES} WHERE i.inquiry_id IN (?)`,
      [[...new Set(inquiryIds)]],
    );
    const byId = new Map(rows.map((row) => [row.inquiry_id, row]));
    return inquiryIds.map((inquiryId) => byId.get(inquiryId));
  }
}
