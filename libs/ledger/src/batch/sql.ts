import { escape } from 'mysql2';
import type { SqlValue } from '#lib/platform';
import type { GuardedUpdate, Row } from '../money-writer';

/** A value as SQL text, which is ASCII whatever the value is. */
export function literal(value: SqlValue | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString();
  // Most texts are references, states and JSON: nothing in them needs escaping, and looking is cheaper than escaping.
  if (typeof value === 'string') return PLAIN.test(value) ? `'${value}'` : unusual(value);
  if (value instanceof Date) return `'${value.toISOString().slice(0, 23).replace('T', ' ')}'`;
  return escape(value, true, 'Z');
}

/** Printable ASCII but for what ends or escapes a text of SQL: the quote and the backslash. */
const PLAIN = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/;

/** A text with quotes, backslashes or control characters in it; one beyond ASCII is spelt out byte by byte. */
function unusual(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length === value.length ? escape(value, true, 'Z') : `_utf8mb4 X'${bytes.toString('hex')}'`;
}

function name(identifier: string): string {
  return `\`${identifier}\``;
}

/** What may share a statement: one table, the same columns in the same order. */
interface Shape<T> {
  table: string;
  columns: readonly string[];
  members: T[];
}

/** Groups by table and columns, in order of first appearance. */
function byShape<T extends { table: string }>(
  items: readonly T[],
  columnsOf: (item: T) => readonly string[],
): Shape<T>[] {
  const shapes: Shape<T>[] = [];
  for (const item of items) {
    const columns = columnsOf(item);
    const known = shapes.find(
      (shape) =>
        shape.table === item.table &&
        shape.columns.length === columns.length &&
        shape.columns.every((column, at) => column === columns[at]),
    );
    if (known) known.members.push(item);
    else shapes.push({ table: item.table, columns, members: [item] });
  }
  return shapes;
}

/** One multi-row INSERT for each table and set of columns. */
export function insertStatements(rows: readonly Row[]): string[] {
  return byShape(rows, ({ values }) => Object.keys(values)).map(({ table, columns, members }) => {
    const tuples = tuplesOf(
      columns,
      members.map(({ values }) => values),
    );
    return `INSERT INTO ${name(table)} (${columns.map(name).join(',')}) VALUES ${tuples}`;
  });
}

/** `(1,'a'),(2,'b')`: put together at once, for a text that grows by pieces costs several times its length. */
function tuplesOf(columns: readonly string[], rows: readonly Row['values'][]): string {
  const pieces: string[] = [];
  for (const values of rows) {
    let before = pieces.length === 0 ? '(' : '),(';
    for (const column of columns) {
      pieces.push(before, literal(values[column]));
      before = ',';
    }
  }
  pieces.push(')');
  return pieces.join('');
}

/**
 * One UPDATE for each table and set of columns, each followed by a guard that stops the packet, and with it the
 * COMMIT, unless every member matched exactly one row. The first column of `where` tells the members apart.
 */
export function updateStatements(updates: readonly GuardedUpdate[]): string[] {
  return byShape(updates, ({ set, where }) => [...Object.keys(set), '=', ...Object.keys(where)]).flatMap(
    ({ members }) => [updateOf(members), guard(members.length)],
  );
}

/** A statement that fails unless the one before it matched so many rows. DO would swallow the error; SET does not. */
function guard(rows: number): string {
  return `SET @guard = IF(ROW_COUNT() = ${rows}, 0, (SELECT 1 UNION ALL SELECT 2))`;
}

function updateOf(group: readonly GuardedUpdate[]): string {
  const [first] = group as [GuardedUpdate];
  const [key = '', ...others] = Object.keys(first.where);
  const keys = group.map(({ where }) => literal(where[key]));
  const assignments = Object.keys(first.set).map((column) => {
    const values = group.map(({ set }) => literal(set[column]));
    const value =
      onlyOne(values) ??
      `CASE ${name(key)} ${values.map((one, at) => `WHEN ${keys[at]} THEN ${one}`).join(' ')} END`;
    return `${name(column)}=${value}`;
  });
  const conditions = [`${name(key)} IN (${keys.join(',')})`];
  // What all members demand alike is said once; only what tells them apart is listed with their keys.
  const differing: string[] = [];
  for (const column of others) {
    const same = onlyOne(group.map(({ where }) => literal(where[column])));
    if (same === undefined) differing.push(column);
    else conditions.push(`${name(column)}=${same}`);
  }
  if (differing.length > 0) {
    const listed = [key, ...differing];
    const tuples = tuplesOf(
      listed,
      group.map(({ where }) => where),
    );
    conditions.push(`(${listed.map(name).join(',')}) IN (${tuples})`);
  }
  return `UPDATE ${name(first.table)} SET ${assignments.join(',')} WHERE ${conditions.join(' AND ')}`;
}

/** The value that all have, or undefined. */
function onlyOne(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
