import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { nodeOptions } from '../scripts/lib/node-options.mjs';
import { makeBed, runLoad } from './lib/bed.mjs';
import { median, quantile, rounded } from './lib/figures.mjs';
import { booksHold, orderFor, prepareOffers, startSwitch } from './lib/payments-bed.mjs';
import { DAY, FILE_NAME, plantOurs, plantTheirs, SOURCE } from './lib/recon/planted.mjs';

const MILLION = 1_000_000;
/** Seconds and megabytes: up to two million rows, and above. */
const GOALS = {
  small: { fetchToClosed: 8, fileToBreaks: 4, peakMb: 256 },
  large: { fetchToClosed: 90, fileToBreaks: 45, peakMb: 450 },
};
const RATIO_GOAL = 0.25;
const PAYMENTS_PER_SECOND = 1_000;
const PAYMENTS_P99_MS = 200;

/**
 * One source's day: a shuffled file over real SFTP against as many payments, with faults planted and bills of fixed
 * amounts. A worker of its own fetches, matches and closes it; then the same two inputs are joined by DuckDB's own
 * reader, by turns with ours.
 * @param {{ rows: number, withPayments: boolean, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ rows, withPayments, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    log(`${rows} payments of ${DAY} are made, and their file ...`);
    await plantOurs(bed.admin, rows);
    const drop = path.join(bed.environment['SIMULATOR_DROP'] ?? '', SOURCE);
    mkdirSync(drop, { recursive: true });
    const planted = await plantTheirs(path.join(drop, FILE_NAME), rows);

    const beside = withPayments ? await startPayments(bed, rows) : undefined;
    const { outcome, reachedMs, totalMs, peakMb } = await runProgram('close-day.mjs', [], bed.environment);
    const payments = await beside?.end();
    if (outcome.state !== 'closed') throw new Error(`the day was not closed: ${JSON.stringify(outcome)}`);
    const found = await compare(bed.admin, planted.expected);
    log(`worker: ${JSON.stringify(reachedMs)}; found ${JSON.stringify(outcome.counts)}`);

    const archived = path.join(bed.home.folder, 'archive', SOURCE, DAY);
    const snapshot = readdirSync(archived).find((name) => name.startsWith('ours-')) ?? '';
    const limit = await runProgram(
      'from-archives.mjs',
      [path.join(drop, FILE_NAME), path.join(archived, snapshot), bed.home.folder, String(rows)],
      { ROUNDS: rows > 2 * MILLION ? '1' : '3' },
    );
    const engineMs = median(limit.engineMs);
    const limitMs = median(limit.limitMs);
    const goals = rows > 2 * MILLION ? GOALS.large : GOALS.small;
    const fetchMs = reachedMs['downloaded'] ?? 0;
    const fileToBreaksMs = (reachedMs['matched'] ?? totalMs) - fetchMs;
    const ratio = limitMs / engineMs;
    return {
      rows,
      lines: planted.lines,
      rowsPerSecond: Math.round((rows / totalMs) * 1_000),
      fetchToClosedS: rounded(totalMs / 1_000, 2),
      fetchS: rounded(fetchMs / 1_000, 2),
      fileToBreaksS: rounded(fileToBreaksMs / 1_000, 2),
      phasesMs: Object.fromEntries(Object.entries(reachedMs).map(([state, ms]) => [state, Math.round(ms)])),
      peakMb: Math.round(peakMb),
      fromArchivesS: rounded(engineMs / 1_000, 2),
      limitRowsPerSecond: Math.round((rows / limitMs) * 1_000),
      ratio: rounded(ratio, 2),
      planted: found.planted,
      found: found.found,
      missed: found.missed,
      guessed: found.guessed,
      ...payments,
      reached: {
        fetchToClosed: totalMs / 1_000 <= goals.fetchToClosed,
        fileToBreaks: fileToBreaksMs / 1_000 <= goals.fileToBreaks,
        memory: peakMb <= goals.peakMb,
        ratio: ratio >= RATIO_GOAL,
        ...(payments ? { payments: payments.paymentsP99Ms <= PAYMENTS_P99_MS } : {}),
      },
      valid:
        found.missed === 0 &&
        found.guessed === 0 &&
        outcome.remainder === '0' &&
        (payments?.complete ?? true),
    };
  } finally {
    await bed.stop();
  }
}

/**
 * Payments at a fixed rate for as long as the worker will need, and longer.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {number} rows
 */
async function startPayments(bed, rows) {
  const seconds = Math.ceil(10 + (12 * rows) / MILLION);
  const offers = await prepareOffers(bed, PAYMENTS_PER_SECOND * (seconds + 5));
  const { port, stop } = await startSwitch(bed, 'batch', bed.environment['DATABASE_URL'] ?? '');
  const order = orderFor(bed, port);
  await runLoad({
    ...order,
    prefix: 'w',
    perSecond: 0,
    seconds: 2,
    offers: offers.take(PAYMENTS_PER_SECOND * 4),
  });
  const load = runLoad({
    ...order,
    prefix: 'r',
    perSecond: PAYMENTS_PER_SECOND,
    seconds,
    offers: offers.take(PAYMENTS_PER_SECOND * seconds + 10),
  });
  return {
    async end() {
      const { done, missed, elapsedMs, latenciesMs, statuses } = await load;
      await stop();
      const books = await booksHold(bed);
      return {
        paymentsPerSecond: Math.round((done / elapsedMs) * 1_000),
        paymentsP99Ms: rounded(quantile(latenciesMs, 0.99)),
        paymentsStatuses: statuses,
        complete: books.ok && missed <= done / 1_000,
      };
    },
  };
}

/**
 * Every planted fault must be found as what it is, and nothing else may be.
 * @param {import('mysql2/promise').Connection} admin
 * @param {Map<string, string[]>} expected
 */
async function compare(admin, expected) {
  const [rows] = await admin.query(
    `SELECT b.match_key, b.kind, b.sub FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id
     WHERE r.source = ? AND r.effective_date = ? AND b.kind <> 'clearing'`,
    [SOURCE, DAY],
  );
  const open = new Map([...expected].map(([key, kinds]) => [key, [...kinds]]));
  let guessed = 0;
  let found = 0;
  for (const {
    match_key,
    kind,
    sub,
  } of /** @type {{ match_key: string, kind: string, sub: string | null }[]} */ (rows)) {
    const kinds = open.get(match_key) ?? [];
    const at = kinds.indexOf(sub === null ? kind : `${kind} ${sub}`);
    if (at < 0) guessed += 1;
    else {
      kinds.splice(at, 1);
      found += 1;
    }
  }
  const missed = [...open.values()].reduce((sum, kinds) => sum + kinds.length, 0);
  return { planted: found + missed, found, missed, guessed };
}

/**
 * Runs a program of this bench to its end, told what a worker is told. @returns what it sent.
 * @param {string} file
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<any>}
 */
async function runProgram(file, args, env) {
  const child = fork(path.join(import.meta.dirname, 'lib/recon', file), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: nodeOptions('worker'),
  });
  /** @type {unknown} */
  let said;
  child.on('message', (message) => (said = message));
  const [code] = await once(child, 'exit');
  if (said === undefined) throw new Error(`${file} ended with ${code} and without figures`);
  return said;
}
