import { z } from 'zod';

/** The bounds of one link. */
export const LinkLimits = z.strictObject({
  /** Questions of ours without an answer. */
  pendingMax: z.int().positive(),
  /** Their questions without an answer; more are answered as busy. */
  inHandMax: z.int().positive(),
  /** From the first byte of a message to its last. */
  frameWithinMs: z.int().positive(),
  /** A line that is silent so long is asked for an echo. */
  echoEveryMs: z.int().positive(),
  echoWithinMs: z.int().positive(),
  /** Bytes that the other side has not taken yet. */
  unsentMaxBytes: z.int().positive(),
  /** Unanswered questions that are remembered after their time, so that a late answer is known as one. */
  lateKeptMax: z.int().positive(),
});
export type LinkLimits = z.infer<typeof LinkLimits>;

/** How a client comes back to a line that was lost. */
export const BackOffLimits = z.strictObject({
  firstMs: z.int().positive(),
  maxMs: z.int().positive(),
});
export type BackOffLimits = z.infer<typeof BackOffLimits>;
