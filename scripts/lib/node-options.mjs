import path from 'node:path';
import { CHECKOUT, readJson } from './home.mjs';

/**
 * What Node is told for one of our programs: config/node-options.json.
 * @param {'switch' | 'worker' | 'backoffice' | 'simulator' | 'cli'} program
 * @returns {string[]}
 */
export function nodeOptions(program) {
  const all = /** @type {Record<string, string[]>} */ (
    readJson(path.join(CHECKOUT, 'config', 'node-options.json'))
  );
  const options = all[program];
  if (!options) throw new Error(`config/node-options.json has no "${program}"`);
  return options;
}
