import { z } from 'zod';
import { LinkLimits } from '#lib/iso8583';

/** The bounds of the ISO 8583 door. */
export const Iso8583Limits = z.strictObject({
  /** Sockets at a time on one port. */
  linksMax: z.int().positive(),
  /** Of them, those that have not signed on; of more, the oldest is let go. */
  waitingMax: z.int().positive(),
  /** A peer that has not signed on by then is let go. */
  signOnWithinMs: z.int().positive(),
  /** When the switch stops: how long messages in hand are waited for. */
  drainWithinMs: z.int().positive(),
  link: LinkLimits,
});
export type Iso8583Limits = z.infer<typeof Iso8583Limits>;
