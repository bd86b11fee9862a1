#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { stopSignal } from './lib/signals.mjs';
import { setup } from './setup.mjs';

const HELP = `npm run chaos -- [--kills n] [--seed n]

Starts an installation of its own (two switches, worker, simulator, database), lets partners pay through it, kills its
processes at every step of a payment and spoils its networks, heals it, then checks: the invariants, and the four
books of callers, ours, billers and deposits.

  --kills n      how many processes are killed (default 50)
  --seed n       decides load, faults and their order (default 1)
  --faults       instead: switch on each deliberate fault of a test build, one after the other, each of which must be
                 caught; names may follow to choose some
  --help         this text

Last line: one JSON object. "lost": answered PAID or paid at the biller, and not paid here; "doubled": paid or posted
twice; "unlisted": after the heal neither final nor on a list; "points": kills that hit a payment at that step.
Exit code 0: nothing was found; 1: something was; 2: could not run.`;

const signal = stopSignal();
process.exit(await main().catch((error) => (signal.aborted ? 2 : explain(error))));

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values, positionals } = readOptions();
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const kills = wholeNumber('--kills', values.kills);
  const seed = wholeNumber('--seed', values.seed);
  await setup({ signal });
  const log = (/** @type {string} */ line) => console.log(line);
  if (values.faults) {
    const { catchAll } = await import('./chaos/deliberate.mjs');
    const result = await catchAll({ names: positionals, seed, log, signal });
    console.log(JSON.stringify(result));
    return result.ok ? 0 : 1;
  }
  const { runChaos } = await import('./chaos/run.mjs');
  const result = await runChaos({ kills, seed, log, signal });
  console.log(JSON.stringify(result));
  return result.ok ? 0 : 1;
}

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kills: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
        faults: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new CannotRun(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

/** @param {string} option @param {string} text */
function wholeNumber(option, text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new CannotRun(`${option} is "${text}"; give a whole number from 1.`);
  return number;
}
