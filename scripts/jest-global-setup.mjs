import { givenDatabase } from './lib/given-database.mjs';
import { makeQuickStart } from './lib/quick-start.mjs';
import { makeSchemaTemplate } from './lib/schema-template.mjs';
import { makeTestKeys } from './lib/test-keys.mjs';
import { startTestDatabase } from './lib/test-database.mjs';

/**
 * Gives the tests a real database: a private MariaDB for this run, or the given one. Tests make schemas of
 * their own (`simpul_...`) with TEST_DATABASE_MIGRATION_URL; TEST_DATABASE_URL is the account of the
 * application, which has no right until a test's migrations grant it. TEST_SCHEMA_FILE holds the statements of a
 * migrated schema, TEST_QUICK_START what programs are started with. SIMPUL_TEST_SNAPSHOT_ISOLATION=ON or OFF runs
 * everything under that setting of MariaDB.
 */
export default async function globalSetup() {
  // Anything else is production, where one account for migrations and application is refused.
  process.env.SIMPUL_ENVIRONMENT ??= 'test';
  const snapshotIsolation = process.env.SIMPUL_TEST_SNAPSHOT_ISOLATION;
  if (snapshotIsolation !== undefined && !/^(ON|OFF)$/.test(snapshotIsolation))
    throw new Error('SIMPUL_TEST_SNAPSHOT_ISOLATION is ON or OFF');
  const given = givenDatabase(() => {});
  if (given && snapshotIsolation !== undefined)
    throw new Error('SIMPUL_TEST_SNAPSHOT_ISOLATION sets up the private database; unset DATABASE_URL');
  const urls = given ?? (await startTestDatabase(snapshotIsolation));
  process.env.TEST_DATABASE_URL = urls.application;
  process.env.TEST_DATABASE_MIGRATION_URL = urls.migration;
  process.env.TEST_RSA_FILE = makeTestKeys();
  process.env.TEST_QUICK_START = makeQuickStart();
  process.env.TEST_SCHEMA_FILE = await makeSchemaTemplate(urls.migration);
}
