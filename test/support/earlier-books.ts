import type { Database } from '#lib/platform';

/** What payments and money are written to. */
export const MONEY_TABLES = ['journal', 'posting', 'deposit'];
export const PAYMENT_TABLES = ['inquiry', 'payment', 'payment_leg', 'payment_event', ...MONEY_TABLES];

/**
 * Keeps tables as they stand now, as another server knows them that is behind from here on.
 * @returns what makes that server take over: in one moment the tables are again as they were kept, once.
 */
export async function keepBooks(admin: Database, tables: readonly string[]): Promise<() => Promise<void>> {
  for (const table of tables) await admin.run(`CREATE TABLE behind_${table} AS SELECT * FROM ${table}`);
  return async () => {
    await admin.transaction(async (statements) => {
      await statements.run('SET foreign_key_checks = 0');
      for (const table of tables) {
        await statements.run(`DELETE FROM ${table}`);
        await statements.run(`INSERT INTO ${table} SELECT * FROM behind_${table}`);
      }
      await statements.run('SET foreign_key_checks = 1');
    });
    for (const table of tables) await admin.run(`DROP TABLE behind_${table}`);
  };
}
