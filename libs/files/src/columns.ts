import { datePattern, type DatePattern } from './date-pattern';

/** Where a column of fixed width stands in its line: from 0, the end excluded. */
export interface Span {
  start: number;
  end: number;
}

/** One column of a record. `span` is known in lines of fixed width only. */
export type Column = { span: Span | undefined } & (
  | { kind: 'skip' }
  | { kind: 'text'; name: string }
  | { kind: 'constant'; name: string; value: string }
  | { kind: 'date'; name: string; pattern: DatePattern }
);

/** A kind of line. Where it has an `id`, the line begins with it. */
export interface RecordLayout {
  id: string | undefined;
  columns: readonly Column[];
}

const COLUMN = /^(_|[a-z][a-z_]*)(?:([=:])(.+?))?(?:@(\d{1,4})-(\d{1,4}))?$/;

/**
 * Reads a column as formats write it: `name`, `name=constant`, `name:date-pattern`, or `_` for one that is skipped;
 * in lines of fixed width followed by `@start-end`, from 1, both included.
 * @throws RangeError when it is none of these.
 */
export function column(text: string): Column {
  const [, name = '', sign, rest = '', first, last] = COLUMN.exec(text) ?? [];
  if (name === '' || (name === '_' && sign !== undefined))
    throw new RangeError(
      `"${text}" is not a column; write name, name=constant, name:yyyyMMdd or _, in fixed lines with @start-end`,
    );
  const span = first === undefined ? undefined : { start: Number(first) - 1, end: Number(last) };
  if (span && !(span.start >= 0 && span.end > span.start))
    throw new RangeError(`"${text}" ends before it begins; positions count from 1`);
  if (name === '_') return { kind: 'skip', span };
  if (sign === '=') return { kind: 'constant', name, value: rest, span };
  if (sign === ':') return { kind: 'date', name, pattern: datePattern(rest), span };
  return { kind: 'text', name, span };
}

/** The names a layout gives to its columns. */
export function columnNames(layout: RecordLayout): string[] {
  return layout.columns.flatMap((one) => (one.kind === 'skip' ? [] : [one.name]));
}
