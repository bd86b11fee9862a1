import { businessDateOf, endOfBusinessDate, JAKARTA_MIDNIGHT, type BusinessDate } from '#lib/kernel';
import type { Formats } from './format';

/**
 * Tells which day's file of a source must list a sale made at an instant, by the cut-off of the version in force.
 * @throws Error (when called) for a source without a format.
 */
export function sourceCalendar(formats: Formats): (source: string, at: Date) => BusinessDate {
  return (source, at) => {
    for (const { cutOff, effectiveFrom = '' } of formats.get(source)?.toReversed() ?? []) {
      const date = businessDateOf(at, cutOff);
      if (effectiveFrom <= date) return date;
    }
    throw new Error(
      `source ${source} has no format for ${at.toISOString()}: add config/formats/${source.toLowerCase()}.yaml`,
    );
  };
}

/**
 * Tells when a source's business date ends: its cut-off and grace, by the version in force on that date. A source
 * whose format is gone ends at midnight in Jakarta, so that its open payments come to an end too.
 */
export function sourceDayEnd(formats: Formats): (source: string, date: BusinessDate) => Date {
  return (source, date) => {
    const versions = formats.get(source)?.toReversed() ?? [];
    const inForce = versions.find(({ effectiveFrom = '' }) => effectiveFrom <= date);
    return endOfBusinessDate(date, inForce?.cutOff ?? JAKARTA_MIDNIGHT);
  };
}
