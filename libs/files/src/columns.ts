import { datePattern, type DatePattern } from './date-pattern';

/** One column of a record. */
export type Column =
  | { kind: 'skip' }
  | { kind: 'text'; name: string }
  | { kind: 'constant'; name: string; value: string }
  | { kind: 'date'; name: string; pattern: DatePattern };

/** A kind of line: its first column holds `id`. */
export interface RecordLayout {
  id: string;
  columns: readonly Column[];
}

/**
 * Reads a column as formats write it: `name`, `name=constant`, `name:date-pattern`, or `_` for one that is skipped.
 * @throws RangeError when it is none of these.
 */
export function column(text: string): Column {
  if (text === '_') return { kind: 'skip' };
  const [, name = '', sign, rest = ''] = /^([a-z][a-z_]*)(?:([=:])(.+))?$/.exec(text) ?? [];
  if (name === '')
    throw new RangeError(`"${text}" is not a column; write name, name=constant, name:yyyyMMdd or _`);
  if (sign === '=') return { kind: 'constant', name, value: rest };
  if (sign === ':') return { kind: 'date', name, pattern: datePattern(rest) };
  return { kind: 'text', name };
}

/** The names a layout gives to its columns. */
export function columnNames(layout: RecordLayout): string[] {
  return layout.columns.flatMap((one) => (one.kind === 'skip' ? [] : [one.name]));
}
