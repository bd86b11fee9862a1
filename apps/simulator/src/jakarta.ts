import { isBusinessDate, localIso, zonedIso } from '#lib/kernel';

/** Where every simulated biller lives. */
const ZONE = 'Asia/Jakarta';

/** RFC 3339 with milliseconds and Jakarta's offset. */
export function jakartaTimestamp(instant: Date): string {
  return zonedIso(instant, ZONE);
}

/** The date on a wall clock in Jakarta, `2026-07-14`. */
export function jakartaDate(instant: Date): string {
  return localIso(instant, ZONE).slice(0, 10);
}

/** Fourteen digits of local time, as settlement files write it. */
export function jakartaCompact(instant: Date): string {
  return localIso(instant, ZONE).slice(0, 19).replace(/\D/g, '');
}

/** The month so many months before an instant's, by Jakarta's calendar; months count from 1. */
export function monthBefore(instant: Date, months: number): { year: number; month: number } {
  const [year = 0, month = 1] = jakartaDate(instant).split('-').map(Number);
  const count = year * 12 + (month - 1) - months;
  return { year: Math.floor(count / 12), month: (count % 12) + 1 };
}

/** True for a date that exists, written `2026-07-14`. */
export const isCalendarDate = isBusinessDate;
