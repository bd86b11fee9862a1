import { createHash, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  bridgeInWords,
  expect,
  expectPaid,
  inShort,
  proveHold,
  proveLedger,
  proveReport,
  proveTruth,
  rupiah,
} from './story/proof.mjs';
import { openWorld } from './story/world.mjs';

/**
 * The main job before the reader's eyes, told by an outside partner. Each step reads its proof back from the other
 * side: the biller's own record, the ledger's tables, the file on the SFTP server.
 * @typedef {import('./story/world.mjs').World} World
 * @typedef {import('./story/world.mjs').Json} Json
 * @typedef {{ happened: string, proof: string[] }} Told
 *
 * @typedef {object} Tale what one step leaves to the next
 * @property {string} run opens every reference of this run
 * @property {string} household four digits that give this run customers of its own
 * @property {Json} offer three bills
 * @property {Json} order the payment of that offer, as it was sent
 * @property {Json} paid
 * @property {Json} token
 * @property {Json} byIso8583 the payment that came over a bank's line
 * @property {Json} bySnap the payment that came from a bank
 * @property {Json} lost the payment whose answer was lost
 * @property {string[]} dates business dates of the source
 */

const SOURCE = 'STORY01';
const ADVICE_MS = 60_000;
/** A file counts as complete only after it has lain still for a while. */
const RECON_MS = 180_000;
const INDENT = ' '.repeat(22);

/** @type {[name: string, tell: (world: World, tale: Tale) => Promise<Told>][]} */
const STEPS = [
  ['inquiry', inquire],
  ['payment', pay],
  ['token', buyToken],
  ['repeat', repeat],
  ['bank over SNAP', payBySnap],
  ['bank over TCP', payByIso8583],
  ['lost answer', loseAnswer],
  ['advice', waitForAdvice],
  ['settlement file', dropFile],
  ['reconciliation', reconcile],
  ['verify', verify],
];

/**
 * Tells the story once on a running installation. References are new at every run, so it can be told again.
 * @param {{ home: string, log: (line: string) => void }} where `home` holds run.json and env.json
 * @returns {Promise<{ ok: true } | { ok: false, step: string, why: string }>}
 */
