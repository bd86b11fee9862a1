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
/** A reversal is sent by the switch that took its order, and by the worker where that one died; they are rare. */
const REVERSAL_POINTS = ['K8 reversal stored', 'K8 reversal sent'];
/** Orders for these lie until a payment comes by. */
const LYING_POINTS = [...WORKER_POINTS, ...REVERSAL_POINTS];
/** Between these the database goes down as well: what was sent to it may have happened or not. */
const DATABASE_POINTS = ['K2 opening commit sent', 'K3 opened', 'K5 answered', 'K6 outcome commit sent'];

export const STEPS = ['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8'];

const STRIKE_WITHIN_MS = 6_000;
/** A payment that its biller does not know is given up when its quiet time is over, half a minute after it was sent. */
const WORKER_WITHIN_MS = 45_000;
const MISSES_MAX = 20;
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
 * The kills of a run, in order: each step at least once, and some that ask for no step.
 * @param {import('./random.mjs').Random} random
 * @param {number} kills
 * @returns {Kill[]}
 */
export function planKills(random, kills) {
  /** @type {Kill[]} */
  const plan = [];
  const left = () => plan.reduce((rest, kill) => rest - weightOf(kill), kills);
  const add = (/** @type {Kill} */ kill) => weightOf(kill) <= left() && plan.push(kill);
  for (let round = 0; round < Math.max(1, Math.floor(kills / 20)); round += 1)
    for (const point of [...SWITCH_POINTS, 'K8 void decided']) add(atPoint(point));
  add({ how: 'both switches' });
  add({ how: 'database' });
  while (left() > 0)
    add(
      random.weighted(
        /** @type {const} */ ([
          [atPoint(random.pick(SWITCH_POINTS)), 60],
          [atPoint(random.pick(WORKER_POINTS)), 12],
          [atPoint(random.pick(REVERSAL_POINTS)), 5],
          [atPoint(random.pick(DATABASE_POINTS), 'database'), 12],
          [{ how: 'database' }, 4],
          [{ how: 'worker' }, 4],
          [{ how: 'both switches' }, 5],
        ]),
      ),
    );
  return random.shuffled(plan);
}

/** How many processes it kills. @param {Kill} kill */
function weightOf(kill) {
  return kill.how === 'both switches' ? 2 : 1;
}

/** @param {string} point @param {'itself' | 'database'} [target] @returns {Kill} */
function atPoint(point, target = 'itself') {
  return { how: 'at a point', point, target };
}

/** What the fail points and we ourselves did to processes, counted by proof. */
export class Strikes {
  /** Kills that asked for no step, by what they were. @type {Record<string, number>} */
  direct = {};

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
    return this.lines().length + Object.values(this.direct).reduce((sum, count) => sum + count, 0);
  }

  /** Kills by who died how. @returns {Record<string, number>} */
  killedAs() {
    const lines = this.lines();
    const others = lines.filter(({ by, pid }) => by !== pid).length;
    return { 'itself at a point': lines.length - others, 'database at a point': others, ...this.direct };
  }

  /**
   * Kills at no step of anything.
   * @param {string} how
   * @param {number[]} pids
   * @returns {boolean} all of them were there
   */
  kill(how, pids) {
    const killed = pids.reduce((sum, pid) => sum + sendKill(pid), 0);
    this.direct[how] = (this.direct[how] ?? 0) + killed;
    return killed === pids.length;
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
 *   withPause?: boolean, reserved?: number, log: (line: string) => void, signal: AbortSignal }} what
 *   reserved: kills that others see to
 * @returns {Promise<Record<string, number>>} how often each other fault was injected
 */
