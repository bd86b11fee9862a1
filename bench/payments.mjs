import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { cpuMs, median, quantile, rounded, rssMb } from './lib/figures.mjs';
import { makeBed, runLoad, startProgram } from './lib/bed.mjs';
import { freePorts } from '../scripts/lib/ports.mjs';

const CHANNEL = 'ppob-nusantara';
const IN_FLIGHT_MAX = 256;
/** Ends in 3002: the simulated biller pays after 20 ms. */
const CUSTOMER = '14270013002';
const OFFERS = 600_000;
const MISSED_SHARE_MAX = 0.001;

/**
 * The whole HTTP path on one deposit: HMAC, routing, two durable commits, a biller that takes 20 ms. The pipeline and
 * one transaction per step take turns, so that a slow minute of the machine meets both.
 * @param {{ seconds: number, dbRttMs: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, dbRttMs, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    const offers = await prepareOffers(bed);
    const proxy = dbRttMs > 0 ? await proxyTo(bed, dbRttMs) : undefined;
    const databaseUrl = throughProxy(bed.environment['DATABASE_URL'] ?? '', proxy?.message);
    const commitMs = await rawCommitMs(
      bed,
      throughProxy(bed.environment['DATABASE_MIGRATION_URL'] ?? '', proxy?.message),
    );
    log(`raw commit ${rounded(commitMs, 2)} ms`);

    /** @type {Record<string, number[]>} */
    const closed = { batch: [], textbook: [], stub: [] };
    let cpu = {};
    let rss = 0;
    for (const writer of ['batch', 'textbook', 'batch', 'textbook', 'stub']) {
      const figures = await closedLoop({ bed, writer, databaseUrl, seconds, offers, log });
      closed[writer]?.push(figures.perSecond);
      if (writer === 'batch') {
        cpu = figures.cpuPerPaymentMs;
        rss = Math.max(rss, figures.rssMb);
      }
    }
    const batch = median(closed['batch'] ?? []);
    const textbook = median(closed['textbook'] ?? []);
    const open = await openLoop({ bed, databaseUrl, seconds, offers, capacity: batch, log });
    const books = await booksHold(bed);
    await proxy?.stop();
    return {
      dbRttMs,
      perSecond: rounded(open.perSecond, 0),
      p50Ms: rounded(open.p50Ms),
      p99Ms: rounded(open.p99Ms),
      missed: open.missed,
      closedPerSecond: rounded(batch, 0),
      textbookPerSecond: rounded(textbook, 0),
      ratio: rounded(batch / textbook),
      stubbedPerSecond: rounded(median(closed['stub'] ?? []), 0),
      ofStubbed: rounded(batch / median(closed['stub'] ?? []), 2),
      commitMs: rounded(commitMs, 2),
      cpuPerPaymentMs: cpu,
      rssMb: Math.max(rss, open.rssMb),
      books: books.why,
      valid: books.ok && open.isValid,
    };
  } finally {
    await bed.stop();
  }
}

/**
 * Asks once for a bill, then copies that offer: the payments are what is measured.
 * @param {import('./lib/bed.mjs').Bed} bed
 */
async function prepareOffers(bed) {
  const { askInquiry } = await import('./lib/partner.mjs');
  const { inquiryId, total } = await askInquiry(bed.run, CHANNEL, CUSTOMER);
  await bed.admin.query(
    `INSERT INTO inquiry SELECT CONCAT('inq_b', s.seq), channel_id, channel_reference, product_id, customer_number,
       amount, offer, created_at, created_at + INTERVAL 1 DAY FROM inquiry, seq_1_to_${OFFERS} s WHERE inquiry_id = ?`,
    [inquiryId],
  );
  const { topUpDeposit, SingleWriter } = await import('#lib/ledger');
  const { Database } = await import('#lib/platform');
  const database = new Database(bed.environment['DATABASE_URL'] ?? '');
  await topUpDeposit(new SingleWriter(database), {
    topUpId: 'bench',
    channelId: CHANNEL,
    amount: 1_000_000_000_000n,
    businessDate: new Date().toISOString().slice(0, 10),
    at: new Date(),
  });
  await database.close();
  let next = 0;
  return {
    /** @param {number} count @returns {[string, string][]} */
    take(count) {
      const taken = Array.from(
        { length: count },
        (_, at) => /** @type {[string, string]} */ ([`inq_b${next + at + 1}`, total]),
      );
      next += count;
      if (next > OFFERS) throw new Error(`more than ${OFFERS} payments; measure fewer seconds`);
      return taken;
    },
  };
}

/**
 * @param {{ bed: import('./lib/bed.mjs').Bed, writer: string, databaseUrl: string, seconds: number,
 *   offers: { take: (count: number) => [string, string][] }, log: (line: string) => void }} what
 */
async function closedLoop({ bed, writer, databaseUrl, seconds, offers, log }) {
  const { port, stop, pid } = await startSwitch(bed, writer, databaseUrl);
  try {
    const order = orderFor(bed, port);
    await runLoad({ ...order, prefix: `w${port}`, perSecond: 0, seconds: 2, offers: offers.take(14_000) });
    const pids = { switch: pid, database: bed.pidOf('database'), biller: bed.pidOf('simulator') };
    const before = Object.entries(pids).map(([, one]) => cpuMs(one));
    const load = await runLoad({
      ...order,
      prefix: `c${port}`,
      perSecond: 0,
      seconds,
      offers: offers.take(seconds * 6_500),
    });
    const used = Object.entries(pids).map(([name, one], at) => [name, cpuMs(one) - (before[at] ?? 0)]);
    const perSecond = load.done / (load.elapsedMs / 1_000);
    log(
      `${writer.padEnd(9)} closed loop ${rounded(perSecond, 0)}/s, p99 ${rounded(quantile(load.latenciesMs, 0.99))} ms ${JSON.stringify(load.statuses)}`,
    );
    return {
      perSecond,
      cpuPerPaymentMs: Object.fromEntries(
        used.map(([name, ms]) => [name, rounded(Number(ms) / load.done, 3)]),
      ),
      rssMb: rssMb(pid),
    };
  } finally {
    await stop();
  }
}

