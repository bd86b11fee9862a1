import { SESSION } from '#lib/platform';
import { aDatabase } from './database';

/**
 * Runs the tests of this file with `innodb_snapshot_isolation` set on every connection: with it, MariaDB refuses (1020)
 * to change a row that another transaction has changed since it was read. Servers without it (before MariaDB 10.11.8,
 * MySQL) run the tests as they are, and say so.
 */
export function withSnapshotIsolation(value: 'ON' | 'OFF'): void {
  SESSION.push(`SET @asked = '${value}' /*M!101108 , SESSION innodb_snapshot_isolation = ${value} */`);

  test(`every connection has innodb_snapshot_isolation ${value}`, async () => {
    const store = await aDatabase();
    const [row] = await store.database.rows<{ Value: string }>(
      "SHOW SESSION VARIABLES LIKE 'innodb_snapshot_isolation'",
    );
    await store.drop();
    if (row) expect(row.Value).toBe(value);
    else
      process.stderr.write('this server has no innodb_snapshot_isolation: the suite ran as the server is\n');
  });
}
