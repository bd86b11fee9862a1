import { randomBytes } from 'node:crypto';
import { fail, ok, refusal, type Refusal, type Result } from '#lib/kernel';
import { customerOf } from './bill-guard';
import type { InquiryStore, StoredInquiry } from './inquiry.store';
import type { PaymentRequest } from './payment.request';

/** `inq_`, the time in base 36 so that ids sort, and 80 random bits so that nobody guesses one. */
function newInquiryId(now: Date): string {
  return `inq_${now.getTime().toString(36)}${randomBytes(10).toString('hex')}`;
}

/** Looked at before the tables are: their columns hold ASCII, and compare without trailing spaces. */
const INQUIRY_ID = /^inq_[0-9a-z]+$/;

/** Keeps offers. */
export class Inquiries {
  /** @param drawId another source of ids, for runs that must repeat themselves. */
  constructor(
    private readonly store: InquiryStore,
    private readonly drawId: (now: Date) => string = newInquiryId,
  ) {}

  /** Remembers an offer; it is durable when this returns. */
  async keep(inquiry: Omit<StoredInquiry, 'inquiryId' | 'askedAt'>, now: Date): Promise<StoredInquiry> {
    const stored = { ...inquiry, inquiryId: this.drawId(now), askedAt: now };
    await this.store.add(stored);
    return stored;
  }

  /**
   * The offer a payment may be formed on: of this channel, for this bill, unused, not expired, and for this total.
   * That it is used only once is finally kept by the unique key of `payment.inquiry_id`.
   */
  async payable(request: PaymentRequest, now: Date): Promise<Result<StoredInquiry, Refusal>> {
    const { channelId, inquiryId, total, about } = request;
    if (!INQUIRY_ID.test(inquiryId))
      return fail(refusal('INQUIRY_UNKNOWN', 'not an inquiryId of ours', 'inquiryId'));
    const found = request.offer ?? (await this.store.find(channelId, inquiryId));
    if (found?.inquiry.channelId !== channelId || found.inquiry.inquiryId !== inquiryId)
      return fail(refusal('INQUIRY_UNKNOWN', `${channelId} has no ${inquiryId}`, 'inquiryId'));
    const { inquiry, usedBy } = found;
    if (about && (about.productId !== inquiry.productId || about.customer !== customerOf(inquiry)))
      return fail(refusal('INQUIRY_UNKNOWN', `${inquiryId} is for another bill`, 'inquiryId'));
    if (usedBy !== null)
      return fail(refusal('INQUIRY_USED', `${inquiryId} is used by ${usedBy}`, 'inquiryId'));
    if (now > inquiry.validUntil)
      return fail(refusal('INQUIRY_EXPIRED', `valid until ${inquiry.validUntil.toISOString()}`, 'inquiryId'));
    if (inquiry.offer.total !== total)
      return fail(refusal('AMOUNT_MISMATCH', `offered ${inquiry.offer.total}, asked ${total}`, 'total'));
    return ok(inquiry);
  }
}
