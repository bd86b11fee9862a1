import { escape } from 'mysql2';
import type { SqlValue } from '#lib/platform';
import type { GuardedUpdate, Row } from '../money-writer';

/** A value as SQL text. */
export function literal(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString();
  // Most texts are references and states: nothing in them needs escaping, and looking is cheaper than escaping.
  if (typeof value === 'string' && /^[\w .:,/+=-]*$/.test(value)) return `'${value}'`;
  return escape(value, true, 'Z');
}

function name(identifier: string): string {
  return `\`${identifier}\``;
}

/** Groups by a text that is equal for what may share a statement, in order of first appearance. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** One multi-row INSERT for each table and set of columns. */
export function insertStatements(rows: readonly Row[]): string[] {
  return grouped(rows, ({ table, values }) => `${table} ${Object.keys(values).join(' ')}`).map((group) => {
    const [first] = group as [Row];
    const columns = Object.keys(first.values);
    const tuples = group.map(
      ({ values }) => `(${columns.map((column) => literal(values[column])).join(',')})`,
    );
    return `INSERT INTO ${name(first.table)} (${columns.map(name).join(',')}) VALUES ${tuples.join(',')}`;
  });
}

/**
 * One UPDATE for each table and set of columns, each followed by a guard that stops the packet, and with it the
 * COMMIT, unless every member matched exactly one row. The first column of `where` tells the members apart.
 */
export function updateStatements(updates: readonly GuardedUpdate[]): string[] {
  const shape = ({ table, set, where }: GuardedUpdate) =>
    `${table} ${Object.keys(set).join(' ')} ${Object.keys(where).join(' ')}`;
  return grouped(updates, shape).flatMap((group) => [updateOf(group), guard(group.length)]);
}

/** A statement that fails unless the one before it matched so many rows. DO would swallow the error; SET does not. */
function guard(rows: number): string {
  return `SET @guard = IF(ROW_COUNT() = ${rows}, 0, (SELECT 1 UNION ALL SELECT 2))`;
}

function updateOf(group: readonly GuardedUpdate[]): string {
  const [first] = group as [GuardedUpdate];
  const conditions = Object.keys(first.where);
  const [key = ''] = conditions;
  const keys = group.map(({ where }) => literal(where[key]));
  const assignments = Object.keys(first.set).map((column) => {
    const values = group.map(({ set }) => literal(set[column]));
    const [same = 'NULL'] = values;
    const value = values.every((one) => one === same)
      ? same
      : `CASE ${name(key)} ${values.map((one, at) => `WHEN ${keys[at]} THEN ${one}`).join(' ')} END`;
    return `${name(column)}=${value}`;
  });
  const tuples = group.map(
    ({ where }) => `(${conditions.map((column) => literal(where[column])).join(',')})`,
  );
  return (
    `UPDATE ${name(first.table)} SET ${assignments.join(',')} WHERE ${name(key)} IN (${keys.join(',')}) ` +
    `AND (${conditions.map(name).join(',')}) IN (${tuples.join(',')})`
  );
}
