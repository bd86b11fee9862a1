import { rmSync } from 'node:fs';
import path from 'node:path';
import { CannotRun } from './cannot-run.mjs';
import { run, step, tail } from './commands.mjs';
import { databaseUrls, launchDatabase, prepareDatabase } from './database.mjs';
import { forProcess, sharedEnvironment } from './environment.mjs';
import { CHECKOUT, writeJson } from './home.mjs';
import { endLeftovers } from './leftovers.mjs';
import { nodeOptions } from './node-options.mjs';
import { billersNobodyPlays } from './other-billers.mjs';
import { requireFree, waitForAnswer } from './ports.mjs';
import { keepRunning, launch, readyMessage } from './processes.mjs';
import { runFileContent } from './run-file.mjs';
import { loadSecrets } from './secrets.mjs';
import { launchSftp, prepareSftp } from './sftp.mjs';
import { writePrivateKey } from './snap-bank.mjs';

const AT_ANY_HOUR = 'fixtures/demo/at-any-hour.yaml';
const PROCESS_READY_MS = 60_000;
const PROCESS_STOP_MS = 35_000; // They drain for at most 30 s.
const DATABASE_STOP_MS = 60_000;
const SFTP_STOP_MS = 5000;

/**
 * @typedef {object} Wanted
 * @property {import('./home.mjs').Home} home whose lock the caller holds
 * @property {import('./ports.mjs').Ports} ports
 * @property {boolean} isDemo with demo data, simulator and SFTP drop
 * @property {boolean} [atAnyHour] nothing of the demo is closed at night
 * @property {'lasting' | 'throwAway' | 'measured'} size `measured`: without a back office, which would be measured too
 * @property {{ application: string, migration: string } | null} externalDatabase null: start a private one
 * @property {(environment: Record<string, string>) => Record<string, string>} [rewire] what a harness puts between
 *   the parts: changes the environment of every process, but not of the commands that prepare the database
 * @property {(line: string) => void} log
 * @property {AbortSignal} signal ends the start; what already runs is stopped again
 */

/**
 * Starts an installation in the order its parts need one another: database, schema, demo data, SFTP drop,
 * simulator, switches, worker, back office. `run.json` appears when every port answers and follows every restart.
 * @param {Wanted} wanted
 * @returns {Promise<{ run: import('./run-file.mjs').RunFile, stop: () => Promise<void> }>}
 * @throws {CannotRun} if a port is taken, a program is missing or a part does not come up; nothing of it is
 *   left running then
 */
