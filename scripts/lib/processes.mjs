import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRun } from './cannot-run.mjs';
import { tail } from './commands.mjs';
import { CHECKOUT } from './home.mjs';
import { endProcess, identify } from './process-table.mjs';

const LOG_MAX_BYTES = 20 * 1024 * 1024;

/**
 * A process just started.
 * @typedef {object} Launched
 * @property {import('./process-table.mjs').Identity} identity
 * @property {Promise<string>} exited says how it ended; never rejects
 * @property {Promise<void>} ready rejects, with the reason and the end of its log, if it will not serve
 */

/**
 * Starts a process whose output goes to `logs/<name>.log`. It leads a process group of its own, so that
 * Ctrl-C in a terminal reaches the launcher alone, which then ends its children in order.
 * @param {object} what
 * @param {string} what.name
 * @param {import('./home.mjs').Home} what.home
 * @param {string} what.command
 * @param {string[]} what.args
 * @param {NodeJS.ProcessEnv} [what.env]
 * @param {number} what.readyMs how long it may take before it serves
 * @param {(child: import('node:child_process').ChildProcess, signal: AbortSignal) => Promise<void>} what.whenReady
 *   waits until it serves; `signal` ends the wait
 * @param {boolean} [what.hasChannel] give it an IPC channel, whose end tells it that the launcher died
 * @returns {Launched}
 */
export function launch({ name, home, command, args, env = process.env, readyMs, whenReady, hasChannel }) {
  const logFile = path.join(home.logs, `${name}.log`);
  const log = openLog(logFile);
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env,
    detached: true,
    stdio: hasChannel ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
  });
  closeSync(log);

  const exited = new Promise((/** @type {(how: string) => void} */ resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const endOfWait = new AbortController();
  const ready = Promise.race([
    whenReady(child, endOfWait.signal),
    exited.then((how) => {
      throw new CannotRun(
        `${name} ended before it was ready (${how}). The end of ${logFile}:\n${endOf(logFile)}`,
      );
    }),
    sleep(readyMs, undefined, { signal: endOfWait.signal, ref: false }).then(() => {
      throw new CannotRun(
        `${name} was not ready after ${readyMs / 1000} s. The end of ${logFile}:\n${endOf(logFile)}`,
      );
    }),
  ]).finally(() => endOfWait.abort());
  // Who launches may stop before looking at `ready`; its failure is then nobody's surprise.
  ready.catch(() => {});
  return { identity: identify(child.pid ?? 0), exited, ready };
}

/**
 * The way our own processes say that they serve.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
export function readyMessage(child) {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (message === 'ready') resolve();
    });
  });
}

/** @param {string} file */
function openLog(file) {
  let log = openSync(file, 'a', 0o600);
  if (fstatSync(log).size > LOG_MAX_BYTES) {
    closeSync(log);
    renameSync(file, `${file}.1`);
    log = openSync(file, 'a', 0o600);
  }
  return log;
}

/** @param {string} file */
function endOf(file) {
  return tail(readFileSync(file, 'utf8'));
}

/**
 * A process that is started again whenever it ends.
 * @typedef {object} Kept
 * @property {{ name: string, pid: number, restarts: number }} status as it is now
 * @property {() => Promise<void>} stop ends it for good
 */

const DELAY_FIRST_MS = 100;
const DELAY_MAX_MS = 3000;
const LIVED_LONG_MS = 2000;

/**
 * Starts a process, waits until it serves, and keeps it running: when it ends it is started again, at once
 * after a long life and with growing pauses of at most three seconds when it dies young.
 * @param {object} what
 * @param {string} what.name
 * @param {() => Launched} what.start
 * @param {number} what.stopMs how long it may drain before it is killed
 * @param {() => void} what.onChange told whenever `status` changes
 * @param {(line: string) => void} what.log
 * @param {AbortSignal} what.signal gives the first start up
 * @returns {Promise<Kept>}
 * @throws {CannotRun} if the first start fails; nothing is left running then
 */
export async function keepRunning({ name, start, stopMs, onChange, log, signal }) {
  const stopping = new AbortController();
  let current = start();
  const status = { name, pid: current.identity.pid, restarts: 0 };
  try {
    await unlessAborted(current.ready, signal);
  } catch (error) {
    await endProcess(current.identity, stopMs);
    throw error;
  }

  const watching = watch();
  return {
    status,
    async stop() {
      stopping.abort();
      await endProcess(current.identity, stopMs);
      await watching;
    },
  };

  async function watch() {
    let delayMs = DELAY_FIRST_MS;
    let startedAt = Date.now();
    for (;;) {
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > LIVED_LONG_MS) delayMs = DELAY_FIRST_MS;
      log(`${name} ended (${how}); starting it again`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      delayMs = Math.min(delayMs * 3, DELAY_MAX_MS);
      startedAt = Date.now();
      try {
        current = start();
        status.pid = current.identity.pid;
        status.restarts += 1;
        onChange();
        await current.ready;
      } catch (error) {
        if (!stopping.signal.aborted) log(error instanceof Error ? error.message : String(error));
        await endProcess(current.identity, 0);
      }
    }
  }
}

/**
 * @param {Promise<void>} work
 * @param {AbortSignal} signal
 */
async function unlessAborted(work, signal) {
  const settled = new AbortController();
  const aborted = once(signal, 'abort', { signal: settled.signal }).then(() => signal.throwIfAborted());
  await Promise.race([work, aborted]).finally(() => settled.abort());
}
