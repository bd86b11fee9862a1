import { localIso } from '#lib/kernel';

/**
 * How an X-TIMESTAMP may be written: 25 characters with a numeric offset, the same with a fraction of a second, or
 * either with Z.
 */
export const TIMESTAMP_FORMS = ['offset', 'fraction', 'utc'] as const;
export type TimestampForm = (typeof TIMESTAMP_FORMS)[number];

const RFC_3339 = /^(\d{4}-\d{2}-(\d{2}))T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads an X-TIMESTAMP. Only the header's own text is signed, so it is never written anew.
 * @returns undefined for a form that was not agreed, for a time without its zone, and for a day that does not exist.
 * @see SNAP, technical and security guide, headers: `yyyy-MM-ddTHH:mm:ssTZD`; RFC 3339, section 5.6.
 */
export function readTimestamp(text: string, forms: readonly TimestampForm[]): Date | undefined {
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  const [, date = '', dayOfMonth = '', fraction, zone] = parts;
  if (zone === 'Z' ? !forms.includes('utc') : !forms.includes('offset')) return undefined;
  if (fraction !== undefined && !forms.includes('fraction')) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || (dayOfMonth > '28' && !exists(date))) return undefined;
  return new Date(ms);
}

/** A 30th of February would be read as a day in March. */
function exists(date: string): boolean {
  const day = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(day) && new Date(day).toISOString().startsWith(date);
}

/** Whether an instant lies within so many milliseconds of now, before it or after it. */
export function isFresh(instant: Date, now: Date, skewMs: number): boolean {
  return Math.abs(now.getTime() - instant.getTime()) <= skewMs;
}

/** An instant as SNAP writes it, whatever the host's own zone: `2026-01-15T08:30:00+07:00`. */
export function snapTimestamp(instant: Date): string {
  return `${localIso(instant, 'Asia/Jakarta').slice(0, 19)}+07:00`;
}
