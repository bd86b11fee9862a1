import type { Statements } from './database';
import { SettingError } from './environment';

/**
 * Refuses a server on which an acknowledged payment could be lost or an amount silently cut.
 * With `innodb_flush_log_at_trx_commit=0` a killed server loses commits it has already acknowledged.
 * @throws SettingError naming each wrong variable, its value and the right one.
 */
export async function checkDatabase(statements: Statements): Promise<void> {
  const [row] = await statements.rows<Record<string, string | number>>(
    'SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush_log, @@GLOBAL.log_bin AS log_bin, ' +
      '@@GLOBAL.sync_binlog AS sync_binlog, @@SESSION.sql_mode AS sql_mode, ' +
      '@@SESSION.time_zone AS time_zone, @@GLOBAL.default_storage_engine AS engine',
  );
  if (!row) throw new SettingError('the database did not answer the start-up check');
  const wrong: string[] = [];
  const expect = (isRight: boolean, variable: string, value: unknown, right: string) => {
    if (!isRight) wrong.push(`${variable} is ${String(value)}, must be ${right}`);
  };
  expect(Number(row['flush_log']) === 1, 'innodb_flush_log_at_trx_commit', row['flush_log'], '1');
  const keepsBinlog = Number(row['log_bin']) === 1;
  expect(!keepsBinlog || Number(row['sync_binlog']) === 1, 'sync_binlog', row['sync_binlog'], '1');
  expect(String(row['sql_mode']).includes('STRICT'), 'sql_mode', row['sql_mode'], 'strict');
  expect(row['time_zone'] === '+00:00', 'time_zone', row['time_zone'], '+00:00');
  expect(row['engine'] === 'InnoDB', 'default_storage_engine', row['engine'], 'InnoDB');
  if (wrong.length > 0) throw new SettingError(`the database is not safe for money: ${wrong.join('; ')}`);
}
