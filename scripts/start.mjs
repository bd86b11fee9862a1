#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { openHome } from './lib/home.mjs';
import { startInstallation } from './lib/installation.mjs';
import { tryLock } from './lib/lock.mjs';
import { portsFrom } from './lib/ports.mjs';
import { stopSignal, whenStopped } from './lib/signals.mjs';
import { tellStory } from './lib/tell-story.mjs';
import { takeGivenDatabase } from './lib/given-database.mjs';
import { setup } from './setup.mjs';

const HELP = `npm start [-- options]

Sets up what is missing, starts an installation of Simpul on this machine, runs one payment from the door to
the books before your eyes, and stays up until Ctrl-C. A second start finds its data again.

  --no-demo      without demo data, simulator and story
  --switches n   how many switches share the work (default 1)
  --help         this text

Environment:
  PORT_BASE            the switch's port; the others follow it (default 8080)
  SIMPUL_HOME          where data, logs and secrets live (default .simpul in the checkout)
  DATABASE_URL         use this MariaDB (mysql://user:password@host:port/schema) and start none
  DATABASE_MIGRATION_URL  the account that may change the schema there (default: DATABASE_URL's)
  SIMPUL_CLOCK_OFFSET  move every process's clock, e.g. +3d`;

const SWITCHES_MAX = 16;
const log = (/** @type {string} */ line) => console.log(line);
const signal = stopSignal();
// Not exitCode: a story that was interrupted may still be waiting for an answer nobody will give.
process.exit(await main().catch((error) => (signal.aborted ? 0 : explain(error))));

/** @returns {Promise<number>} the exit code */
async function main() {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const ports = portsFrom(process.env.PORT_BASE, options.switches);
  const home = openHome();
  const lock = tryLock(home.lockFile);
  if (!lock.ok)
    throw new CannotRun(
      `Simpul is already running in ${home.folder} as process ${lock.holder}. ` +
        `Stop it first (kill ${lock.holder}), or give this one a folder and ports of its own: ` +
        `SIMPUL_HOME=... PORT_BASE=9000 npm start`,
    );
  try {
    await setup({ signal });
    const { isDemo } = options;
    const externalDatabase = takeGivenDatabase(log);
    const wanted = {
      home,
      ports,
      isDemo,
      size: /** @type {const} */ ('lasting'),
      externalDatabase,
      log,
      signal,
    };
    const { run, stop } = await startInstallation(wanted);
    try {
      const told = isDemo ? await Promise.race([tellStory(home, log), whenStopped(signal)]) : undefined;
      if (told && !signal.aborted) log(told.ok ? 'story: ok' : `story: failed at ${told.step}: ${told.why}`);
      if (!signal.aborted) printAddresses(run, home);
      await whenStopped(signal);
    } finally {
      log('stopping ...');
      await stop();
    }
    return 0;
  } finally {
    lock.release();
  }
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        'no-demo': { type: 'boolean', default: false },
        switches: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new CannotRun(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
  const switches = Number(values.switches);
  if (!Number.isInteger(switches) || switches < 1 || switches > SWITCHES_MAX)
    throw new CannotRun(`--switches is "${values.switches}"; give a whole number from 1 to ${SWITCHES_MAX}.`);
  return { switches, isDemo: !values['no-demo'], help: values.help };
}

/**
 * @param {import('./lib/run-file.mjs').RunFile} run
 * @param {import('./lib/home.mjs').Home} home
 */
function printAddresses({ switch: { instances, iso8583 }, backoffice, simulator, channels, users }, home) {
  const rows = [
    ['switch', `${instances.join(', ')} (plain HTTP, for this machine only)`],
    ['console', `${backoffice.http} (plain HTTP, for this machine only)`],
    ['ISO 8583', iso8583.ports.map((port) => `${iso8583.host}:${port}`).join(', ')],
    ...(simulator
      ? [
          ['simulator', `${simulator.http} (what the billers really did: ${simulator.http}/truth)`],
          ['sftp', `${simulator.sftp.user}@${simulator.sftp.host}:${simulator.sftp.port}`],
          ['channels', channels.map(({ id }) => id).join(', ')],
          ['console users', users.map(({ email }) => email).join(', ')],
        ]
      : []),
    ['addresses, secrets', `${home.runFile} (users: password, and totpSecret for an authenticator app)`],
    ['logs', home.logs],
    ['stop', `Ctrl-C, or kill ${process.pid}`],
  ];
  console.log(
    `\nSimpul is up.\n${rows.map(([name = '', value]) => `  ${name.padEnd(19)} ${value}`).join('\n')}`,
  );
}
