import { aDatabase, type TestDatabase } from './database';

/** One schema for the tests of a file; each of them finds it as it was made, and nothing of the one before. */
export interface SharedDatabase {
  /** The schema for one test: `drop()` brings it back to what it was. */
  readonly lent: TestDatabase;
  /** Drops the schema for good. Call it in `afterAll`. */
  drop(): Promise<void>;
}

/** Rounds of mending: a trigger may count what the first one does. */
const ROUNDS_MAX = 3;

/**
 * Opens a schema that costs a test a few statements where one of its own costs half a second. Counters of
 * AUTO_INCREMENT go on, and connections stay open: what needs them anew, or changes tables, takes `aDatabase`, which
 * empties a schema between two tests and cannot bring back what `fill` wrote.
 * @param fill writes what every test is to find, once.
 */
export async function aSharedDatabase(
  fill: (store: TestDatabase) => Promise<void> = () => Promise.resolve(),
): Promise<SharedDatabase> {
  const store = await aDatabase();
  await fill(store);
  const schema = new URL(store.migrationUrl).pathname.slice(1);
  const kept = `${schema}_kept`;
  const tables = await tablesOf(store, schema);
  const sums = await sumsOf(store, tables);
  await store.admin.run(`CREATE DATABASE ${kept} CHARACTER SET utf8mb4`);
  for (const table of tables)
    if (sums.get(table) !== EMPTY)
      await store.admin.run(`CREATE TABLE ${kept}.${table} AS SELECT * FROM ${schema}.${table}`);

  const bringBack = async (): Promise<void> => {
    for (let round = 1; ; round += 1) {
      const now = await sumsOf(store, tables);
      const changed = tables.filter((table) => now.get(table) !== sums.get(table));
      if (changed.length === 0) return;
      if (round > ROUNDS_MAX) throw new Error(`cannot be brought back: ${changed.join(', ')}`);
      await store.admin.transaction(async (statements) => {
        for (const table of changed) {
          await statements.run(`DELETE FROM ${table}`);
          if (sums.get(table) !== EMPTY)
            await statements.run(`INSERT INTO ${table} SELECT * FROM ${kept}.${table}`);
        }
      });
    }
  };
  return {
    lent: { ...store, drop: bringBack },
    async drop() {
      await store.admin.run(`DROP DATABASE ${kept}`);
      await store.drop();
    },
  };
}

/** What CHECKSUM TABLE says of a table without rows. */
const EMPTY = '0';

async function tablesOf({ admin }: TestDatabase, schema: string): Promise<string[]> {
  const rows = await admin.rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
    [schema],
  );
  return rows.map(({ name }) => name);
}

async function sumsOf({ admin }: TestDatabase, tables: readonly string[]): Promise<Map<string, string>> {
  const rows = await admin.rows<{ Table: string; Checksum: string | number }>(
    `CHECKSUM TABLE ${tables.join(', ')}`,
  );
  return new Map(rows.map(({ Table, Checksum }) => [Table.slice(Table.indexOf('.') + 1), String(Checksum)]));
}
