import { z } from 'zod';

/** Bounds of what is known about floats: config/limits.yaml, `float`. */
export const FloatLimits = z.strictObject({
  /** How often a process looks at the floats again. */
  refreshMs: z.int().positive(),
  /** How long a process may go on by its last look when it cannot look again; then it forms nothing that draws. */
  claimForMs: z.int().positive(),
  /** How often a worker looks whether one runs low. */
  watchMs: z.int().positive(),
  /** Local time of Jakarta from which each day's comparison with the biller's own balance is due. */
  compareAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as "05:00"'),
  /** A comparison that could not be made is tried again after so long. */
  compareAgainMs: z.int().positive(),
});
export type FloatLimits = z.infer<typeof FloatLimits>;
