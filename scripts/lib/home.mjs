import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotRun } from './cannot-run.mjs';

/** The root of this checkout. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where installations live that were not asked to live elsewhere. */
export const HOMES = path.join(CHECKOUT, '.simpul');

/**
 * The places of one installation. Everything it owns lies below `folder`, so removing the folder removes it.
 * @typedef {object} Home
 * @property {string} folder
 * @property {string} lockFile who runs this installation now
 * @property {string} runFile addresses and secrets of the running installation, only while it is ready
 * @property {string} environmentFile the processes' environment, for the operator's command line
 * @property {string} secretsFile made once, at the first start
 * @property {string} logs
 * @property {string} database
 * @property {string} sftp
 */

/**
 * Makes the folder of an installation and names its places.
 * @param {string} [folder] default: SIMPUL_HOME, or `.simpul` in the checkout
 * @returns {Home}
 */
export function openHome(folder = process.env.SIMPUL_HOME || HOMES) {
  // The database server may run as another account (see database.mjs) that must pass through, not look in.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const real = realpathSync(folder);
  const home = homeAt(real);
  mkdirSync(home.logs, { recursive: true, mode: 0o700 });
  return home;
}

/**
 * Names the places of an installation without touching the disk.
 * @param {string} folder absolute
 * @returns {Home}
 */
export function homeAt(folder) {
  const at = (/** @type {string} */ name) => path.join(folder, name);
  return {
    folder,
    lockFile: at('launcher.json'),
    runFile: at('run.json'),
    environmentFile: at('env.json'),
    secretsFile: at('secrets.json'),
    logs: at('logs'),
    database: at('database'),
    sftp: at('sftp'),
  };
}

/**
 * Writes JSON that only its owner may read, whole or not at all: a reader sees the old file or the new one,
 * and a power cut leaves one of them.
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  const draft = `${file}.${process.pid}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

/**
 * Reads a JSON file.
 * @param {string} file
 * @returns {unknown} undefined if there is no such file
 * @throws {CannotRun} if it is there and is not JSON; it is never replaced silently
 */
export function readJson(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CannotRun(
      `${file} is not JSON. Restore it from a backup, or remove it if it may be made anew.`,
    );
  }
}

/**
 * Did a file operation fail because the file is not there?
 * @param {unknown} error
 */
export function isMissing(error) {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
