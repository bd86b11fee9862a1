import { rmSync } from 'node:fs';
import path from 'node:path';
import { databaseUrls, launchDatabase, prepareDatabase } from './database.mjs';
import { HOMES, openHome } from './home.mjs';
import { removeDeadHomes } from './leftovers.mjs';
import { freePorts } from './ports.mjs';
import { endProcess } from './process-table.mjs';
import { newDatabasePasswords } from './secrets.mjs';

/**
 * What is written outlives the server's process, but no power cut: the run would end with that too. Schemas are made by
 * the hundred, and each of their tables would wait for the disk.
 */
const WITHOUT_POWER_CUTS = ['--loose-debug-no-sync'];

/** @type {{ home: import('./home.mjs').Home, identity: import('./process-table.mjs').Identity } | undefined} */
let running;

/**
 * Starts the private database of one test run.
 * @param {string} [snapshotIsolation] ON or OFF: how MariaDB treats a row that changed after it was read; its own
 *   default when left out
 * @returns {Promise<import('./given-database.mjs').Urls>}
 */
export async function startTestDatabase(snapshotIsolation) {
  await removeDeadHomes('test');
  const home = openHome(path.join(HOMES, `test-${process.pid}`));
  const passwords = newDatabasePasswords();
  const { database: port } = await freePorts(0);
  const { identity, ready } = launchDatabase(
    await prepareDatabase({ home, port, size: 'throwAway' }),
    passwords,
    [
      ...WITHOUT_POWER_CUTS,
      ...(snapshotIsolation === undefined ? [] : [`--innodb-snapshot-isolation=${snapshotIsolation}`]),
    ],
  );
  running = { home, identity };
  try {
    await ready;
  } catch (error) {
    await removeTestDatabase();
    throw error;
  }
  return databaseUrls(port, passwords);
}

/** Ends it and removes its data: nobody will read it again, so it need not end tidily. */
export async function removeTestDatabase() {
  if (running === undefined) return;
  await endProcess(running.identity, 0);
  rmSync(running.home.folder, { recursive: true, force: true });
  running = undefined;
}
