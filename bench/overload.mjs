import { makeBed, runLoad } from './lib/bed.mjs';
import { quantile, rounded, rssMb } from './lib/figures.mjs';
import {
  booksHold,
  closedLoop,
  orderFor,
  paymentsFormed,
  prepareOffers,
  startSwitch,
} from './lib/payments-bed.mjs';

const NORMAL_SHARE = 0.7;
const OVERLOAD_SHARE = 1.5;
const NORMAL_S = 10;
/** Callers that do not wait for each other: far more than the switch takes in at once. */
const IN_FLIGHT_MAX = 2_048;
/** Memory is flat when it does not grow by more than this after the first tenth. */
const GROWTH_MAX_MB = 40;

/**
 * Half as many payments again as the switch can bear, for long: what it refuses is refused early and forms nothing,
 * what it accepts keeps its pace, and memory stays flat.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    const offers = await prepareOffers(bed, 300_000 + seconds * 5_000);
    const databaseUrl = bed.environment['DATABASE_URL'] ?? '';
    const { perSecond: capacity } = await closedLoop({
      bed,
      writer: 'batch',
      databaseUrl,
      seconds: NORMAL_S,
      offers,
      log,
    });
    const { port, stop, pid } = await startSwitch(bed, 'batch', databaseUrl);
    const order = orderFor(bed, port);
    await runLoad({ ...order, prefix: 'w', perSecond: 0, seconds: 3, offers: offers.take(21_000) });
    const normalRate = Math.floor(capacity * NORMAL_SHARE);
    const normal = await runLoad({
      ...order,
      prefix: 'n',
      perSecond: normalRate,
      seconds: NORMAL_S,
      offers: offers.take(normalRate * NORMAL_S + 10),
    });
    const normalP99Ms = quantile(normal.latenciesMs, 0.99);
    log(`normal: ${normalRate}/s, p99 ${rounded(normalP99Ms)} ms ${JSON.stringify(normal.statuses)}`);

    const before = await paymentsFormed(bed);
    /** @type {number[]} */
    const memory = [];
    const sampling = setInterval(() => memory.push(rssMb(pid)), Math.max(200, seconds * 10));
    const rate = Math.floor(capacity * OVERLOAD_SHARE);
    const load = await runLoad({
      ...order,
      inFlightMax: IN_FLIGHT_MAX,
      prefix: 'o',
      perSecond: rate,
      seconds,
      offers: offers.take(seconds * 4_000),
    });
    clearInterval(sampling);
    const formed = (await paymentsFormed(bed)) - before;
    const { 200: paid = 0, 202: open = 0, 429: limited = 0, 503: refused = 0 } = load.statuses;
    const others = load.done - paid - open - limited - refused;
    const p99Ms = quantile(load.latenciesMs, 0.99);
    const settled = memory[Math.floor(memory.length / 10)] ?? 0;
    const growthMb = Math.max(...memory) - settled;
    log(`overload: ${rate}/s for ${seconds} s: ${JSON.stringify(load.statuses)}, p99 ${rounded(p99Ms)} ms`);
    await stop();
    const books = await booksHold(bed);
    return {
      capacityPerSecond: rounded(capacity, 0),
      offeredPerSecond: rate,
      acceptedPerSecond: rounded((paid + open) / (load.elapsedMs / 1_000), 0),
      refused: refused + limited,
      formed,
      formedButRefused: formed - paid - open,
      normalP99Ms: rounded(normalP99Ms),
      p99Ms: rounded(p99Ms),
      rssMb: Math.max(...memory),
      growthMb,
      missed: load.missed,
      reached: {
        refusedEarly: refused + limited > 0 && others === 0,
        formedNothing: formed === paid + open,
        p99: p99Ms < 2 * normalP99Ms,
        memory: growthMb <= GROWTH_MAX_MB,
      },
      books: books.why,
      valid: books.ok && others === 0,
    };
  } finally {
    await bed.stop();
  }
}
