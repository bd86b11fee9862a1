import type { GuardedUpdate, Row } from '#lib/ledger';
import type { SqlValue } from '#lib/platform';
import type { Column, TableShape } from './schema';

/** A value of a row in memory: what was bound, bytes as bytes. */
type Value = string | number | bigint | Date | Buffer | null;
export type Stored = Record<string, Value>;

/** A row as the payment database hands it over: BIGINT as digits, DATETIME as Date, VARBINARY as Buffer. */
export type RawRow = Record<string, string | number | Date | Buffer | null>;

/** A unique key is taken; nothing was changed. */
export class KeyTaken extends Error {
  constructor(readonly key: string) {
    super(`key ${key} is taken`);
  }
}

/** One table: rows by primary key, and an index for each unique key. */
class Table {
  readonly rows = new Map<string, Stored>();
  private readonly indexes: Map<string, Map<string, Stored>>;
  private readonly forgotten = new Set<string>();

  constructor(
    readonly name: string,
    private readonly shape: TableShape,
  ) {
    if (shape.beyondUs.length > 0)
      throw new Error(`${name} in memory cannot do ${shape.beyondUs.join('; ')}`);
    this.indexes = new Map(shape.keys.map(({ name: key }) => [key, new Map()]));
  }

  /** The stored form of bound values; what is left out gets its default. @throws Error as strict mode does. */
  complete(values: Readonly<Record<string, SqlValue>>): Stored {
    for (const column of Object.keys(values))
      if (!this.shape.columns.has(column)) throw new Error(`${this.name} has no column ${column}`);
    const row: Stored = {};
    for (const [name, column] of this.shape.columns) {
      const given = values[name] ?? null;
      row[name] = name in values ? this.fitted(name, column, given) : (column.otherwise ?? null);
      if (row[name] === null && !column.isNullable) throw new Error(`${this.name}.${name} needs a value`);
    }
    return row;
  }

  changed(row: Stored, set: Readonly<Record<string, SqlValue>>): Stored {
    const bound: Record<string, SqlValue> = { ...row, ...set };
    return this.complete(bound);
  }

  /** @throws KeyTaken by the first key that another row has, the primary key first. */
  put(row: Stored, instead?: Stored): void {
    for (const { name, columns } of this.shape.keys) {
      const entry = entryOf(row, columns);
      const there = entry === undefined ? undefined : this.indexes.get(name)?.get(entry);
      if (there && there !== instead && !this.forgotten.has(name)) throw new KeyTaken(name);
    }
    for (const column of this.shape.atLeastZero)
      if (((row[column] ?? 0n) as bigint) < 0n) throw new Error(`${this.name}.${column} is below zero`);
    if (instead) this.remove(instead);
    for (const { name, columns } of this.shape.keys) {
      const entry = entryOf(row, columns);
      if (entry !== undefined) this.indexes.get(name)?.set(entry, row);
    }
    this.rows.set(this.place(row), row);
  }

  remove(row: Stored): void {
    for (const { name, columns } of this.shape.keys) {
      const entry = entryOf(row, columns);
      if (entry !== undefined && this.indexes.get(name)?.get(entry) === row)
        this.indexes.get(name)?.delete(entry);
    }
    this.rows.delete(this.place(row));
  }

  /** The row of a unique key, by the values of its columns in order. */
  byKey(key: string, values: readonly Value[]): Stored | undefined {
    return this.indexes.get(key)?.get(values.map(partOf).join('\u0000'));
  }

  /** Rows whose columns are exactly so, NULL included. */
  matching(where: Readonly<Record<string, SqlValue>>): Stored[] {
    const bound = Object.entries(where).map(([name, value]): [string, string] => {
      const column = this.shape.columns.get(name);
      if (!column) throw new Error(`${this.name} has no column ${name}`);
      return [name, partOf(this.fitted(name, column, value))];
    });
    const isSo = (row: Stored) => bound.every(([name, part]) => partOf(row[name] ?? null) === part);
    const [primary] = this.shape.keys;
    if (primary?.columns.every((column) => where[column] !== undefined)) {
      const row = this.rows.get(
        primary.columns.map((column) => partOf(where[column] as Value)).join('\u0000'),
      );
      return row && isSo(row) ? [row] : [];
    }
    return [...this.rows.values()].filter(isSo);
  }

  /** Enforces a unique key no more: a fault for tests that must be noticed. */
  forgetKey(name: string): void {
    if (name === 'PRIMARY' || !this.indexes.has(name)) throw new Error(`${this.name}: ${name} stays`);
    this.forgotten.add(name);
  }

