import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { h2hChannels } from '../lib/run-file.mjs';
import { call } from './call.mjs';

/** A request whose caller hung up may be worked on for so long. */
const WORKED_ON_MS = 20_000;
const PATIENCE_MS = 20_000;
const AT_ONCE = 16;
/** Advice to the payments that stay open comes ever more seldom: two readings without one are soon found. */
const READINGS_MAX = 5;

/**
 * What contradicts what, of which payment.
 * @typedef {'lost' | 'doubled' | 'unlisted' | 'untrue' | 'contradicted'} Kind `untrue`: paid here and not at the
 *   biller; `contradicted`: one caller was told two things that cannot both be so
 * @typedef {{ kind: Kind, reference: string, what: string }} Finding
 * @typedef {Extract<import('./partner.mjs').Exchange, { heard: 'answer' }>} Answered
 * @typedef {{ biller: string, legReference: string, customerNumber: string, amount: string, kind: 'paid' | 'reversed' }} Truth
 */

/**
 * Lays the four books beside one another: what each caller heard, what we say of each payment, what the billers did,
 * and what the deposits lost. They are read one after the other while advice goes on; where a payment came to its end
 * meanwhile, they are read again.
 * @param {Books} what
 * @returns {Promise<{ payments: number, findings: Finding[] }>}
 */
export async function compareBooks(what) {
  for (let reading = 1; ; reading += 1) {
    const { ours, findings } = await readAndCompare(what);
    if (reading === READINGS_MAX || findings.length === 0 || (await stoodStill(what.bed, what.stories, ours)))
      return { payments: [...ours.values()].filter(Boolean).length, findings };
  }
}

/**
 * Whether every payment that was open when it was read is as it was then.
 * @param {import('./bed.mjs').Bed} bed
 * @param {readonly import('./partner.mjs').Story[]} stories
 * @param {ReadonlyMap<string, any>} ours
 */
async function stoodStill(bed, stories, ours) {
  const open = stories.filter(({ reference }) => ours.get(reference)?.final === false);
  const now = await ourBook(bed, open);
  return open.every(({ reference }) => isDeepStrictEqual(now.get(reference), ours.get(reference)));
}

/**
 * @typedef {{ bed: import('./bed.mjs').Bed, stories: readonly import('./partner.mjs').Story[],
 *   toppedUp: ReadonlyMap<string, bigint> }} Books top-ups by channel, those of the demo not included
 * @param {Books} what
 * @returns {Promise<{ ours: Map<string, any>, findings: Finding[] }>}
 */
async function readAndCompare({ bed, stories, toppedUp }) {
  /** @type {Finding[]} */
  const findings = [];
  const ours = await ourBook(bed, stories);
  const truth = await truthOf(bed);
  const listed = await openList(bed);
  const theirs = new Map(stories.map(({ customerNumber }) => [customerNumber, /** @type {Truth[]} */ ([])]));
  for (const row of truth) {
    const own = theirs.get(row.customerNumber);
    if (own) own.push(row);
    else
      findings.push({ kind: 'lost', reference: row.legReference, what: `${row.biller} was paid for nobody` });
  }
  for (const story of stories) {
    const us = ours.get(story.reference);
    const find = (/** @type {Kind} */ kind, /** @type {string} */ what) =>
      findings.push({ kind, reference: story.reference, what });
    compareWithBiller(us, theirs.get(story.customerNumber) ?? [], find);
    compareWithCaller(us, story.exchanges, find);
    if (us && !us.final && !listed.has(us.paymentId))
      find('unlisted', `${us.paymentId} is ${us.status} and on no list`);
  }
  for (const { id } of h2hChannels(bed.run)) {
    const own = stories
      .filter(({ channelId }) => channelId === id)
      .map(({ reference }) => ours.get(reference));
    findings.push(...(await compareWithDeposit(bed, id, own, toppedUp.get(id) ?? 0n)));
  }
  return { ours, findings };
}

/**
 * The biller's book against ours.
 * @param {any} us the payment as we show it, undefined if there is none
 * @param {Truth[]} rows what was done for its customer
 * @param {(kind: Kind, what: string) => void} find
 */