export async function story({ home, log }) {
  const run = `story-${Date.now().toString(36)}`;
  const tale = /** @type {Tale} */ ({ run, household: String(randomInt(10_000)).padStart(4, '0') });
  let step = 'begin';
  /** @type {World | undefined} */
  let world;
  try {
    world = await openWorld(home, log);
    for (const [index, [name, tell]] of STEPS.entries()) {
      step = name;
      const { happened, proof } = await tell(world, tale);
      log(`${String(index + 1).padStart(3)}  ${name.padEnd(16)} ${happened}`);
      for (const line of proof) log(INDENT + line);
    }
    return { ok: true };
  } catch (error) {
    return { ok: false, step, why: error instanceof Error ? error.message : String(error) };
  } finally {
    await world?.close();
  }
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function inquire(world, tale) {
  const customerNumber = `5311${tale.household}0003`;
  tale.offer = await ask(world, { reference: `${tale.run}-i1`, product: 'story-postpaid', customerNumber });
  const { bills, amount, adminFee, total, customerName } = tale.offer;
  expect('bills of a customer number that ends in 0003', bills.length, 3);
  let sum = 0n;
  for (const bill of bills) sum += BigInt(bill.amount) + BigInt(bill.penalty);
  expect('amount of the offer against its bills', BigInt(amount), sum);
  expect('total of the offer', BigInt(total), BigInt(amount) + BigInt(adminFee));
  const moved = (await world.truth()).filter((row) => row.customerNumber === customerNumber);
  expect("rows for this customer in the biller's record", moved.length, 0);
  return {
    happened: `${customerName} owes 3 bills: ${rupiah(amount)} + ${rupiah(adminFee)} admin = ${rupiah(total)}`,
    proof: ['biller: nothing recorded; asking moves no money'],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function pay(world, tale) {
  tale.order = { reference: `${tale.run}-p1`, inquiryId: tale.offer.inquiryId, total: tale.offer.total };
  const answer = await world.call('POST', '/v1/payments', tale.order);
  expectPaid('payment', answer);
  tale.paid = answer.body;
  const { paymentId, total, charge } = tale.paid;
  return {
    happened: `${paymentId} is PAID: the customer gave ${rupiah(total)}, the deposit lost ${rupiah(charge)}`,
    proof: [await proveTruth(world, tale.paid), await proveLedger(world, tale.paid)],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function buyToken(world, tale) {
  const offer = await ask(world, {
    reference: `${tale.run}-i2`,
    product: 'story-prepaid',
    customerNumber: `1427${tale.household.slice(1)}0000`,
    amount: '20000',
  });
  const order = { reference: `${tale.run}-p2`, inquiryId: offer.inquiryId, total: offer.total };
  const answer = await world.call('POST', '/v1/payments', order);
  expectPaid('payment of a token', answer);
  tale.token = answer.body;
  const { paymentId, amount, receipt } = tale.token;
  const digits = String(receipt?.fields?.token ?? '').replaceAll(/\D/g, '');
  expect('digits in the token', digits.length, 20);
  const printed = receipt.lines.some((/** @type {string} */ line) =>
    line.replaceAll(/\D/g, '').endsWith(digits),
  );
  expect('the printed receipt shows the token', printed, true);
  return {
    happened: `${paymentId} is PAID: ${rupiah(amount)} of electricity, token ${digits.match(/.{4}/g)?.join(' ')}`,
    proof: [await proveTruth(world, tale.token), await proveLedger(world, tale.token)],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function payByIso8583(world, tale) {
  const bank = await world.line();
  try {
    const customerNumber = `5311${tale.household}0002`;
    const rrn = String(Date.now()).slice(-12);
    const inquiry = { rrn, processingCode: '380000', amount: '000000000000', customerNumber };
    const offer = await bank.send('0200', inquiry);
    expect('inquiry over ISO 8583', `${offer.type} ${offer.code}`, '0210 00');
    const { inquiryId } = offer.data;
    const order = { ...inquiry, processingCode: '500000', amount: offer.amount, inquiryId };
    const paid = await bank.send('0200', order);
    expect('payment over ISO 8583', `${paid.type} ${paid.code}`, '0210 00');
    const advised = await bank.send('0220', order);
    expect('advice of that payment', `${advised.type} ${advised.code}`, '0230 00');
    const { paymentId } = paid.data;
    expect('Payment ID of the advice', advised.data.paymentId, paymentId);
    const [row] = await world.sql(
      `SELECT p.payment_id AS paymentId, p.charge, l.amount, l.leg_reference AS legReference
        FROM payment p JOIN payment_leg l ON l.payment_id = p.payment_id AND l.leg_no = p.leg_no WHERE p.payment_id = ?`,
      [paymentId],
    );
    tale.byIso8583 = row ?? {};
    return {
      happened: `${paymentId} is paid over a line of ISO 8583, and advised once more: the same payment`,
      proof: [await proveTruth(world, tale.byIso8583), await proveLedger(world, tale.byIso8583)],
    };
  } finally {
    await bank.close();
  }
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function repeat(world, tale) {
  const answer = await world.call('POST', '/v1/payments', tale.order);
  expectPaid('payment sent again', answer);
  expect('header Idempotent-Replayed', answer.replayed, 'true');
  for (const member of Object.keys({ ...tale.paid, ...answer.body }))
    if (!isDeepStrictEqual(answer.body[member], tale.paid[member]))
      expect(
        `${member} of the repeated answer`,
        JSON.stringify(answer.body[member]),
        JSON.stringify(tale.paid[member]),
      );
  return {
    happened: `${tale.paid.paymentId} sent again: the same answer, marked as a replay`,
    proof: [await proveTruth(world, tale.paid), await proveLedger(world, tale.paid)],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function payBySnap(world, tale) {
  const account = world.bank.account(`905311${tale.household}0000`);
  const number = `${Date.now()}`;
  const asked = await world.bank.call('transfer-va/inquiry', { ...account, inquiryRequestId: number });
  expect('inquiry of the bank', asked.responseCode, '2002400');
  const { totalAmount, virtualAccountName } = asked.virtualAccountData;
  const order = { ...account, paymentRequestId: number, paidAmount: totalAmount };
  const paid = await world.bank.call('transfer-va/payment', order);
  expect('payment of the bank', inFlag(paid), '2002500 with 00');
  const again = await world.bank.call('transfer-va/payment', { ...order, flagAdvise: 'Y' });
  expect('the same payment as an advice', inFlag(again), '2002500 with 00');
  const { paymentId } = paid.virtualAccountData.additionalInfo;
  const [row] = await world.sql('SELECT amount, charge FROM payment WHERE payment_id = ?', [paymentId]);
  tale.bySnap = {
    paymentId,
    legReference: paymentId,
    amount: String(row?.amount),
    charge: String(row?.charge),
  };
  return {
    happened: `${paymentId} is PAID: ${virtualAccountName} paid ${rupiah(totalAmount.value.split('.')[0])} at a bank, account ${account.virtualAccountNo.trim()}`,
    proof: [await proveTruth(world, tale.bySnap), await proveLedger(world, tale.bySnap)],
  };
}

/** @param {Json} answer of a payment over SNAP */
function inFlag({ responseCode, virtualAccountData }) {
  return `${responseCode} with ${virtualAccountData?.paymentFlagStatus}`;
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function loseAnswer(world, tale) {
  const customerNumber = `5311${tale.household}1068`;
  const offer = await ask(world, { reference: `${tale.run}-i3`, product: 'story-postpaid', customerNumber });
  const order = { reference: `${tale.run}-p3`, inquiryId: offer.inquiryId, total: offer.total };
  const { status, body } = await world.call('POST', '/v1/payments', order);
  tale.lost = body;
  if (status === 200) {
    // The contract lets a quick advice end the payment before the caller's time is up.
    expectPaid('payment whose answer was lost', { status, body });
    return {
      happened: `${body.paymentId}: the biller took the money and said nothing; a quick advice already knows`,
      proof: [await proveTruth(world, body)],
    };
  }
  expect('payment whose answer was lost', inShort(status, body), '202 IN_PROGRESS');
  return {
    happened: `${body.paymentId} is IN_PROGRESS: the biller took the money and said nothing`,
    proof: [await proveTruth(world, body), await proveHold(world, body)],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function waitForAdvice(world, tale) {
  const target = `/v1/payments/${tale.lost.paymentId}`;
  const asked = performance.now();
  let answer = await world.call('GET', target);
  for (let said = 0; answer.body.final !== true && performance.now() - asked < ADVICE_MS;) {
    const waited = Math.floor((performance.now() - asked) / 5_000) * 5;
    if (waited > said) world.log(`${INDENT}waiting for the advice, ${waited} s`);
    said = waited;
    await pause(500);
    answer = await world.call('GET', target);
  }
  expectPaid(`payment ${tale.lost.paymentId} after at most ${ADVICE_MS / 1_000} s`, answer);
  tale.lost = answer.body;
  return {
    happened: `${tale.lost.paymentId} is PAID: asked again, the biller names its receipt ${tale.lost.billerReference}`,
    proof: [await proveTruth(world, tale.lost), await proveLedger(world, tale.lost)],
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function dropFile(world, tale) {
  const payments = [tale.paid, tale.token, tale.bySnap, tale.byIso8583, tale.lost];
  const legs = await world.sql(
    `SELECT DISTINCT DATE_FORMAT(source_business_date, '%Y-%m-%d') AS date FROM payment_leg
      WHERE source = ? AND payment_id IN (?) ORDER BY date`,
    [SOURCE, payments.map((payment) => payment.paymentId)],
  );
  // Two days where the source's cut-off fell into the story.
  tale.dates = legs.map((leg) => String(leg.date));
  expect('this story has payments under its source', tale.dates.length > 0, true);
  const proof = [];
  let lines = /** @type {string[]} */ ([]);
  for (const date of tale.dates) {
    const { file } = await world.settle(SOURCE, date);
    const bytes = await world.download(`${SOURCE}/${file}`);
    lines = [...lines, ...bytes.toString('utf8').split('\n')];
    proof.push(
      `SFTP: ${file}, ${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`,
    );
  }
  for (const { legReference, amount } of payments) {
    const columns = lines
      .map((line) => line.split('|'))
      .find(([, , ourReference]) => ourReference === legReference);
    expect(`amount of ${legReference} in the settlement file`, columns?.[5], amount);
  }
  return {
    happened: `the biller dropped its file for ${tale.dates.join(' and ')}; the ${payments.length} payments are in it`,
    proof,
  };
}

/** @type {(world: World, tale: Tale) => Promise<Told>} */
async function reconcile(world, tale) {
  const ours = [tale.paid, tale.token, tale.bySnap, tale.byIso8583, tale.lost].map(
    (payment) => payment.legReference,
  );
  const proof = [];
  let matched = 0;
  for (const date of tale.dates) {
    const result = await runReconciliation(world, date);
    expect(
      `reconciliation of ${date}`,
      [result.state, result.gate].filter(Boolean).join(' at gate '),
      'closed',
    );
    expect('remainder of the bridge', result.remainder, '0');
    const broken = result.breaks.filter((/** @type {Json} */ found) => ours.includes(found.legReference));
    expect("breaks among this story's payments", JSON.stringify(broken), '[]');
    const [legs] = await world.sql(
      `SELECT COUNT(*) AS count, SUM(amount) AS amount FROM payment_leg
        WHERE source = ? AND source_business_date = ? AND state = 'PAID'`,
      [SOURCE, date],
    );
    expect(`payments of ${date} that matched`, result.counts.matched, Number(legs?.count));
    const [first] = result.bridge;
    expect('where the bridge begins', `${first?.term} ${first?.amount}`, `ours ${legs?.amount}`);
    matched += result.counts.matched;
    proof.push(`bridge: ${bridgeInWords(result.bridge)}; remainder Rp 0`, ...result.reports.map(proveReport));
  }
  return { happened: `closed: ${matched} payments of the day matched, every rupiah explained`, proof };
}

/** @type {(world: World) => Promise<Told>} */
async function verify(world) {
  const { ok, invariants } = await world.simpul(['verify', '--json']);
  const broken = invariants.find((/** @type {Json} */ invariant) => invariant.ok !== true);
  expect('broken invariant', broken ? JSON.stringify(broken) : 'none', 'none');
  expect('verify', ok, true);
  const checked = invariants.filter((/** @type {Json} */ invariant) => invariant.checked > 0);
  return {
    happened: 'the money invariants hold on everything stored so far',
    proof: [`checked: ${checked.map((/** @type {Json} */ one) => `${one.id} on ${one.checked}`).join(', ')}`],
  };
}

/**
 * @param {World} world
 * @param {Json} question
 * @returns {Promise<Json>} the offer
 */
async function ask(world, question) {
  const { status, body } = await world.call('POST', '/v1/inquiries', question);
  if (status !== 200)
    expect(`inquiry for ${question.product} ${question.customerNumber}`, inShort(status, body), '200');
  return body;
}

/**
 * Runs the reconciliation, again while the file has not lain still for long enough or another run has the day.
 * @param {World} world
 * @param {string} date
 * @returns {Promise<Json>}
 */
async function runReconciliation(world, date) {
  const begun = performance.now();
  for (;;) {
    const result = await world.simpul(['recon', 'run', SOURCE, date, '--json']);
    const mayChange = result.state === 'waiting' || result.state === 'busy';
    if (!mayChange || performance.now() - begun > RECON_MS) return result;
    await pause(2_000);
  }
}
