import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotRun } from './cannot-run.mjs';
import { run, step, tail } from './commands.mjs';
import { CHECKOUT, isMissing } from './home.mjs';

const DIST = path.join(CHECKOUT, 'dist');
const STAMP = path.join(DIST, '.sources');
const SOURCE_FOLDERS = ['apps', 'libs'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Compiles the sources into dist/ unless it was built from these very sources.
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} what
 * @returns {Promise<{ ok: true } | { ok: false, output: string }>} not ok: the compiler's complaints. It writes
 *   what it can all the same, and the next call tries again.
 */
export async function buildIfStale({ log, signal }) {
  const sources = listSources();
  const state = stateOf(sources);
  if (readIfThere(STAMP) === state) return { ok: true };
  // A build that fails or is cut short has changed dist/ all the same.
  rmSync(STAMP, { force: true });
  const { ok, output } = await step('building', log, () =>
    run('npm', ['run', '--silent', 'build'], { signal }),
  );
  removeOrphans(sources);
  if (!ok) return { ok: false, output };
  writeFileSync(STAMP, state);
  return { ok: true };
}

/**
 * For commands that need a good build and nothing less.
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} what
 * @throws {CannotRun} with the compiler's complaints
 */
export async function requireBuild(what) {
  const built = await buildIfStale(what);
  if (!built.ok) throw new CannotRun(`${tail(built.output, 30)}\nThe build failed: npm run build`);
}

/** @returns {string[]} the TypeScript files that are compiled, relative to the checkout */
function listSources() {
  const found = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(path.join(CHECKOUT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.join(folder, file),
    ),
  );
  return found.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.spec.ts')).toSorted(byName);
}

/**
 * @param {string} one
 * @param {string} other
 */
function byName(one, other) {
  return one < other ? -1 : 1;
}

/**
 * Names, sizes and dates of all that goes into a build. Going back to an older file changes it too.
 * @param {string[]} sources
 */
function stateOf(sources) {
  const lines = [...SETTINGS, ...sources].map((file) => {
    const { size, mtimeMs } = statSync(path.join(CHECKOUT, file));
    return `${file} ${size} ${mtimeMs}\n`;
  });
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/**
 * Removes what was compiled from a source that is gone: a folder that is read as a list would still offer it.
 * @param {string[]} sources
 */
function removeOrphans(sources) {
  const compiled = new Set(sources.map((file) => file.replace(/\.tsx?$/, '')));
  for (const folder of SOURCE_FOLDERS) {
    const root = path.join(DIST, folder);
    if (!existsSync(root)) continue;
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const name = path.join(folder, file);
      if (/\.js(\.map)?$/.test(name) && !compiled.has(name.replace(/\.js(\.map)?$/, '')))
        rmSync(path.join(DIST, name));
    }
  }
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
