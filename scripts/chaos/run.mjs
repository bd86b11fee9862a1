import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run as runCommand } from '../lib/commands.mjs';
import { mainFile } from '../lib/installation.mjs';
import { makeBed } from './bed.mjs';
import { compareBooks } from './books.mjs';
import { closeTheDay, DAY_CLOSE_KILLS } from './day-close.mjs';
import { breakIt, isLong, STEPS, Strikes } from './faults.mjs';
import { SMALL_DEPOSIT, startLoad, startTopUps } from './load.mjs';
import { randomFrom } from './random.mjs';

const QUIET_WITHIN_MS = 60_000;
/** So many kills must have hit every step. */
const EVERY_STEP_FROM = 50;

/**
 * One run: load, faults, heal, then the books.
 * @param {object} what
 * @param {number} what.kills
 * @param {number} what.seed
 * @param {string | undefined} [what.deliberateFault] what every switch and worker is started with
 * @param {boolean} [what.withPause] pause a switch also in a short run
 * @param {((bed: import('./bed.mjs').Bed) => Promise<void>) | undefined} [what.prepare] before the load begins
 * @param {number} [what.quietWithinMs] how long to wait for the last payment's end
 * @param {number} [what.findingsShown]
 * @param {number} [what.slowTruths] percent of the payments whose truth comes a minute later; a short run has none
 * @param {(line: string) => void} what.log
 * @param {AbortSignal} what.signal
 */
export async function runChaos(what) {
  const { kills, seed, deliberateFault, withPause, prepare, log, signal } = what;
  const { quietWithinMs = QUIET_WITHIN_MS, findingsShown = 50, slowTruths = isLong(kills) ? 1 : 0 } = what;
  const bed = await makeBed({ log: (line) => log(line.split('\n', 1)[0] ?? ''), signal, deliberateFault });
  try {
    await prepare?.(bed);
    const strikes = new Strikes(bed.failPoints);
    const load = startLoad(bed, seed, slowTruths);
    const topUps = startTopUps(bed);
    const dayClose = isLong(kills) ? closeTheDay(bed, strikes, log).catch(String) : undefined;
    const injected = await breakIt({
      bed,
      strikes,
      random: randomFrom(seed),
      kills,
      withPause,
      reserved: dayClose ? DAY_CLOSE_KILLS : 0,
      log,
      signal,
    });

    const dayNotClosed = await dayClose;

    log('healing');
    await bed.database.tell('thaw');
    const healedAt = Date.now();
    const stories = await load.stop();
    const toppedUp = await topUps.stop();
    const { healMs, open } = await untilQuiet(bed, { healedAt, withinMs: quietWithinMs }, log, signal);
    const broken = await brokenInvariants(bed);
    const { payments, findings } = await compareBooks({
      bed,
      stories,
      toppedUp: new Map([[SMALL_DEPOSIT, toppedUp]]),
    });
    const [{ rerouted: legs }] = await bed.admin('SELECT COUNT(*) AS rerouted FROM payment WHERE leg_no > 1');
    const rerouted = Number(legs);
    const points = strikes.points();
    if (dayNotClosed !== undefined) broken.push(`the day of a source: ${dayNotClosed}`);
    const missed = kills >= EVERY_STEP_FROM ? STEPS.filter((step) => points[step] === 0) : [];
    const count = (/** @type {string} */ kind) => findings.filter((one) => one.kind === kind).length;
    const result = {
      chaos: true,
      seed,
      kills,
      payments,
      lost: count('lost'),
      doubled: count('doubled'),
      unlisted: count('unlisted'),
      healMs,
      points,
      rerouted,
      untrue: count('untrue'),
      contradicted: count('contradicted'),
      open,
      invariants: broken.length === 0 ? 'ok' : broken,
      killed: strikes.kills(),
      killedAs: strikes.killedAs(),
      calls: callsOf(stories),
      injected,
      lateWrites: lateWrites(bed),
      ok: findings.length === 0 && broken.length === 0 && missed.length === 0 && rerouted > 0 && payments > 0,
    };
    for (const { kind, reference, what: why } of findings.slice(0, findingsShown))
      log(`${kind}: seed ${seed}, reference ${reference}: ${why}`);
    for (const finding of broken) log(`verify: seed ${seed}: ${finding}`);
    for (const step of missed) log(`no kill hit a payment at ${step}`);
    if (rerouted === 0) log('no payment took another route');
    return result;
  } finally {
    await bed.stop();
  }
}

/**
 * Waits until every accepted payment is final, so long and no longer; notes when each was final or on the list.
 * @param {import('./bed.mjs').Bed} bed
 * @param {{ healedAt: number, withinMs: number }} when
 * @param {(line: string) => void} log
 * @param {AbortSignal} signal
 */
async function untilQuiet(bed, { healedAt, withinMs }, log, signal) {
  /** @type {number | undefined} */
  let healMs;
  for (let tick = 0; ; tick += 1) {
    signal.throwIfAborted();
    const [row] = await bed
      .admin(
        "SELECT SUM(state = 'SENT') AS sent, SUM(state IN ('SENT', 'SUSPECT', 'UNRESOLVED')) AS open FROM payment",
      )
      .catch(() => [undefined]);
    const passedMs = Date.now() - healedAt;
    if (row) {
      const [sent, open] = [Number(row.sent), Number(row.open)];
      if (sent === 0) healMs ??= passedMs;
      if (tick % 20 === 0) log(`${open} payments are not final, ${sent} of them on no list yet`);
      if (open === 0 || passedMs > withinMs) return { healMs: healMs ?? passedMs, open };
    } else if (passedMs > 2 * QUIET_WITHIN_MS) throw new Error('the database did not come back');
    await sleep(250);
  }
}

/**
 * `verify`, as an operator runs it.
 * @param {import('./bed.mjs').Bed} bed
 * @returns {Promise<string[]>} what is broken
 */
async function brokenInvariants(bed) {
  const { output } = await runCommand(process.execPath, [mainFile('cli'), 'verify', '--json'], {
    env: { ...process.env, ...bed.environment },
  });
  const line = output.split('\n').find((text) => text.startsWith('{"ok"'));
  if (line === undefined) return [`verify did not answer: ${output.slice(-500)}`];
  const { invariants } =
    /** @type {{ invariants: { id: string, ok: boolean, firstCounterExample: string }[] }} */ (
      JSON.parse(line)
    );
  return invariants
    .filter(({ ok }) => !ok)
    .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
}

/**
 * What the callers did and heard, by kind.
 * @param {readonly import('./partner.mjs').Story[]} stories
 */
function callsOf(stories) {
  /** @type {Record<string, number>} */
  const calls = {};
  for (const exchange of stories.flatMap(({ exchanges }) => exchanges)) {
    const how = exchange.heard === 'answer' ? String(exchange.status) : exchange.heard;
    calls[how] = (calls[how] ?? 0) + 1;
  }
  return calls;
}

/**
 * Moves that found another writer before them: what a paused switch still held when it went on.
 * @param {import('./bed.mjs').Bed} bed
 */
function lateWrites(bed) {
  return ['switch-1', 'switch-2', 'worker']
    .map((name) => path.join(bed.home.logs, `${name}.log`))
    .filter((file) => existsSync(file))
    .reduce((total, file) => total + readFileSync(file, 'utf8').split('move came second').length - 1, 0);
}
