import { DateTime } from 'luxon';

const ZONE = 'Asia/Jakarta';

/** The instant on a wall clock in Jakarta, where every simulated biller lives. */
export function inJakarta(instant: Date): DateTime {
  return DateTime.fromJSDate(instant, { zone: ZONE });
}

/** RFC 3339 with milliseconds and Jakarta's offset. */
export function jakartaTimestamp(instant: Date): string {
  return inJakarta(instant).toFormat("yyyy-MM-dd'T'HH:mm:ss.SSSZZ");
}

/** Fourteen digits of local time, as settlement files write it. */
export function jakartaCompact(instant: Date): string {
  return inJakarta(instant).toFormat('yyyyMMddHHmmss');
}

/** True for a date that exists, written `2026-07-14`. */
export function isCalendarDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: ZONE }).isValid;
}
