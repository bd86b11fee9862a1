import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { HOMES, openHome } from '../lib/home.mjs';
import { endLeftovers } from '../lib/leftovers.mjs';

/**
 * Does something in a home of its own; servers still running there end with it.
 * @param {(home: import('../lib/home.mjs').Home) => Promise<void> | void} work
 */
export async function inOwnHome(work) {
  const home = openHome(mkdtempSync(path.join(HOMES, 'scripts-')));
  try {
    await work(home);
  } finally {
    await endLeftovers(home, () => {});
    rmSync(home.folder, { recursive: true, force: true });
  }
}
