import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { readConfigFile } from './config-file';

/** TypeORM orders migrations by the 13 digits at the end of their name; our files are numbered. */
const TIMESTAMP_BASE = 1_700_000_000_000;

/** Makes a TypeORM migration of a numbered SQL file; its statements may be run again after a kill half-way. */
function migrationOf(directory: string, file: string): new () => MigrationInterface {
  const number = Number(file.slice(0, 4));
  const name = `${file.replace(/\.sql$/, '')}-${TIMESTAMP_BASE + number}`;
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statementsOf(readFileSync(join(directory, file), 'utf8')))
        await runner.query(statement);
    }

    async down(): Promise<void> {
      throw new Error(`${file} is not undone by a program; its head comment says how to go back`);
    }
  };
}

function statementsOf(sql: string): string[] {
  return sql
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/**
 * Brings a schema up to date: every `NNNN-name.sql` of the directory, once, in order.
 * @returns the names of those that were run now.
 */
export async function migrate(url: string, directory: string): Promise<string[]> {
  // Loaded by who migrates only: it takes as long as everything else of this library together.
  const { DataSource } = await import('typeorm');
  const files = readdirSync(directory).filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file));
  const source = new DataSource({
    type: 'mariadb',
    url,
    timezone: 'Z',
    migrations: files.toSorted().map((file) => migrationOf(directory, file)),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'none',
  });
  await source.initialize();
  try {
    return (await source.runMigrations()).map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}

/** Rights on a table; UPDATE may be on some of its columns only. */
const Right = z.union([
  z.enum(['SELECT', 'INSERT', 'UPDATE', 'DELETE']),
  z.string().regex(/^UPDATE \([a-z_]+(, [a-z_]+)*\)$/),
]);
const Grants = z.record(z.string(), z.array(Right));

/**
 * Gives the application's account its rights, table by table, so that it cannot change a posting or an event.
 * Does nothing when both URLs name the same account.
 * @returns the account that was granted, or undefined.
 */
export async function grantApplication(
  migrationUrl: string,
  applicationUrl: string,
  grantsFile: string,
): Promise<string | undefined> {
  const application = new URL(applicationUrl);
  const schema = application.pathname.slice(1);
  if (new URL(migrationUrl).username === application.username) return undefined;

  // It may have no right to the schema yet, so it introduces itself without one.
  application.pathname = '';
  const visitor = await createConnection(application.href);
  const [[who]] = await visitor.query<RowDataPacket[]>('SELECT CURRENT_USER() AS account');
  await visitor.end();
  const [user, host] = String(who?.['account']).split('@');

  const grants = readConfigFile(grantsFile, Grants);
  const migration = await createConnection(migrationUrl);
  try {
    for (const [table, rights] of Object.entries(grants))
      await migration.query(`GRANT ${rights.join(', ')} ON ??.?? TO ?@?`, [schema, table, user, host]);
  } finally {
    await migration.end();
  }
  return `${user}@${host}`;
}
