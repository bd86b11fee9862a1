import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Points that kill a payment at the step of their first word, as libs/platform/src/fail-point.ts names them. */
const SWITCH_POINTS = [
  'K1 request read',
  'K2 opening commit sent',
  'K3 opened',
  'K4 before send',
  'K4 sent',
  'K5 answered',
  'K6 outcome commit sent',
  'K7 recorded',
];
/** The worker passes these when payments have waited for it, so their orders lie until then. */
const WORKER_POINTS = ['K8 void decided', 'K8 void recorded', 'K9 taken over', 'K9 advised'];
/** Between these the database goes down as well: what was sent to it may have happened or not. */
const DATABASE_POINTS = ['K2 opening commit sent', 'K3 opened', 'K5 answered', 'K6 outcome commit sent'];

export const STEPS = ['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8'];

const STRIKE_WITHIN_MS = 6_000;
/** A payment whose switch is paused is taken over after its deadline, 12 s, and 5 s more; this is longer. */
const PAUSE_MS = 28_000;
const PAUSE_AFTER_MS = 6_000;
const LONG_RUN_KILLS = 25;

/**
 * One kill to come.
 * @typedef {{ how: 'at a point', point: string, target: 'itself' | 'database' } | { how: 'database' | 'worker' | 'both switches' }} Kill
 */

/** A run long enough for what takes half a minute by itself. @param {number} kills */
export function isLong(kills) {
  return kills >= LONG_RUN_KILLS;
}

/**
 * The kills of a run, in order: each step several times, and some that ask for no step.
 * @param {import('./random.mjs').Random} random
 * @param {number} kills
 * @returns {Kill[]}
 */
export function planKills(random, kills) {
  /** @type {Kill[]} */
  const plan = [...SWITCH_POINTS, ...WORKER_POINTS.slice(0, 1)].map((point) => atPoint(point));
  while (plan.length < kills)
    plan.push(
      random.weighted(
        /** @type {const} */ ([
          [atPoint(random.pick(SWITCH_POINTS)), 60],
          [atPoint(random.pick(WORKER_POINTS)), 15],
          [atPoint(random.pick(DATABASE_POINTS), 'database'), 12],
          [{ how: 'database' }, 4],
          [{ how: 'worker' }, 4],
          [{ how: 'both switches' }, 5],
        ]),
      ),
    );
  return random.shuffled(plan.slice(0, kills));
}

/** @param {string} point @param {'itself' | 'database'} [target] @returns {Kill} */
function atPoint(point, target = 'itself') {
  return { how: 'at a point', point, target };
}

/** What the fail points and we ourselves did to processes, counted by proof. */
export class Strikes {
  /** Kills that asked for no step, by what they were. */
  direct = 0;

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.file = path.join(folder, 'struck.jsonl');
  }

  /** @returns {{ point: string, subject: string, by: number, pid: number, signal: string }[]} */
  lines() {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Kills at a step, by step. @returns {Record<string, number>} */
  points() {
    /** @type {Record<string, number>} */
    const counts = Object.fromEntries(STEPS.map((step) => [step, 0]));
    for (const { point } of this.lines()) {
      const step = point.split(' ')[0] ?? '';
      counts[step] = (counts[step] ?? 0) + 1;
    }
    return counts;
  }

  kills() {
    return this.lines().filter(({ signal }) => signal === 'SIGKILL').length + this.direct;
  }

  /**
   * Lays an order down at a point.
   * @param {string} point
   * @param {{ pid?: number, signal?: string }} [order]
   */
  lay(point, order = {}) {
    const file = this.fileOf(point);
    // Whole or not at all: the process that takes it reads it at once.
    writeFileSync(`${file}.new`, JSON.stringify(order));
    renameSync(`${file}.new`, file);
  }

  /** @param {string} point */
  isLaid(point) {
    return existsSync(this.fileOf(point));
  }

  /** @param {string} point @returns {boolean} it had not been taken */
  withdraw(point) {
    const file = this.fileOf(point);
    try {
      renameSync(file, `${file}.withdrawn`);
    } catch {
      return false;
    }
    rmSync(`${file}.withdrawn`);
    return true;
  }

  /** @param {string} point */
  fileOf(point) {
    return path.join(this.folder, point.replaceAll(' ', '-'));
  }
}

/**
 * Breaks an installation under load, kill by kill as the seed says, with bad networks in between.
 * @param {{ bed: import('./bed.mjs').Bed, strikes: Strikes, random: import('./random.mjs').Random, kills: number,
 *   withPause?: boolean, log: (line: string) => void, signal: AbortSignal }} what
 * @returns {Promise<Record<string, number>>} how often each other fault was injected
 */
