import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { aDatabase, aMigratedDatabase, type TestDatabase } from '../../../test/support/database';
import { CommitUnknown, Database, duplicateKey, fromJson } from './database';
import { grantApplication, migrate } from './migrations';
import { NodeLease } from './node-lease';

const MIGRATIONS = join(__dirname, '..', '..', '..', 'migrations');

let store: TestDatabase;
beforeAll(async () => {
  store = await aDatabase();
  await store.admin.run(
    'CREATE TABLE box (id INT PRIMARY KEY, n BIGINT NOT NULL, ref VARBINARY(20), UNIQUE KEY box_ref (ref))',
  );
});
beforeEach(async () => {
  await store.admin.run('DELETE FROM box');
  await store.admin.run("INSERT INTO box VALUES (1, 9007199254740993, 'a'), (2, 0, 'b')");
});
afterAll(() => store.drop());

async function kill(admins: Database, connectionId: string | undefined): Promise<void> {
  await admins.run(`KILL CONNECTION ${connectionId ?? ''}`).catch(() => 0);
}

async function n(id: number): Promise<string | undefined> {
  return (await store.admin.rows<{ n: string }>('SELECT n FROM box WHERE id = ?', [id]))[0]?.n;
}

test('amounts beyond the range of a number come and go unharmed', async () => {
  expect(await n(1)).toBe('9007199254740993');
  await store.admin.run('UPDATE box SET n = ? WHERE id = 2', [9_223_372_036_854_775_807n]);
  expect(await n(2)).toBe('9223372036854775807');
});

test('every connection reads committed rows, in UTC and strict mode', async () => {
  const [row] = await store.database.rows<Record<string, string>>(
    'SELECT @@session.tx_isolation AS level, @@session.time_zone AS zone, @@session.sql_mode AS mode',
  );
  expect(row).toMatchObject({ level: 'READ-COMMITTED', zone: '+00:00' });
  expect(row?.['mode']).toContain('STRICT_ALL_TABLES');
});

