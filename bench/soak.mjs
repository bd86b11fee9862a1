import { readdirSync } from 'node:fs';
import { makeBed, runLoad } from './lib/bed.mjs';
import { median, quantile, rounded, rssMb } from './lib/figures.mjs';
import { booksHold, closedLoop, orderFor, prepareOffers, startSwitch } from './lib/payments-bed.mjs';

const SHARE = 0.6;
const RSS_MAX_MB = 320;
const GROWTH_MAX_MB = 40;
const FILES_GROWTH_MAX = 10;

/**
 * A steady load well below capacity for long: memory, open files and latency stay where they are. Of the files it is
 * what stands open usually: each call to a biller that is under way has one.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    const offers = await prepareOffers(bed, 300_000 + seconds * 4_000);
    const databaseUrl = bed.environment['DATABASE_URL'] ?? '';
    const { perSecond: capacity } = await closedLoop({
      bed,
      writer: 'batch',
      databaseUrl,
      seconds: 8,
      offers,
      log,
    });
    const { port, stop, pid } = await startSwitch(bed, 'batch', databaseUrl);
    const order = orderFor(bed, port);
    const rate = Math.floor(capacity * SHARE);
    /** @type {{ rss: number, files: number }[]} */
    const samples = [];
    const sample = () => ({ rss: rssMb(pid), files: readdirSync(`/proc/${pid}/fd`).length });
    const sampling = setInterval(() => samples.push(sample()), Math.max(200, seconds * 10));
    const load = await runLoad({
      ...order,
      prefix: 's',
      perSecond: rate,
      seconds,
      offers: offers.take(rate * seconds + 10),
    });
    clearInterval(sampling);
    await stop();
    const warm = samples.slice(Math.ceil(samples.length / 10));
    const rss = warm.map((one) => one.rss);
    const files = warm.map((one) => one.files);
    const growthMb = Math.max(...rss) - (rss[0] ?? 0);
    const tenth = Math.ceil(files.length / 10);
    const filesGrowth = median(files.slice(-tenth)) - median(files.slice(0, tenth));
    const half = Math.floor(load.latenciesMs.length / 2);
    const books = await booksHold(bed);
    return {
      perSecond: rate,
      payments: load.done,
      rssMb: Math.max(...rss),
      growthMb,
      filesGrowth,
      p99FirstHalfMs: rounded(quantile(load.latenciesMs.slice(0, half), 0.99)),
      p99SecondHalfMs: rounded(quantile(load.latenciesMs.slice(half), 0.99)),
      missed: load.missed,
      reached: {
        rss: Math.max(...rss) <= RSS_MAX_MB,
        flat: growthMb <= GROWTH_MAX_MB && filesGrowth <= FILES_GROWTH_MAX,
      },
      books: books.why,
      valid: books.ok && Object.keys(load.statuses).join() === '200' && load.missed <= load.done / 1_000,
    };
  } finally {
    await bed.stop();
  }
}
