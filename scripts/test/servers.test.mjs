import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import SftpClient from 'ssh2-sftp-client';
import { databaseUrls, launchDatabase, prepareDatabase } from '../lib/database.mjs';
import { endLeftovers } from '../lib/leftovers.mjs';
import { LOOPBACK, freePorts } from '../lib/ports.mjs';
import { isAlive } from '../lib/process-table.mjs';
import { keepRunning } from '../lib/processes.mjs';
import { loadSecrets } from '../lib/secrets.mjs';
import { BANK_SOURCE, SOURCES, launchSftp, prepareSftp } from '../lib/sftp.mjs';
import { inOwnHome } from './own-home.mjs';

/**
 * A home's database on a free port, ready to be started.
 * @param {import('../lib/home.mjs').Home} home
 */
async function databaseOf(home) {
  const { database: port } = await freePorts(0);
  const { database: passwords } = loadSecrets(home);
  const database = await prepareDatabase({ home, port, size: 'throwAway' });
  return { port, urls: databaseUrls(port, passwords), start: () => launchDatabase(database, passwords) };
}

/**
 * Keeps a server running while something is done, then stops it.
 * @param {() => import('../lib/processes.mjs').Launched} start
 * @param {(status: { pid: number, restarts: number }) => Promise<void>} work
 */
async function whileKept(start, work) {
  const { signal } = new AbortController();
  const rest = { stopMs: 30_000, onChange: () => {}, log: () => {}, signal };
  const { status, stop } = await keepRunning({ name: 'server', start, ...rest });
  try {
    await work(status);
  } finally {
    await stop();
  }
}

/**
 * Asks again until a server that is coming back answers.
 * @param {string} url
 */
async function connectSoon(url) {
  for (;;) {
    try {
      return await createConnection(url);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error;
      assert.ok(code === 'ECONNREFUSED' || code === 'ECONNRESET', String(error));
    }
  }
}

await test('the private database keeps the promises that money needs', () =>
  inOwnHome(async (home) => {
    const { start, urls } = await databaseOf(home);
    await whileKept(start, async () => {
      const connection = await createConnection(urls.migration);
      const [rows] = await connection.query(
        `SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.innodb_rollback_on_timeout AS rollback,
          @@GLOBAL.sql_mode LIKE '%STRICT_ALL_TABLES%' AS strict, @@GLOBAL.time_zone AS zone,
          @@GLOBAL.tx_isolation AS isolation, @@GLOBAL.character_set_server AS charset, @@bind_address AS address`,
      );
      await connection.end();
      const promised = { flush: 1, rollback: 1, strict: 1, zone: '+00:00', isolation: 'READ-COMMITTED' };
      assert.deepEqual(rows, [{ ...promised, charset: 'utf8mb4', address: LOOPBACK }]);
    });
  }));

await test('a killed database comes back with what it had acknowledged', () =>
  inOwnHome(async (home) => {
    const { start, urls } = await databaseOf(home);
    await whileKept(start, async (status) => {
      const connection = await createConnection(urls.migration);
      await connection.query('CREATE TABLE kept (id INT PRIMARY KEY)');
      await connection.query('INSERT INTO kept VALUES (1)');
      connection.destroy();
      const { pid } = status;
      process.kill(pid, 'SIGKILL');

      const again = await connectSoon(urls.migration);
      const [rows] = await again.query('SELECT id FROM kept');
      await again.end();
      assert.deepEqual(rows, [{ id: 1 }]);
      assert.equal(status.restarts, 1);
      assert.notEqual(status.pid, pid);
    });
  }));

await test('the application has no right before one is granted, and nobody enters without a password', () =>
  inOwnHome(async (home) => {
    const { start, urls, port } = await databaseOf(home);
    await whileKept(start, async () => {
      await assert.rejects(createConnection(urls.application), /Access denied/);
      for (const user of ['root', 'nobody', ''])
        await assert.rejects(createConnection({ host: LOOPBACK, port, user }), /Access denied/);
      assert.ok(!existsSync(path.join(home.database, 'init.sql')), 'the passwords lie about after the start');
    });
  }));

await test('a server that a killed launcher left behind is found by its home, and no other is touched', () =>
  inOwnHome((ours) =>
    inOwnHome(async (theirs) => {
      const left = (await databaseOf(ours)).start();
      const other = (await databaseOf(theirs)).start();
      await Promise.all([left.ready, other.ready]);
      await endLeftovers(ours, () => {});
      assert.ok(!isAlive(left.identity));
      assert.ok(isAlive(other.identity));
    }),
  ));

await test('the SFTP drop is entered with our key only, and shows the host key we announce', () =>
  inOwnHome(async (home) => {
    const { sftp: port } = await freePorts(0);
    const sftp = await prepareSftp({ home, port });
    const door = { host: LOOPBACK, port, username: sftp.user };
    await whileKept(
      () => launchSftp(sftp),
      async () => {
        let shown = '';
        const client = new SftpClient();
        await client.connect({
          ...door,
          privateKey: readFileSync(sftp.privateKeyFile),
          hostVerifier: (/** @type {Buffer} */ key) => {
            shown = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
            return true;
          },
        });
        const folders = (await client.list(sftp.drop)).map(({ name }) => name);
        await client.end();
        assert.equal(`SHA256:${shown}`, sftp.hostKeySha256);
        assert.deepEqual(folders.toSorted(), [...SOURCES, BANK_SOURCE].toSorted());

        const intruder = new SftpClient();
        await assert.rejects(
          intruder.connect({ ...door, password: 'guess' }),
          /authentication methods failed/,
        );
      },
    );
  }));
