import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { dataFolder } from './database.mjs';
import { HOMES, homeAt } from './home.mjs';
import { endProcess, identify, isAlive, listProcesses } from './process-table.mjs';
import { sshdConfigFile } from './sftp.mjs';

const OUR_PROCESS = /\/dist\/apps\/(switch|worker|backoffice|simulator)\/src\/main\.js$/;

/**
 * Ends what a launcher that was killed has left behind. Nothing else is touched: each process must carry this
 * very home in its command line or environment. They end in the order of a clean stop; the database last.
 * @param {import('./home.mjs').Home} home whose lock the caller holds
 * @param {(line: string) => void} log
 */
export async function endLeftovers(home, log) {
  const all = listProcesses();
  const ours = all.filter(
    ({ command, environment }) =>
      command.some((word) => OUR_PROCESS.test(word)) && environment.includes(`SIMPUL_HOME=${home.folder}`),
  );
  // sshd rewrites its command line into one sentence that quotes the original.
  const doors = all.filter(({ command }) =>
    ` ${command.join(' ')} `.includes(` -f ${sshdConfigFile(home)} `),
  );
  const databases = all.filter(({ command }) => command.includes(`--datadir=${dataFolder(home)}`));
  const found = [...ours, ...doors, ...databases];
  if (found.length === 0) return;
  log(`ending ${found.length} processes that a killed launcher left behind`);
  for (const group of [ours, doors, databases])
    await Promise.all(group.map(({ pid }) => endProcess(identify(pid), 60_000)));
}

/**
 * Removes the throw-away homes of runs that died before they could.
 * @param {string} prefix `demo` or `test`; homes are named `<prefix>-<pid>`
 */
export async function removeDeadHomes(prefix) {
  let names;
  try {
    names = readdirSync(HOMES).filter((name) => name.startsWith(`${prefix}-`));
  } catch {
    return;
  }
  for (const name of names) {
    const home = homeAt(path.join(HOMES, name));
    // A number in use again only delays the clean-up to a later run.
    if (isAlive({ pid: Number(name.slice(prefix.length + 1)), birth: null })) continue;
    await endLeftovers(home, () => {});
    rmSync(home.folder, { recursive: true, force: true });
  }
}
