import { aDatabase, type TestDatabase } from '../../../test/support/database';
import type { Statements } from './database';
import { checkDatabase, tooWideRights } from './database-check';

let store: TestDatabase;
let account: string[];
beforeAll(async () => {
  store = await aDatabase();
  const [who] = await store.database.rows<{ account: string }>('SELECT CURRENT_USER() AS account');
  account = who?.account.split('@') ?? [];
});
afterAll(() => store.drop());

/** The private server, with some of its variables as a careless operator would have set them. */
function aServerWith(variables: Record<string, string>): Statements {
  return {
    run: (...args) => store.database.run(...args),
    async rows<T>(...args: Parameters<Statements['rows']>): Promise<T[]> {
      const rows = await store.database.rows<Record<string, string>>(...args);
      if (!args[0].startsWith('SHOW ')) return rows as T[];
      return rows.map((row) => ({
        ...row,
        Value: variables[row['Variable_name'] ?? ''] ?? row['Value'],
      })) as T[];
    },
  };
}

test('the private server is safe for money', async () => {
  await expect(checkDatabase(store.database)).resolves.toBeUndefined();
});

test.each([
  [{ innodb_flush_log_at_trx_commit: '2' }, 'innodb_flush_log_at_trx_commit is 2, must be 1'],
  [{ innodb_rollback_on_timeout: 'OFF' }, 'innodb_rollback_on_timeout is OFF, must be ON'],
  [{ innodb_doublewrite: 'OFF' }, 'innodb_doublewrite is OFF, must be ON'],
  [{ log_bin: 'ON', sync_binlog: '0' }, 'sync_binlog is 0, must be 1 while log_bin is on'],
  [{ sql_mode: 'NO_ENGINE_SUBSTITUTION' }, 'sql_mode is NO_ENGINE_SUBSTITUTION, must be strict'],
  [{ time_zone: 'SYSTEM' }, 'time_zone is SYSTEM, must be +00:00'],
  [
    { tx_isolation: 'REPEATABLE-READ', transaction_isolation: 'REPEATABLE-READ' },
    'isolation is REPEATABLE-READ, must be READ-COMMITTED',
  ],
  [{ autocommit: 'OFF' }, 'autocommit is OFF, must be ON'],
  [{ default_storage_engine: 'MyISAM' }, 'default_storage_engine is MyISAM, must be InnoDB'],
  [{ wsrep_on: 'ON', wsrep_sync_wait: '0' }, 'wsrep_sync_wait is 0, must be 1 while wsrep_on is on'],
])('a server with %j is refused, and what is wrong is named', async (variables, message) => {
  await expect(checkDatabase(aServerWith(variables))).rejects.toThrow(message);
});

test('all that is wrong is named at once', async () => {
  const careless = aServerWith({ innodb_flush_log_at_trx_commit: '0', default_storage_engine: 'Aria' });
  await expect(checkDatabase(careless)).rejects.toThrow(
    /innodb_flush_log_at_trx_commit is 0.*default_storage_engine is Aria/,
  );
});

test('a table without transactions, and a reference that is compared as a text, are refused', async () => {
  await store.admin.run('CREATE TABLE loose (channel_reference VARCHAR(64)) ENGINE=MyISAM');
  await expect(checkDatabase(store.admin)).rejects.toThrow(
    /table loose is MyISAM, must be InnoDB; loose.channel_reference is varchar, must be varbinary/,
  );
  await store.admin.run('DROP TABLE loose');
});

describe('rights of the application’s account', () => {
  test('as migrated they are narrow enough for production', async () => {
    expect(await tooWideRights(store.database, false)).toBeNull();
  });

  test.each([
    ['UPDATE', 'posting'],
    ['DELETE', 'journal'],
    ['UPDATE (ledger)', 'payment_event'],
    ['DELETE', 'payment_stop'],
    ['ALTER', 'payment'],
    ['DROP', 'inquiry'],
  ])('%s on %s is too wide, wherever it runs', async (right, table) => {
    await store.admin.run(`GRANT ${right} ON ${table} TO ?@?`, account);
    const found = [await tooWideRights(store.database, false), await tooWideRights(store.database, true)];
    await store.admin.run(`REVOKE ${right} ON ${table} FROM ?@?`, account);
    for (const one of found) expect(one).toContain(`\`${table}\``);
  });

  test.each(['UPDATE', 'ALL PRIVILEGES', 'CREATE'])(
    '%s on the whole schema is too wide in production; in demo and test one account may serve all',
    async (right) => {
      await store.admin.run(`GRANT ${right} ON * TO ?@?`, account);
      const found = [await tooWideRights(store.database, false), await tooWideRights(store.database, true)];
      await store.admin.run(`REVOKE ${right} ON * FROM ?@?`, account);
      expect(found).toEqual([expect.stringContaining(right), null]);
    },
  );

  test('the migrations’ account, whose rights are a pattern of schemas, is refused in production', async () => {
    expect(await tooWideRights(store.admin, false)).toContain('ALL PRIVILEGES');
    expect(await tooWideRights(store.admin, true)).toBeNull();
  });
});
