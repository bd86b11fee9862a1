import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { CannotRun } from '../lib/cannot-run.mjs';
import { readJson, writeJson } from '../lib/home.mjs';
import { tryLock } from '../lib/lock.mjs';
import { LOOPBACK, freePorts, portsFrom, requireFree } from '../lib/ports.mjs';
import { identify } from '../lib/process-table.mjs';
import { loadSecrets } from '../lib/secrets.mjs';
import { inOwnHome } from './own-home.mjs';

await test('what holds secrets is readable by its owner alone, also where a wider file was', () =>
  inOwnHome((home) => {
    writeFileSync(home.runFile, 'old', { mode: 0o644 });
    writeJson(home.runFile, { pid: 1 });
    assert.equal(statSync(home.runFile).mode & 0o777, 0o600);
    assert.deepEqual(readJson(home.runFile), { pid: 1 });
  }));

await test('secrets are made once and differ from those of another installation', () =>
  inOwnHome((home) => {
    const first = loadSecrets(home);
    assert.equal(Buffer.from(first.dataKey, 'base64').length, 32);
    assert.equal(Buffer.from(first.paymentIdKey, 'hex').length, 32);
    assert.deepEqual(loadSecrets(home), first);
    rmSync(home.secretsFile);
    assert.notDeepEqual(loadSecrets(home), first);
  }));

await test('a secret that a later version adds is made without touching the others', () =>
  inOwnHome((home) => {
    const { billers: _added, ...kept } = loadSecrets(home);
    writeJson(home.secretsFile, kept);
    const { billers, ...rest } = loadSecrets(home);
    assert.deepEqual(rest, kept);
    assert.ok(billers.pln);
  }));

await test('a start with data and without the key to it refuses', () =>
  inOwnHome((home) => {
    loadSecrets(home);
    mkdirSync(home.database);
    rmSync(home.secretsFile);
    assert.throws(() => loadSecrets(home), CannotRun);
  }));

await test('unreadable secrets are not replaced', () =>
  inOwnHome((home) => {
    writeFileSync(home.secretsFile, '{"dataKey":');
    assert.throws(() => loadSecrets(home), CannotRun);
    assert.equal(readFileSync(home.secretsFile, 'utf8'), '{"dataKey":');
  }));

await test('one launcher runs at a time, and a dead one is no obstacle', () =>
  inOwnHome(async (home) => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    writeJson(home.lockFile, identify(other.pid ?? 0));
    assert.deepEqual(tryLock(home.lockFile), { ok: false, holder: other.pid });

    other.kill('SIGKILL');
    await once(other, 'exit');
    const lock = tryLock(home.lockFile);
    assert.ok(lock.ok);
    assert.deepEqual(tryLock(home.lockFile), { ok: false, holder: process.pid });
    lock.release();
    assert.ok(tryLock(home.lockFile).ok);
  }));

await test('a lock is not held by a later process with the same number', () =>
  inOwnHome((home) => {
    writeJson(home.lockFile, { pid: process.pid, birth: '1' });
    assert.ok(tryLock(home.lockFile).ok);
  }));

await test('the ports follow PORT_BASE, and a base that is not a port is refused by name', () => {
  assert.deepEqual(portsFrom('9000', 3), {
    switches: [9000, 9010, 9011],
    iso8583: [9003, 9030, 9031],
    backoffice: 9001,
    simulator: 9002,
    sftp: 9004,
    database: 9005,
    lines: { 'pln-switch': 9006, kawan: 9007 },
  });
  for (const base of ['80', 'abc', '70000', '9100.5', '-1'])
    assert.throws(() => portsFrom(base, 1), /PORT_BASE/, base);
});

await test('a taken port is named together with the way out', async () => {
  const { simulator: port } = await freePorts(1);
  const taker = createServer().listen(port, LOOPBACK);
  await once(taker, 'listening');
  await assert.rejects(requireFree({ simulator: port }), new RegExp(`${port}.*simulator.*PORT_BASE`));
  taker.close();
  await once(taker, 'close');
  await requireFree({ simulator: port });
});
