import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHECKOUT } from './home.mjs';

/** @type {string | undefined} */
let folder;

/**
 * Lets the programs of one test run start in half the time: what one start of each has found and compiled serves the
 * next ones (scripts/quick-start.cjs). It is gone with the run, so no start meets what an older build left.
 * @returns {string} the file that a program is to be started with, by `--require`
 */
export function makeQuickStart() {
  folder = mkdtempSync(path.join(tmpdir(), 'simpul-quick-start-'));
  const file = path.join(folder, 'quick-start.cjs');
  copyFileSync(path.join(CHECKOUT, 'scripts/quick-start.cjs'), file);
  return file;
}

/** Takes it away; a program that ends meanwhile keeps nothing. */
export function removeQuickStart() {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}
