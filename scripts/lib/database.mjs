import { spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { CannotRun } from './cannot-run.mjs';
import { run, tail } from './commands.mjs';
import { LOOPBACK, waitForAnswer } from './ports.mjs';
import { launch } from './processes.mjs';
import { databaseServer } from './programs.mjs';

/** The schema every process works in, and the two accounts: one that works, one that may change the schema. */
export const SCHEMA = 'simpul';
const APPLICATION = 'simpul_app';
const MIGRATION = 'simpul_migration';

/** A crash recovery may read the whole redo log first; killing it half-way would only begin it again. */
const READY_MS = 300_000;

/**
 * What money needs from the server: every commit on disk before it is answered, no value silently bent, one
 * time zone, the isolation the code is written for, and a statement that waited too long undone together with
 * its whole transaction.
 */
const PROMISES = [
  '--innodb-flush-log-at-trx-commit=1',
  '--sql-mode=TRADITIONAL',
  '--default-time-zone=+00:00',
  '--character-set-server=utf8mb4',
  '--transaction-isolation=READ-COMMITTED',
  '--innodb-rollback-on-timeout=ON',
];

/**
 * Memory and redo log: a day of demo traffic, or a throw-away database that should appear quickly. A payment leaves
 * 10 KB of redo; where the log is small, payments wait for old pages to be written and not only for their commit.
 */
const SIZES = {
  lasting: ['--innodb-buffer-pool-size=256M', '--innodb-log-file-size=512M'],
  throwAway: ['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M'],
  // As lasting, for benches: the account of migrations may turn the server's promises off, to see what they cost.
  measured: ['--innodb-buffer-pool-size=256M', '--innodb-log-file-size=1G'],
};

/**
 * A private MariaDB: its data, socket and port are its own, and it reads no configuration of the machine.
 * @typedef {object} Database
 * @property {import('./home.mjs').Home} home
 * @property {number} port
 * @property {keyof typeof SIZES} size
 * @property {string} program
 * @property {Account} account
 */

/**
 * The account of the operating system the server runs as.
 * @typedef {{ name: string, uid: number | null }} Account `uid` null: ours, nothing to hand over
 */

/**
 * Where the data of an installation lies.
 * @param {import('./home.mjs').Home} home
 */
export function dataFolder(home) {
  return path.join(home.database, 'data');
}

/**
 * A folder of its own for temporary tables: a server clears away at its start whatever temporary tables lie in its
 * folder, and in one that is shared they may be another server's.
 * @param {import('./home.mjs').Home} home
 */
function tmpdir(home) {
  return `--tmpdir=${path.join(home.database, 'tmp')}`;
}

/**
 * Makes the data folder at the first start and hands it to the account that will use it.
 * @param {{ home: import('./home.mjs').Home, port: number, size: keyof typeof SIZES, signal?: AbortSignal }} what
 * @returns {Promise<Database>}
 * @throws {CannotRun} if no MariaDB server is installed or it refuses to make its tables
 */
export async function prepareDatabase({ home, port, size, signal }) {
  const program = databaseServer();
  if (program === null) throw new CannotRun('No MariaDB server is installed. Run: node scripts/setup.mjs');
  mkdirSync(home.database, { recursive: true, mode: 0o700 });
  const account = accountFor(home.database);
  const database = { home, port, size, program, account };
  mkdirSync(path.join(home.database, 'tmp'), { recursive: true, mode: 0o700 });
  const data = dataFolder(home);
  if (!existsSync(data)) {
    // A folder that was being made when the power went is not mistaken for a database.
    const draft = `${data}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    handOver(home.database, account);
    const args = ['--no-defaults', '--bootstrap', '--skip-name-resolve', `--datadir=${draft}`, tmpdir(home)];
    const made = await run(program, [...args, ...SIZES[size], ...runAs(account)], {
      input: systemTables(program, account),
      signal,
    });
    if (!made.ok) throw new CannotRun(`MariaDB could not make its tables in ${draft}:\n${tail(made.output)}`);
    renameSync(draft, data);
  }
  handOver(home.database, account);
  return database;
}

/**
 * Starts the server. Its first act is to bring schema, accounts and passwords in line with our secrets.
 * @param {Database} database
 * @param {import('./secrets.mjs').Secrets['database']} passwords
 * @param {string[]} [more] options of the server beside ours
 * @returns {import('./processes.mjs').Launched}
 */
export function launchDatabase({ home, port, size, program, account }, passwords, more = []) {
  const initFile = path.join(home.database, 'init.sql');
  writeFileSync(initFile, accountsSql(passwords, size === 'measured'), { mode: 0o600 });
  if (account.uid !== null) chownSync(initFile, account.uid, -1);
  return launch({
    name: 'database',
    home,
    command: program,
    args: [
      '--no-defaults',
      `--datadir=${dataFolder(home)}`,
      tmpdir(home),
      // Relative to the data folder: a socket's path may not be longer than 107 bytes, a checkout's may.
      '--socket=mariadb.sock',
      '--pid-file=mariadb.pid',
      `--bind-address=${LOOPBACK}`,
      `--port=${port}`,
      '--skip-name-resolve',
      `--init-file=${initFile}`,
      ...PROMISES,
      ...SIZES[size],
      ...more,
      ...runAs(account),
    ],
    readyMs: READY_MS,
    whenReady: async (_child, signal) => {
      await waitForAnswer(port, { greets: true, signal });
      rmSync(initFile, { force: true });
    },
  });
}

/**
 * The addresses of the two accounts.
 * @param {number} port
 * @param {import('./secrets.mjs').Secrets['database']} passwords
 */
export function databaseUrls(port, passwords) {
  const url = (/** @type {string} */ user, /** @type {string} */ password) =>
    `mysql://${user}:${password}@${LOOPBACK}:${port}/${SCHEMA}`;
  return {
    application: url(APPLICATION, passwords.application),
    migration: url(MIGRATION, passwords.migration),
  };
}

/**
 * Everything here can be said again at each start without effect. The application's account gets its rights,
 * table by table, from the migrations. Passwords are ours (Base64url), so they need no quoting.
 * @param {import('./secrets.mjs').Secrets['database']} passwords
 * @param {boolean} mayTune
 */
function accountsSql(passwords, mayTune) {
  // The pattern also covers the schemas that tests and demos make for themselves.
  const statements = [
    `CREATE DATABASE IF NOT EXISTS ${SCHEMA} CHARACTER SET utf8mb4`,
    ...accountSql(APPLICATION, passwords.application),
    ...accountSql(MIGRATION, passwords.migration),
    `GRANT ALL ON \`${SCHEMA}%\`.* TO '${MIGRATION}'@'${LOOPBACK}' WITH GRANT OPTION`,
    ...(mayTune ? [`GRANT SUPER ON *.* TO '${MIGRATION}'@'${LOOPBACK}'`] : []),
  ];
  return statements.map((statement) => `${statement};\n`).join('');
}

/**
 * @param {string} name
 * @param {string} password
 */
function accountSql(name, password) {
  return ['CREATE USER IF NOT EXISTS', 'ALTER USER'].map(
    (verb) => `${verb} '${name}'@'${LOOPBACK}' IDENTIFIED BY '${password}'`,
  );
}

/**
 * The statements a new server is fed, as shipped with it. Its administrator is the operating system's account
 * that runs it and no other: no password exists that could be empty or guessed.
 * @param {string} program
 * @param {Account} account
 */
function systemTables(program, account) {
  const prefix = program.replace(/\/(s?bin|libexec)\/[^/]*$/, '');
  const folder = [`${prefix}/share/mysql`, `${prefix}/share/mariadb`].find((candidate) =>
    existsSync(candidate),
  );
  if (folder === undefined) throw new CannotRun(`MariaDB's own SQL files are missing below ${prefix}/share.`);
  const shipped = ['system_tables', 'performance_tables', 'system_tables_data'].map((name) => {
    // Newer versions of MariaDB renamed the files.
    const file = ['mysql', 'mariadb']
      .map((brand) => path.join(folder, `${brand}_${name}.sql`))
      .find(existsSync);
    if (file === undefined)
      throw new CannotRun(`MariaDB's own SQL file for ${name} is missing in ${folder}.`);
    return readFileSync(file, 'utf8');
  });
  if (!/^[\w.@-]+$/.test(account.name))
    throw new CannotRun(`The account name "${account.name}" is not usable.`);
  return [
    'create database mysql;',
    'use mysql;',
    `SET @auth_root_socket='${account.name}';`,
    ...shipped,
  ].join('\n');
}

/**
 * MariaDB refuses to run as root unless told. It runs as `nobody` where that account can reach its folder,
 * and as root where it cannot: below a home folder that only its owner may enter.
 * @param {string} folder
 * @returns {Account}
 */
function accountFor(folder) {
  const { username, uid } = userInfo();
  if (uid !== 0) return { name: username, uid: null };
  const [nobody = 0, group = 0] = ['-u', '-g'].map((which) =>
    Number(spawnSync('id', [which, 'nobody'], { encoding: 'utf8' }).stdout.trim()),
  );
  if (nobody === 0 || group === 0) return { name: 'root', uid: 0 };
  const look = spawnSync('test', ['-x', path.dirname(folder)], { uid: nobody, gid: group, cwd: '/' });
  return look.status === 0 ? { name: 'nobody', uid: nobody } : { name: 'root', uid: 0 };
}

/** @param {Account} account */
function runAs({ name, uid }) {
  return uid === null ? [] : [`--user=${name}`];
}

/**
 * Gives a folder and all in it to an account. The checkout may have moved to where another account must run
 * the server; then the files still belong to the one before.
 * @param {string} folder
 * @param {Account} account
 */
function handOver(folder, { uid }) {
  if (uid === null) return;
  if (lstatSync(folder).uid !== uid) chownSync(folder, uid, -1);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (lstatSync(file).uid !== uid) chownSync(file, uid, -1);
  }
}
