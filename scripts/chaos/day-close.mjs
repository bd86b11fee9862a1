import { setTimeout as sleep } from 'node:timers/promises';
import { run as runCommand } from '../lib/commands.mjs';
import { mainFile } from '../lib/installation.mjs';

const SOURCE = 'LPB01';
const POINTS = ['K11 before step', 'K10 batch staged', 'K11 after step'];
/** So that the day has payments. */
const AFTER_MS = 8_000;
/** A killed run keeps its lease for 20 s. */
const ATTEMPTS_MAX = 240;

/** How many kills closing the day takes. */
export const DAY_CLOSE_KILLS = POINTS.length;

/**
 * Closes a source's day while payments and faults go on, and kills the run at each of its steps; what is left half-way
 * is taken up by the next run.
 * @param {import('./bed.mjs').Bed} bed
 * @param {import('./faults.mjs').Strikes} strikes
 * @param {(line: string) => void} log
 * @returns {Promise<string | undefined>} why the day is not closed
 */
export async function closeTheDay(bed, strikes, log) {
  await sleep(AFTER_MS);
  const { businessDateOfToday } = await calendar();
  const date = businessDateOfToday(SOURCE);
  const asked = await fetch(`${bed.run.simulator?.http}/settlement/${SOURCE}/${date}`, { method: 'POST' });
  if (!asked.ok) return `the simulator wrote no file: ${asked.status}`;
  const points = [...POINTS];
  let last = '';
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const [point] = points;
    if (point !== undefined) strikes.lay(point);
    const { output } = await runCommand(
      process.execPath,
      [mainFile('cli'), 'recon', 'run', SOURCE, date, '--json'],
      { env: { ...process.env, ...bed.environment, SIMPUL_FAIL_POINTS: bed.failPoints } },
    );
    last = output.slice(-300);
    if (point !== undefined && !strikes.withdraw(point)) {
      log(`the day's run was killed: ${point}`);
      points.shift();
    } else if (/"state":"closed"/.test(output))
      return points.length === 0 ? undefined : `it closed before it was killed at ${points.join(', ')}`;
    await sleep(500);
  }
  return `it did not close; the last run said ${last}`;
}

async function calendar() {
  const { readFormats, sourceCalendar } = await import('#lib/files');
  const dateOf = sourceCalendar(readFormats('config/formats'));
  return { businessDateOfToday: (/** @type {string} */ source) => dateOf(source, new Date()) };
}