export async function breakIt({ bed, strikes, random, kills, withPause = false, log, signal }) {
  /** @type {Record<string, number>} */
  const counts = {};
  const count = (/** @type {string} */ what) => (counts[what] = (counts[what] ?? 0) + 1);
  const plan = planKills(random, kills);
  const paused = isLong(kills) || withPause ? pause(bed, 'switch-2', log).catch(() => false) : undefined;

  for (let nth = 0; strikes.kills() < kills; nth += 1) {
    signal.throwIfAborted();
    const kill = plan[nth] ?? atPoint(random.pick(SWITCH_POINTS));
    if (random.chance(0.35)) {
      const fault = random.pick(NETWORK_FAULTS);
      count(fault.name);
      await fault.inject(bed, random);
    }
    await oneSwitchServes(bed, signal);
    const before = strikes.kills();
    await strike(kill, { bed, strikes, signal });
    if (strikes.kills() > before)
      log(
        `kill ${strikes.kills()} of ${kills}: ${kill.how === 'at a point' ? `${kill.point}, ${kill.target}` : kill.how}`,
      );
    await sleep(random.between(300, 1_200));
    // At the end of the plan nothing is waited for that may never come.
    if (nth >= plan.length) WORKER_POINTS.forEach((point) => strikes.withdraw(point));
  }
  WORKER_POINTS.forEach((point) => strikes.withdraw(point));
  if (await paused) count('K14 paused past its turn');
  return counts;
}

/**
 * Kills that find nobody at work prove nothing.
 * @param {import('./bed.mjs').Bed} bed
 * @param {AbortSignal} signal
 */
async function oneSwitchServes(bed, signal) {
  for (;;) {
    signal.throwIfAborted();
    const serving = await Promise.all(
      bed.run.switch.instances.map((url) =>
        fetch(`${url}/health`, { signal: AbortSignal.timeout(500) }).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    );
    if (serving.includes(true)) return;
    await sleep(100);
  }
}

/**
 * @param {Kill} kill
 * @param {{ bed: import('./bed.mjs').Bed, strikes: Strikes, signal: AbortSignal }} what
 */
async function strike(kill, { bed, strikes, signal }) {
  switch (kill.how) {
    case 'database':
    case 'worker':
      strikes.direct += sendKill(bed.process(kill.how).pid);
      return;
    case 'both switches':
      for (const name of ['switch-1', 'switch-2']) strikes.direct += sendKill(bed.process(name).pid);
      return;
    case 'at a point': {
      const { point, target } = kill;
      strikes.lay(point, target === 'database' ? { pid: bed.process('database').pid } : {});
      if (WORKER_POINTS.includes(point)) return;
      const until = Date.now() + STRIKE_WITHIN_MS;
      while (strikes.isLaid(point) && Date.now() < until) {
        signal.throwIfAborted();
        await sleep(20);
      }
      if (!strikes.withdraw(point)) await sleep(20);
    }
  }
}

/** @param {number} pid @returns {number} how many were killed */
function sendKill(pid) {
  try {
    if (pid <= 0) return 0;
    process.kill(pid, 'SIGKILL');
    return 1;
  } catch {
    return 0;
  }
}

/** What a bad network and an ordinary restart do, between two kills. */
const NETWORK_FAULTS = [
  .../** @type {const} */ (['cut', 'garble', 'repeat']).map((spoil) => ({
    name: `biller answers ${spoil}`,
    inject: (
      /** @type {import('./bed.mjs').Bed} */ { billers },
      /** @type {import('./random.mjs').Random} */ random,
    ) => billers.tell({ spoil, answers: random.between(1, 5) }),
  })),
  {
    name: 'biller connections cut',
    inject: (/** @type {import('./bed.mjs').Bed} */ { billers }) => billers.tell('cut'),
  },
  {
    name: 'database connections cut',
    inject: (/** @type {import('./bed.mjs').Bed} */ { database }) => database.tell('cut'),
  },
  {
    name: 'database link frozen',
    inject: async (
      /** @type {import('./bed.mjs').Bed} */ { database },
      /** @type {import('./random.mjs').Random} */ random,
    ) => {
      await database.tell('freeze');
      await sleep(random.between(200, 2_500));
      await database.tell('thaw');
    },
  },
  {
    name: 'K13 told to stop',
    inject: async (
      /** @type {import('./bed.mjs').Bed} */ bed,
      /** @type {import('./random.mjs').Random} */ random,
    ) => {
      const { pid } = bed.process(random.pick(['switch-1', 'switch-2']));
      try {
        if (pid > 0) process.kill(pid, 'SIGTERM');
      } catch {
        // It is being started again already.
      }
    },
  },
];

/**
 * K14: one switch stands still with payments in its hands until others have taken them over, then goes on.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} name
 * @param {(line: string) => void} log
 * @returns {Promise<boolean>} it was not killed meanwhile
 */
async function pause(bed, name, log) {
  await sleep(PAUSE_AFTER_MS);
  const { pid } = bed.process(name);
  process.kill(pid, 'SIGSTOP');
  log(`K14: ${name} stands still`);
  await sleep(PAUSE_MS);
  if (bed.process(name).pid !== pid) return false;
  process.kill(pid, 'SIGCONT');
  log(`K14: ${name} goes on`);
  return true;
}
