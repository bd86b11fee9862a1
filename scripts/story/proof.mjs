import { statSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {import('./world.mjs').World} World
 * @typedef {import('./world.mjs').Json} Json
 */

/**
 * The biller's own record must hold this payment exactly once, with this amount.
 * @param {World} world
 * @param {Json} payment as the switch shows it
 * @returns {Promise<string>} the proof in words
 */
export async function proveTruth(world, payment) {
  const rows = (await world.truth()).filter((row) => row.legReference === payment.legReference);
  expect(`rows for ${payment.legReference} in the biller's record`, rows.length, 1);
  expect(`amount the biller recorded for ${payment.legReference}`, rows[0]?.amount, payment.amount);
  return `biller: recorded once, ${payment.legReference}, ${rupiah(payment.amount)}`;
}

/**
 * The ledger must have moved the deposit by the charge, once, with postings that sum to zero.
 * @param {World} world
 * @param {Json} payment as the switch shows it
 * @returns {Promise<string>} the proof in words
 */
export async function proveLedger(world, payment) {
  const journals = await world.sql(
    'SELECT kind, posted_change, held_change, posted_after FROM journal WHERE subject_id = ? ORDER BY deposit_seq',
    [payment.paymentId],
  );
  const kinds = journals.map((journal) => journal.kind).join(', ');
  expect(`journals of ${payment.paymentId}`, kinds, 'hold, capture');
  const [hold, capture] = journals;
  expect('amount held', String(hold?.held_change), payment.charge);
  expect('change of the hold when the payment ended', String(capture?.held_change), `-${payment.charge}`);
  expect('change of the deposit', String(capture?.posted_change), `-${payment.charge}`);
  const [postings] = await world.sql('SELECT SUM(amount) AS sum FROM posting WHERE subject_id = ?', [
    payment.paymentId,
  ]);
  expect('sum of the postings', String(postings?.sum), '0');
  const after = BigInt(capture?.posted_after);
  return `ledger: deposit moved once, ${rupiah(after + BigInt(payment.charge))} -> ${rupiah(after)}, postings sum to Rp 0`;
}

/**
 * The money of a payment without outcome must be held, and not yet spent.
 * @param {World} world
 * @param {Json} payment as the switch shows it
 * @returns {Promise<string>} the proof in words
 */
export async function proveHold(world, payment) {
  const journals = await world.sql('SELECT kind, held_change FROM journal WHERE subject_id = ?', [
    payment.paymentId,
  ]);
  expect(`journals of ${payment.paymentId}`, journals.map((journal) => journal.kind).join(', '), 'hold');
  expect('amount held', String(journals[0]?.held_change), payment.charge);
  return `ledger: ${rupiah(payment.charge)} stays held until the outcome is known`;
}

/**
 * A report must lie where the reconciliation says.
 * @param {string} file
 * @returns {string} the proof in words
 */
export function proveReport(file) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  expect(`${file} is a report with content`, size > 0, true);
  const relative = path.relative(process.cwd(), file);
  return `report: ${relative.startsWith('..') ? file : relative} (${size} bytes)`;
}

/**
 * How our total becomes theirs: both ends, and of the terms between them those that are not zero.
 * @param {{ term: string, amount: string }[]} bridge
 */
export function bridgeInWords(bridge) {
  return bridge
    .filter(({ amount }, index) => index === 0 || index === bridge.length - 1 || BigInt(amount) !== 0n)
    .map(({ term, amount }) => `${term} ${rupiah(amount)}`)
    .join(', ');
}

/**
 * @param {string} what
 * @param {{ status: number, body: Json }} answer
 * @throws {Error} unless the switch said PAID
 */
export function expectPaid(what, { status, body }) {
  expect(what, inShort(status, body), '200 PAID');
}

/**
 * @param {string} what
 * @param {unknown} actual
 * @param {unknown} expected
 * @throws {Error} with both values where they differ
 */
export function expect(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, expected ${String(expected)}`);
}

/**
 * @param {number} status
 * @param {Json} body a payment, or a problem
 */
export function inShort(status, body) {
  const words = body.message?.en ? ` (${body.message.en})` : '';
  // A payment's status is a word; a problem's, if any, is the HTTP number again.
  return `${status} ${typeof body.status === 'string' ? body.status : body.code}${words}`;
}

/** @param {string | bigint} amount whole rupiah */
export function rupiah(amount) {
  return `Rp ${BigInt(amount).toLocaleString('id-ID')}`;
}
