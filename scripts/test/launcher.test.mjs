import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKOUT, readJson } from '../lib/home.mjs';
import { portsFrom, requireFree } from '../lib/ports.mjs';
import { isAlive, listProcesses } from '../lib/process-table.mjs';
import { inOwnHome } from './own-home.mjs';

/** @typedef {import('../lib/home.mjs').Home} Home */
/** @typedef {import('../lib/run-file.mjs').RunFile} RunFile */

/** A PORT_BASE whose ports nobody uses, below those that the system hands out to connections. */
async function freeBase() {
  for (let base = 21_000; ; base += 10) {
    const { switches, iso8583, lines, ...rest } = portsFrom(String(base), 1);
    try {
      await requireFree({ ...rest, ...lines, switch: switches[0] ?? 0, iso8583: iso8583[0] ?? 0 });
      return String(base);
    } catch {
      // Another installation or test run lives there.
    }
  }
}

/** @type {import('node:child_process').ChildProcess[]} */
const launchers = [];

/**
 * Starts the launcher as a person would, without the demo, which has its own command.
 * @param {Home} home
 * @param {string} base
 */
function launcher(home, base) {
  const { DATABASE_URL: _given, DATABASE_MIGRATION_URL: _too, ...env } = process.env;
  const child = spawn(process.execPath, [path.join(CHECKOUT, 'scripts/start.mjs'), '--no-demo'], {
    env: { ...env, SIMPUL_HOME: home.folder, PORT_BASE: base },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  launchers.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (/** @type {Buffer} */ part) => {
      said += part.toString();
    });
  return { child, said: () => said, exited: once(child, 'exit') };
}

const POLL_MS = 25;
const PATIENCE_MS = 120_000;

/**
 * Waits until something holds.
 * @param {() => boolean} holds
 * @param {() => string} said what the launcher has said, for the reader of a failure
 */
async function until(holds, said) {
  // Patience ends here and not in the test runner, which would leave the processes of the test behind.
  for (let waited = 0; !holds(); waited += POLL_MS) {
    assert.ok(waited < PATIENCE_MS, `waited in vain for ${String(holds)}. The launcher said: ${said()}`);
    await sleep(POLL_MS);
  }
}

const runOf = (/** @type {Home} */ home) => /** @type {RunFile} */ (readJson(home.runFile));

/**
 * @param {Home} home
 * @param {string} name
 */
function processOf(home, name) {
  const found = runOf(home).processes.find((one) => one.name === name);
  assert.ok(found, `run.json lists no ${name}`);
  return found;
}

const traces = (/** @type {Home} */ home) =>
  listProcesses().filter(
    ({ pid, command, environment }) =>
      pid !== process.pid &&
      (command.join(' ').includes(home.folder) || environment.includes(`SIMPUL_HOME=${home.folder}`)),
  );

await test('an installation restarts what is killed, survives its launcher, and stops without a trace', () =>
  inOwnHome(async (home) => {
    try {
      await liveThroughKills(home, await freeBase());
    } finally {
      for (const child of launchers) child.kill('SIGKILL');
    }
  }));

/**
 * @param {Home} home
 * @param {string} base
 */
async function liveThroughKills(home, base) {
  const first = launcher(home, base);
  await until(() => existsSync(home.runFile), first.said);
  assert.equal(statSync(home.runFile).mode & 0o777, 0o600);
  assert.equal(runOf(home).pid, first.child.pid);
  assert.ok((await fetch(`${runOf(home).switch.http}/health`)).ok);

  const second = launcher(home, base);
  assert.deepEqual(await second.exited, [2, null]);
  assert.match(second.said(), new RegExp(`already running .* ${first.child.pid}`));

  for (const name of ['switch-1', 'worker', 'database']) {
    const { pid } = processOf(home, name);
    process.kill(pid, 'SIGKILL');
    await until(() => processOf(home, name).restarts === 1, first.said);
    assert.notEqual(processOf(home, name).pid, pid);
  }

  const orphans = ['switch-1', 'worker'].map((name) => ({ pid: processOf(home, name).pid, birth: null }));
  first.child.kill('SIGKILL');
  await first.exited;
  await until(() => !orphans.some(isAlive), first.said);

  const next = launcher(home, base);
  await until(() => existsSync(home.runFile) && runOf(home).pid === next.child.pid, next.said);
  assert.ok((await fetch(`${runOf(home).switch.http}/health`)).ok);

  next.child.kill('SIGTERM');
  assert.deepEqual(await next.exited, [0, null], next.said());
  assert.ok(!existsSync(home.runFile));
  assert.deepEqual(traces(home), []);
  const { switches, iso8583, lines, ...rest } = portsFrom(base, 1);
  await requireFree({ ...rest, ...lines, switch: switches[0] ?? 0, iso8583: iso8583[0] ?? 0 });
}
