import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { h2hChannels } from '../lib/run-file.mjs';

/** The demo's channel whose deposit runs empty. */
export const SMALL_DEPOSIT = 'warung-kecil';
const TOP_UP = 250_000n;
const TOP_UP_EVERY_MS = 6_000;
const PER_SECOND = 20;
const IN_FLIGHT_MAX = 96;

/**
 * Sets partners to work, in a process of their own.
 * @param {import('./bed.mjs').Bed} bed
 * @param {number} seed
 * @param {number} slowTruths percent of the payments whose truth comes a minute later
 */
export function startLoad(bed, seed, slowTruths) {
  const child = fork(path.join(import.meta.dirname, 'partner.mjs'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  /** @type {import('./partner.mjs').Story[]} */
  const stories = [];
  const done = new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message === 'done') resolve(undefined);
      else stories.push(message.story);
    });
    child.once('exit', () => reject(new Error('the partners ended before their time')));
  });
  done.catch(() => {});
  const channels = h2hChannels(bed.run).map(({ id, secret }) => ({ id, secret }));
  const { instances } = bed.run.switch;
  const simulator = bed.run.simulator?.http ?? '';
  const load = { perSecond: PER_SECOND, inFlightMax: IN_FLIGHT_MAX, slowTruths };
  child.send({ seed, instances, channels, simulator, ...load });
  return {
    /** Lets every partner end what it is at. */
    async stop() {
      const ended = once(child, 'exit');
      child.send('stop');
      await done;
      child.disconnect();
      await ended;
      return stories;
    },
  };
}

/**
 * Money comes into the small deposit now and then, so that it is at its floor again and again.
 * @param {import('./bed.mjs').Bed} bed
 */
export function startTopUps(bed) {
  const stopping = new AbortController();
  const ended = topUpUntil(bed, stopping.signal);
  ended.catch(() => {});
  return {
    /** @returns {Promise<bigint>} how much came in */
    async stop() {
      stopping.abort();
      return ended;
    },
  };
}

/**
 * @param {import('./bed.mjs').Bed} bed
 * @param {AbortSignal} signal
 */
async function topUpUntil(bed, signal) {
  const { SingleWriter, topUpDeposit } = await import('#lib/ledger');
  const { businessDateOf, JAKARTA_MIDNIGHT, rupiah } = await import('#lib/kernel');
  const { Database } = await import('#lib/platform');
  const database = new Database(bed.environment['DATABASE_URL'] ?? '');
  const writer = new SingleWriter(database);
  const amount = rupiah(TOP_UP);
  let total = 0n;
  for (let nth = 1; !signal.aborted; nth += 1) {
    await sleep(TOP_UP_EVERY_MS, undefined, { signal }).catch(() => {});
    const at = new Date();
    const businessDate = businessDateOf(at, JAKARTA_MIDNIGHT);
    const topUp = { topUpId: `chaos-${nth}`, channelId: SMALL_DEPOSIT, amount, businessDate, at };
    await untilItIsThere(() => topUpDeposit(writer, topUp));
    total += amount;
  }
  await database.close();
  return total;
}

/**
 * Under one reference until it is there: a repeat finds the first.
 * @param {() => Promise<unknown>} work
 */
async function untilItIsThere(work) {
  for (;;)
    try {
      await work();
      return;
    } catch {
      await sleep(250);
    }
}
