import { z } from 'zod';

/** Bounds of the HTTP server that several doors share: config/limits.yaml, `http`. */
export const HttpLimits = z.strictObject({
  bodyMaxBytes: z.int().positive(),
  /** A request, head and body, has arrived within this time or is refused. */
  requestWithinMs: z.int().positive(),
  /** What was read to its end and has no answer after this long is closed without one. */
  closeAfterMs: z.int().positive(),
  /** How long an idle connection is kept for the next call. */
  keepAliveMs: z.int().positive(),
  connectionsMax: z.int().positive(),
  /** Requests that are taken in between two looks at what databases and billers have answered meanwhile. */
  takenInPerTurn: z.int().positive(),
  /** Where the next one in a line was late for so long without a break, more come than can be answered. */
  crowdAfterMs: z.int().positive(),
  /** Whoever has waited longer is late, and in such a crowd forms nothing any more. */
  lateAfterMs: z.int().positive(),
});
export type HttpLimits = z.infer<typeof HttpLimits>;
