import { z } from 'zod';

/** Bounds of the H2H door: config/limits.yaml, `h2h`. */
export const H2hLimits = z.strictObject({
  /** An answer leaves within this time; what the biller has not said by then is "in progress". */
  answerWithinMs: z.int().positive(),
  bodyMaxBytes: z.int().positive(),
  /** A request, head and body, has arrived within this time or is refused. */
  requestWithinMs: z.int().positive(),
  /** What was read to its end and has no answer after this long is closed without one. */
  closeAfterMs: z.int().positive(),
  /** How long an idle connection is kept for the next call. */
  keepAliveMs: z.int().positive(),
  connectionsMax: z.int().positive(),
  jsonDepthMax: z.int().positive(),
  /** How far X-Timestamp may be from our clock, either way. */
  timestampWindowMs: z.int().positive(),
  pageRowsMax: z.int().positive(),
});
export type H2hLimits = z.infer<typeof H2hLimits>;
