import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './call.mjs';
import { randomFrom } from './random.mjs';

/**
 * Partners under load, in a process of their own: they ask for bills, pay them, hang up, repeat, ask again, and write
 * down every word they hear. Told by message: an `Order`, later `stop`; answers with `{ story }` as each ends, and
 * `done`.
 *
 * @typedef {{ seed: number, instances: string[], channels: { id: string, secret: string }[], perSecond: number,
 *   inFlightMax: number, slowTruths: number, simulator: string }} Order
 * @typedef {{ from: number, to: number, kind: 'pay' | 'other content' | 'get' | 'reverse' } & import('./call.mjs').Heard} Exchange
 *   instants in milliseconds
 * @typedef {{ reference: string, channelId: string, product: string, customerNumber: string,
 *   exchanges: Exchange[] }} Story one payment as its partner lived through it
 */

/** What the last four digits make the simulated billers do, and how often. */
const ENDINGS = /** @type {const} */ ([
  ['0000', 30],
  ['0003', 6],
  ['3010', 15],
  ['3040', 15],
  ['1037', 5],
  ['1039', 4],
  ['1040', 6],
  ['1068', 3],
  ['1069', 2],
  ['1072', 2],
  ['1091', 4],
  ['1106', 2],
  ['1999', 2],
  ['1013', 2],
]);
/** Its truth comes only a minute later, so that a short run would end before it. */
const SLOW_TRUTH = '1070';
const PRODUCTS = /** @type {const} */ (['pln-prepaid', 'pln-postpaid', 'pdam-tirta-jaya']);
/** The biller that is asked first for two of them; another one sells the same at the same price. */
const FIRST_BILLER = { id: 'pln', sells: /^pln-/, closed: '0090' };
/** So seldom that the first biller stays the better one. */
const CLOSED_SHARE = 0.08;
const PATIENCE_MS = 20_000;
const ATTEMPTS_MAX = 9;

const told = { toStop: false };

process.on('message', (/** @type {Order | 'stop'} */ order) => {
  if (order === 'stop') told.toStop = true;
  else void work(order);
});
process.on('disconnect', () => process.exit(0));

/** @param {Order} order */
async function work(order) {
  const arrivals = randomFrom(order.seed);
  /** @type {Set<Promise<void>>} */
  const open = new Set();
  for (let number = 1; !told.toStop; number += 1) {
    if (open.size >= order.inFlightMax) await Promise.race(open);
    const one = tell(order, number);
    open.add(one);
    void one.finally(() => open.delete(one));
    await sleep(arrivals.between(0, 2_000 / order.perSecond));
  }
  await Promise.all(open);
  process.send?.('done');
}

/**
 * @param {Order} order
 * @param {number} number
 */
async function tell(order, number) {
  process.send?.({ story: await live(order, number) });
}

/**
 * @param {Order} order
 * @param {number} number
 * @returns {Promise<Story>}
 */
async function live({ seed, instances, channels, slowTruths, simulator }, number) {
  const random = randomFrom(seed * 1_000_003 + number);
  const channel = /** @type {Order['channels'][number]} */ (
    random.chance(0.85) ? channels[0] : (channels[1] ?? channels[0])
  );
  const product = random.pick(PRODUCTS);
  const ending = random.weighted([...ENDINGS, [SLOW_TRUTH, slowTruths]]);
  const customerNumber = customerOf(product, number, ending);
  const reference = `chaos-${seed}-${number}`;
  /** @type {Exchange[]} */
  const exchanges = [];
  const story = { reference, channelId: channel.id, product, customerNumber, exchanges };
  const anywhere = () => ({ url: random.pick(instances), channelId: channel.id, secret: channel.secret });

  const offer = await offerOf(random, anywhere, { reference, product, customerNumber });
  if (offer === undefined) return story;
  const { inquiryId, total } = offer;

  /**
   * @param {Exchange['kind']} kind
   * @param {string} method
   * @param {string} target
   * @param {object} [members]
   * @param {number} [patienceMs]
   */
  const say = async (kind, method, target, members, patienceMs = PATIENCE_MS) => {
    const from = Date.now();
    const heard = await call(anywhere(), method, target, members, patienceMs);
    const exchange = { kind, from, to: Date.now(), ...heard };
    exchanges.push(exchange);
    return exchange;
  };
  const pay = (patienceMs = PATIENCE_MS) =>
    say('pay', 'POST', '/v1/payments', { reference, inquiryId, total }, patienceMs);
  const look = () => say('get', 'GET', `/v1/payments?reference=${reference}`);

  if (FIRST_BILLER.sells.test(product) && random.chance(CLOSED_SHARE))
    await closeFirstBiller(simulator, customerNumber);
  const isHasty = random.chance(0.18);
  const twins = random.chance(0.15) ? [pay()] : [];
  let last = await pay(isHasty ? random.between(5, 300) : PATIENCE_MS);
  await Promise.all(twins);
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (last.heard === 'answer' && last.body.final === true && last.body.paymentId) break;
    if (last.heard === 'answer' && last.body.formed === false && last.kind === 'pay') {
      // A promise that nothing was formed: one partner believes it for good, another tries again.
      if (last.status === 422 || last.status === 409 || random.chance(0.5)) return story;
    }
    await sleep(random.between(200, 2_000));
    last = random.chance(0.7) ? await pay() : await look();
  }
  if (random.chance(0.3)) await pay();
  if (random.chance(0.1))
    await say('other content', 'POST', '/v1/payments', {
      reference,
      inquiryId,
      total: String(BigInt(total) + 1n),
    });
  if (last.heard === 'answer' && last.body.status === 'PAID' && random.chance(0.2))
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const target = `/v1/payments/${last.body.paymentId}/reversal`;
      const heard = await say('reverse', 'POST', target, { reference: `${reference}-r`, reason: 'chaos' });
      if (heard.heard === 'answer') break;
      await sleep(random.between(100, 700));
    }
  return story;
}

/**
 * @param {import('./random.mjs').Random} random
 * @param {() => { url: string, channelId: string, secret: string }} anywhere
 * @param {{ reference: string, product: string, customerNumber: string }} question
 * @returns {Promise<{ inquiryId: string, total: string } | undefined>}
 */
async function offerOf(random, anywhere, question) {
  const amount = question.product === 'pln-prepaid' ? { amount: random.pick(['20000', '50000']) } : {};
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const heard = await call(anywhere(), 'POST', '/v1/inquiries', { ...question, ...amount }, PATIENCE_MS);
    if (heard.heard === 'answer' && heard.status === 200) return heard.body;
    if (heard.heard === 'answer' && heard.status < 500) return undefined;
    await sleep(random.between(200, 1_500));
  }
  return undefined;
}

/**
 * The first biller closes for a customer between bill and payment, so that the payment takes another route.
 * @param {string} simulator
 * @param {string} customerNumber
 */
async function closeFirstBiller(simulator, customerNumber) {
  const behaviour = { biller: FIRST_BILLER.id, customerNumber, call: 'payment', code: FIRST_BILLER.closed };
  const answer = await fetch(`${simulator}/behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(behaviour),
  });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status} to a behaviour`);
}

/**
 * A number that no other story has.
 * @param {string} product
 * @param {number} number
 * @param {string} ending
 */
function customerOf(product, number, ending) {
  const middle = String(number).padStart(6, '0');
  return product === 'pdam-tirta-jaya' ? `${middle}${ending}` : `53${middle}${ending}`;
}
