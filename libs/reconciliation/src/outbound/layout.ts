import { z } from 'zod';

/** What a line of a file can tell. Amounts in whole rupiah, times local to the contract. */
export type Facts = Readonly<Record<string, string | bigint | number | null>>;

/** One column: a fact, a constant, a date by a pattern, or nothing. */
type Column =
  | { kind: 'empty' }
  | { kind: 'constant'; value: string }
  | { kind: 'fact'; name: string }
  | { kind: 'date'; name: string; pattern: string };

/** A kind of line and its columns; the first holds its id. */
export interface LineLayout {
  id: string;
  columns: readonly Column[];
}

const DATES = ['business_date', 'created_at', 'paid_at'];

/** Makes the reader of one kind of line. @param known the facts that it may name. */
export function lineLayout(known: readonly string[]) {
  return z
    .strictObject({ id: z.string().min(1), cols: z.array(z.string()).min(1) })
    .transform(({ id, cols }, context): LineLayout => {
      const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['cols'], message });
      if (cols[0] !== '_') refuse('the first column is the record id; write it as _');
      return { id, columns: cols.map((text) => columnOf(text, known, refuse)) };
    });
}

function columnOf(text: string, known: readonly string[], refuse: (message: string) => void): Column {
  if (text === '_') return { kind: 'empty' };
  const [, name = '', sign, rest = ''] = /^([a-z][a-z_]*)(?:([=:])(.+))?$/.exec(text) ?? [];
  if (sign === '=') return { kind: 'constant', value: rest };
  if (!known.includes(name))
    refuse(`"${text}" is not a column; known: ${known.join(', ')}, name=constant, _`);
  if (DATES.includes(name) !== (sign === ':'))
    refuse(`${name} must be written ${DATES.includes(name) ? 'with' : 'without'} a date pattern`);
  return sign === ':' ? { kind: 'date', name, pattern: rest } : { kind: 'fact', name };
}

/** The names of the facts that a line tells. */
export function factsOf({ columns }: LineLayout): string[] {
  return columns.flatMap((one) => ('name' in one ? [one.name] : []));
}

/** A value cannot stand in the file as the contract lays it out. */
export class DoesNotFit extends Error {}

/**
 * One line without its end.
 * @param isQuoted whether values that hold the delimiter or a quote are quoted (RFC 4180); they are refused otherwise.
 * @throws DoesNotFit naming the column.
 */
export function lineOf(
  { id, columns }: LineLayout,
  facts: Facts,
  delimiter: string,
  isQuoted: boolean,
): string {
  return columns
    .map((column, index) => (index === 0 ? id : valueOf(column, facts)))
    .map((value, index) => {
      if (/[\r\n]/.test(value)) throw new DoesNotFit(`column ${index + 1} would break its line: ${value}`);
      if (!value.includes(delimiter) && !(isQuoted && value.includes('"'))) return value;
      if (!isQuoted) throw new DoesNotFit(`column ${index + 1} holds the delimiter ${delimiter}: ${value}`);
      return `"${value.replaceAll('"', '""')}"`;
    })
    .join(delimiter);
}

function valueOf(column: Column, facts: Facts): string {
  switch (column.kind) {
    case 'empty':
      return '';
    case 'constant':
      return column.value;
    case 'fact':
      return String(facts[column.name] ?? '');
    case 'date':
      return dateText(String(facts[column.name] ?? ''), column.pattern);
  }
}

/** A date, or a date and time as `2026-07-14 23:41:09`, by a pattern of yyyy MM dd HH mm ss. */
export function dateText(text: string, pattern: string): string {
  const [, yyyy = '', MM = '', dd = '', HH = '00', mm = '00', ss = '00'] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d))?/.exec(text) ?? [];
  const parts: Readonly<Record<string, string>> = { yyyy, MM, dd, HH, mm, ss };
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (token) => parts[token] ?? '');
}
