import { z } from 'zod';

/** What may be agreed with partners whatever they speak; each option is off where it is left out. */
export const ChannelOptions = z.strictObject({
  /**
   * How many customers a channel may ask about in this time without paying for one of them: who asks about more is not
   * selling, but collecting people's bills. Each switch counts by itself.
   */
  inquiryQuota: z
    .strictObject({ customersMax: z.int().positive(), windowSeconds: z.int().positive() })
    .optional(),
  /** For so long the same product is not sold again to the same customer over the same amount. */
  duplicateGuardSeconds: z.int().positive().optional(),
});
export type ChannelOptions = z.infer<typeof ChannelOptions>;

/** The members of every profile. A door's own schema is `profileOf` its protocol and its own members. */
const COMMON = {
  /** An answer leaves within this time; what the biller has not said by then is "in progress". */
  answerWithinMs: z.int().positive(),
  options: ChannelOptions,
};

/**
 * The schema of one protocol's profiles: the members of every profile and the protocol's own ones.
 * @param own what only this protocol can say.
 */
export function profileOf<P extends string, Own extends z.ZodRawShape>(protocol: P, own: Own) {
  return z.strictObject({ protocol: z.literal(protocol), ...COMMON, ...own });
}
