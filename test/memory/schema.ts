import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a column's values arrive from the database. */
export type ColumnKind = 'text' | 'bytes' | 'bigint' | 'int' | 'date' | 'time';

/** A column as its migration declares it. */
export interface Column {
  kind: ColumnKind;
  isNullable: boolean;
  /** Undefined: a value must be given, unless the column may be null. */
  otherwise: bigint | number | undefined;
  /** Longest text or bytes; undefined where there is no limit worth the name. */
  lengthMax: number | undefined;
}

/** A unique key; NULL in any of its columns keeps a row out of it. */
export interface UniqueKey {
  name: string;
  columns: string[];
}

/** A table as the migrations leave it. */
export interface TableShape {
  columns: Map<string, Column>;
  /** The primary key first. */
  keys: UniqueKey[];
  /** Columns that a CHECK keeps at zero or above. */
  atLeastZero: string[];
  /** What the tables in memory cannot do; a table with such a rule is not to be had there. */
  beyondUs: string[];
}

let shapes: ReadonlyMap<string, TableShape> | undefined;

/** The tables as this checkout's migrations leave them; read once. */
export function migratedShapes(): ReadonlyMap<string, TableShape> {
  shapes ??= tablesOf(join(process.cwd(), 'migrations'));
  return shapes;
}

/** Reads what the migrations make of every table, so that the tables in memory cannot fall behind the real ones. */
export function tablesOf(directory: string): Map<string, TableShape> {
  const tables = new Map<string, TableShape>();
  const files = readdirSync(directory).filter((name) => name.endsWith('.sql'));
  for (const file of files.sort())
    for (const statement of statementsOf(readFileSync(join(directory, file), 'utf8')))
      apply(statement, tables);
  return tables;
}

function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, '')
    .replace(/\/\*M! IF (?:NOT )?EXISTS \*\/ ?/g, '')
    .replace(/COMMENT\s*=?\s*'(?:[^']|'')*'/g, '')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

function apply(statement: string, tables: Map<string, TableShape>): void {
  const created = /^CREATE TABLE (?:IF NOT EXISTS )?`?(\w+)`? \((.*)\)[^)]*$/s.exec(statement);
  if (created) {
    const shape: TableShape = { columns: new Map(), keys: [], atLeastZero: [], beyondUs: [] };
    for (const item of itemsOf(created[2] ?? '')) declare(item, shape);
    shape.keys.sort((one, other) => Number(other.name === 'PRIMARY') - Number(one.name === 'PRIMARY'));
    tables.set(created[1] ?? '', shape);
    return;
  }
  const altered = /^ALTER TABLE `?(\w+)`?\s+(.*)$/s.exec(statement);
  const shape = altered && tables.get(altered[1] ?? '');
  if (shape) for (const item of itemsOf(altered[2] ?? '')) alter(item, shape);
}

/** Splits a list at the commas that stand outside of brackets. */
function itemsOf(list: string): string[] {
  const items = [''];
  let depth = 0;
  for (const character of list) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) items.push('');
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim().replace(/\s+/g, ' '));
}

function alter(item: string, shape: TableShape): void {
  const added = /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(.*)$/s.exec(item);
  const changed = /^(?:MODIFY|CHANGE) (?:COLUMN )?(?:IF EXISTS )?(.*)$/s.exec(item);
  const dropped = /^DROP (?:KEY|INDEX) (?:IF EXISTS )?`?(\w+)`?$/.exec(item);
  if (added) declare((added[1] ?? '').replace(/ (?:AFTER `?\w+`?|FIRST)$/, ''), shape);
  else if (changed) declare(changed[1] ?? '', shape);
  else if (dropped) shape.keys = shape.keys.filter(({ name }) => name !== dropped[1]);
  else if (!/^(?:DROP|ADD) (?:KEY|INDEX) |^(?:ALGORITHM|LOCK)=/.test(item)) shape.beyondUs.push(item);
}

function declare(item: string, shape: TableShape): void {
  const key = /^(?:PRIMARY KEY|UNIQUE (?:KEY|INDEX) (?:IF NOT EXISTS )?`?(\w+)`?) ?\((.*)\)$/.exec(item);
  if (key) {
    shape.keys.push({ name: key[1] ?? 'PRIMARY', columns: names(key[2] ?? '') });
    return;
  }
  if (/^(?:KEY|INDEX) /.test(item)) return;
  const check = /^CONSTRAINT \w+ CHECK \((\w+) >= 0\)$/.exec(item);
  if (check) {
    shape.atLeastZero.push(check[1] ?? '');
    return;
  }
  const column = /^`?(\w+)`? ([A-Z]+)(?:\((\d+)\))?(.*)$/.exec(item);
  if (!column || ['CONSTRAINT', 'CHECK', 'FOREIGN'].includes(column[1] ?? '')) {
    shape.beyondUs.push(item);
    return;
  }
  const [, name = '', type = '', length, rest = ''] = column;
  const otherwise = /DEFAULT (\d+)/.exec(rest)?.[1];
  const kind = kindOf(type);
  shape.columns.set(name, {
    kind,
    isNullable: !/NOT NULL|PRIMARY KEY/.test(rest),
    otherwise:
      otherwise === undefined ? undefined : kind === 'bigint' ? BigInt(otherwise) : Number(otherwise),
    lengthMax: length === undefined || !['text', 'bytes'].includes(kind) ? undefined : Number(length),
  });
  if (/PRIMARY KEY/.test(rest)) shape.keys.push({ name: 'PRIMARY', columns: [name] });
}

function names(list: string): string[] {
  return list.split(',').map((name) => name.replace(/[`\s]/g, ''));
}

function kindOf(type: string): ColumnKind {
  if (/^(VAR)?BINARY$|BLOB$/.test(type)) return 'bytes';
  if (type === 'BIGINT') return 'bigint';
  if (/INT$|^BOOLEAN$/.test(type)) return 'int';
  if (type === 'DATE') return 'date';
  return type === 'DATETIME' ? 'time' : 'text';
}
