import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Database, grantApplication, migrate } from '#lib/platform';

const ROOT = join(__dirname, '..', '..');

/** A schema of its own on the test server, migrated and granted as in production. */
export interface TestDatabase {
  /** As the application: no UPDATE or DELETE on postings. */
  database: Database;
  /** As the migrations' account: may break things on purpose. */
  admin: Database;
  url: string;
  migrationUrl: string;
  drop(): Promise<void>;
}

function serverUrl(name: string): URL {
  const url = process.env[name];
  if (!url)
    throw new Error(`${name} is not set; run tests by \`npm test -- <pattern>\`, which starts the database`);
  return new URL(url);
}

/** Opens a fresh schema. Call `drop()` in `afterAll`. */
export async function aDatabase(): Promise<TestDatabase> {
  const schema = `simpul_test_${randomBytes(5).toString('hex')}`;
  const application = serverUrl('TEST_DATABASE_URL');
  const migration = serverUrl('TEST_DATABASE_MIGRATION_URL');
  const server = new Database(migration.href, { connectionsMax: 1 });
  await server.run(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  await server.close();
  application.pathname = schema;
  migration.pathname = schema;
  await migrate(migration.href, join(ROOT, 'migrations'));
  await grantApplication(migration.href, application.href, join(ROOT, 'migrations', 'grants.yaml'));
  const database = new Database(application.href);
  const admin = new Database(migration.href, { connectionsMax: 2 });
  return {
    database,
    admin,
    url: application.href,
    migrationUrl: migration.href,
    async drop() {
      await database.close();
      await admin.run(`DROP DATABASE ${schema}`);
      await admin.close();
    },
  };
}
