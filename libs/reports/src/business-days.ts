import { addDays, type BusinessDate } from '#lib/kernel';

/** How many days from Monday to Friday lie after one date, up to another; 0 where that is not later. */
export function businessDaysBetween(from: BusinessDate, to: BusinessDate): number {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  if (days <= 0) return 0;
  const weeks = Math.floor(days / 7);
  let count = weeks * 5;
  for (let rest = weeks * 7 + 1; rest <= days; rest += 1) if (isWorkday(addDays(from, rest))) count += 1;
  return count;
}

function isWorkday(date: BusinessDate): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6;
}