  raw(row: Stored): RawRow {
    const raw: RawRow = {};
    for (const name in row) {
      const value = row[name] ?? null;
      raw[name] = typeof value === 'bigint' ? value.toString() : value;
    }
    return raw;
  }

  private place(row: Stored): string {
    return entryOf(row, this.shape.keys[0]?.columns ?? []) ?? '';
  }

  private fitted(name: string, { kind, lengthMax }: Column, value: SqlValue): Value {
    if (value === null) return null;
    const fit = FITS[kind](value);
    if (fit === undefined) throw new Error(`${this.name}.${name} takes no ${typeof value}`);
    if (lengthMax !== undefined && (fit as string | Buffer).length > lengthMax)
      throw new Error(`${this.name}.${name} takes ${lengthMax} at most: ${String(value)}`);
    return fit;
  }
}

/** How a bound value becomes a stored one; undefined where the column cannot take it. */
const FITS: Record<Column['kind'], (value: SqlValue) => Value | undefined> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  date: (value) => (typeof value === 'string' ? value : undefined),
  bytes: (value) =>
    typeof value === 'string' ? Buffer.from(value) : Buffer.isBuffer(value) ? value : undefined,
  bigint: (value) =>
    typeof value === 'bigint'
      ? value
      : typeof value === 'number' || typeof value === 'string'
        ? BigInt(value)
        : undefined,
  int: (value) =>
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string'
      ? Number(value)
      : undefined,
  time: (value) => (value instanceof Date ? value : undefined),
};

function partOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return String(value.getTime());
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return value === null ? '\u0001null' : value.toString();
}

function entryOf(row: Stored, columns: readonly string[]): string | undefined {
  const values = columns.map((column) => row[column] ?? null);
  return values.includes(null) ? undefined : values.map(partOf).join('\u0000');
}

/** The tables of a payment database in memory: the same columns, unique keys and checks; units of work undo whole. */
export class MemoryTables {
  private readonly tables = new Map<string, Table>();

  constructor(private readonly shapes: ReadonlyMap<string, TableShape>) {}

  /** Does a piece of work on the rows; what it did is undone when it throws. */
  atomically<T>(work: (change: Change) => T): T {
    const undo: (() => void)[] = [];
    try {
      return work(new Change(this, undo));
    } catch (error) {
      for (const back of undo.reverse()) back();
      throw error;
    }
  }

  /** Rows of a test of our own, as the payment database hands them over. */
  rowsWhere(table: string, isWanted: (row: Stored) => boolean): RawRow[] {
    const found = this.table(table);
    return [...found.rows.values()].filter(isWanted).map((row) => found.raw(row));
  }

  /** Rows that match, as the payment database hands them over; all of them when nothing is asked. */
  rows(table: string, where: Readonly<Record<string, SqlValue>> = {}): RawRow[] {
    const found = this.table(table);
    return found.matching(where).map((row) => found.raw(row));
  }

  /** The row of a unique key, by the values of its columns in order. */
  row(table: string, key: string, ...values: string[]): RawRow | undefined {
    const found = this.table(table);
    const row = found.byKey(
      key,
      values.map((value) => value),
    );
    return row && found.raw(row);
  }

  /** Takes every row out of a table. */
  clear(table: string): void {
    const found = this.table(table);
    for (const row of found.rows.values()) found.remove(row);
  }

  /** Enforces a unique key no more: a fault for tests that must be noticed. */
  forgetKey(table: string, key: string): void {
    this.table(table).forgetKey(key);
  }

  table(name: string): Table {
    const known = this.tables.get(name);
    if (known) return known;
    const shape = this.shapes.get(name);
    if (!shape) throw new Error(`no migration makes a table ${name}`);
    const table = new Table(name, shape);
    this.tables.set(name, table);
    return table;
  }
}

/** Changes that stand or fall together. */
export class Change {
  constructor(
    private readonly tables: MemoryTables,
    private readonly undo: (() => void)[],
  ) {}

  /** @throws KeyTaken */
  insert({ table: name, values }: Row): void {
    const table = this.tables.table(name);
    const row = table.complete(values);
    table.put(row);
    this.undo.push(() => table.remove(row));
  }

  /** @returns how many rows matched. */
  update({ table: name, set, where }: GuardedUpdate): number {
    const table = this.tables.table(name);
    const found = table.matching(where);
    for (const row of found) {
      const changed = table.changed(row, set);
      table.put(changed, row);
      this.undo.push(() => table.put(row, changed));
    }
    return found.length;
  }
}
