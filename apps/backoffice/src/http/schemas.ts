import { z } from 'zod';

/** Whole rupiah, as every door of ours writes them: digits, a minus where something is owed. */
export const Rupiah = z
  .union([z.bigint(), z.string()])
  .transform(String)
  .pipe(z.string().regex(/^-?\d+$/))
  .meta({ description: 'whole rupiah' });

/** A moment; told in UTC. */
export const Instant = z
  .union([z.date(), z.string()])
  .transform((at) => (typeof at === 'string' ? at : at.toISOString()))
  .pipe(z.iso.datetime({ offset: true }))
  .meta({ description: 'RFC 3339' });

/** A business date. */
export const DateOnly = z.iso.date();

/** A count out of a query, where everything is text. */
export const countUpTo = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be digits')
    .transform(Number)
    .pipe(z.int().min(1).max(max));

/** How far a list was read, as the answer before told it. */
export const Cursor = z
  .string()
  .max(200)
  .regex(/^[\w-]+$/)
  .meta({ description: 'as `next` of the answer before told it' });

/** Words in both languages. */
export const Words = z.object({ id: z.string(), en: z.string() });

/** Nothing is told but that it is done. */
export const Done = z.object({ ok: z.literal(true) });
export const DONE = { ok: true } as const;

/** How many rows of a list come at once unless asked otherwise, and at most. */
export const PAGE = { rows: 50, rowsMax: 200 } as const;
