import { addDays, JAKARTA_MIDNIGHT, endOfBusinessDate, paymentIdsBetween } from '#lib/kernel';
import type { SqlValue } from '#lib/platform';
import { FILTERS, type BoundQuery, type Reading } from './definition';

const DAY_MS = 86_400_000;

/**
 * What queries may name. `begin` and `end` are the instants at which the days begin and end in Jakarta. `pFirst` to `tLast` are the Payment IDs of the days and of one more on either side: the range
 * of the primary key in which the payments of these business dates lie, of production and of drills.
 */
export function parametersOf({ from, to, now, filters }: Reading): Readonly<Record<string, SqlValue>> {
  const begin = endOfBusinessDate(addDays(from, -1), JAKARTA_MIDNIGHT);
  const end = endOfBusinessDate(to, JAKARTA_MIDNIGHT);
  const wider = [new Date(begin.getTime() - DAY_MS), new Date(end.getTime() + DAY_MS)] as const;
  const production = paymentIdsBetween('P', ...wider);
  const drill = paymentIdsBetween('T', ...wider);
  return {
    from,
    to,
    now,
    begin,
    end,
    pFirst: production.first,
    pLast: production.last,
    tFirst: drill.first,
    tLast: drill.last,
    ...Object.fromEntries(FILTERS.map((name) => [name, filters[name] ?? null])),
  };
}

/** The condition that finds the payments `p` of the days by their primary key. */
export const PAYMENTS_OF_THE_DAYS =
  '(p.payment_id BETWEEN {pFirst} AND {pLast} OR p.payment_id BETWEEN {tFirst} AND {tLast}) ' +
  'AND p.business_date BETWEEN {from} AND {to}';

/** Puts the parameters of a query in their places. @throws Error for a name that is no parameter. */
export function bound(query: string, reading: Reading): BoundQuery {
  const parameters = parametersOf(reading);
  const values: SqlValue[] = [];
  const sql = query.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`{${name}} is no parameter of a report's query`);
    values.push(value);
    return '?';
  });
  return { sql, values };
}
