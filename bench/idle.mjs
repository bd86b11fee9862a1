import { setTimeout as sleep } from 'node:timers/promises';
import { makeBed, runLoad } from './lib/bed.mjs';
import { openSlots } from './lib/wire/h2h.mjs';
import { askInquiry } from './lib/partner.mjs';
import { median, quantile, rounded } from './lib/figures.mjs';
import {
  booksHold,
  CHANNEL,
  CUSTOMER,
  openBiller,
  openRawCommits,
  orderFor,
  prepareOffers,
  startSwitch,
} from './lib/payments-bed.mjs';

const PACE_MS = 12;
const RATES = [200, 1_000];

/**
 * What a payment costs a caller besides the biller: one client at a quiet pace that asks and pays, with a raw commit and a
 * bare call of the biller between each two payments, so that all three meet the same caches; then at fixed rates.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  try {
    const offers = await prepareOffers(bed, 300_000);
    const { port, stop } = await startSwitch(bed, 'batch', bed.environment['DATABASE_URL'] ?? '');
    const order = orderFor(bed, port);
    await runLoad({ ...order, prefix: 'w', perSecond: 0, seconds: 3, offers: offers.take(21_000) });

    const biller = await openBiller(bed);
    const raw = await openRawCommits(bed, bed.environment['DATABASE_MIGRATION_URL'] ?? '');
    /** @type {{ payment: number[], biller: number[], commit: number[] }} */
    const took = { payment: [], biller: [], commit: [] };
    const endsAt = performance.now() + seconds * 1_000;
    const client = await openClient(order);
    const switchOf = { ...bed.run, switch: { ...bed.run.switch, http: `http://${order.host}:${port}` } };
    for (let nth = 0; performance.now() < endsAt; nth += 1) {
      const { inquiryId, total } = await askInquiry(switchOf, CHANNEL, CUSTOMER);
      await sleep(PACE_MS);
      took.payment.push(await client.pay(nth, [inquiryId, total]));
      await sleep(PACE_MS);
      took.biller.push(await biller.pay(`IDLE${nth}`));
      await sleep(PACE_MS);
      took.commit.push(await raw.commit());
      await sleep(PACE_MS);
    }
    client.end();
    await raw.close();
    await biller.close();
    const billerMs = median(took.biller);
    const commitMs = median(took.commit);
    const ownMs = median(took.payment) - billerMs;
    log(
      `one client: payment ${rounded(median(took.payment))} ms, biller ${rounded(billerMs)} ms, raw commit ${rounded(commitMs, 2)} ms`,
    );

    /** @type {Record<string, number>} */
    const atRates = {};
    let isComplete = true;
    for (const perSecond of RATES) {
      const load = await runLoad({
        ...order,
        prefix: `r${perSecond}`,
        perSecond,
        seconds,
        offers: offers.take(perSecond * seconds + 10),
      });
      atRates[`own${perSecond}P50Ms`] = rounded(median(load.latenciesMs) - billerMs);
      atRates[`own${perSecond}P99Ms`] = rounded(quantile(load.latenciesMs, 0.99) - billerMs);
      isComplete &&= load.missed <= load.done / 1_000 && Object.keys(load.statuses).join() === '200';
      log(
        `${perSecond}/s: ${JSON.stringify(atRates)}, missed ${load.missed} ${JSON.stringify(load.statuses)}`,
      );
    }
    await stop();
    const books = await booksHold(bed);
    return {
      ownMs: rounded(ownMs, 2),
      commitMs: rounded(commitMs, 2),
      limitMs: rounded(2 * commitMs + 3, 2),
      billerMs: rounded(billerMs, 2),
      ...atRates,
      reached: {
        idle: ownMs <= 2 * commitMs + 3,
        at200: (atRates['own200P50Ms'] ?? 0) <= 5 && (atRates['own200P99Ms'] ?? 0) <= 15,
        at1000: (atRates['own1000P50Ms'] ?? 0) <= 8 && (atRates['own1000P99Ms'] ?? 0) <= 30,
      },
      books: books.why,
      valid: books.ok && isComplete,
    };
  } finally {
    await bed.stop();
  }
}

/**
 * One caller that pays and waits for the answer.
 * @param {any} order
 */
async function openClient(order) {
  const [slot] = await openSlots(order, 1);
  return {
    /** @param {number} nth @param {[string, string]} offer @returns {Promise<number>} how long the answer took, in milliseconds */
    pay(nth, offer) {
      const at = performance.now();
      return new Promise((resolve, reject) =>
        slot?.pay(`idle-${nth}`, offer, (status) =>
          status === '200' ? resolve(performance.now() - at) : reject(new Error(`answered ${status}`)),
        ),
      );
    },
    end: () => slot?.end(),
  };
}
