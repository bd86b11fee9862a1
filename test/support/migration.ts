import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDatabase } from './database';

const MIGRATIONS = join(__dirname, '..', '..', 'migrations');

/** Runs a migration once more, on data that a test has laid as it was before. */
export async function runMigration({ admin }: Pick<TestDatabase, 'admin'>, name: string): Promise<void> {
  const sql = readFileSync(join(MIGRATIONS, name), 'utf8');
  const statements = sql.replaceAll(/^--.*$/gm, '').split(/;\s*$/m);
  for (const statement of statements) if (statement.trim() !== '') await admin.run(statement);
}
