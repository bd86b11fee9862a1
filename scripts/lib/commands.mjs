import { spawn } from 'node:child_process';
import { CHECKOUT } from './home.mjs';

/**
 * Runs a command to its end and keeps what it said.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, input?: string, signal?: AbortSignal }} [options] `signal` ends it
 * @returns {Promise<{ ok: boolean, output: string }>} both output streams as one text
 */
export function run(command, args, { env = process.env, input = '', signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: CHECKOUT, env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout.on('data', (part) => said.push(part));
    child.stderr.on('data', (part) => said.push(part));
    child.on('error', (error) => {
      if (signal?.aborted) reject(error);
      else resolve({ ok: false, output: error.message });
    });
    child.on('close', (code) => resolve({ ok: code === 0, output: Buffer.concat(said).toString() }));
    // A command that ends without reading its input breaks the pipe; its exit code tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/**
 * The end of a long output, where the reason usually stands.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 15) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}

/**
 * Does a step and says so when it lasts: nothing is printed for what takes less than two seconds.
 * @template T
 * @param {string} title a phrase like "building"
 * @param {(line: string) => void} log
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, log, work) {
  const startedAt = Date.now();
  const timer = setTimeout(() => log(`${title} ...`), 2000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    const seconds = (Date.now() - startedAt) / 1000;
    if (seconds > 2) log(`${title}: ${seconds.toFixed(1)} s`);
  }
}
