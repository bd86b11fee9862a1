import { linkSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './home.mjs';
import { identify, isAlive } from './process-table.mjs';

/**
 * Takes a lock that its holder's death releases.
 * @param {string} file
 * @returns {{ ok: true, release: () => void } | { ok: false, holder: number }} `holder` is a process number
 */
export function tryLock(file) {
  const claim = `${file}.${process.pid}.claim`;
  writeJson(claim, identify(process.pid));
  try {
    for (;;) {
      try {
        // A hard link appears with its content and never replaces another: of two claims one wins.
        linkSync(claim, file);
        return { ok: true, release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = holderOf(file);
      if (holder !== null) return { ok: false, holder };
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(claim, { force: true });
  }
}

/**
 * Who holds a lock?
 * @param {string} file
 * @returns {number | null} a process number; null if nobody does (never taken, released, or its holder died)
 */
export function holderOf(file) {
  const found = /** @type {import('./process-table.mjs').Identity | undefined} */ (readJson(file));
  return found !== undefined && isAlive(found) ? found.pid : null;
}

/**
 * Does something while nobody else does it, and waits for its turn.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: number) => void} onWait told once, with the process waited for
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait, signal) {
  let lock = tryLock(file);
  if (!lock.ok) onWait(lock.holder);
  while (!lock.ok) {
    await sleep(200, undefined, { signal });
    lock = tryLock(file);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
