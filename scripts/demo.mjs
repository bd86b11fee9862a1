#!/usr/bin/env node
import { rmSync } from 'node:fs';
import path from 'node:path';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { takeGivenDatabase, throwAwaySchema } from './lib/given-database.mjs';
import { HOMES, openHome } from './lib/home.mjs';
import { startInstallation } from './lib/installation.mjs';
import { removeDeadHomes } from './lib/leftovers.mjs';
import { freePorts } from './lib/ports.mjs';
import { stopSignal, whenStopped } from './lib/signals.mjs';
import { tellStory } from './lib/tell-story.mjs';
import { setup } from './setup.mjs';

const HELP = `npm run demo

Runs the whole story on an installation made for it and removed afterwards; an installation that is running is
not disturbed. Exit code 0: ok; 1: a step failed; 2: could not run.
With DATABASE_URL the demo makes and drops a schema of its own on that server.`;

const log = (/** @type {string} */ line) => console.log(line);
const signal = stopSignal();
// Not exitCode: a story that was interrupted may still be waiting for an answer nobody will give.
process.exit(await main());

/** @returns {Promise<0 | 1 | 2>} the exit code */
async function main() {
  if (process.argv.includes('--help')) {
    log(HELP);
    return 0;
  }
  try {
    const told = await demo();
    log(told.ok ? 'demo: ok' : `demo: failed at ${told.step}: ${told.why}`);
    return told.ok ? 0 : 1;
  } catch (error) {
    const why = signal.aborted ? `interrupted by ${signal.reason.message}` : 'the reason stands above';
    if (!signal.aborted) explain(error);
    log(`demo: failed at start: ${why}`);
    return 2;
  }
}

/**
 * @returns {Promise<import('./lib/tell-story.mjs').Told>}
 * @throws {CannotRun} if the installation does not come up
 */
async function demo() {
  await setup({ signal });
  await removeDeadHomes('demo');
  const given = takeGivenDatabase(log);
  const schema = given && (await throwAwaySchema(given));
  const home = openHome(path.join(HOMES, `demo-${process.pid}`));
  try {
    const { stop } = await startInstallation({
      home,
      ports: await freePorts(1),
      isDemo: true,
      size: 'throwAway',
      externalDatabase: schema && schema.urls,
      log,
      signal,
    });
    try {
      const told = await Promise.race([tellStory(home, log), whenStopped(signal)]);
      signal.throwIfAborted();
      if (!told) throw new CannotRun('the story ended without a result');
      return told;
    } finally {
      await stop();
    }
  } finally {
    rmSync(home.folder, { recursive: true, force: true });
    await schema?.drop();
  }
}
