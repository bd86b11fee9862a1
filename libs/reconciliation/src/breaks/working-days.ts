import { addDays, zoneOffsetMinutes, type BusinessDate } from '#lib/kernel';

/** Whether a source, or `BANK`, works on a date. */
export type WorkingDays = (source: string, date: BusinessDate) => boolean;

/** Monday to Friday, for where nobody has entered a calendar. */
export const MONDAY_TO_FRIDAY: WorkingDays = (_, date) => {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day !== 0 && day !== 6;
};

/** A calendar that rests longer is wrong. */
const REST_MAX_DAYS = 60;

/**
 * The business day so many business days after a date.
 * @throws Error for a calendar without business days.
 */
export function businessDayAfter(
  isWorking: WorkingDays,
  source: string,
  date: BusinessDate,
  days: number,
): BusinessDate {
  let found = date;
  for (let count = 0; count < days; count += 1) {
    let rest = 0;
    do {
      found = addDays(found, 1);
      rest += 1;
      if (rest > REST_MAX_DAYS)
        throw new Error(`the calendar of ${source} has no business day after ${date}`);
    } while (!isWorking(source, found));
  }
  return found;
}

/** How many business days a date lies before another one; 0 for the same day, and for what lies ahead. */
export function businessDaysBetween(
  isWorking: WorkingDays,
  source: string,
  from: BusinessDate,
  to: BusinessDate,
): number {
  let days = 0;
  for (let date = from; date < to;) {
    date = addDays(date, 1);
    if (isWorking(source, date)) days += 1;
  }
  return days;
}

/** The instant of a local time on a date. */
export function instantOf(date: BusinessDate, localTime: string, timeZone: string): Date {
  const [hours = 0, minutes = 0] = localTime.split(':').map(Number);
  const midnight = Date.parse(`${date}T00:00:00Z`) - zoneOffsetMinutes(timeZone) * 60_000;
  return new Date(midnight + (hours * 60 + minutes) * 60_000);
}

/** How old breaks are counted, in business days from their own date. */
export const AGE_BUCKETS = [
  { bucket: '0-1', upTo: 1 },
  { bucket: '2-3', upTo: 3 },
  { bucket: '4-7', upTo: 7 },
  { bucket: '8-14', upTo: 14 },
  { bucket: '15-30', upTo: 30 },
  { bucket: 'over 30', upTo: Number.POSITIVE_INFINITY },
] as const;

export type AgeBucket = (typeof AGE_BUCKETS)[number]['bucket'];

/** The bucket of an age in business days. */
export function bucketOf(days: number): AgeBucket {
  return AGE_BUCKETS.find(({ upTo }) => days <= upTo)?.bucket ?? 'over 30';
}
