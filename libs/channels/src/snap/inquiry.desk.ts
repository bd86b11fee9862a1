import type { Catalog } from '#lib/catalog';
import { fail, ok, type Result, type Rupiah } from '#lib/kernel';
import type { InquiryFlow, StoredInquiry } from '#lib/switching';
import { furtherInputs } from '../further-inputs';
import type { Accounts, ReadAccount } from './accounts';
import type { SnapAnswer } from './answer';
import { additionalOf, amountOf, textOf, type SnapMessage } from './message';
import type { SnapOffers } from './offers';
import { echo, IDENTITY_NAMES, presentOffer, withAdditional } from './present';
import { referenceOf } from './reference';
import { refusedBy, type SnapRefusal } from './refused';
import type { Shape } from './shapes';

const NOTHING_CHOSEN: SnapRefusal = {
  snapCase: '40002',
  blame: 'amount',
  reason: { english: 'Choose an amount first', indonesia: 'Pilih nominal terlebih dahulu' },
  detail: 'the product needs an amount that the customer chose',
};

/** Services 24 and 32: what does this account owe? */
export class InquiryDesk {
  constructor(
    private readonly catalog: Catalog,
    private readonly inquiryFlow: Pick<InquiryFlow, 'inquire'>,
    private readonly offers: SnapOffers,
    private readonly accounts: Accounts,
  ) {}

  /** Asks for the bill behind an account number, and remembers under which name its payment will come. */
  async inquire(shape: Shape, message: SnapMessage): Promise<Result<SnapAnswer, SnapRefusal>> {
    const account = this.accounts.read(message);
    if (!account.ok) return account;
    const number = textOf(message, shape.number);
    const asked = await this.ask(message, account.value, number, amountOf(message, 'amount'), 0);
    if (!asked.ok) return asked;
    const inquiry = asked.value;
    const { productId, customer } = account.value;
    const offer = { productId, customer, inquiryId: inquiry.inquiryId };
    const names = [inquiry.inquiryId, ...(number === undefined ? [] : [referenceOf(number)])];
    await this.offers.name(inquiry.channelId, names, offer, message.at);
    return ok(this.told(shape, message, inquiry));
  }

  /**
   * Asks the biller, within what is left of the caller's time.
   * @param amount what the customer chose, before our fees; looked at only where the product leaves a choice.
   * @param spentMs how much of the caller's time has gone.
   */
  async ask(
    message: SnapMessage,
    { productId, asked }: ReadAccount,
    number: string | undefined,
    amount: Rupiah | undefined,
    spentMs: number,
  ): Promise<Result<StoredInquiry, SnapRefusal>> {
    const { peer } = message;
    const { channelId } = peer.channel.channel;
    const sold = this.catalog.soldProduct(channelId, productId);
    const isChosen = sold !== undefined && sold.product.amountType !== 'CLOSED';
    // Where the bill sets the bounds the offer is for the most, unless the customer chose.
    const mustChoose = isChosen && sold.product.amountType !== 'MIN_MAX';
    if (mustChoose && amount === undefined) return fail(NOTHING_CHOSEN);
    const answer = await this.inquiryFlow.inquire({
      channelId,
      reference: referenceOf(number ?? 'inquiry'),
      productId,
      customerNumber: asked,
      amount: isChosen ? amount : undefined,
      billCount: undefined,
      ...furtherInputs(sold?.product, (name) => additionalOf(message, name)),
      answerWithinMs: peer.profile.answerWithinMs - spentMs,
    });
    if (answer.kind === 'offer') return ok(answer.inquiry);
    if (answer.kind === 'refused') return fail(refusedBy(answer.refusal));
    throw new Error(`a ${answer.kind} is no answer to an inquiry`);
  }

  private told(shape: Shape, { peer, body }: SnapMessage, inquiry: StoredInquiry): SnapAnswer {
    const product = this.catalog.product(inquiry.productId)?.name ?? inquiry.productId;
    const { data, additionalInfo } = presentOffer(inquiry, product, peer.profile);
    echo(body, IDENTITY_NAMES, data);
    if (shape.service === 'inquiryIntrabank') data['inquiryRequestId'] = inquiry.inquiryId;
    echo(body, shape.echoed, data);
    const { answers } = peer.profile;
    return {
      snapCase: '20000',
      members: withAdditional(shape.dataName(peer.profile), data, additionalInfo, answers.additionalInfo),
    };
  }
}
