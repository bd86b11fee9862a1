import { z } from 'zod';

/** Bounds of the advice job: config/limits.yaml, `advice`. */
export const AdviceLimits = z.strictObject({
  /** Waits before the first, second, … advice; the last one repeats. */
  scheduleSeconds: z.array(z.int().positive()).min(1),
  /** An unknown payment this old is listed for people to decide. */
  exhaustedAfterHours: z.int().positive(),
  /** How long after its deadline a payment without an outcome is taken over by advice. */
  afterDeadlineMs: z.int().positive(),
  pollMs: z.int().positive(),
  leaseMs: z.int().positive(),
  atOnceMax: z.int().positive(),
});
export type AdviceLimits = z.infer<typeof AdviceLimits>;
