import { makeBed, runLoad } from './lib/bed.mjs';
import { cpuMs, median, quantile, rounded } from './lib/figures.mjs';
import {
  booksHold,
  CHANNEL,
  CUSTOMER,
  IN_FLIGHT_MAX,
  orderFor,
  prepareOffers,
  startSwitch,
} from './lib/payments-bed.mjs';

const ROUNDS = 3;
const SHARE_MIN = 0.85;

/** The demo's channel of each protocol. */
const BANKS = { snap: 'bank-nusa', iso8583: 'bank-merdeka' };

/**
 * The same payments through a bank's door and through the H2H API, by turns: each channel has a deposit of its own and
 * as many payments under way. What the bank's door costs more is what its protocol asks for.
 * @param {{ wire: string, seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measureByChannel({ wire, seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    const channelId = BANKS[/** @type {keyof typeof BANKS} */ (wire)];
    const bank = bed.run.channels.find(({ id }) => id === channelId);
    const offers = await prepareOffers(bed, 200_000, [CHANNEL, channelId]);
    if (wire === 'snap') await nameOffers(bed, channelId);
    const { port, isoPort, pid, stop } = await startSwitch(
      bed,
      'batch',
      bed.environment['DATABASE_URL'] ?? '',
    );
    const orders = {
      h2h: orderFor(bed, port),
      [wire]: {
        wire,
        host: '127.0.0.1',
        port: wire === 'iso8583' ? isoPort : port,
        channelId,
        customerNumber: CUSTOMER,
        bank,
        inFlightMax: IN_FLIGHT_MAX,
      },
    };
    /** @type {Record<string, { perSecond: number[], p99Ms: number[], cpuMs: number[], answers: Set<string> }>} */
    const figures = {};
    /** @param {string} name @param {number} forSeconds */
    let turns = 0;
    const turn = (name, forSeconds) => {
      turns += 1;
      const order = orders[name];
      const payer = name === 'h2h' ? CHANNEL : channelId;
      return runLoad({
        ...order,
        prefix: `${name}${port}${turns}`,
        perSecond: 0,
        seconds: forSeconds,
        offers: offers.take(forSeconds * 4_000, payer),
      });
    };
    for (const name of Object.keys(orders)) await turn(name, 3);
    for (let round = 0; round < ROUNDS; round += 1)
      for (const name of Object.keys(orders)) {
        const before = cpuMs(pid);
        const load = await turn(name, seconds);
        const own = (figures[name] ??= { perSecond: [], p99Ms: [], cpuMs: [], answers: new Set() });
        own.perSecond.push(load.done / (load.elapsedMs / 1_000));
        own.p99Ms.push(quantile(load.latenciesMs, 0.99));
        own.cpuMs.push((cpuMs(pid) - before) / load.done);
        for (const status of Object.keys(load.statuses)) own.answers.add(status);
        log(
          `${name.padEnd(8)} ${rounded(own.perSecond.at(-1) ?? 0, 0)}/s, p99 ${rounded(own.p99Ms.at(-1) ?? 0)} ms ${JSON.stringify(load.statuses)}`,
        );
      }
    await stop();
    const books = await booksHold(bed);
    const [own, h2h] = [figures[wire], figures['h2h']];
    if (!own || !h2h) throw new Error('nothing was measured');
    const share = median(own.perSecond) / median(h2h.perSecond);
    return {
      channel: wire,
      perSecond: rounded(median(own.perSecond), 0),
      h2hPerSecond: rounded(median(h2h.perSecond), 0),
      ofH2h: rounded(share, 2),
      p99Ms: rounded(median(own.p99Ms)),
      h2hP99Ms: rounded(median(h2h.p99Ms)),
      cpuPerPaymentMs: { [wire]: rounded(median(own.cpuMs), 3), h2h: rounded(median(h2h.cpuMs), 3) },
      reached: { ofH2h: share >= SHARE_MIN },
      books: books.why,
      valid: books.ok && [own, h2h].every(({ answers }) => [...answers].join() === '200'),
    };
  } finally {
    await bed.stop();
  }
}

/**
 * A SNAP payment names its offer by the partner's own number of the inquiry; here both are the same.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {string} channelId
 */
async function nameOffers(bed, channelId) {
  await bed.admin.query(
    `INSERT INTO snap_offer (channel_id, reference, inquiry_id, product_id, customer_number, at)
       SELECT channel_id, inquiry_id, inquiry_id, product_id, customer_number, created_at FROM inquiry WHERE channel_id = ?`,
    [channelId],
  );
}
