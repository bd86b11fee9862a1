/** A day of business, as `2026-07-14`. It is decided once, when a payment is formed, and never recomputed. */
export type BusinessDate = string;

const DAY_MS = 86_400_000;

/**
 * Minutes that a fixed-offset Indonesian zone is ahead of UTC. Indonesia has three zones and no daylight saving.
 * @throws RangeError for any other zone.
 */
export function zoneOffsetMinutes(timeZone: string): number {
  switch (timeZone) {
    case 'Asia/Jakarta':
    case 'Asia/Pontianak':
      return 7 * 60;
    case 'Asia/Makassar':
      return 8 * 60;
    case 'Asia/Jayapura':
      return 9 * 60;
    default:
      throw new RangeError(
        `time zone ${timeZone} is not Indonesian; use Asia/Jakarta, Asia/Makassar or Asia/Jayapura`,
      );
  }
}

/** The wall clock of a zone as an ISO text without offset, for example `2026-07-14T23:41:09.120`. */
export function localIso(instant: Date, timeZone: string): string {
  return new Date(instant.getTime() + zoneOffsetMinutes(timeZone) * 60_000).toISOString().slice(0, 23);
}

/** An instant in RFC 3339 with the zone's offset, for example `2026-07-14T08:00:00.000+07:00`. */
export function zonedIso(instant: Date, timeZone: string): string {
  return `${localIso(instant, timeZone)}+0${zoneOffsetMinutes(timeZone) / 60}:00`;
}

/** An instant as people in the office read it, for example `2026-07-14 23:41:09 WIB`; programs get ISO texts in UTC. */
export function wibText(instant: Date): string {
  return `${localIso(instant, 'Asia/Jakarta').slice(0, 19).replace('T', ' ')} WIB`;
}

/** When a source's day ends: its cut-off, and the grace in which a sale still belongs to that day. */
export interface CutOff {
  /** Local time `HH:mm`, up to `24:00`. */
  at: string;
  graceMinutes: number;
  timeZone: string;
}

/** A day that ends at midnight in Jakarta: the channels' business date. */
export const JAKARTA_MIDNIGHT: CutOff = { at: '24:00', graceMinutes: 0, timeZone: 'Asia/Jakarta' };

/**
 * The business date D of a sale: its time lies in (cut-off of D-1 + grace, cut-off of D + grace].
 * @throws RangeError when the cut-off is not `HH:mm`.
 */
export function businessDateOf(instant: Date, cutOff: CutOff): BusinessDate {
  const endMinutes = endMinutesOf(cutOff);
  const localMs = instant.getTime() + zoneOffsetMinutes(cutOff.timeZone) * 60_000;
  // The window is open at its start and closed at its end, so the very millisecond of the end still counts.
  const day = Math.ceil((localMs - endMinutes * 60_000) / DAY_MS);
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Minutes from local midnight to the end of the day, grace included. */
function endMinutesOf(cutOff: CutOff): number {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(cutOff.at);
  if (!match || Number(match[1]) * 60 + Number(match[2]) > 1_440)
    throw new RangeError(`cut-off "${cutOff.at}" is not a time between 00:00 and 24:00`);
  return Number(match[1]) * 60 + Number(match[2]) + cutOff.graceMinutes;
}

/**
 * The last millisecond of a business date: whatever is sold then still belongs to it.
 * @throws RangeError when the cut-off is not `HH:mm`.
 */
export function endOfBusinessDate(date: BusinessDate, cutOff: CutOff): Date {
  return new Date(
    Date.parse(`${date}T00:00:00Z`) + (endMinutesOf(cutOff) - zoneOffsetMinutes(cutOff.timeZone)) * 60_000,
  );
}

/** The date so many days later (earlier when negative). */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether a text is a date that exists, as `2026-07-14`. */
export function isBusinessDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).getUTCDate() === Number(text.slice(-2));
}
