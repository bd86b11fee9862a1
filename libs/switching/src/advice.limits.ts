import { z } from 'zod';

/** How much advice one biller gets from one worker. */
export const LaneLimits = z.strictObject({
  /** Questions on their way at one moment. */
  atOnceMax: z.int().positive(),
  perSecondMax: z.int().positive(),
});
export type LaneLimits = z.infer<typeof LaneLimits>;

/** Bounds of the advice job: config/limits.yaml, `advice`. Each biller's lane has the bounds of `LaneLimits`. */
export const AdviceLimits = LaneLimits.extend({
  /** Waits before the first, second, … advice; the last one repeats. */
  scheduleSeconds: z.array(z.int().positive()).min(1),
  /** A wait grows by up to so many percent, so that what was lost in one moment is not asked about in one moment. */
  jitterPercent: z.int().min(0).max(100),
  /** How long after its deadline a payment without an outcome is taken over by advice. */
  afterDeadlineMs: z.int().positive(),
  pollMs: z.int().positive(),
  /** How long a worker may take over one question before another worker asks; longer than any biller's patience. */
  leaseMs: z.int().positive(),
});
export type AdviceLimits = z.infer<typeof AdviceLimits>;
