import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isAlive } from '../lib/process-table.mjs';
import { keepRunning, launch, readyMessage } from '../lib/processes.mjs';
import { inOwnHome } from './own-home.mjs';

const SERVES = "process.send('ready'); process.on('disconnect', () => process.exit());";
// The handler comes first: whoever says that it serves may be asked to end in the same moment.
const DRAINS = `process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(); }, 50)); ${SERVES}`;
const SILENT = 'setInterval(() => {}, 1000)';
const STUBBORN = `process.on('SIGTERM', () => console.log('asked')); ${SERVES}`;

/** @typedef {import('../lib/process-table.mjs').Identity} Identity */

/**
 * A process of the test, kept running; `changed` resolves at its next restart.
 * @param {import('../lib/home.mjs').Home} home
 * @param {string} name
 * @param {string} program
 * @param {{ stopMs?: number, readyMs?: number, signal?: AbortSignal, started?: Identity[] }} [options]
 *   `started` collects what was started
 */
async function keep(home, name, program, { stopMs = 30_000, readyMs = 30_000, signal, started } = {}) {
  const changes = new EventTarget();
  const kept = await keepRunning({
    name,
    start() {
      const launched = launch({
        name,
        home,
        command: process.execPath,
        args: ['-e', program],
        readyMs,
        whenReady: readyMessage,
        hasChannel: true,
      });
      started?.push(launched.identity);
      return launched;
    },
    stopMs,
    onChange: () => changes.dispatchEvent(new Event('change')),
    log: () => {},
    signal: signal ?? new AbortController().signal,
  });
  return { ...kept, changed: () => once(changes, 'change') };
}

/**
 * @param {import('../lib/home.mjs').Home} home
 * @param {string} name
 */
const logOf = (home, name) => readFileSync(path.join(home.logs, `${name}.log`), 'utf8');

await test('a killed process is started again and counted, as often as it takes', () =>
  inOwnHome(async (home) => {
    const kept = await keep(home, 'killed', SERVES);
    for (const restarts of [1, 2, 3]) {
      const { pid } = kept.status;
      const changed = kept.changed();
      process.kill(pid, 'SIGKILL');
      await changed;
      assert.equal(kept.status.restarts, restarts);
      assert.notEqual(kept.status.pid, pid);
    }
    await kept.stop();
    assert.ok(!isAlive({ pid: kept.status.pid, birth: null }));
  }));

await test('a stop lets the process drain and does not start it again', () =>
  inOwnHome(async (home) => {
    const kept = await keep(home, 'drains', DRAINS);
    await kept.stop();
    assert.equal(logOf(home, 'drains'), 'drained\n');
    assert.equal(kept.status.restarts, 0);
  }));

await test('a process that will not end is killed when its time is over', () =>
  inOwnHome(async (home) => {
    const kept = await keep(home, 'stubborn', STUBBORN, { stopMs: 300 });
    await kept.stop();
    assert.equal(logOf(home, 'stubborn'), 'asked\n');
    assert.ok(!isAlive({ pid: kept.status.pid, birth: null }));
  }));

await test('a process that dies before it serves fails the start with the end of its log', () =>
  inOwnHome(async (home) => {
    await assert.rejects(
      keep(home, 'broken', "console.error('no key'); process.exit(2)"),
      /exit code 2[^]*no key/,
    );
  }));

await test('a process that never says it is ready fails the start and is not left behind', () =>
  inOwnHome(async (home) => {
    const started = /** @type {Identity[]} */ ([]);
    await assert.rejects(keep(home, 'silent', SILENT, { readyMs: 500, stopMs: 0, started }), /not ready/);
    assert.deepEqual(started.map(isAlive), [false]);
  }));

await test('a start that is called off leaves nothing behind', () =>
  inOwnHome(async (home) => {
    const started = /** @type {Identity[]} */ ([]);
    const calledOff = new AbortController();
    const start = keep(home, 'called-off', SILENT, { signal: calledOff.signal, started });
    assert.deepEqual(started.map(isAlive), [true]);
    calledOff.abort(new Error('called off'));
    await assert.rejects(start, /called off/);
    assert.deepEqual(started.map(isAlive), [false]);
  }));

await test('a program that is not there fails the start and signals nobody', () =>
  inOwnHome(async (home) => {
    const start = () =>
      launch({
        name: 'absent',
        home,
        command: path.join(home.folder, 'absent'),
        args: [],
        readyMs: 30_000,
        whenReady: readyMessage,
      });
    const rest = { stopMs: 0, onChange: () => {}, log: () => {}, signal: new AbortController().signal };
    await assert.rejects(keepRunning({ name: 'absent', start, ...rest }), /ENOENT/);
  }));
