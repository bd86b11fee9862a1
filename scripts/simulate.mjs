#!/usr/bin/env node
import { spawn } from 'node:child_process';
import path from 'node:path';
import { CannotRun, explain } from './lib/cannot-run.mjs';
import { run, tail } from './lib/commands.mjs';
import { CHECKOUT, HOMES } from './lib/home.mjs';
import { stopSignal } from './lib/signals.mjs';
import { setup } from './setup.mjs';

const TYPESCRIPT = path.join(CHECKOUT, 'node_modules/typescript7/bin/tsc');
const MAIN = path.join(HOMES, 'simulate/test/simulation/main.js');

const signal = stopSignal();
process.exitCode = await main().catch((error) => (signal.aborted ? 2 : explain(error)));

/** @returns {Promise<number>} the exit code of the simulation */
async function main() {
  await setup({ signal });
  const built = await run(process.execPath, [TYPESCRIPT, '-p', 'tsconfig.simulate.json'], { signal });
  if (!built.ok) throw new CannotRun(`${tail(built.output, 30)}\nThe simulator does not compile.`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...process.argv.slice(2)], {
      cwd: CHECKOUT,
      stdio: 'inherit',
      signal,
    });
    child.once('error', () => resolve(2));
    child.once('exit', (code) => resolve(code ?? 2));
  });
}
