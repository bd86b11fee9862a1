#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { checkFaultRows } from './fault-rows.mjs';
import { explain } from './lib/cannot-run.mjs';
import { CHECKOUT, HOMES, readJson } from './lib/home.mjs';
import { removeDeadHomes } from './lib/leftovers.mjs';
import { stopSignal } from './lib/signals.mjs';
import { setup } from './setup.mjs';

const HELP = `npm test [-- <pattern> ...]

Every test: formatting, lint, types, the floors of the house, the scripts', jest on a database of its own,
a short chaos run, and the table of faults, each with the tests that show what becomes of it.
With a pattern only jest, and only the test files whose path matches it.
Last line: "N passed, N failed"; the parts without tests of their own count as one each.`;

/** @typedef {{ passed: number, failed: number }} Count */

/**
 * What we read of jest's own report.
 * @typedef {{ numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number,
 *   testResults: { name: string, assertionResults: { fullName: string, status: string }[] }[] }} JestResult
 */

const nodeModule = (/** @type {string} */ file) => [
  process.execPath,
  path.join(CHECKOUT, 'node_modules', file),
];

/** Parts that pass or fail as a whole. They compute, and leave the processor to whoever waits for something. */
const STATIC_PARTS = [
  {
    name: 'format',
    // What was well formed and has the same content still is: most of a checkout is not looked at twice.
    command: [
      ...nodeModule('prettier/bin/prettier.cjs'),
      '--cache',
      '--cache-strategy=content',
      `--cache-location=${path.join(HOMES, 'format-cache')}`,
      '--check',
      '.',
    ],
  },
  { name: 'lint', command: [...nodeModule('oxlint/bin/oxlint'), '--type-aware', '--quiet'] },
  { name: 'typecheck', command: ['npm', 'run', '--silent', 'typecheck'] },
  {
    name: 'typecheck of the scripts',
    command: [...nodeModule('typescript7/bin/tsc'), '-p', 'scripts/tsconfig.json'],
  },
  { name: 'boundaries', command: ['npm', 'run', '--silent', 'boundaries'] },
];

/** Enough for a kill at every step of a payment. Most of it is waiting, so it runs beside the parts that compute. */
const CHAOS = [
  process.execPath,
  path.join(CHECKOUT, 'scripts/chaos.mjs'),
  '--kills',
  '12',
  '--seed',
  '20260714',
];

const signal = stopSignal();
process.exitCode = await main().catch((error) => (signal.aborted ? 2 : explain(error)));

/** @returns {Promise<0 | 1>} the exit code */
async function main() {
  const patterns = process.argv.slice(2);
  if (patterns.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  await setup({ forTests: true, signal });
  /** @type {{ name: string, count: Count }[]} */
  const done = [];
  const chaosRun = patterns.length === 0 ? chaos() : undefined;
  if (chaosRun) {
    for (const { name, command } of STATIC_PARTS) {
      const isGood = await part(name, () => pass(['nice', '-n', '10', ...command]));
      done.push({ name, count: asCount(isGood) });
    }
    done.push({ name: 'scripts', count: await part('scripts', scripts) });
    const { result, lines, seconds } = await chaosRun;
    signal.throwIfAborted();
    console.log(['\n== chaos', ...lines, `== chaos: ${seconds.toFixed(1)} s`].join('\n'));
    done.push({ name: 'chaos', count: asCount(result?.ok === true) });
  }
  // With both cores: its tests compute as much as they wait.
  const { count: ofJest, tests } = await part('jest', () => jest(patterns));
  done.push({ name: 'jest', count: ofJest });
  if (chaosRun) {
    const { result } = await chaosRun;
    const log = (/** @type {string} */ line) => console.log(line);
    const rows = await part('faults', () => checkFaultRows({ tests, chaos: result, log }));
    done.push({ name: 'faults', count: rows });
  }

  const broken = done.filter((one) => one.count.failed > 0).map(({ name }) => name);
  if (broken.length > 0) console.log(`\nfailed: ${broken.join(', ')}`);
  const sum = (/** @type {keyof Count} */ key) => done.reduce((total, one) => total + one.count[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return broken.length === 0 ? 0 : 1;
}

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function part(name, work) {
  console.log(`\n== ${name}`);
  const startedAt = Date.now();
  const result = await work();
  signal.throwIfAborted();
  console.log(`== ${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

/**
 * Runs a command whose output goes straight to the terminal, and ends it when we are asked to stop.
 * @param {string[]} command
 * @returns {Promise<boolean>} did it exit with 0?
 */
function pass([program = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: CHECKOUT, stdio: 'inherit', signal });
    child.once('error', (error) => {
      if (!signal.aborted) console.error(error.message);
      if (child.pid === undefined) resolve(false);
    });
    child.once('exit', (code) => resolve(code === 0));
  });
}

/**
 * Runs the tests of these scripts.
 * @returns {Promise<Count>}
 */
function scripts() {
  return withResultFile(async (resultFile) => {
    const files = readdirSync(path.join(CHECKOUT, 'scripts/test')).filter((name) =>
      name.endsWith('.test.mjs'),
    );
    const isGood = await pass([
      process.execPath,
      '--test',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${resultFile}`,
      ...files.map((name) => `scripts/test/${name}`),
    ]);
    const result = existsSync(resultFile) ? readFileSync(resultFile, 'utf8') : '';
    const line = (/** @type {string} */ name) =>
      Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(result)?.[1] ?? 0);
    return count(line('pass'), line('fail') + line('cancelled'), isGood);
  });
}

