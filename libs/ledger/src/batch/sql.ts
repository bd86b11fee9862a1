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
 * COMMIT, unless every member matched exactly one row. Some column of `where` must tell the members apart; where none
 * does, each has an UPDATE of its own.
 */
export function updateStatements(updates: readonly GuardedUpdate[]): string[] {
  return byShape(updates, shapeOf).flatMap(({ members }) => {
    const key = keyOf(members);
    if (key) return [updateOf(members, key), guard(members.length)];
    return members.flatMap((member) => [updateOf([member], NO_KEY), guard(1)]);
  });
}

/** Columns, and which of the conditions demand NULL: that is asked for by words of its own, alike for all members. */
function shapeOf({ set, where }: GuardedUpdate): string[] {
  const columns = [...Object.keys(set), '='];
  for (const column in where) columns.push(isEmpty(where[column]) ? `${column} IS NULL` : column);
  return columns;
}

function isEmpty(value: SqlValue | undefined): boolean {
  return value === null || value === undefined;
}

/** A statement that fails unless the one before it matched so many rows. DO would swallow the error; SET does not. */
function guard(rows: number): string {
  return `SET @guard = IF(ROW_COUNT() = ${rows}, 0, (SELECT 1 UNION ALL SELECT 2))`;
}

/** A column that tells the members of a statement apart, with each one's value of it. */
interface Key {
  column: string;
  values: readonly string[];
}

/** One member alone needs none. */
const NO_KEY: Key = { column: '', values: [] };

/** The first column by which no two members agree, and which none wants to be NULL. */
function keyOf(group: readonly GuardedUpdate[]): Key | undefined {
  for (const column of Object.keys(group[0]?.where ?? {})) {
    const values = group.map(({ where }) => literal(where[column]));
    if (values[0] !== 'NULL' && new Set(values).size === group.length) return { column, values };
  }
  return undefined;
}

function updateOf(group: readonly GuardedUpdate[], key: Key): string {
  const [first] = group as [GuardedUpdate];
  const assignments = Object.keys(first.set).map((column) => {
    const values = group.map(({ set }) => literal(set[column]));
    const value =
      onlyOne(values) ??
      `CASE ${name(key.column)} ${values.map((one, at) => `WHEN ${key.values[at]} THEN ${one}`).join(' ')} END`;
    return `${name(column)}=${value}`;
  });
  const conditions = conditionsOf(group, key);
  return `UPDATE ${name(first.table)} SET ${assignments.join(',')} WHERE ${conditions.join(' AND ')}`;
}

function conditionsOf(group: readonly GuardedUpdate[], key: Key): string[] {
  const conditions = key === NO_KEY ? [] : [`${name(key.column)} IN (${key.values.join(',')})`];
  // What all members demand alike is said once; only what tells them apart is listed with their keys.
  const differing: string[] = [];
  for (const column of Object.keys(group[0]?.where ?? {})) {
    if (column === key.column) continue;
    const same = onlyOne(group.map(({ where }) => literal(where[column])));
    if (same === undefined) differing.push(column);
    else conditions.push(same === 'NULL' ? `${name(column)} IS NULL` : `${name(column)}=${same}`);
  }
  if (differing.length === 0) return conditions;
  const listed = [key.column, ...differing];
  const tuples = tuplesOf(
    listed,
    group.map(({ where }) => where),
  );
  return [...conditions, `(${listed.map(name).join(',')}) IN (${tuples})`];
}

/** The value that all have, or undefined. */
function onlyOne(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
