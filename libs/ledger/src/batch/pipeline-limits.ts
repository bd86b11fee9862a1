import { z } from 'zod';

/** Bounds of the pipeline: config/limits.yaml, `pipeline`. */
export const PipelineLimits = z.strictObject({
  /** Units that may wait; one more is refused at once. */
  queueMax: z.int().positive(),
  /** Units of one commit. */
  batchMax: z.int().positive(),
  /** How long to go on finding out whether a COMMIT without an answer happened. */
  unknownForMs: z.int().positive(),
  /** A packet without an answer after this long counts as a lost connection. */
  packetWithinMs: z.int().positive(),
});
export type PipelineLimits = z.infer<typeof PipelineLimits>;
