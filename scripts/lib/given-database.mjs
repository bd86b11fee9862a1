import { randomBytes } from 'node:crypto';
import { CannotRun } from './cannot-run.mjs';

/** @typedef {{ application: string, migration: string }} Urls addresses of the two accounts, with the schema */

/**
 * The database server the user wants to be used instead of a private one. It is taken out of our own
 * environment: from here on the installation's environment file says which database is meant, also to the
 * commands the story runs.
 * @param {(line: string) => void} log
 * @returns {Urls | null} null: none is given
 * @throws {CannotRun} if an address is not one
 */
export function takeGivenDatabase(log) {
  const given = givenDatabase(log);
  delete process.env.DATABASE_URL;
  delete process.env.DATABASE_MIGRATION_URL;
  return given;
}

/**
 * The given database server, left where it is.
 * @param {(line: string) => void} log
 * @returns {Urls | null} null: none is given
 * @throws {CannotRun} if an address is not one
 */
export function givenDatabase(log) {
  const { DATABASE_URL: application, DATABASE_MIGRATION_URL: migration } = process.env;
  if (!application) return null;
  requireUrl('DATABASE_URL', application);
  if (migration) requireUrl('DATABASE_MIGRATION_URL', migration);
  else log('DATABASE_MIGRATION_URL is not set: the migrations use the account of DATABASE_URL');
  return { application, migration: migration || application };
}

/**
 * Makes a schema of its own on a given server, for a run that leaves nothing behind.
 * @param {Urls} given
 * @returns {Promise<{ urls: Urls, drop: () => Promise<void> }>}
 * @throws {CannotRun} if the account may not
 */
export async function throwAwaySchema(given) {
  const schema = `simpul_demo_${randomBytes(5).toString('hex')}`;
  const inSchema = (/** @type {string} */ url) =>
    Object.assign(new URL(url), { pathname: `/${schema}` }).href;
  await execute(given.migration, `CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  return {
    urls: { application: inSchema(given.application), migration: inSchema(given.migration) },
    drop: () => execute(given.migration, `DROP DATABASE IF EXISTS ${schema}`),
  };
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function execute(url, statement) {
  const { createConnection } = await import('mysql2/promise');
  const server = Object.assign(new URL(url), { pathname: '/' });
  try {
    const connection = await createConnection({ uri: server.href });
    try {
      await connection.query(statement);
    } finally {
      await connection.end();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CannotRun(
      `The account ${server.username} at ${server.host} could not do "${statement}" (${why}). The demo makes a ` +
        `schema of its own: give DATABASE_MIGRATION_URL an account with all rights on \`simpul%\`.* and GRANT ` +
        `OPTION, or unset DATABASE_URL.`,
    );
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
function requireUrl(name, text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^(mysql|mariadb):$/.test(url.protocol) && url.hostname && url.pathname.length > 1) return;
  throw new CannotRun(`${name} is not an address; write it as mysql://user:password@host:port/schema.`);
}
