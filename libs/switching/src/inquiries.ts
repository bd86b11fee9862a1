import { randomBytes } from 'node:crypto';
import { fail, ok, refusal, type Refusal, type Result } from '#lib/kernel';
import { Coalescing, fromJson, type Statements } from '#lib/platform';
import type { PaymentRequest } from './requests';
import { offerFromJson, offerToJson, type Offer } from './offer';

/** An offer as it is remembered until it expires or is paid. */
export interface StoredInquiry {
  inquiryId: string;
  channelId: string;
  reference: string;
  productId: string;
  customerNumber: string;
  offer: Offer;
  validUntil: Date;
}

/** `inq_`, the time in base 36 so that ids sort, and 80 random bits so that nobody guesses one. */
function newInquiryId(now: Date): string {
  return `inq_${now.getTime().toString(36)}${randomBytes(10).toString('hex')}`;
}

/** Looked at before the tables are: their columns hold ASCII, and compare without trailing spaces. */
const INQUIRY_ID = /^inq_[0-9a-z]+$/;

interface InquiryRow {
  inquiry_id: string;
  channel_id: string;
  channel_reference: Buffer;
  product_id: string;
  customer_number: string;
  offer: unknown;
  valid_until: Date;
  payment_id: string | null;
}

const ROWS_PER_QUESTION = 64;

/** Keeps offers. */
export class Inquiries {
  private readonly rows: Coalescing<string, InquiryRow>;

  constructor(private readonly statements: Statements) {
    this.rows = new Coalescing((inquiryIds) => this.read(inquiryIds), ROWS_PER_QUESTION);
  }

  /** Remembers an offer; it is durable when this returns. */
  async keep(inquiry: Omit<StoredInquiry, 'inquiryId'>, now: Date): Promise<StoredInquiry> {
    const stored = { ...inquiry, inquiryId: newInquiryId(now) };
    await this.statements.run(
      'INSERT INTO inquiry (inquiry_id, channel_id, channel_reference, product_id, customer_number, amount, offer, ' +
        'created_at, valid_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        stored.inquiryId,
        stored.channelId,
        stored.reference,
        stored.productId,
        stored.customerNumber,
        stored.offer.amount,
        offerToJson(stored.offer),
        now,
        stored.validUntil,
      ],
    );
    return stored;
  }

  /**
   * The offer a payment may be formed on: of this channel, unused, not expired, and for this total.
   * That it is used only once is finally kept by the unique key of `payment.inquiry_id`.
   */
  async payable(request: PaymentRequest, now: Date): Promise<Result<StoredInquiry, Refusal>> {
    if (!INQUIRY_ID.test(request.inquiryId))
      return fail(refusal('INQUIRY_UNKNOWN', 'not an inquiryId of ours', 'inquiryId'));
    const row = await this.rows.ask(request.inquiryId);
    if (row?.channel_id !== request.channelId)
      return fail(
        refusal('INQUIRY_UNKNOWN', `${request.channelId} has no ${request.inquiryId}`, 'inquiryId'),
      );
    if (row.payment_id !== null)
      return fail(refusal('INQUIRY_USED', `${row.inquiry_id} is used by ${row.payment_id}`, 'inquiryId'));
    if (now > row.valid_until)
      return fail(refusal('INQUIRY_EXPIRED', `valid until ${row.valid_until.toISOString()}`, 'inquiryId'));
    const offer = offerFromJson(fromJson(row.offer));
    if (offer.total !== request.total)
      return fail(refusal('AMOUNT_MISMATCH', `offered ${offer.total}, asked ${request.total}`, 'total'));
    return ok({
      inquiryId: row.inquiry_id,
      channelId: request.channelId,
      reference: row.channel_reference.toString(),
      productId: row.product_id,
      customerNumber: row.customer_number,
      offer,
      validUntil: row.valid_until,
    });
  }

  /** Inquiries and the payments that have used them, in the order they are asked for. */
  private async read(inquiryIds: readonly string[]): Promise<(InquiryRow | undefined)[]> {
    const rows = await this.statements.rows<InquiryRow>(
      'SELECT i.inquiry_id, i.channel_id, i.channel_reference, i.product_id, i.customer_number, i.offer, ' +
        'i.valid_until, p.payment_id ' +
        'FROM inquiry i LEFT JOIN payment p ON p.inquiry_id = i.inquiry_id WHERE i.inquiry_id IN (?)',
      [[...new Set(inquiryIds)]],
    );
    const byId = new Map(rows.map((row) => [row.inquiry_id, row]));
    return inquiryIds.map((inquiryId) => byId.get(inquiryId));
  }
}
