import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { CannotRun } from './cannot-run.mjs';
import { run, tail } from './commands.mjs';
import { databaseServer, findProgram, sshPrograms } from './programs.mjs';

const INSTALLER = 'scripts/install-packages.sh';

/**
 * Installs the servers we start ourselves, where they are missing and we may.
 * @param {{ needsDatabase: boolean, log: (line: string) => void, signal?: AbortSignal }} what
 * @throws {CannotRun} saying exactly what to install when we may not do it
 */
export async function installServers({ needsDatabase, log, signal }) {
  const missing = [];
  if (needsDatabase && databaseServer() === null) missing.push('mariadb-server-core');
  if (sshPrograms() === null) missing.push('openssh-server');
  if (missing.length === 0) return;

  if (findProgram('apt-get') === null)
    throw new CannotRun(
      `Not installed: ${missing.map(describe).join(' and ')}. Install with this system's package manager` +
        `${needsDatabase ? ', or set DATABASE_URL to a MariaDB server of yours' : ''}.`,
    );
  const byHand = `sudo sh ${INSTALLER} ${missing.join(' ')}`;
  const become = waysToRoot();
  if (become === null)
    throw new CannotRun(
      `Not installed: ${missing.map(describe).join(' and ')}; this account may not install packages. ` +
        `Have an administrator run, in this folder: ${byHand}`,
    );
  log(`installing ${missing.join(' and ')} ...`);
  const [command = 'sh', ...args] = [...become, 'sh', INSTALLER, ...missing];
  const { ok, output } = await run(command, args, { signal });
  if (!ok)
    throw new CannotRun(`${tail(output)}\nThe packages could not be installed. Run by hand: ${byHand}`);
  log(`installed ${missing.join(' and ')}`);
}

/** @param {string} name */
function describe(name) {
  return name === 'openssh-server'
    ? "OpenSSH's server (package openssh-server)"
    : `MariaDB's server (package ${name})`;
}

/** @returns {string[] | null} what to put before a command to run it as root; null if we may not */
function waysToRoot() {
  if (userInfo().uid === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo === null) return null;
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : null;
}
