import { z } from 'zod';
import { addDays, businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** How long the SNAP door remembers, and how its memory is tidied: config/limits.yaml, `snap`. */
export const SnapTidyLimits = z.strictObject({
  /** A name is unique for a day; it must outlive the day in every process's clock. */
  namesKeptDays: z.int().min(2),
  /** A payment whose offer is forgotten asks for the bill anew. */
  offersKeptDays: z.int().min(1),
  rowsAtOnceMax: z.int().positive(),
  pollMs: z.int().positive(),
});
export type SnapTidyLimits = z.infer<typeof SnapTidyLimits>;

/**
 * Forgets names of days gone by and offers nobody pays any more, a portion at a time; any number of workers may.
 * @returns whether there may be more.
 */
export async function tidySnapMemory(
  statements: Statements,
  now: Date,
  { namesKeptDays, offersKeptDays, rowsAtOnceMax }: Omit<SnapTidyLimits, 'pollMs'>,
): Promise<boolean> {
  const firstKept = addDays(businessDateOf(now, JAKARTA_MIDNIGHT), 1 - namesKeptDays);
  const names = await statements.run('DELETE FROM snap_external_id WHERE business_date < ? LIMIT ?', [
    firstKept,
    rowsAtOnceMax,
  ]);
  const offers = await statements.run('DELETE FROM snap_offer WHERE at < ? LIMIT ?', [
    new Date(now.getTime() - offersKeptDays * 86_400_000),
    rowsAtOnceMax,
  ]);
  return names === rowsAtOnceMax || offers === rowsAtOnceMax;
}
