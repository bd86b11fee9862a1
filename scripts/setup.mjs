import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale, requireBuild } from './lib/build.mjs';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { HOMES } from './lib/home.mjs';
import { withLock } from './lib/lock.mjs';
import { installNpmPackages } from './lib/npm-packages.mjs';
import { installServers } from './lib/system-packages.mjs';

const NODE_LEAST = [20, 19];

/**
 * Makes the checkout ready to run: npm packages, the MariaDB and OpenSSH servers, the build. Says nothing and
 * changes nothing when all is there. With DATABASE_URL no database server is needed.
 * @param {object} [options]
 * @param {boolean} [options.forTests] let a build with type errors pass: the tests report them as their own part
 * @param {boolean} [options.buildOnly] install nothing
 * @param {(line: string) => void} [options.log]
 * @param {AbortSignal} [options.signal]
 * @throws {CannotRun} naming what is missing and how to get it
 */
export async function setup({
  forTests = false,
  buildOnly = false,
  log = (line) => console.log(`setup: ${line}`),
  signal,
} = {}) {
  requireNode();
  mkdirSync(HOMES, { recursive: true, mode: 0o711 });
  const onWait = (/** @type {number} */ holder) =>
    log(`waiting for the set-up that process ${holder} is doing ...`);
  await withLock(
    path.join(HOMES, 'setup.lock'),
    async () => {
      if (!buildOnly) {
        await installNpmPackages({ log, signal });
        await installServers({ needsDatabase: !process.env.DATABASE_URL, log, signal });
      }
      if (!forTests) await requireBuild({ log, signal });
      else if (!(await buildIfStale({ log, signal })).ok)
        log('the build has errors; the part "typecheck" lists them');
    },
    onWait,
    signal,
  );
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = NODE_LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new CannotRun(
    `This is Node ${process.versions.node}; Simpul needs ${NODE_LEAST.join('.')} or later. Install it and try again.`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setup().catch((error) => {
    process.exitCode = explain(error);
  });
