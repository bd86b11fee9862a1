import { z } from 'zod';

/** Bounds of the reversal job: config/limits.yaml, `reversal`. */
export const ReversalLimits = z.strictObject({
  /** Waits after the first, second, … try without an acknowledgement; the last one repeats. */
  scheduleSeconds: z.array(z.int().positive()).min(1),
  /** A reversal that is this old and not acknowledged is listed for people to decide. */
  exhaustedAfterHours: z.int().positive(),
  pollMs: z.int().positive(),
  atOnceMax: z.int().positive(),
});
export type ReversalLimits = z.infer<typeof ReversalLimits>;

/** The wait before the next try, after so many. */
export function waitMsAfter({ scheduleSeconds }: ReversalLimits, tries: number): number {
  const at = Math.min(Math.max(tries, 1), scheduleSeconds.length) - 1;
  return (scheduleSeconds[at] ?? 0) * 1_000;
}
