import { REAL_TIME, type PaceTime } from '#lib/platform';
import type { ChannelOptions } from './profile';

/** What was agreed on how many customers a channel may ask about. */
export type InquiryQuota = NonNullable<ChannelOptions['inquiryQuota']>;

/** Counts the customers that channels have asked about and not paid for. At most the quota of each is remembered. */
export class InquiryQuotas {
  /** By channel: when each customer was last asked about, the longest ago first. */
  private readonly asked = new Map<string, Map<string, number>>();

  constructor(private readonly time: PaceTime = REAL_TIME) {}

  /** Whether a channel may ask about this customer now; if so, it is counted. */
  allow(channelId: string, customer: string, { customersMax, windowSeconds }: InquiryQuota): boolean {
    const now = this.time.now();
    const asked = this.asked.get(channelId) ?? new Map<string, number>();
    this.asked.set(channelId, asked);
    for (const [one, at] of asked) {
      if (now - at < windowSeconds * 1_000) break;
      asked.delete(one);
    }
    const isKnown = asked.delete(customer);
    if (!isKnown && asked.size >= customersMax) return false;
    asked.set(customer, now);
    return true;
  }

  /** Who is paid for was asked about in earnest. */
  paid(channelId: string, customer: string): void {
    this.asked.get(channelId)?.delete(customer);
  }
}
