import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { CannotRun } from './cannot-run.mjs';
import { run, tail } from './commands.mjs';
import { CHECKOUT, readJson } from './home.mjs';

const MODULES = path.join(CHECKOUT, 'node_modules');

/**
 * Installs what package-lock.json lists unless it is there already, and makes `npx simpul` known.
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} what
 * @throws {CannotRun} with npm's own words if it fails
 */
export async function installNpmPackages({ log, signal }) {
  if (!areInstalled()) {
    log('installing the npm packages of package-lock.json (npm ci) ...');
    const startedAt = Date.now();
    // The build needs the development packages too, whatever NODE_ENV says.
    const { ok, output } = await run('npm', ['ci', '--include=dev'], { signal });
    if (!ok) throw new CannotRun(`${tail(output)}\nnpm ci failed; its reason stands above.`);
    log(`installed the npm packages: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  linkCommand();
}

/**
 * Compares npm's own record of what it installed with the lock file. Dates would lie: git gives every file of
 * a fresh clone the date of the clone.
 */
function areInstalled() {
  const lock = lockedPackages(path.join(CHECKOUT, 'package-lock.json'));
  const installed = lockedPackages(path.join(MODULES, '.package-lock.json'));
  if (lock === undefined)
    throw new CannotRun('package-lock.json is missing. Restore it: git checkout package-lock.json');
  if (installed === undefined) return false;
  return Object.entries(lock).every(([folder, wanted]) => {
    const found = installed[folder];
    if (folder === '') return true;
    // Packages for other machines are listed and rightly absent.
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  const content = /** @type {{ packages?: ReturnType<typeof lockedPackages> } | undefined} */ (
    readJson(file)
  );
  return content?.packages;
}

/** npm links the commands of dependencies, not those of the package itself. */
function linkCommand() {
  const link = path.join(MODULES, '.bin', 'simpul');
  const target = path.join('..', '..', 'scripts', 'simpul.mjs');
  if (existsSync(link) && readlinkSync(link) === target) return;
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target, link);
}
