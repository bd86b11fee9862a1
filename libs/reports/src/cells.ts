import { localIso } from '#lib/kernel';
import type { Cell, Column, ReportDefinition, ReportRow } from './definition';
import type { Language } from './language';

const TIME_ZONE = 'Asia/Jakarta';

/** How the rows of one report become cells. */
export interface CellMaker {
  (row: ReportRow): Cell[];
}

/** Makes the cells of a report's rows. @param isUnmasked whether customers' numbers are shown whole. */
export function cellMaker(
  { columns }: Pick<ReportDefinition, 'columns'>,
  language: Language,
  isUnmasked: boolean,
): CellMaker {
  const makers = columns.map((column) => [column.key, makerOf(column, language, isUnmasked)] as const);
  return (row) => makers.map(([key, make]) => make(row[key] ?? null));
}

function makerOf(
  { type, words = {} }: Column,
  language: Language,
  isUnmasked: boolean,
): (value: unknown) => Cell {
  switch (type) {
    case 'amount':
      return (value) => (value === null ? null : BigInt(value as string));
    case 'count':
      return (value) => (value === null ? null : Number(value));
    case 'code':
      return (value) => (value === null ? null : (words[textOf(value)]?.[language] ?? textOf(value)));
    case 'instant':
      return (value) => (value instanceof Date ? localTime(value) : null);
    case 'customer':
      return (value) => (value === null ? null : isUnmasked ? textOf(value) : maskedNumber(textOf(value)));
    case 'text':
    case 'date':
      return (value) => (value === null ? null : textOf(value));
  }
}

/** An instant as people in Jakarta read it, for example `2026-07-14 23:41:09`. */
export function localTime(instant: Date): string {
  return localIso(instant, TIME_ZONE).slice(0, 19).replace('T', ' ');
}

/** A customer's number of which only its last four characters, and of a short one fewer, are shown. */
export function maskedNumber(number: string): string {
  const shown = Math.min(4, Math.floor(number.length / 3));
  return '*'.repeat(number.length - shown) + number.slice(number.length - shown);
}

function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
