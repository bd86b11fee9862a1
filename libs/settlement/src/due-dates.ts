import { addDays, type BusinessDate } from '#lib/kernel';

/** Which days money can move: those the bank works, and those a source works. */
export interface BankCalendar {
  isBankDay(date: BusinessDate): boolean;
  isSourceDay(source: string, date: BusinessDate): boolean;
}

/** No bank rests longer; a calendar that says so is wrong. */
const REST_MAX_DAYS = 40;

/**
 * The day by which a source's business date is to be paid: T+n, where n counts the days that both the bank and the source
 * work. T+0 is the business date itself, or the next such day where it is none.
 * @param n whole days, 0 or more.
 * @throws Error where the calendar has no such day in 40 days.
 */
export function dueDateOf(
  calendar: BankCalendar,
  source: string,
  businessDate: BusinessDate,
  n: number,
): BusinessDate {
  return countedFrom(
    businessDate,
    n,
    (date) => calendar.isBankDay(date) && calendar.isSourceDay(source, date),
  );
}

/** T+n by the bank's days alone, and no earlier than the bank's first day from `earliest` on. @throws as `dueDateOf`. */
export function bankDueDate(
  calendar: BankCalendar,
  businessDate: BusinessDate,
  n: number,
  earliest: BusinessDate,
): BusinessDate {
  const due = countedFrom(businessDate, n, (date) => calendar.isBankDay(date));
  return due >= earliest ? due : bankDayFrom(calendar, earliest);
}

/** A date where the bank works on it, else its next working day. @throws as `dueDateOf`. */
export function bankDayFrom(calendar: BankCalendar, date: BusinessDate): BusinessDate {
  return firstFrom(date, (one) => calendar.isBankDay(one));
}

function countedFrom(date: BusinessDate, n: number, works: (date: BusinessDate) => boolean): BusinessDate {
  let due = n === 0 ? firstFrom(date, works) : date;
  for (let counted = 0; counted < n; counted += 1) due = firstFrom(addDays(due, 1), works);
  return due;
}

function firstFrom(date: BusinessDate, works: (date: BusinessDate) => boolean): BusinessDate {
  for (let days = 0; days <= REST_MAX_DAYS; days += 1)
    if (works(addDays(date, days))) return addDays(date, days);
  throw new Error(`the bank's calendar has no business day in the ${REST_MAX_DAYS} days from ${date}`);
}
