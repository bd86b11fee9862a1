import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBed, runLoad, runLoads } from './lib/bed.mjs';
import { quantile, rounded } from './lib/figures.mjs';
import { booksHold, CHANNEL, orderFor, prepareOffers, startSwitch } from './lib/payments-bed.mjs';

const ROUNDS = 3;
const WARM_UP_S = 3;
/** Short, so that what the machine does meanwhile falls on all kinds of turns alike. */
const TURN_S = 2;
/** Nobody else; as many payments at a biller that lives; the same at the dead one. */
const TURNS = /** @type {const} */ (['alone', 'busy', 'beside']);
const HEALTHY_PER_SECOND = 200;
const DEAD_PER_SECOND = 200;
/** More than a dead biller can hold: who finds no place is refused at once. */
const DEAD_IN_FLIGHT_MAX = 768;
const NEIGHBOUR = 'warung-kecil';
const DEAD_PRODUCT = 'pdam-tirta-jaya';
const RATIO_MAX = 1.1;
const FINAL_WITHIN_MS = 180_000;

/**
 * One biller takes connections and never answers, at 200 payments a second; another one is healthy. The healthy one's
 * payments come without a pause, and every two seconds the others change: nobody; as many payments at a living biller,
 * which is what the load alone costs on one machine; and as many at the dead one, from its first call on, while calls
 * pile up and until it is cut off. A switch for each round; what the turns of a name measured is one heap.
 * @param {{ seconds: number, signal: AbortSignal, log: (line: string) => void }} options
 */
export async function measure({ seconds, signal, log }) {
  const bed = await makeBed({ log, signal });
  const dead = await aDeadBiller();
  const turnsEach = Math.max(1, Math.round(seconds / TURN_S));
  const roundS = turnsEach * TURN_S * TURNS.length;
  const turns = { seconds: TURN_S, names: [...TURNS] };
  try {
    const payments = ROUNDS * (roundS + WARM_UP_S) * HEALTHY_PER_SECOND + 1_000;
    const offers = await prepareOffers(bed, payments, [CHANNEL, NEIGHBOUR]);
    const deadOffers = await offersOfTheDead(bed, ROUNDS * (roundS * DEAD_PER_SECOND + 5));
    /** @type {Record<typeof TURNS[number], number[]>} */
    const latencies = { alone: [], busy: [], beside: [] };
    /** @type {number[]} */
    const aloneP99s = [];
    /** @type {Record<string, number>} */
    const statuses = {};
    /** @type {Record<string, number>} */
    const ofTheDead = {};
    let missed = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const around = { ...bed, environment: { ...bed.environment, BILLER_TIRTA_JAYA_URL: dead.url } };
      const { port, stop } = await startSwitch(around, 'batch', bed.environment['DATABASE_URL'] ?? '');
      const order = orderFor(bed, port);
      /** @param {string} name @param {number} forSeconds */
      const healthy = (name, forSeconds) => ({
        ...order,
        prefix: `${name}${round}`,
        perSecond: HEALTHY_PER_SECOND,
        seconds: forSeconds,
        offers: offers.take(HEALTHY_PER_SECOND * forSeconds + 5),
      });
      const neighbour = {
        ...orderFor(bed, port, NEIGHBOUR),
        perSecond: DEAD_PER_SECOND,
        seconds: roundS,
        turns,
      };
      const count = DEAD_PER_SECOND * TURN_S * turnsEach + 5;
      await runLoad(healthy('w', WARM_UP_S));
      const [own, living, noise] = await runLoads(
        { ...healthy('h', roundS), turns },
        { ...neighbour, onlyIn: 'busy', prefix: `l${round}`, offers: offers.take(count, NEIGHBOUR) },
        {
          ...neighbour,
          onlyIn: 'beside',
          inFlightMax: DEAD_IN_FLIGHT_MAX,
          prefix: `d${round}`,
          offers: deadOffers.splice(0, count),
        },
      );
      if (!own || !living || !noise) throw new Error('a load reported nothing');
      for (const name of TURNS) latencies[name].push(...(own.turnLatenciesMs[name] ?? []));
      missed += own.missed + living.missed + noise.missed;
      add(statuses, own.statuses);
      add(ofTheDead, noise.statuses);
      const [alone = 0, busy = 0, beside = 0] = TURNS.map((name) => p99(own.turnLatenciesMs[name] ?? []));
      aloneP99s.push(alone);
      log(
        `round ${round}: p99 alone ${rounded(alone)} ms, beside a living one ${rounded(busy)} ms, ` +
          `beside the dead one ${rounded(beside)} ms, whose are ${JSON.stringify(noise.statuses)}`,
      );
      await stop();
    }
    await untilFinal(bed);
    const books = await booksHold(bed);
    const [aloneP99Ms, busyP99Ms] = [p99(latencies.alone), p99(latencies.busy)];
    const besideP99Ms = p99(latencies.beside);
    const errors = Object.entries(statuses).reduce(
      (n, [status, times]) => (status === '200' ? n : n + times),
      0,
    );
    const isDeadDenied = Object.keys(ofTheDead).every((status) => status === '202' || status === '503');
    return {
      healthyPerSecond: HEALTHY_PER_SECOND,
      deadPerSecond: DEAD_PER_SECOND,
      aloneP99Ms: rounded(aloneP99Ms),
      busyP99Ms: rounded(busyP99Ms),
      besideP99Ms: rounded(besideP99Ms),
      aloneP50Ms: rounded(quantile(latencies.alone, 0.5)),
      besideP50Ms: rounded(quantile(latencies.beside, 0.5)),
      ratio: rounded(besideP99Ms / aloneP99Ms, 3),
      ratioToBusy: rounded(besideP99Ms / busyP99Ms, 3),
      aloneSpread: rounded(Math.max(...aloneP99s) / Math.min(...aloneP99s), 3),
      errors,
      deadHeld: ofTheDead['202'] ?? 0,
      deadRefused: ofTheDead['503'] ?? 0,
      missed,
      reached: { ratio: besideP99Ms <= RATIO_MAX * aloneP99Ms, noErrors: errors === 0 },
      books: books.why,
      valid: books.ok && missed === 0 && isDeadDenied,
    };
  } finally {
    dead.close();
    await bed.stop();
  }
}