function compareWithBiller(us, rows, find) {
  /** @type {Map<string, number>} */
  const paid = new Map();
  for (const { legReference, kind } of rows)
    paid.set(legReference, (paid.get(legReference) ?? 0) + (kind === 'paid' ? 1 : -1));
  const legs = [...paid].filter(([, times]) => times > 0);
  if (legs.length > 1 || legs.some(([, times]) => times > 1))
    find('doubled', `the biller was paid ${rows.length} times: ${legs.map(([leg]) => leg).join(', ')}`);
  for (const [leg] of legs)
    if (!us) find('lost', `the biller was paid under ${leg}, and there is no payment here`);
    else if (us.legReference !== leg)
      find('lost', `the biller was paid under ${leg}, ours is ${us.legReference}`);
    else if (us.final && us.status !== 'PAID')
      find('lost', `the biller was paid under ${leg}, here it is ${us.status}`);
  if (us?.status === 'PAID' && !paid.get(us.legReference))
    find('untrue', `${us.paymentId} is PAID here and not at the biller`);
}

/**
 * The caller's book against ours.
 * @param {any} us
 * @param {readonly import('./partner.mjs').Exchange[]} exchanges
 * @param {(kind: Kind, what: string) => void} find
 */
function compareWithCaller(us, exchanges, find) {
  const answers = exchanges.filter((one) => one.heard === 'answer');
  const ends = answers.filter(
    ({ kind, body }) => kind !== 'reverse' && body.final === true && isPayment(body),
  );
  for (const { body } of ends)
    if (body.status === 'PAID' && us?.status !== 'PAID' && us?.status !== 'REVERSED')
      find('lost', `answered PAID as ${body.paymentId}, and is ${us?.status ?? 'not here'}`);
  const [first] = ends;
  if (first)
    for (const { body } of [...ends.slice(1), { body: us }])
      if (!isUndone(body, first.body) && !isDeepStrictEqual(body, first.body))
        find('contradicted', `answered as final and then otherwise: ${differences(first.body, body)}`);
  for (const { from, body } of answers)
    if (first && from > first.to && body.status === 'IN_PROGRESS')
      find('contradicted', `answered ${first.body.status}, final, and later IN_PROGRESS`);
  for (const denial of answers)
    if (us && isFalse(denial, exchanges))
      find('lost', `answered ${denial.body.code}, formed: false, and ${us.paymentId} exists`);
}

/**
 * Whether what was answered as PAID is taken back since, or about to be: nothing else of it has changed then.
 * @param {any} body
 * @param {any} first
 */
function isUndone(body, first) {
  if (body?.status === 'REVERSED') return first.status === 'PAID';
  return body?.final === false && isDeepStrictEqual({ ...body, final: true }, first);
}

/** A payment and not a problem, whose `status` is that of HTTP. @param {any} body */
function isPayment(body) {
  return typeof body.status === 'string';
}

/**
 * @param {any} one
 * @param {any} other
 */
function differences(one, other) {
  if (!other) return 'there is no payment';
  return Object.keys({ ...one, ...other })
    .filter((name) => !isDeepStrictEqual(one[name], other[name]))
    .map((name) => `${name} ${JSON.stringify(one[name])}, then ${JSON.stringify(other[name])}`)
    .join('; ');
}

/**
 * A denial is false when the payment is there, no later request of the caller can have formed it, and none before was
 * still being worked on. NOT_NOW speaks of its own request alone, because an earlier one could not be looked up: it is
 * false when no other request can have formed the payment at all.
 * @param {Answered} denial
 * @param {readonly import('./partner.mjs').Exchange[]} exchanges
 */
function isFalse(denial, exchanges) {
  if (denial.kind !== 'pay' || denial.body.formed !== false) return false;
  const others = exchanges.filter((other) => other !== denial && other.kind === 'pay');
  if (others.some((other) => other.to >= denial.from || isStillWorkedOn(other, denial.from))) return false;
  return (
    denial.body.code !== 'NOT_NOW' ||
    others.every((other) => other.heard === 'answer' && other.body.formed === false)
  );
}

/** @param {import('./partner.mjs').Exchange} exchange @param {number} at */
function isStillWorkedOn(exchange, at) {
  return exchange.heard === 'cut' && exchange.to + WORKED_ON_MS >= at;
}

/**
 * The deposit's book against ours: one mutation for each paid payment, and nothing else gone.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} channelId
 * @param {any[]} payments as we show them; undefined where there is none
 * @param {bigint} toppedUp
 * @returns {Promise<Finding[]>}
 */
