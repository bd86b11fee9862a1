import { localIso } from '#lib/kernel';
import { inForce, type Version } from './versions';

/** A time of day in which nothing is sold, every day or on those on which it begins; it may run over midnight. */
export interface MaintenanceWindow {
  /** Local time `HH:mm`. */
  from: string;
  until: string;
  /** Every day where left out. */
  days?: readonly Weekday[];
}

/** Closed once. */
export interface Closure {
  /** Instants as RFC 3339. */
  from: string;
  until: string;
  reason: string;
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** When something is open: daily hours, windows of maintenance, and days on which it is closed. */
export interface OpeningTimes {
  timeZone: string;
  /** Local time `HH:mm`; both null: all day. */
  opensAt: string | null;
  /** The cut-off. */
  closesAt: string | null;
  maintenance: readonly MaintenanceWindow[];
  closures: readonly Closure[];
}

/** What has hours of its own, or a calendar whose version in force decides, or both. */
export interface Opening {
  opensAt?: string | null;
  closesAt?: string | null;
  timeZone?: string;
  calendar?: readonly (OpeningTimes & Version)[] | null;
}

/** Whether something is open at an instant, by its own hours and by its calendar. */
export function isOpen({ opensAt = null, closesAt = null, timeZone, calendar }: Opening, now: Date): boolean {
  if (opensAt !== null && closesAt !== null && timeZone !== undefined)
    if (!isWithin(localIso(now, timeZone).slice(11, 16), opensAt, closesAt)) return false;
  if (!calendar) return true;
  const times = inForce(calendar, now);
  return times === undefined || isOpenBy(times, now);
}

function isOpenBy(times: OpeningTimes, now: Date): boolean {
  const { opensAt, closesAt, maintenance, closures, timeZone } = times;
  if (closures.some(({ from, until }) => new Date(from) <= now && now < new Date(until))) return false;
  if (opensAt === null && maintenance.length === 0) return true;
  const local = localIso(now, timeZone);
  const time = local.slice(11, 16);
  if (opensAt !== null && closesAt !== null && !isWithin(time, opensAt, closesAt)) return false;
  return !maintenance.some((window) => isUnder(window, local.slice(0, 10), time));
}

/** A window belongs to the day on which it begins, also after midnight. */
function isUnder({ from, until, days }: MaintenanceWindow, date: string, time: string): boolean {
  if (!isWithin(time, from, until)) return false;
  if (!days) return true;
  const weekday = new Date(date).getUTCDay();
  const began = from <= until || time >= from ? weekday : (weekday + 6) % 7;
  const day = WEEKDAYS[began];
  return day !== undefined && days.includes(day);
}

/** Hours that end before they begin run over midnight. */
function isWithin(time: string, from: string, until: string): boolean {
  return from <= until ? time >= from && time < until : time >= from || time < until;
}

/** The daily hours that a list can tell of: its own, those of its calendar, or what its one window of maintenance leaves. */
export function dailyHours(
  { opensAt = null, closesAt = null, timeZone = 'Asia/Jakarta', calendar }: Opening,
  now: Date,
): { open: string; close: string; timeZone: string } | null {
  if (opensAt !== null && closesAt !== null) return { open: opensAt, close: closesAt, timeZone };
  const times = calendar ? inForce(calendar, now) : undefined;
  if (!times) return null;
  if (times.opensAt !== null && times.closesAt !== null)
    return { open: times.opensAt, close: times.closesAt, timeZone: times.timeZone };
  const [window] = times.maintenance;
  return window && !window.days ? { open: window.until, close: window.from, timeZone: times.timeZone } : null;
}