/** @param {readonly number[]} latenciesMs */
function p99(latenciesMs) {
  return quantile(latenciesMs, 0.99);
}

/** A listener that takes every connection and never says anything. */
async function aDeadBiller() {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Offers of the dead biller's product, each for a customer of its own.
 * @param {import('./lib/bed.mjs').Bed} bed
 * @param {number} count
 * @returns {Promise<[string, string][]>}
 */
async function offersOfTheDead(bed, count) {
  await bed.admin.query(
    `INSERT INTO inquiry (inquiry_id, channel_id, channel_reference, product_id, customer_number, amount, offer,
       created_at, valid_until)
     SELECT CONCAT('inq_dead', s.seq), ?, channel_reference, ?, CONCAT('7', LPAD(s.seq, 7, '0')), amount,
       JSON_SET(offer, '$.echo', JSON_OBJECT('inquiry', 'bench')),
       created_at, created_at + INTERVAL 1 DAY FROM inquiry, seq_1_to_${count} s
     WHERE inquiry_id = 'inq_ba1'`,
    [NEIGHBOUR, DEAD_PRODUCT],
  );
  const [rows] = await bed.admin.query("SELECT JSON_VALUE(offer, '$.total') AS total FROM inquiry LIMIT 1");
  const total = String(/** @type {any} */ (rows)[0].total);
  return Array.from(
    { length: count },
    (_, at) => /** @type {[string, string]} */ ([`inq_dead${at + 1}`, total]),
  );
}

/** The worker reaches the biller all the same, and hears that it knows of nothing. @param {import('./lib/bed.mjs').Bed} bed */
async function untilFinal(bed) {
  const giveUpAt = Date.now() + FINAL_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    const [rows] = await bed.admin.query(
      "SELECT COUNT(*) AS n FROM payment WHERE state NOT IN ('PAID', 'DECLINED')",
    );
    if (Number(/** @type {any} */ (rows)[0].n) === 0) return;
    await sleep(1_000);
  }
}

/** @param {Record<string, number>} to @param {Record<string, number>} more */
function add(to, more) {
  for (const [status, times] of Object.entries(more)) to[status] = (to[status] ?? 0) + times;
}
