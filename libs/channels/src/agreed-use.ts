import type { Catalog } from '#lib/catalog';
import { refusal } from '#lib/kernel';
import type { Answer, InquiryFlow, InquiryRequest, PaymentFlow, PaymentRequest } from '#lib/switching';
import { InquiryQuotas } from './inquiry-quotas';
import type { ChannelOptions } from './profile';
import type { ChannelProfiles } from './profiles';

/** The flows as a channel has agreed to use them, whatever door it comes by. */
export class AgreedUse {
  private readonly quotas = new InquiryQuotas();

  constructor(
    private readonly catalog: Catalog,
    private readonly profiles: ChannelProfiles,
    private readonly inquiries: Pick<InquiryFlow, 'inquire'>,
    private readonly payments: Pick<PaymentFlow, 'pay'>,
  ) {}

  /** Asks for a bill, unless the channel only asks and never pays. */
  async inquire(request: InquiryRequest): Promise<Answer> {
    const { channelId, productId, customerNumber } = request;
    const { inquiryQuota } = this.optionsOf(channelId);
    if (inquiryQuota && !this.quotas.allow(channelId, customerOf(productId, customerNumber), inquiryQuota))
      return {
        kind: 'refused',
        refusal: refusal(
          'RATE_LIMITED',
          `${inquiryQuota.customersMax} customers asked about and not paid for`,
        ),
        payment: undefined,
      };
    return this.inquiries.inquire(request);
  }

  /** Pays a bill, guarded as agreed against being paid twice. */
  async pay(request: PaymentRequest): Promise<Answer> {
    const { channelId } = request;
    const { duplicateGuardSeconds } = this.optionsOf(channelId);
    const answer = await this.payments.pay(
      duplicateGuardSeconds === undefined
        ? request
        : { ...request, duplicateGuardMs: duplicateGuardSeconds * 1_000 },
    );
    if (answer.kind === 'payment') {
      const { productId, customerNumber } = answer.payment;
      this.quotas.paid(channelId, customerOf(productId, customerNumber));
    }
    return answer;
  }

  private optionsOf(channelId: string): ChannelOptions {
    const channel = this.catalog.channel(channelId)?.channel;
    return channel ? this.profiles.optionsOf(channel) : {};
  }
}

function customerOf(productId: string, customerNumber: string): string {
  return `${productId} ${customerNumber}`;
}
