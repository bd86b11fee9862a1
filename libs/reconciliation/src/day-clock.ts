import { addDays, zoneOffsetMinutes, type BusinessDate, type CutOff } from '#lib/kernel';

const MINUTE_MS = 60_000;

/** Local time from which a missing sale belongs to the next file: cut-off minus grace, as `2026-07-14 23:15:00`. */
export function lateFrom(businessDate: BusinessDate, { at, graceMinutes }: CutOff): string {
  const minutes = minutesOf(at) - graceMinutes;
  const instant = new Date(Date.parse(`${businessDate}T00:00:00Z`) + minutes * MINUTE_MS);
  return instant.toISOString().slice(0, 19).replace('T', ' ');
}

/** From when until when a line of a business date can have been paid, as local times: its grace counts on both sides. */
export function windowOf(businessDate: BusinessDate, cutOff: CutOff): { from: string; until: string } {
  const day =
    Date.parse(`${businessDate}T00:00:00Z`) + (minutesOf(cutOff.at) + cutOff.graceMinutes) * MINUTE_MS;
  return {
    from: lateFrom(addDays(businessDate, -1), cutOff),
    until: new Date(day).toISOString().slice(0, 19).replace('T', ' '),
  };
}

/** The instant of a local time `HH:mm` on a date, in one of the three Indonesian zones. */
export function localInstant(date: BusinessDate, localTime: string, timeZone: string): Date {
  const midnight = Date.parse(`${date}T00:00:00Z`) - zoneOffsetMinutes(timeZone) * MINUTE_MS;
  return new Date(midnight + minutesOf(localTime) * MINUTE_MS);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
