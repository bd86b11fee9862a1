import { randomBytes } from 'node:crypto';
import { CannotRun } from './cannot-run.mjs';

const NO_SUCH_GRANT = 1147;

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
  const inSchema = (/** @type {string} */ url) => withSchema(url, schema);
  await connected(given.migration, (server) =>
    server.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`),
  );
  return {
    urls: { application: inSchema(given.application), migration: inSchema(given.migration) },
    drop: () => connected(given.migration, (server) => drop(server, schema, given)),
  };
}

/**
 * Rights outlive the tables they were given on, so they are taken back first.
 * @param {Connection} server
 * @param {string} schema
 * @param {Urls} given
 */
async function drop(server, schema, given) {
  if (given.application !== given.migration) {
    const account = await connected(given.application, async (visitor) => {
      const [[row]] = await visitor.query(
        "SELECT CONCAT('`', REPLACE(CURRENT_USER(), '@', '`@`'), '`') AS account",
      );
      return row?.account;
    });
    const [tables] = await server.query(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
      [schema],
    );
    for (const { name } of tables)
      await server
        .query(`REVOKE ALL PRIVILEGES ON ${schema}.\`${name}\` FROM ${account}`)
        .catch((/** @type {{ errno?: number }} */ error) => {
          if (error.errno !== NO_SUCH_GRANT) throw error;
        });
  }
  await server.query(`DROP DATABASE ${schema}`);
}

/**
 * What we ask of a connection: rows of text.
 * @typedef {{ query: (sql: string, values?: string[]) => Promise<[Record<string, string>[], unknown]> }} Connection
 */

/**
 * Does something on a server.
 * @template T
 * @param {string} url
 * @param {(server: Connection) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function connected(url, work) {
  const { createConnection } = await import('mysql2/promise');
  const server = withSchema(url, '');
  try {
    const connection = await createConnection({ uri: server });
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  } catch (error) {
    const { username, host } = new URL(server);
    throw new CannotRun(
      `The account ${username} at ${host}: ${error instanceof Error ? error.message : String(error)}. The demo makes ` +
        `a schema of its own: give DATABASE_MIGRATION_URL an account with all rights on \`simpul%\`.* and GRANT ` +
        `OPTION, or unset DATABASE_URL.`,
    );
  }
}

/**
 * @param {string} url
 * @param {string} schema
 */
function withSchema(url, schema) {
  return Object.assign(new URL(url), { pathname: `/${schema}` }).href;
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
