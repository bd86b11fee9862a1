import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DEMO_BILLERS } from './demo-billers.mjs';
import { CHECKOUT } from './home.mjs';
import { LOOPBACK } from './ports.mjs';

/** Nothing listens on it. */
const NOBODY = '9';

/**
 * The billers of config/billers that the simulator does not play and whose settings nobody has given. An installation
 * of the demo starts with them all the same: what is asked of them is not sent. Where the environment has one setting
 * of a biller, it is believed to mean the real one, and a missing one stops the switch by name.
 * @param {NodeJS.ProcessEnv} given
 * @param {import('./demo-billers.mjs').BillerKeys} keys for those that speak SNAP
 * @param {string} [folder]
 * @returns {{ id: string, environment: Record<string, string> }[]} each with settings by which nobody is reached
 */
export function billersNobodyPlays(given, keys, folder = billersFolder(given)) {
  const played = new Set(DEMO_BILLERS.map(({ id }) => id));
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && !played.has(path.basename(file, '.yaml')))
    .map((file) => ({ id: path.basename(file, '.yaml'), names: settingsNamedIn(path.join(folder, file)) }))
    .filter(({ names }) => names.every((name) => given[name] === undefined))
    .map(({ id, names }) => ({
      id,
      environment: Object.fromEntries(names.map((name) => [name, standIn(name, keys)])),
    }));
}

/** @param {NodeJS.ProcessEnv} given */
function billersFolder({ SIMPUL_CONFIG = path.join(CHECKOUT, 'config') }) {
  return path.join(SIMPUL_CONFIG, 'billers');
}

/** @param {string} file */
function settingsNamedIn(file) {
  const own = new RegExp(
    `\\bBILLER_${path.basename(file, '.yaml').toUpperCase().replaceAll('-', '_')}_[A-Z0-9_]+`,
    'g',
  );
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => line.replace(/(^|\s)#.*/, '').match(own) ?? []);
}

/**
 * @param {string} name of a setting
 * @param {import('./demo-billers.mjs').BillerKeys} keys
 */
function standIn(name, keys) {
  if (name.endsWith('_URL')) return `http://${LOOPBACK}:${NOBODY}`;
  if (name.endsWith('_HOST')) return LOOPBACK;
  if (name.endsWith('_PORT')) return NOBODY;
  if (name.endsWith('_PRIVATE_KEY')) return keys.privateKey;
  if (name.endsWith('_PUBLIC_KEY')) return keys.publicKey;
  return 'nobody';
}
