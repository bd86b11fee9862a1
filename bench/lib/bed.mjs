import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { HOMES, openHome } from '../../scripts/lib/home.mjs';
import { startInstallation } from '../../scripts/lib/installation.mjs';
import { removeDeadHomes } from '../../scripts/lib/leftovers.mjs';
import { freePorts } from '../../scripts/lib/ports.mjs';

/**
 * @typedef {object} Bed where a bench lies: an installation of its own, removed afterwards
 * @property {import('../../scripts/lib/run-file.mjs').RunFile} run
 * @property {Record<string, string>} environment
 * @property {import('../../scripts/lib/home.mjs').Home} home
 * @property {import('mysql2/promise').Connection} admin may change what the application may not
 * @property {(name: string) => number} pidOf
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ log: (line: string) => void, signal: AbortSignal }} options
 * @returns {Promise<Bed>}
 */
export async function makeBed({ log, signal }) {
  await removeDeadHomes('bench');
  const home = openHome(path.join(HOMES, `bench-${process.pid}`));
  const { run, stop } = await startInstallation({
    home,
    ports: await freePorts(1),
    isDemo: true,
    atAnyHour: true,
    size: 'measured',
    externalDatabase: null,
    log,
    signal,
  });
  const environment = /** @type {Record<string, string>} */ (
    JSON.parse(readFileSync(home.environmentFile, 'utf8'))
  );
  const admin = await createConnection({
    uri: environment['DATABASE_MIGRATION_URL'] ?? '',
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  return {
    run,
    environment,
    home,
    admin,
    pidOf: (name) => run.processes.find((process) => process.name === name)?.pid ?? 0,
    async stop() {
      await admin.end();
      await stop();
      rmSync(home.folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a program of this folder and waits for its first message.
 * @param {string} file
 * @param {{ env: Record<string, string>, logFile: string, execArgv?: string[] }} options
 */
export async function startProgram(file, { env, logFile, execArgv = [] }) {
  const log = openSync(logFile, 'a');
  const child = fork(path.join(import.meta.dirname, file), {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log, 'ipc'],
    execArgv,
  });
  closeSync(log);
  const died = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it was ready; see ${logFile}`);
  });
  const [message] = await Promise.race([once(child, 'message'), died]);
  return {
    child,
    message,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * @typedef {{ done: number, missed: number, elapsedMs: number, cpuMs: number, latenciesMs: number[],
 *   turnLatenciesMs: Record<string, number[]>,
 *   statuses: Record<string, number> }} LoadReport
 */

/**
 * Runs the load in a process of its own.
 * @param {object} order see load.mjs
 * @returns {Promise<LoadReport>}
 */
export async function runLoad(order) {
  const [report] = await runLoads(order);
  if (!report) throw new Error('the load reported nothing');
  return report;
}

/**
 * Runs several loads from one process: they begin at the same moment, and none has a processor that the others lack.
 * @param {...object} orders see load.mjs
 * @returns {Promise<LoadReport[]>}
 */
export async function runLoads(...orders) {
  const child = fork(path.join(import.meta.dirname, 'load.mjs'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(orders);
  const [reports] = await Promise.race([
    once(child, 'message'),
    // Its last message may still be on its way when it has gone.
    once(child, 'exit').then(async () => {
      await sleep(2_000);
      throw new Error('the load ended without a report');
    }),
  ]);
  return reports;
}