export async function startInstallation(wanted) {
  const {
    home,
    ports,
    isDemo,
    atAnyHour = false,
    size,
    externalDatabase,
    rewire = same,
    log,
    signal,
  } = wanted;
  const startedAt = new Date();
  /** @type {import('./processes.mjs').Kept[]} */
  const kept = [];
  let isReady = false;

  rmSync(home.runFile, { force: true });
  await endLeftovers(home, log);
  await requireFree(portsByPurpose(wanted));
  const secrets = loadSecrets(home);
  const sftp = await prepareSftp({ home, port: ports.sftp });
  const urls = externalDatabase ?? databaseUrls(ports.database, secrets.database);
  const environment = sharedEnvironment({ home, secrets, ports, sftp, urls });
  writeJson(home.environmentFile, environment);
  if (isDemo) writePrivateKey(home.folder, secrets.snapBank);
  for (const { id, environment: nobody } of billersNobodyPlays(process.env, secrets.billerKeys))
    log(`Nobody plays the biller ${id} here. To reach one, give ${Object.keys(nobody).join(', ')}.`);
  const processEnvironment = rewire(environment);

  const content = () =>
    runFileContent({
      home,
      startedAt,
      processes: kept.map(({ status }) => status),
      ports,
      secrets,
      sftp,
      urls,
      isDemo,
    });
  const onChange = () => {
    if (!isReady) return;
    try {
      writeJson(home.runFile, content());
    } catch (error) {
      // A full disk must not end what still runs.
      log(`run.json is out of date: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  /**
   * @param {string} name
   * @param {number} stopMs
   * @param {() => import('./processes.mjs').Launched} start
   */
  async function keep(name, stopMs, start) {
    signal.throwIfAborted();
    kept.push(
      await step(`starting ${name}`, log, () => keepRunning({ name, start, stopMs, onChange, log, signal })),
    );
  }

  /**
   * @param {string} name
   * @param {'switch' | 'worker' | 'backoffice' | 'simulator'} app
   * @param {{ http?: number, iso8583?: number }} [listens]
   */
  const keepApp = (name, app, listens) =>
    keep(name, PROCESS_STOP_MS, () =>
      launch({
        name,
        home,
        command: process.execPath,
        args: [...nodeOptions(app), mainFile(app)],
        env: forProcess(processEnvironment, listens),
        readyMs: PROCESS_READY_MS,
        whenReady: readyMessage,
        hasChannel: true,
      }),
    );

  async function stop() {
    isReady = false;
    rmSync(home.runFile, { force: true });
    const groups = [/^switch-/, /^(worker|backoffice)$/, /^simulator$/, /^sftp$/, /^database$/];
    for (const group of groups)
      await Promise.all(kept.filter(({ status }) => group.test(status.name)).map((one) => one.stop()));
  }

  try {
    if (externalDatabase === null) {
      const prepare = () => prepareDatabase({ home, port: ports.database, size, signal });
      const database = await step('preparing the database', log, prepare);
      await keep('database', DATABASE_STOP_MS, () => launchDatabase(database, secrets.database));
    }
    await command('migrating the database', ['migrate'], environment, log, signal);
    if (isDemo) {
      await command('seeding the demo data', ['seed', 'fixtures/demo'], environment, log, signal);
      if (atAnyHour)
        await command('opening it at any hour', ['catalog', 'apply', AT_ANY_HOUR], environment, log, signal);
      await keep('sftp', SFTP_STOP_MS, () => launchSftp(sftp));
      await keepApp('simulator', 'simulator', { http: ports.simulator });
    }
    for (const [index, port] of ports.switches.entries())
      await keepApp(`switch-${index + 1}`, 'switch', { http: port, iso8583: ports.iso8583[index] });
    await keepApp('worker', 'worker');
    if (size !== 'measured') await keepApp('backoffice', 'backoffice', { http: ports.backoffice });
    for (const port of Object.values(portsByPurpose(wanted)))
      await waitForAnswer(port, { greets: false, signal });
    isReady = true;
    writeJson(home.runFile, content());
    return { run: content(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The compiled entry point of an app.
 * @param {string} app
 */
export function mainFile(app) {
  return path.join(CHECKOUT, 'dist', 'apps', app, 'src', 'main.js');
}

/**
 * Runs one command of the operator's command line.
 * @param {string} title
 * @param {string[]} args
 * @param {Record<string, string>} environment
 * @param {(line: string) => void} log
 * @param {AbortSignal} signal
 */
async function command(title, args, environment, log, signal) {
  const { ok, output } = await step(title, log, () =>
    run(process.execPath, [...nodeOptions('cli'), mainFile('cli'), ...args], {
      env: { ...process.env, ...environment },
      signal,
    }),
  );
  if (!ok) throw new CannotRun(`${title} failed:\n${tail(output)}`);
}

/** @param {Record<string, string>} environment */
function same(environment) {
  return environment;
}

/** @param {Wanted} wanted */
function portsByPurpose({ ports, isDemo, size, externalDatabase }) {
  /** @type {Record<string, number>} */
  const purposes = {};
  for (const [index, port] of ports.switches.entries()) purposes[`switch-${index + 1}`] = port;
  for (const [index, port] of ports.iso8583.entries()) purposes[`ISO 8583 of switch-${index + 1}`] = port;
  if (size !== 'measured') purposes['back office'] = ports.backoffice;
  if (isDemo) {
    purposes.simulator = ports.simulator;
    purposes.sftp = ports.sftp;
    for (const [biller, port] of Object.entries(ports.lines)) purposes[`line of ${biller}`] = port;
  }
  if (externalDatabase === null) purposes.database = ports.database;
  return purposes;
}
