import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process that cannot be taken for a later one with the same number: `birth` is its start in clock ticks
 * since boot (proc(5), stat field 22), null where the system has no /proc.
 * @typedef {{ pid: number, birth: string | null }} Identity
 */

/**
 * @param {number} pid
 * @returns {Identity}
 */
export function identify(pid) {
  return { pid, birth: statOf(pid)?.birth ?? null };
}

/**
 * Is this very process still there? A zombie, which only waits to be counted by its parent, is not.
 * @param {Identity} identity
 */
export function isAlive({ pid, birth }) {
  // What could not be started has no number; as a target of a signal, 0 would mean ourselves.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const stat = statOf(pid);
  if (stat === null) return birth === null;
  return stat.state !== 'Z' && (birth === null || stat.birth === birth);
}

/**
 * Every process whose command line and environment we may read.
 * @returns {{ pid: number, parent: number, command: string[], environment: string[] }[]} empty without /proc
 */
export function listProcesses() {
  let names;
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.map((name) => ({
    pid: Number(name),
    parent: statOf(Number(name))?.parent ?? 0,
    command: readIfAllowed(`/proc/${name}/cmdline`).split('\0').slice(0, -1),
    environment: readIfAllowed(`/proc/${name}/environ`).split('\0').slice(0, -1),
  }));
}

/**
 * What the kernel says of a process (proc(5), stat).
 * @param {number} pid
 * @returns {{ state: string, parent: number, birth: string } | null} null if it is not there, or there is no /proc
 */
function statOf(pid) {
  const stat = readIfAllowed(`/proc/${pid}/stat`);
  // The second field is the command's name in parentheses and may itself hold spaces and parentheses.
  const [state, parent, ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const birth = more[17];
  return state === undefined || birth === undefined ? null : { state, parent: Number(parent), birth };
}

/** @param {string} file */
function readIfAllowed(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It belongs to somebody else, or its process has ended since.
  }
}

/**
 * Asks a process to end and insists when it does not. What it has started itself ends first, so that it can
 * still count its children out.
 * @param {Identity} identity
 * @param {number} patienceMs how long it may take to drain before it is killed
 */
export async function endProcess(identity, patienceMs) {
  if (!isAlive(identity)) return;
  const children = listProcesses().filter(({ parent }) => parent === identity.pid);
  for (const { pid } of children) await endProcess(identify(pid), patienceMs);
  signal(identity, 'SIGTERM');
  const until = Date.now() + patienceMs;
  while (isAlive(identity) && Date.now() < until) await sleep(20);
  signal(identity, 'SIGKILL');
  while (isAlive(identity)) await sleep(20);
}

/**
 * @param {Identity} identity
 * @param {NodeJS.Signals} name
 */
function signal(identity, name) {
  try {
    if (isAlive(identity)) process.kill(identity.pid, name);
  } catch {
    // It ended between the look and the signal, which is what we want.
  }
}
