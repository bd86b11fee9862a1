import { addDays, type BusinessDate } from '#lib/kernel';
import type { Statements } from '#lib/platform';

/** Rows of this name hold for every source that has none of its own in a year. */
export const ALL_SOURCES = '*';

/** The name under which the bank's own days are entered. */
export const BANK = 'BANK';

/** Which days a source, or the bank, works. */
export interface Calendar {
  isBusinessDay(source: string, date: BusinessDate): boolean;
  /** The first business day after a date. */
  nextBusinessDay(source: string, date: BusinessDate): BusinessDate;
  /** Whether anybody has entered days of that year for the source: if not, the rule of the week alone decides. */
  isEntered(source: string, year: string): boolean;
}

/** The rule of the week, for every day that the table does not name. */
export type Week = 'daily' | 'weekdays';

/** No source rests longer; a calendar that says so is wrong. */
const REST_MAX_DAYS = 40;

/**
 * Reads the calendars as they were entered and approved.
 * @param weekOf how a source works by the week; Monday to Friday unless it says otherwise.
 */
export async function readCalendar(
  statements: Statements,
  weekOf: (source: string) => Week = () => 'weekdays',
): Promise<Calendar> {
  const rows = await statements.rows<{ source: string; date: BusinessDate; is_business_day: number }>(
    'SELECT source, date, is_business_day FROM source_calendar',
  );
  const entered = new Set(rows.map(({ source, date }) => `${source} ${date.slice(0, 4)}`));
  const named = new Map(
    rows.map(({ source, date, is_business_day }) => [`${source} ${date}`, is_business_day === 1]),
  );

  const isBusinessDay = (source: string, date: BusinessDate): boolean => {
    const whose = entered.has(`${source} ${date.slice(0, 4)}`) ? source : ALL_SOURCES;
    return named.get(`${whose} ${date}`) ?? (weekOf(source) === 'daily' || isWeekday(date));
  };
  return {
    isBusinessDay,
    nextBusinessDay(source, date) {
      for (let days = 1; days <= REST_MAX_DAYS; days += 1)
        if (isBusinessDay(source, addDays(date, days))) return addDays(date, days);
      throw new Error(
        `the calendar of ${source} has no business day in the ${REST_MAX_DAYS} days after ${date}`,
      );
    },
    isEntered: (source, year) => entered.has(`${source} ${year}`) || entered.has(`${ALL_SOURCES} ${year}`),
  };
}

function isWeekday(date: BusinessDate): boolean {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day !== 0 && day !== 6;
}
