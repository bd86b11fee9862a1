import { BOOK_TABLES, migratedShapes } from '../../../test/memory';
import { aDatabase, type TestDatabase } from '../../../test/support/database';

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
});
afterAll(() => store.drop());

const KINDS: Record<string, string> = {
  varchar: 'text',
  char: 'text',
  longtext: 'text',
  json: 'text',
  varbinary: 'bytes',
  binary: 'bytes',
  bigint: 'bigint',
  tinyint: 'int',
  smallint: 'int',
  int: 'int',
  date: 'date',
  datetime: 'time',
};

/** What a table promises, one line for each column and unique key. */
async function promisesOf(table: string): Promise<string[]> {
  const columns = await store.admin.rows<Record<'name' | 'type' | 'nullable' | 'fallback', string | null>>(
    'SELECT column_name AS name, data_type AS type, is_nullable AS nullable, column_default AS fallback ' +
      'FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?',
    [table],
  );
  const keys = await store.admin.rows<{ name: string; columns: string }>(
    "SELECT index_name AS name, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ' ') AS columns " +
      'FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND non_unique = 0 ' +
      'GROUP BY index_name',
    [table],
  );
  return [
    ...columns.map(
      ({ name, type, nullable, fallback }) =>
        `${name} ${KINDS[type ?? '']} ${nullable === 'YES'} ${fallback === 'NULL' ? null : fallback}`,
    ),
    ...keys.map((key) => `${key.name} ${key.columns}`),
  ].sort();
}

test.each(BOOK_TABLES)('the table %s in memory promises what the real one does', async (table) => {
  const shape = migratedShapes().get(table);
  const inMemory = [
    ...[...(shape?.columns ?? [])].map(
      ([name, { kind, isNullable, otherwise }]) =>
        `${name} ${kind} ${isNullable} ${otherwise?.toString() ?? null}`,
    ),
    ...(shape?.keys ?? []).map((key) => `${key.name} ${key.columns.join(' ')}`),
  ].sort();
  expect(inMemory).toEqual(await promisesOf(table));
});
