import { languageNow } from './words';

const LOCALE = { id: 'id-ID', en: 'en-GB' } as const;

/** Whole rupiah as people read them: Rp 1.074.500. Amounts are never numbers on their way. */
export function rupiah(amount: string): string {
  const digits = amount.replace(/^-/, '').replace(/\B(?=(\d{3})+$)/g, '.');
  return `${amount.startsWith('-') ? '−' : ''}Rp ${digits}`;
}

/** A count: 1.234. */
export function count(value: number): string {
  return new Intl.NumberFormat(LOCALE[languageNow()]).format(value);
}

/** A moment as it was in Jakarta. */
export function moment(instant: string): string {
  return new Intl.DateTimeFormat(LOCALE[languageNow()], {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'Asia/Jakarta',
  }).format(new Date(instant));
}

/** The hour of a moment, with its seconds. */
export function hour(instant: string): string {
  return new Intl.DateTimeFormat(LOCALE[languageNow()], {
    timeStyle: 'medium',
    timeZone: 'Asia/Jakarta',
  }).format(new Date(instant));
}

/** A business date. */
export function date(day: string): string {
  return new Intl.DateTimeFormat(LOCALE[languageNow()], { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** How long something has lasted, in its largest unit. */
export function since(seconds: number): string {
  const format = (value: number, unit: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(LOCALE[languageNow()], { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  if (seconds < 60) return format(Math.round(seconds), 'second');
  if (seconds < 3_600) return format(Math.round(seconds / 60), 'minute');
  if (seconds < 172_800) return format(Math.round(seconds / 3_600), 'hour');
  return format(Math.round(seconds / 86_400), 'day');
}
