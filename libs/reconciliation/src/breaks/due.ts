import type { BusinessDate } from '#lib/kernel';
import type { BreakRules } from './break-rules';
import { businessDayAfter, instantOf, type WorkingDays } from './working-days';

/**
 * Until when a break is to be worked: business days after its own date, by its pair of statuses or sub-kind, else by its
 * kind.
 */
export function dueAtOf(
  { due }: BreakRules,
  isWorking: WorkingDays,
  source: string,
  businessDate: BusinessDate,
  { kind, sub }: { kind: string; sub: string | null },
): Date {
  const days =
    (sub === null ? undefined : due.businessDays.get(sub)) ?? due.businessDays.get(kind) ?? due.rest;
  return instantOf(businessDayAfter(isWorking, source, businessDate, days), due.at, due.timeZone);
}
