import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CHECKOUT } from './home.mjs';

const require = createRequire(import.meta.url);

/**
 * What the simulated bank's account of ours opens with: the deposits that the demo's seed books as paid in, less the floats
 * it books as paid out. Negative where more was paid out.
 * @param {string} [file] the demo's catalog
 * @returns {string} whole rupiah in digits
 */
export function openingAtBank(file = path.join(CHECKOUT, 'fixtures', 'demo', 'catalog.yaml')) {
  // Not at the head of the file: the commands read it before set-up has installed any package.
  const { parse } = require('yaml');
  /** @type {{ channels: Record<string, { topUp: string }>, floats: Record<string, { opening: string }> }} */
  const { channels, floats } = parse(readFileSync(file, 'utf8'));
  const paidIn = Object.values(channels).reduce((sum, { topUp }) => sum + BigInt(topUp), 0n);
  return Object.values(floats)
    .reduce((left, { opening }) => left - BigInt(opening), paidIn)
    .toString();
}
