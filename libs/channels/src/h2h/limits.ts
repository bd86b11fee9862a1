import { z } from 'zod';

/** Bounds of the H2H door: config/limits.yaml, `h2h`. */
export const H2hLimits = z.strictObject({
  jsonDepthMax: z.int().positive(),
  /** How far X-Timestamp may be from our clock, either way. */
  timestampWindowMs: z.int().positive(),
  pageRowsMax: z.int().positive(),
});
export type H2hLimits = z.infer<typeof H2hLimits>;
