#!/usr/bin/env node
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { CHECKOUT, HOMES, homeAt, readJson } from './lib/home.mjs';
import { mainFile } from './lib/installation.mjs';
import { setup } from './setup.mjs';

/**
 * The operator's command line. In a checkout it speaks to the installation of `npm start`; where DATABASE_URL is
 * set, as in production, to that one.
 */
try {
  await build();
  if (!process.env.DATABASE_URL) useEnvironmentOf(homeAt(path.resolve(process.env.SIMPUL_HOME || HOMES)));
  await import(pathToFileURL(mainFile('cli')).href);
} catch (error) {
  process.exit(explain(error));
}

/** In production the build is part of the delivery, and neither sources nor compiler are there. */
async function build() {
  if (!has('node_modules'))
    throw new CannotRun('The npm packages are not installed. Run: node scripts/setup.mjs');
  // stdout belongs to the command, which may print JSON there.
  if (has('node_modules/typescript7') && has('libs'))
    await setup({ buildOnly: true, log: (line) => console.error(line) });
}

/** @param {import('./lib/home.mjs').Home} home */
function useEnvironmentOf(home) {
  const environment = /** @type {Record<string, string> | undefined} */ (readJson(home.environmentFile));
  for (const [name, value] of Object.entries(environment ?? {})) process.env[name] ??= value;
}

/** @param {string} name */
function has(name) {
  return existsSync(path.join(CHECKOUT, name));
}
