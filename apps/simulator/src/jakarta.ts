import { isBusinessDate } from '#lib/kernel';

/** Jakarta keeps seven hours before UTC all year. */
const OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** RFC 3339 with milliseconds and Jakarta's offset. */
export function jakartaTimestamp(instant: Date): string {
  return `${local(instant).slice(0, 23)}+07:00`;
}

/** RFC 3339 without milliseconds, as most papers of the field write it. */
export function jakartaSeconds(instant: Date): string {
  return `${local(instant).slice(0, 19)}+07:00`;
}

/** The date on a wall clock in Jakarta, `2026-07-14`. */
export function jakartaDate(instant: Date): string {
  const day = Math.floor((instant.getTime() + OFFSET_MS) / DAY_MS);
  if (day !== latest.day) latest = { day, date: local(instant).slice(0, 10) };
  return latest.date;
}

/** The day that was asked for last, as nearly every call is about today. */
let latest = { day: NaN, date: '' };

/** Fourteen digits of local time, as settlement files write it. */
export function jakartaCompact(instant: Date): string {
  return local(instant).slice(0, 19).replace(/\D/g, '');
}

/** The month so many months before an instant's, by Jakarta's calendar; months count from 1. */
export function monthBefore(instant: Date, months: number): { year: number; month: number } {
  const date = local(instant);
  const count = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 - months;
  return { year: Math.floor(count / 12), month: (count % 12) + 1 };
}

/** True for a date that exists, written `2026-07-14`. */
export const isCalendarDate = isBusinessDate;

function local(instant: Date): string {
  return new Date(instant.getTime() + OFFSET_MS).toISOString();
}