/**
 * @param {string[]} patterns
 * @returns {Promise<{ count: Count, tests: import('./fault-rows.mjs').TestResult[] }>}
 */
async function jest(patterns) {
  try {
    return await withResultFile(async (resultFile) => {
      const isGood = await pass([
        ...nodeModule('jest/bin/jest.js'),
        '--json',
        `--outputFile=${resultFile}`,
        ...patterns,
      ]);
      const {
        numPassedTests = 0,
        numFailedTests = 0,
        numRuntimeErrorTestSuites = 0,
        testResults = [],
      } = /** @type {Partial<JestResult>} */ (readJson(resultFile) ?? {});
      return {
        count: count(numPassedTests, numFailedTests + numRuntimeErrorTestSuites, isGood),
        tests: testResults.flatMap(({ name: file, assertionResults }) =>
          assertionResults.map(({ fullName: name, status }) => ({
            file: path.relative(CHECKOUT, file),
            name,
            status,
          })),
        ),
      };
    });
  } finally {
    // A jest that was ended by a signal had no time to end its database.
    await removeDeadHomes('test');
  }
}

/**
 * A short chaos run; its last line is its result.
 * @returns {Promise<{ result: import('./fault-rows.mjs').Chaos, lines: string[], seconds: number }>} `result` undefined
 *   if it did not come to one
 */
async function chaos() {
  /** @type {string[]} */
  const lines = [];
  let last = '';
  const startedAt = Date.now();
  await new Promise((resolve) => {
    const [program = '', ...args] = CHAOS;
    const child = spawn(program, args, { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'pipe'], signal });
    for (const input of [child.stdout, child.stderr])
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        if (input === child.stdout) last = line;
      });
    child.once('error', () => resolve(undefined));
    child.once('close', () => resolve(undefined));
  });
  return { result: jsonOf(last), lines, seconds: (Date.now() - startedAt) / 1000 };
}

/** @param {string} text */
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {boolean} isGood
 * @returns {Count} of a part that passes or fails as a whole
 */
function asCount(isGood) {
  return isGood ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * @param {number} passed
 * @param {number} failed
 * @param {boolean} isGood did the runner exit with 0?
 * @returns {Count}
 */
function count(passed, failed, isGood) {
  // No test was found, or the runner itself broke: nothing failed, yet nothing is proved.
  return { passed, failed: failed === 0 && !isGood ? 1 : failed };
}

/**
 * @template T
 * @param {(file: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withResultFile(work) {
  const folder = mkdtempSync(path.join(HOMES, 'results-'));
  try {
    return await work(path.join(folder, 'result'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