test('a unit of work that throws leaves nothing behind', async () => {
  const work = store.admin.transaction(async (statements) => {
    await statements.run('UPDATE box SET n = 5 WHERE id = 2');
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await n(2)).toBe('0');
});

test('a unit of work that ends itself gives its connection back, rolled back', async () => {
  const single = new Database(store.migrationUrl, { connectionsMax: 1 });
  const connectionId = async () => (await single.rows<{ id: number }>('SELECT CONNECTION_ID() AS id'))[0]?.id;
  const before = await connectionId();
  const refused = single.transaction(async (statements) => {
    await statements.run('UPDATE box SET n = 5 WHERE id = 2');
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await connectionId()).toBe(before);
  expect(await n(2)).toBe('0');
  await single.close();
});

test('a deadlock redoes the loser from its first line', async () => {
  const admins = new Database(store.migrationUrl, { connectionsMax: 4 });
  let runs = 0;
  let arrive = (): void => undefined;
  const bothHold = new Promise<void>((resolve) => {
    let waiting = 2;
    arrive = () => {
      waiting -= 1;
      if (waiting <= 0) resolve();
    };
  });
  const cross = (first: number, second: number) =>
    admins.transaction(async (statements) => {
      runs += 1;
      await statements.run('UPDATE box SET n = n + 1 WHERE id = ?', [first]);
      arrive();
      await bothHold;
      await statements.run('UPDATE box SET n = n + 1 WHERE id = ?', [second]);
    });
  await admins.run('UPDATE box SET n = 0');
  await Promise.all([cross(1, 2), cross(2, 1)]);
  await admins.close();
  expect(runs).toBe(3);
  expect([await n(1), await n(2)]).toEqual(['2', '2']);
});

test('a lock wait that times out redoes the unit, and gives up after some attempts', async () => {
  const admins = new Database(store.migrationUrl, { connectionsMax: 4 });
  let runs = 0;
  let release = (): void => undefined;
  const holding = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked = (): void => undefined;
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const holder = admins.transaction(async (statements) => {
    await statements.run('UPDATE box SET n = 1 WHERE id = 2');
    locked();
    await holding;
  });
  await isLocked;
  const waiter = admins.transaction(async (statements) => {
    runs += 1;
    if (runs === 2) release();
    await statements.rows('SET SESSION innodb_lock_wait_timeout = 1');
    await statements.run('UPDATE box SET n = n + 10 WHERE id = 2');
  });
  await Promise.all([holder, waiter]);
  await admins.close();
  expect(runs).toBeGreaterThanOrEqual(2);
  expect(await n(2)).toBe('11');
});

test.each([
  ['during a statement', 0],
  ['between two statements', 100],
])('a connection lost %s, before COMMIT, redoes the unit', async (_, untilNextStatementMs) => {
  const admins = new Database(store.migrationUrl, { connectionsMax: 4 });
  let runs = 0;
  await admins.transaction(async (statements) => {
    runs += 1;
    const [me] = await statements.rows<{ id: string }>('SELECT CONNECTION_ID() AS id');
    await statements.run('UPDATE box SET n = n + 1 WHERE id = 2');
    if (runs === 1) {
      await kill(admins, me?.id);
      await sleep(untilNextStatementMs);
    }
    await statements.rows('SELECT 1');
  });
  await admins.close();
  expect([runs, await n(2)]).toEqual([2, '1']);
});

test('a connection lost at COMMIT leaves the outcome unknown', async () => {
  const admins = new Database(store.migrationUrl, { connectionsMax: 4 });
  const unknown = admins.transaction(async (statements) => {
    const [me] = await statements.rows<{ id: string }>('SELECT CONNECTION_ID() AS id');
    await statements.run('UPDATE box SET n = n + 1 WHERE id = 2');
    await kill(admins, me?.id);
  });
  await expect(unknown).rejects.toBeInstanceOf(CommitUnknown);
  await admins.close();
});

test('a violated unique key is told by its name; references differ by case and blank', async () => {
  const add = (ref: string) =>
    store.admin.run('INSERT INTO box VALUES (?, 0, ?)', [Math.floor(Math.random() * 1e6) + 10, ref]);
  await add('A');
  await add('a ');
  expect(duplicateKey(await add('a').catch((error: unknown) => error))).toBe('box_ref');
});

test('a JSON column reads the same from text and from a parsed value', () => {
  expect(fromJson('{"a":[1]}')).toEqual({ a: [1] });
  expect(fromJson({ a: [1] })).toEqual({ a: [1] });
  expect(fromJson(null)).toBeNull();
});

test('migrations run once; a second run finds nothing to do, and one that was cut short is run again', async () => {
  expect(await migrate(store.migrationUrl, MIGRATIONS)).toEqual([]);
  // As after a kill between the last statement of the DDL and the note that it was done.
  await store.admin.run('DELETE FROM migration ORDER BY id DESC LIMIT 1');
  expect(await migrate(store.migrationUrl, MIGRATIONS)).toHaveLength(1);
});

test('a schema of the tests is what the migrations make', async () => {
  const [copy, migrated] = await Promise.all([aDatabase(), aMigratedDatabase()]);
  const shapeOf = async ({ admin }: TestDatabase) => {
    const of = (columns: string, table: string, order: string) =>
      admin.rows(`SELECT ${columns} FROM information_schema.${table} ORDER BY ${order}`, []);
    const here = 'table_schema = DATABASE()';
    return {
      columns: await of(
        'table_name, column_name, column_type, is_nullable, column_default, collation_name, extra, column_comment',
        `columns WHERE ${here}`,
        'table_name, ordinal_position',
      ),
      keys: await of(
        'table_name, index_name, non_unique, seq_in_index, column_name',
        `statistics WHERE ${here}`,
        'table_name, index_name, seq_in_index',
      ),
      checks: await of(
        'table_name, constraint_name, check_clause',
        'check_constraints WHERE constraint_schema = DATABASE()',
        'table_name, constraint_name',
      ),
      triggers: await of(
        'trigger_name, event_manipulation, action_timing, action_statement',
        'triggers WHERE trigger_schema = DATABASE()',
        'trigger_name',
      ),
      written: await admin.rows('SELECT name FROM migration ORDER BY id', []),
      accounts: await admin.rows('SELECT account_id, normal_side FROM account ORDER BY account_id', []),
    };
  };
  try {
    const shape = await shapeOf(copy);
    expect(shape).toEqual(await shapeOf(migrated));
    expect(shape.triggers.length).toBeGreaterThan(0);
    expect(shape.checks.length).toBeGreaterThan(0);
  } finally {
    await Promise.all([copy.drop(), migrated.drop()]);
  }
});

test('every table has its rights written down, and history only the right to grow', async () => {
  const grants = parse(readFileSync(join(MIGRATIONS, 'grants.yaml'), 'utf8')) as Record<string, string[]>;
  const tables = await store.admin.rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name <> 'box'",
  );
  expect(Object.keys(grants).sort()).toEqual(tables.map(({ name }) => name).sort());
  for (const table of ['journal', 'posting', 'payment_event', 'payment_evidence'])
    expect(grants[table]).toEqual(['SELECT', 'INSERT']);
});

test('one account for migrations and application is left as it is', async () => {
  const file = join(MIGRATIONS, 'grants.yaml');
  expect(await grantApplication(store.migrationUrl, store.migrationUrl, file)).toBeUndefined();
});

test('processes that live at once have different node numbers, and a restart does not take a living one', async () => {
  const leases = await Promise.all([1, 2, 3].map(() => NodeLease.take(store.database, 32)));
  expect(new Set(leases.map(({ node }) => node)).size).toBe(3);
  leases[0]?.end();
  const next = await NodeLease.take(store.database, 32);
  expect(leases.map(({ node }) => node)).not.toContain(next.node);
  for (const lease of [...leases, next]) lease.end();
});
