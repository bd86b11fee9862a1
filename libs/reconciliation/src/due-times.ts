import type { BusinessDate } from '#lib/kernel';
import type { Calendar } from './calendar';
import { localInstant } from './day-clock';
import type { DayInHand } from './reconciliation-day';

/** When the file of a day is owed, and when people are told that it is missing. */
export interface DueTimes {
  /** The day on which the source delivers: its first business day after the business date. */
  date: BusinessDate;
  expectedAt: Date;
  warnAt: Date;
  escalateAt: Date;
}

/** The due times of a source's day, by its calendar and in its own zone. */
export function dueTimes(
  { source, businessDate, schedule, format }: DayInHand,
  calendar: Calendar,
): DueTimes {
  const date = calendar.nextBusinessDay(source, businessDate);
  const at = (localTime: string) => localInstant(date, localTime, format.cutOff.timeZone);
  return {
    date,
    expectedAt: at(schedule.expectedAt),
    warnAt: at(schedule.warnAt),
    escalateAt: at(schedule.escalateAt),
  };
}