/**
 * Arrivals at a fixed rate, as high as the switch bears: less until hardly any arrival finds all places taken.
 * @param {{ bed: import('./lib/bed.mjs').Bed, databaseUrl: string, seconds: number, capacity: number,
 *   offers: { take: (count: number) => [string, string][] }, log: (line: string) => void }} what
 */
async function openLoop({ bed, databaseUrl, seconds, offers, capacity, log }) {
  const { port, stop, pid } = await startSwitch(bed, 'batch', databaseUrl);
  try {
    const order = orderFor(bed, port);
    await runLoad({ ...order, prefix: `v${port}`, perSecond: 0, seconds: 2, offers: offers.take(14_000) });
    for (let share = 0.92; ; share -= 0.08) {
      const perSecond = Math.floor(capacity * share);
      const load = await runLoad({
        ...order,
        prefix: `o${Math.round(share * 100)}`,
        perSecond,
        seconds,
        offers: offers.take(perSecond * seconds + 10),
      });
      const missedShare = load.missed / (load.done + load.missed);
      const p99Ms = quantile(load.latenciesMs, 0.99);
      log(
        `open arrivals ${perSecond}/s: p99 ${rounded(p99Ms)} ms, missed ${load.missed} ${JSON.stringify(load.statuses)}`,
      );
      if (missedShare > MISSED_SHARE_MAX && share > 0.4) continue;
      return {
        perSecond: load.done / (load.elapsedMs / 1_000),
        p50Ms: median(load.latenciesMs),
        p99Ms,
        missed: load.missed,
        rssMb: rssMb(pid),
        isValid: missedShare <= MISSED_SHARE_MAX && Object.keys(load.statuses).join() === '200',
      };
    }
  } finally {
    await stop();
  }
}

/**
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {string} writer
 * @param {string} databaseUrl
 */
async function startSwitch(bed, writer, databaseUrl) {
  const { switches } = await freePorts(1);
  const port = switches[0] ?? 0;
  const started = await startProgram('switch-process.mjs', {
    env: { ...bed.environment, DATABASE_URL: databaseUrl, HTTP_PORT: String(port), WRITER: writer },
    logFile: path.join(bed.home.logs, `bench-${writer}.log`),
    execArgv:
      process.env['SIMPUL_CPU_PROFILE'] && writer === 'batch'
        ? ['--cpu-prof', `--cpu-prof-dir=${process.env['SIMPUL_CPU_PROFILE']}`]
        : [],
  });
  return { port, pid: started.child.pid ?? 0, stop: () => started.stop() };
}

/** @param {import('./lib/bed.mjs').Bed} bed @param {number} port */
function orderFor(bed, port) {
  const secret = bed.run.channels.find(({ id }) => id === CHANNEL)?.secret;
  return { host: '127.0.0.1', port, channelId: CHANNEL, secret, inFlightMax: IN_FLIGHT_MAX };
}

/** @param {import('./lib/bed.mjs').Bed} bed @param {number} delayMs */
function proxyTo(bed, delayMs) {
  const target = new URL(bed.environment['DATABASE_URL'] ?? '').port;
  return startProgram('../../scripts/lib/tcp-proxy.mjs', {
    env: { TARGET_PORT: target, DELAY_MS: String(delayMs) },
    logFile: path.join(bed.home.logs, 'bench-proxy.log'),
  });
}

/** @param {string} url @param {unknown} port */
function throughProxy(url, port) {
  if (typeof port !== 'number') return url;
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/**
 * One-row commits at a payment's own pace, so that caches are as cold as a payment finds them.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {string} url
 */
async function rawCommitMs(bed, url) {
  await bed.admin.query('CREATE TABLE bench_commit (id INT PRIMARY KEY, n INT NOT NULL)');
  await bed.admin.query('INSERT INTO bench_commit VALUES (1, 0)');
  const connection = await createConnection(url);
  const took = [];
  for (let nth = 0; nth < 150; nth += 1) {
    const at = performance.now();
    await connection.query('UPDATE bench_commit SET n = n + 1');
    took.push(performance.now() - at);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await connection.end();
  return median(took);
}

/**
 * Every payment final, nothing held, and the invariants of ledger and payments.
 * @param {import('./lib/bed.mjs').Bed} bed
 */
async function booksHold(bed) {
  const { checkLedgerInvariants } = await import('#lib/ledger');
  const { checkPaymentInvariants } = await import('#lib/switching');
  const { Database } = await import('#lib/platform');
  const database = new Database(bed.environment['DATABASE_URL'] ?? '');
  try {
    const [open] = await database.rows(
      "SELECT COUNT(*) AS n FROM payment WHERE state NOT IN ('PAID', 'DECLINED')",
    );
    const verdicts = [
      ...(await checkLedgerInvariants(database)),
      ...(await checkPaymentInvariants(database, undefined, new Date())),
    ];
    const broken = verdicts
      .filter(({ ok }) => !ok)
      .map(({ id, firstCounterExample }) => `${id}: ${firstCounterExample}`);
    const isFinal = Number(open?.n) === 0;
    const why = broken.length === 0 && isFinal ? 'ok' : [`${open?.n} not final`, ...broken].join('; ');
    return { ok: why === 'ok', why };
  } finally {
    await database.close();
  }
}
