import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotRun } from './cannot-run.mjs';

export const LOOPBACK = '127.0.0.1';

/**
 * One port per door of an installation, all on the loopback address.
 * @typedef {object} Ports
 * @property {number[]} switches one per instance, the first one first
 * @property {number[]} iso8583 the ISO 8583 door of each instance
 * @property {number} backoffice the console and its API
 * @property {number} simulator
 * @property {number} sftp
 * @property {number} database
 * @property {Record<string, number>} lines of the billers that listen on a port of their own
 */

const HIGHEST_BASE = 65_000;

/** The billers that listen on a port of their own, from base + 6 on. */
const LINE_BILLERS = ['pln-switch', 'kawan'];

/**
 * The fixed layout people can remember.
 * @param {string | undefined} portBase the text of PORT_BASE
 * @param {number} switches how many instances
 * @returns {Ports}
 * @throws {CannotRun} if PORT_BASE is not a port number with room above it
 */
export function portsFrom(portBase, switches) {
  const base = Number(portBase || 8080);
  if (!Number.isInteger(base) || base < 1024 || base > HIGHEST_BASE)
    throw new CannotRun(`PORT_BASE is "${portBase}"; set it to a whole number from 1024 to ${HIGHEST_BASE}.`);
  return {
    switches: Array.from({ length: switches }, (_, index) => (index === 0 ? base : base + 9 + index)),
    iso8583: Array.from({ length: switches }, (_, index) => (index === 0 ? base + 3 : base + 29 + index)),
    backoffice: base + 1,
    simulator: base + 2,
    sftp: base + 4,
    database: base + 5,
    lines: Object.fromEntries(LINE_BILLERS.map((id, index) => [id, base + 6 + index])),
  };
}

/**
 * Ports nobody uses now, for an installation that must not disturb another.
 * @param {number} switches how many instances
 * @returns {Promise<Ports>}
 */
export async function freePorts(switches) {
  // All are held at once, so that the same one is not found twice.
  const held = await Promise.all(
    Array.from({ length: 2 * switches + 4 + LINE_BILLERS.length }, () => listen(0)),
  );
  const numbers = held.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
    return address.port;
  });
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  const [backoffice = 0, simulator = 0, sftp = 0, database = 0, ...rest] = numbers;
  return {
    switches: rest.slice(0, switches),
    iso8583: rest.slice(switches, 2 * switches),
    backoffice,
    simulator,
    sftp,
    database,
    lines: Object.fromEntries(LINE_BILLERS.map((id, index) => [id, rest[2 * switches + index] ?? 0])),
  };
}

/**
 * @param {Record<string, number>} wanted what each port is for
 * @throws {CannotRun} naming the first port that somebody else holds
 */
export async function requireFree(wanted) {
  for (const [purpose, port] of Object.entries(wanted)) {
    try {
      const server = await listen(port);
      await new Promise((resolve) => server.close(resolve));
    } catch (error) {
      throw new CannotRun(
        `Port ${port} (${purpose}) on ${LOOPBACK} cannot be used (${error instanceof Error ? error.message : String(error)}). ` +
          `End the program that holds it, or move all ports: PORT_BASE=9000 npm start`,
      );
    }
  }
}

/**
 * @param {number} port
 * @returns {Promise<import('node:net').Server>}
 */
function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}

/**
 * Waits until a server answers. MariaDB and SSH speak first, and MariaDB only once it is ready to work, so
 * for them the connection alone is not enough.
 * @param {number} port
 * @param {{ greets: boolean, signal: AbortSignal }} options `greets`: wait for the server's first bytes;
 *   `signal` ends the wait, which then rejects with the signal's reason
 */
export async function waitForAnswer(port, { greets, signal }) {
  for (;;) {
    signal.throwIfAborted();
    if (await answers(port, greets, signal)) return;
    await sleep(25);
  }
}

/**
 * @param {number} port
 * @param {boolean} greets
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
function answers(port, greets, signal) {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const giveUp = () => end(false);
    const end = (/** @type {boolean} */ isAnswer) => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(isAnswer);
    };
    signal.addEventListener('abort', giveUp);
    socket.once(greets ? 'data' : 'connect', () => end(true));
    socket.once('error', giveUp);
    socket.once('close', giveUp);
  });
}