export async function breakIt({ bed, strikes, random, kills, withPause = false, reserved = 0, log, signal }) {
  /** @type {Record<string, number>} */
  const counts = {};
  const count = (/** @type {string} */ what) => (counts[what] = (counts[what] ?? 0) + 1);
  const plan = planKills(random, kills - Math.min(kills, reserved));
  const paused = isLong(kills) || withPause ? await pause(bed, 'switch-2', log) : undefined;
  let patience = MISSES_MAX;

  while (plan.length > 0 || strikes.kills() < kills) {
    signal.throwIfAborted();
    const kill = plan.shift() ?? (await lateKill(strikes, random, kills));
    if (kill === undefined) continue;
    if (kill.how === 'both switches' && paused?.isLasting()) {
      // It would end the pause.
      plan.push(kill);
      await sleep(200);
      continue;
    }
    if (random.chance(0.35)) {
      const fault = random.pick(NETWORK_FAULTS);
      count(fault.name);
      await fault.inject(bed, random);
    }
    await oneSwitchServes(bed, signal);
    const isDone = await strike(kill, { bed, strikes, signal });
    log(`${isDone ? `${strikes.kills()} of ${kills} killed` : 'missed'}: ${nameOf(kill)}`);
    if (!isDone && (patience -= 1) > 0) plan.push(kill);
    await sleep(random.between(300, 1_200));
  }
  LYING_POINTS.forEach((point) => strikes.withdraw(point));
  if (await paused?.isOver) count('K14 paused past its turn');
  return counts;
}

/**
 * At the end of the plan: waits for the worker to reach what was laid for it; what it does not reach in time is
 * replaced.
 * @param {Strikes} strikes
 * @param {import('./random.mjs').Random} random
 * @param {number} kills
 * @returns {Promise<Kill | undefined>} undefined when none is needed after all
 */
async function lateKill(strikes, random, kills) {
  const until = Date.now() + WORKER_WITHIN_MS;
  while (LYING_POINTS.some((point) => strikes.isLaid(point)) && Date.now() < until) await sleep(100);
  LYING_POINTS.forEach((point) => strikes.withdraw(point));
  return strikes.kills() < kills ? atPoint(random.pick(SWITCH_POINTS)) : undefined;
}

/** @param {Kill} kill */
function nameOf(kill) {
  return kill.how === 'at a point' ? `${kill.target} at ${kill.point}` : kill.how;
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
 * @returns {Promise<boolean>} it was done, or is laid where the worker will pass
 */
async function strike(kill, { bed, strikes, signal }) {
  switch (kill.how) {
    case 'database':
    case 'worker':
      return strikes.kill(kill.how, [bed.process(kill.how).pid]);
    case 'both switches':
      return strikes.kill(kill.how, [bed.process('switch-1').pid, bed.process('switch-2').pid]);
    case 'at a point': {
      const { point, target } = kill;
      if (strikes.isLaid(point)) return false;
      strikes.lay(point, target === 'database' ? { pid: bed.process('database').pid } : {});
      if (LYING_POINTS.includes(point)) return true;
      const until = Date.now() + STRIKE_WITHIN_MS;
      while (strikes.isLaid(point) && Date.now() < until) {
        signal.throwIfAborted();
        await sleep(20);
      }
      if (strikes.withdraw(point)) return false;
      // It has been taken; its line is written before the signal is sent.
      await sleep(50);
      return true;
    }
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
 * @returns {Promise<{ isLasting: () => boolean, isOver: Promise<boolean> }>} from when it stands still; `isOver`
 *   tells whether it was left alone meanwhile
 */
async function pause(bed, name, log) {
  // Silent billers keep a share of its payments waiting for 12 s each.
  await sleep(PAUSE_AFTER_MS);
  const { pid } = bed.process(name);
  process.kill(pid, 'SIGSTOP');
  log(`K14: ${name} stands still`);
  let isLasting = true;
  return { isLasting: () => isLasting, isOver: goOn() };

  async function goOn() {
    await sleep(PAUSE_MS);
    isLasting = false;
    if (bed.process(name).pid !== pid) return false;
    process.kill(pid, 'SIGCONT');
    log(`K14: ${name} goes on`);
    return true;
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
