import { makeBed, runLoad } from './lib/bed.mjs';
import { median, quantile, rounded, rssMb } from './lib/figures.mjs';
import {
  booksHold,
  closedLoop,
  orderFor,
  prepareOffers,
  proxyTo,
  rawCommitMs,
  startSwitch,
  throughProxy,
} from './lib/payments-bed.mjs';
import { measureByChannel } from './payments-by-channel.mjs';

const MISSED_SHARE_MAX = 0.001;

/**
 * The whole HTTP path on one deposit: HMAC, routing, two durable commits, a biller that takes 20 ms. The pipeline and
 * one transaction per step take turns, so that a slow minute of the machine meets both.
 * @param {{ seconds: number, dbRttMs: number, channel: string, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, dbRttMs, channel, signal, log }) {
  if (channel !== 'h2h') return measureByChannel({ wire: channel, seconds, signal, log });
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
    /** @type {Record<string, number>} */
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
      reached: {
        perSecond: open.perSecond >= (dbRttMs > 0 ? 1_800 : 2_000),
        p99: open.p99Ms <= 200,
        ratio: batch / textbook >= (dbRttMs > 0 ? 30 : 6),
        ofStubbed: batch / median(closed['stub'] ?? []) >= 0.5,
        cpu: (cpu['switch'] ?? Infinity) <= 0.4,
        rss: Math.max(rss, open.rssMb) <= 320,
      },
      books: books.why,
      valid: books.ok && open.isValid,
    };
  } finally {
    await bed.stop();
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
    await runLoad({ ...order, prefix: `v${port}`, perSecond: 0, seconds: 3, offers: offers.take(21_000) });
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
