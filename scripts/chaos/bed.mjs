import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { CHECKOUT, HOMES, openHome } from '../lib/home.mjs';
import { startInstallation } from '../lib/installation.mjs';
import { removeDeadHomes } from '../lib/leftovers.mjs';
import { freePorts } from '../lib/ports.mjs';

/**
 * A TCP proxy between two parts; see scripts/lib/tcp-proxy.mjs for what it is told.
 * @typedef {{ port: number, tell: (order: string | object) => Promise<void>, stop: () => void }} Proxy
 */

/**
 * Where chaos happens: an installation of its own, two switches, and proxies before the database and the billers.
 * @typedef {object} Bed
 * @property {import('../lib/run-file.mjs').RunFile} run its `processes` follow every restart
 * @property {Record<string, string>} environment of the operator's command line, past the proxies
 * @property {(sql: string, values?: any[]) => Promise<any[]>} admin one statement of the account that may do everything
 * @property {import('../lib/home.mjs').Home} home
 * @property {string} failPoints the folder in which orders to die are laid down
 * @property {Proxy} database
 * @property {Proxy} billers
 * @property {(name: string) => { pid: number, restarts: number }} process
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ log: (line: string) => void, signal: AbortSignal, deliberateFault?: string | undefined }} options
 * @returns {Promise<Bed>}
 */
export async function makeBed({ log, signal, deliberateFault }) {
  await removeDeadHomes('chaos');
  const home = openHome(path.join(HOMES, `chaos-${process.pid}`));
  const failPoints = path.join(home.folder, 'fail-points');
  rmSync(failPoints, { recursive: true, force: true });
  mkdirSync(failPoints);
  const ports = await freePorts(2);
  const database = await proxyTo(ports.database);
  const billers = await proxyTo(ports.simulator);
  const stopProxies = () => [database, billers].forEach((proxy) => proxy.stop());
  const removeHome = () => rmSync(home.folder, { recursive: true, force: true });
  /** @type {Awaited<ReturnType<typeof startInstallation>>} */
  let installation;
  try {
    installation = await startInstallation({
      home,
      ports,
      isDemo: true,
      atAnyHour: true,
      size: 'lasting',
      externalDatabase: null,
      rewire: (environment) => ({
        ...environment,
        ...through(environment, /^DATABASE_URL$/, database.port),
        ...through(environment, /^BILLER_.*_URL$/, billers.port),
        SIMPUL_FAIL_POINTS: failPoints,
        ...(deliberateFault === undefined ? {} : { SIMPUL_DELIBERATE_FAULT: deliberateFault }),
      }),
      log,
      signal,
    });
  } catch (error) {
    stopProxies();
    removeHome();
    throw error;
  }
  const { run, stop } = installation;
  const environment = /** @type {Record<string, string>} */ (
    JSON.parse(readFileSync(home.environmentFile, 'utf8'))
  );
  return {
    run,
    environment,
    admin: (sql, values = []) => asAdministrator(environment, sql, values),
    home,
    failPoints,
    database,
    billers,
    process: (name) => run.processes.find((one) => one.name === name) ?? { pid: 0, restarts: 0 },
    async stop() {
      await stop();
      stopProxies();
      removeHome();
    },
  };
}

/**
 * The settings that a pattern names, at another port.
 * @param {Record<string, string>} environment
 * @param {RegExp} names
 * @param {number} port
 */
function through(environment, names, port) {
  const chosen = Object.entries(environment).filter(([name]) => names.test(name));
  return Object.fromEntries(
    chosen.map(([name, value]) => {
      const url = new URL(value);
      url.port = String(port);
      return [name, url.href];
    }),
  );
}

/**
 * @param {number} target
 * @returns {Promise<Proxy>}
 */
async function proxyTo(target) {
  const child = fork(path.join(CHECKOUT, 'scripts/lib/tcp-proxy.mjs'), {
    env: { ...process.env, TARGET_PORT: String(target) },
  });
  const [port] = await once(child, 'message');
  return {
    port,
    async tell(order) {
      const done = once(child, 'message');
      child.send(order);
      await done;
    },
    stop: () => child.disconnect(),
  };
}

/**
 * On a connection of its own, because the server may have been killed since the last one.
 * @param {Record<string, string>} environment
 * @param {string} sql
 * @param {any[]} values
 * @returns {Promise<any[]>}
 */
async function asAdministrator(environment, sql, values) {
  const connection = await createConnection({
    uri: environment['DATABASE_MIGRATION_URL'] ?? '',
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectTimeout: 5_000,
  });
  connection.on('error', () => {});
  try {
    const [rows] = await connection.query({ sql, values, timeout: 10_000 });
    return /** @type {any[]} */ (rows);
  } finally {
    connection.destroy();
  }
}
