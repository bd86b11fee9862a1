import { z } from 'zod';
import { RESPONSE_CODES, type ResponseCode } from '#lib/kernel';

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

const OURS = Object.keys(RESPONSE_CODES) as [ResponseCode, ...ResponseCode[]];

/**
 * The schema of the answer codes that a partner reads otherwise; those left out are written as ISO 8583 DE 39. A partner
 * overrides how an answer is written, never what it means: what is paid or in progress reads as nothing else, and what
 * is final never reads as what is not.
 * @param wire what a code may look like.
 * @param read what the partner makes of a code, where different texts are one code.
 */
export function codesWrittenAs<Wire extends z.ZodType<string>>(
  wire: Wire,
  read: (code: string) => string = (code) => code,
) {
  return z.partialRecord(z.enum(OURS), wire).superRefine((codes, context) => {
    const readAs = (code: ResponseCode) => read(codes[code] ?? RESPONSE_CODES[code].iso);
    for (const [at, one] of OURS.entries())
      for (const other of OURS.slice(at + 1))
        if (mayNotReadAlike(one, other) && readAs(one) === readAs(other))
          context.addIssue({
            code: 'custom',
            path: [codes[other] === undefined ? one : other],
            message: `${other} would read as ${one}`,
          });
  });
}

function mayNotReadAlike(one: ResponseCode, other: ResponseCode): boolean {
  const standsAlone = (code: ResponseCode) => code === 'APPROVED' || code === 'IN_PROGRESS';
  return standsAlone(one) || standsAlone(other) || RESPONSE_CODES[one].final !== RESPONSE_CODES[other].final;
}
