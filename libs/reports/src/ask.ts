import { addDays, fail, isBusinessDate, ok, type BusinessDate, type Result } from '#lib/kernel';
import { REPORTS } from './catalogue';
import {
  FILTERS,
  FORMS,
  type FilterName,
  type Filters,
  type Form,
  type ReportDefinition,
} from './definition';
import type { Language } from './language';
import type { ReportOrder } from './make-report';

/** A report as people ask for it, every part as it was written. */
export interface ReportRequest {
  report: string;
  /** `2026-07-14`, or a month such as `2026-07`. */
  date: string;
  /** The last day, inclusive; the same day when it is left out. */
  to?: string | undefined;
  form?: string | undefined;
  language?: string | undefined;
  filters?: Readonly<Record<string, string | undefined>> | undefined;
  by: string;
  /** Why customers' numbers must be read; masked when it is left out. */
  unmaskReason?: string | undefined;
  isBare?: boolean | undefined;
  hasByteOrderMark?: boolean | undefined;
}

const REASON_MIN = 10;
const REASON_MAX = 200;
const BY_MAX = 80;

/**
 * Makes an order of what was asked for.
 * @returns the sentence to tell whoever asked, where it cannot be done: what is wrong, and what would be right.
 */
export function orderOf(request: ReportRequest): Result<ReportOrder, string> {
  const definition = REPORTS.find(({ name }) => name === request.report);
  if (!definition)
    return fail(
      `there is no report "${request.report}"; there are: ${REPORTS.map(({ name }) => name).join(', ')}`,
    );
  const days = daysOf(definition, request);
  if (!days.ok) return days;
  const filters = filtersOf(definition, request.filters ?? {});
  if (!filters.ok) return filters;
  const form = formOf(definition, request.form ?? 'csv');
  if (!form.ok) return form;
  const language = request.language ?? 'id';
  if (language !== 'id' && language !== 'en') return fail(`the language "${language}" must be id or en`);
  const people = peopleOf(request);
  if (!people.ok) return people;
  return ok({
    definition,
    ...days.value,
    filters: filters.value,
    form: form.value,
    language: language satisfies Language,
    ...people.value,
    isBare: request.isBare ?? false,
    hasByteOrderMark: request.hasByteOrderMark ?? !request.isBare,
  });
}

function daysOf(
  { name, period, daysMax }: ReportDefinition,
  { date, to }: ReportRequest,
): Result<{ from: BusinessDate; to: BusinessDate }, string> {
  if (period === 'month') {
    const month = /^\d{4}-\d{2}(?=$|-\d{2}$)/.exec(date)?.[0];
    if (month === undefined || !isBusinessDate(`${month}-01`) || to !== undefined)
      return fail(`${name} is about one month; write it as 2026-07, and no other end`);
    return ok({ from: `${month}-01`, to: lastOfMonth(month) });
  }
  for (const day of [date, to ?? date])
    if (!isBusinessDate(day)) return fail(`"${day}" is not a date; write it as 2026-07-14`);
  const last = to ?? date;
  if (last < date) return fail(`the last day ${last} lies before the first, ${date}`);
  if (addDays(date, daysMax - 1) < last)
    return fail(`${name} is about ${daysMax === 1 ? 'one day' : `${daysMax} days at most`}; ask in parts`);
  return ok({ from: date, to: last });
}

function lastOfMonth(month: string): BusinessDate {
  const next = addDays(`${month}-28`, 4);
  return addDays(next, -Number(next.slice(8)));
}

function filtersOf(
  { name, filters: known }: ReportDefinition,
  asked: Readonly<Record<string, string | undefined>>,
): Result<Filters, string> {
  const filters: Partial<Record<FilterName, string>> = {};
  for (const [filter, value] of Object.entries(asked)) {
    if (value === undefined) continue;
    const isKnown = FILTERS.find((one) => one === filter && known.includes(one));
    if (!isKnown)
      return fail(
        known.length === 0
          ? `${name} cannot be narrowed`
          : `${name} cannot be narrowed to a ${filter}, only to: ${known.join(', ')}`,
      );
    if (!/^[\x21-\x7e]{1,80}$/.test(value)) return fail(`"${value}" is no ${filter}`);
    filters[isKnown] = value;
  }
  return ok(filters);
}

function formOf({ name, forms }: ReportDefinition, asked: string): Result<Form, string> {
  const form = FORMS.find((one) => one === asked && forms.includes(one));
  return form ? ok(form) : fail(`${name} is not written as "${asked}", only as: ${forms.join(', ')}`);
}

function peopleOf({
  by,
  unmaskReason,
}: ReportRequest): Result<{ madeBy: string; unmaskReason: string | null }, string> {
  const madeBy = by.trim();
  if (madeBy === '' || madeBy.length > BY_MAX || /\p{C}/u.test(madeBy))
    return fail(`who makes the report must be a name of 1 to ${BY_MAX} characters`);
  if (unmaskReason === undefined) return ok({ madeBy, unmaskReason: null });
  const reason = unmaskReason.trim();
  if (reason.length < REASON_MIN || reason.length > REASON_MAX || /\p{C}/u.test(reason))
    return fail(`why customers' numbers must be read takes ${REASON_MIN} to ${REASON_MAX} characters`);
  return ok({ madeBy, unmaskReason: reason });
}
