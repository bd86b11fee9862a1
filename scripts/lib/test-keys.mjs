import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** How many pairs a test may ask for. */
const PAIRS = 3;

/** @type {string | undefined} */
let folder;

/**
 * Makes the RSA keys of one test run: each takes a fifth of a second, and a hundred test files want some.
 * @returns {string} the file that holds them, as a list in JSON
 */
export function makeTestKeys() {
  folder = mkdtempSync(path.join(tmpdir(), 'simpul-keys-'));
  const pairs = Array.from({ length: PAIRS }, () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }),
  );
  const file = path.join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify(pairs), { mode: 0o600 });
  return file;
}

/** Takes them away. */
export function removeTestKeys() {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
}