async function compareWithDeposit(bed, channelId, payments, toppedUp) {
  /** @type {Finding[]} */
  const findings = [];
  const find = (/** @type {Kind} */ kind, /** @type {string} */ what, reference = channelId) =>
    findings.push({ kind, reference, what });
  const balance = await ask(bed, channelId, '/v1/balance');
  const mutations = await pagesOf(bed, channelId, `/v1/mutations?from=${daysAgo(2)}`, 'mutations');
  const first = mutations.find(({ kind }) => kind === 'top_up');
  const start = BigInt(first?.amount ?? 0) + toppedUp;
  const open = payments.filter((us) => us && !us.final);
  const paid = payments.filter((us) => us?.status === 'PAID');
  const expected = start - sum(paid.map(({ charge }) => charge));
  const posted = BigInt(balance.posted);
  if (posted < expected) find('doubled', `the deposit is ${expected - posted} rupiah short of its payments`);
  if (posted > expected) find('lost', `the deposit has ${posted - expected} rupiah that its payments took`);
  const held = sum(open.map(({ charge }) => charge));
  if (BigInt(balance.held) !== held)
    find('doubled', `${balance.held} rupiah are held, open payments come to ${held}`);
  const told = sum(mutations.map(({ amount }) => amount));
  if (told !== posted) find('doubled', `mutations come to ${told}, posted is ${posted}`);
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { kind, paymentId } of mutations)
    if (kind === 'payment') times.set(paymentId, (times.get(paymentId) ?? 0) + 1);
  for (const { paymentId, reference } of paid)
    if (times.get(paymentId) !== 1)
      find(
        times.has(paymentId) ? 'doubled' : 'lost',
        `${paymentId} has ${times.get(paymentId) ?? 0} mutations`,
        reference,
      );
  return findings;
}

/**
 * @param {import('./bed.mjs').Bed} bed
 * @param {readonly import('./partner.mjs').Story[]} stories
 * @returns {Promise<Map<string, any>>} undefined where there is no payment
 */
async function ourBook(bed, stories) {
  const left = [...stories];
  const found = new Map();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let story = left.pop(); story; story = left.pop())
        found.set(
          story.reference,
          await ask(bed, story.channelId, `/v1/payments?reference=${story.reference}`),
        );
    }),
  );
  return found;
}

/** @param {import('./bed.mjs').Bed} bed @returns {Promise<Set<string>>} Payment IDs */
async function openList(bed) {
  const listed = new Set();
  for (const { id } of h2hChannels(bed.run))
    for (const { paymentId, listedAs } of await pagesOf(
      bed,
      id,
      '/v1/payments?status=IN_PROGRESS',
      'payments',
    ))
      if (listedAs !== null) listed.add(paymentId);
  return listed;
}

/** @param {import('./bed.mjs').Bed} bed @returns {Promise<Truth[]>} */
async function truthOf(bed) {
  const answer = await fetch(`${bed.run.simulator?.http}/truth`);
  return /** @type {Promise<Truth[]>} */ (answer.json());
}

/**
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} channelId
 * @param {string} target
 * @param {string} member
 */
async function pagesOf(bed, channelId, target, member) {
  const all = [];
  const and = target.includes('?') ? '&' : '?';
  for (let cursor = ''; ;) {
    const page = await ask(bed, channelId, cursor === '' ? target : `${target}${and}cursor=${cursor}`);
    all.push(...page[member]);
    if (page.next === null) return all;
    cursor = page.next;
  }
}

/**
 * Reads until it is answered.
 * @param {import('./bed.mjs').Bed} bed
 * @param {string} channelId
 * @param {string} target
 * @returns {Promise<any>} undefined where there is nothing
 */
async function ask(bed, channelId, target) {
  const secret = h2hChannels(bed.run).find(({ id }) => id === channelId)?.secret ?? '';
  for (let attempt = 1; ; attempt += 1) {
    const heard = await call(
      { url: bed.run.switch.http, channelId, secret },
      'GET',
      target,
      undefined,
      PATIENCE_MS,
    );
    if (heard.heard === 'answer' && heard.status === 404) return undefined;
    if (heard.heard === 'answer' && heard.status < 300) return heard.body;
    if (attempt === 20) throw new Error(`${target} was answered ${JSON.stringify(heard)}`);
    await sleep(500);
  }
}

/** @param {string[]} amounts */
function sum(amounts) {
  return amounts.reduce((total, amount) => total + BigInt(amount), 0n);
}

/** A run may go over midnight. @param {number} days */
function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
