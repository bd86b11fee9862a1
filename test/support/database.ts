import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
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

/** Opens a fresh schema, as the migrations make it. Call `drop()` in `afterAll`. */
export async function aDatabase(): Promise<TestDatabase> {
  return aSchema(async (url) => {
    const file = process.env['TEST_SCHEMA_FILE'];
    if (!file) throw new Error('TEST_SCHEMA_FILE is not set; run tests by `npm test -- <pattern>`');
    const connection = await createConnection({ uri: url, multipleStatements: true });
    try {
      await connection.query((JSON.parse(readFileSync(file, 'utf8')) as string[]).join(';\n'));
    } finally {
      await connection.end();
    }
  });
}

/** Opens a fresh schema that every migration has been run on, one after the other, as in an installation. */
export async function aMigratedDatabase(): Promise<TestDatabase> {
  return aSchema(async (url) => {
    await migrate(url, join(ROOT, 'migrations'));
  });
}

async function aSchema(fill: (migrationUrl: string) => Promise<void>): Promise<TestDatabase> {
  const schema = `simpul_test_${randomBytes(5).toString('hex')}`;
  const application = serverUrl('TEST_DATABASE_URL');
  const migration = serverUrl('TEST_DATABASE_MIGRATION_URL');
  const server = new Database(migration.href, { connectionsMax: 1 });
  await server.run(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  await server.close();
  application.pathname = schema;
  migration.pathname = schema;
  await fill(migration.href);
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
