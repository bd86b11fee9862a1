import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { Database, grantApplication, migrate, type SqlValue } from '#lib/platform';

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

/** A schema of the test server. */
interface Schema {
  name: string;
  /** As the application. */
  url: string;
  migrationUrl: string;
}

/** What `TEST_SCHEMA_FILE` holds (scripts/lib/schema-template.mjs). */
interface Template {
  /** By table. */
  create: Record<string, string>;
  /** Copies the rows that the migrations wrote; by table. */
  fill: Record<string, string>;
  triggers: string[];
}

/** Schemas of tests that are over, empty again, for the next tests of this file. */
const kept: Schema[] = [];
let isFileOver = false;

afterAll(async () => {
  isFileOver = true;
  for (const schema of kept.splice(0)) await forget(schema);
});

/**
 * Opens a schema as the migrations make it: a fresh one, or one of an earlier test of this file that was emptied. Call
 * `drop()` in `afterEach` or `afterAll`. Its counters begin at 1 and nobody is connected to it, so a process of its own may
 * be started on it; tests that begin with the same rows and stay in this process share one at less cost
 * (`aSharedDatabase`, which keeps its connections and brings back rows only).
 */
export async function aDatabase(): Promise<TestDatabase> {
  const schema = kept.pop() ?? (await aSchema(fillFromTemplate));
  const admin = new WatchedDatabase(schema.migrationUrl, { connectionsMax: 2 });
  return opened(schema, admin, async () => {
    const isEmptied = !isFileOver && !admin.hasChangedSchema && (await empty(schema));
    if (isEmptied) kept.push(schema);
    else await forget(schema);
  });
}

/** Opens a fresh schema that every migration has been run on, one after the other, as in an installation. */
export async function aMigratedDatabase(): Promise<TestDatabase> {
  const schema = await aSchema((url) => migrate(url, join(ROOT, 'migrations')));
  const admin = new Database(schema.migrationUrl, { connectionsMax: 2 });
  return opened(schema, admin, () => forget(schema));
}

/** Notices what an emptied schema would still carry on to the next test. */
class WatchedDatabase extends Database {
  hasChangedSchema = false;

  override run(sql: string, values?: readonly SqlValue[]): Promise<number> {
    this.hasChangedSchema ||= !/^\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH)\b/i.test(sql);
    return super.run(sql, values);
  }
}

function opened(schema: Schema, admin: Database, over: () => Promise<void>): TestDatabase {
  const { url, migrationUrl } = schema;
  const database = new Database(url);
  return {
    database,
    admin,
    url,
    migrationUrl,
    async drop() {
      await database.close();
      await admin.close();
      await over();
    },
  };
}

async function aSchema(fill: (migrationUrl: string) => Promise<unknown>): Promise<Schema> {
  const name = `simpul_test_${randomBytes(5).toString('hex')}`;
  const application = serverUrl('TEST_DATABASE_URL');
  const migration = serverUrl('TEST_DATABASE_MIGRATION_URL');
  await connected(migration.href, (server) => server.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`));
  application.pathname = name;
  migration.pathname = name;
  await fill(migration.href);
  await grantApplication(migration.href, application.href, join(ROOT, 'migrations', 'grants.yaml'));
  return { name, url: application.href, migrationUrl: migration.href };
}

function template(): Template {
  const file = process.env['TEST_SCHEMA_FILE'];
  if (!file) throw new Error('TEST_SCHEMA_FILE is not set; run tests by `npm test -- <pattern>`');
  return JSON.parse(readFileSync(file, 'utf8')) as Template;
}

async function fillFromTemplate(migrationUrl: string): Promise<void> {
  const { create, fill, triggers } = template();
  const statements = [...Object.values(create), ...Object.values(fill), ...triggers];
  await connected(migrationUrl, (schema) => schema.query(statements.join(';\n')));
}

async function forget({ name }: Schema): Promise<void> {
  await connected(serverUrl('TEST_DATABASE_MIGRATION_URL').href, (server) =>
    server.query(`DROP DATABASE ${name}`),
  );
}

const MANY_ROWS = 1_000;

/**
 * Brings the rows of a schema back to those of the migrations, and its counters to their beginning.
 * @returns false where somebody is still connected and may write later, or where it has other tables than it had.
 */
async function empty({ name, url, migrationUrl }: Schema): Promise<boolean> {
  if (!(await isLeft(name, url))) return false;
  const { create, fill } = template();
  return connected(migrationUrl, async (schema) => {
    if (await isConnected(schema, name)) return false;
    const [found] = await schema.query<RowDataPacket[]>(
      'SELECT table_name AS name, auto_increment AS next, table_rows AS size FROM information_schema.tables WHERE table_schema = ?',
      [name],
    );
    const tables = found as { name: string; next: number | null; size: number }[];
    if (tables.length !== Object.keys(create).length || tables.some((table) => !(table.name in create)))
      return false;
    const probes = tables.map((table) => `(SELECT '${table.name}' AS name FROM ${table.name} LIMIT 1)`);
    const [filled] = await schema.query<RowDataPacket[]>(probes.join(' UNION ALL '));
    const used = new Set(filled.map((row) => String(row['name'])));
    const statements = tables.flatMap((table) => {
      if (table.name in fill) return [];
      // Only a table that is made anew counts from 1 again; and many rows are dropped sooner than deleted.
      const hasCounted = table.next !== null && table.next > 1;
      if (hasCounted || table.size > MANY_ROWS) return [`TRUNCATE TABLE ${table.name}`];
      return used.has(table.name) ? [`DELETE FROM ${table.name}`] : [];
    });
    await schema.query([...statements, ...emptiedAndFilled(fill)].join(';\n'));
    return true;
  });
}

/** What the triggers of other tables wrote meanwhile goes, too. */
function emptiedAndFilled(fill: Template['fill']): string[] {
  return Object.entries(fill).flatMap(([table, statement]) => [`DELETE FROM ${table}`, statement]);
}

const LEFT_WITHIN_MS = 1_000;

/** Whether the application has left: the server takes a moment to notice. */
async function isLeft(name: string, url: string): Promise<boolean> {
  return connected(url, async (schema) => {
    const until = Date.now() + LEFT_WITHIN_MS;
    while (await isConnected(schema, name)) {
      if (Date.now() > until) return false;
      await sleep(10);
    }
    return true;
  });
}

/** Whether the asker's account has another connection to this schema. */
async function isConnected(asker: Connection, name: string): Promise<boolean> {
  const [others] = await asker.query<RowDataPacket[]>(
    'SELECT 1 FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()',
    [name],
  );
  return others.length > 0;
}

async function connected<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({ uri: url, multipleStatements: true });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
