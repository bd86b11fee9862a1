import { rupiah } from '#lib/kernel';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { DecisionFlow, type ListedLeg } from './decision.flow';
import { statusOf } from './payment.states';
import type { Payment } from './payment';

let world: SwitchWorld;
let decisions: DecisionFlow;
eachTestHasASwitch((fresh) => {
  world = fresh;
  decisions = new DecisionFlow(world.clock, world.store.database, world.payments, world.catalog);
});

/** A water payment that its biller has booked and that we know nothing of. */
async function suspect(): Promise<Payment> {
  Object.assign(world.water, { behaviour: 'pays and loses the answer', adviceSays: 'unknown' });
  return world.payWater();
}

/** The same after advice has asked in vain until the day was over. */
async function unresolved(): Promise<Payment> {
  return unresolvedOf(await suspect());
}

async function unresolvedOf(payment: Payment): Promise<Payment> {
  world.clock.advance(36 * 3_600_000);
  await world.pass(70);
  return again(payment);
}

async function again({ channelId, paymentId }: Payment): Promise<Payment> {
  const found = await world.payments.findById(channelId, paymentId);
  if (!found) throw new Error('the payment is gone');
  return found;
}

function listed(payment: Payment, more: Partial<ListedLeg> = {}): ListedLeg {
  return {
    paymentId: payment.paymentId,
    legNo: payment.leg.legNo,
    amount: payment.offer.amount,
    billerReference: 'WB26071400000001',
    evidence: { file: 'PDM07_20260714.txt', line: 4, run: 1 },
    ...more,
  };
}

test.each([
  ['a suspect', suspect],
  ['an unresolved payment', unresolved],
])('%s that the file lists as paid is paid by the file alone, and once', async (_, stage) => {
  const before = await world.balance();
  const payment = await stage();
  expect(payment.state).toBe(stage === suspect ? 'SUSPECT' : 'UNRESOLVED');
  expect(await decisions.paidByFile(listed(payment))).toMatchObject({
    ok: true,
    value: { state: 'PAID', billerReference: 'WB26071400000001' },
  });
  const after = await again(payment);
  expect(statusOf(after.state)).toBe('PAID');
  expect(after.receipt).not.toBeNull();
  expect((await world.balance()).posted).toBe(before.posted - payment.offer.charge);
  expect((await world.balance()).held).toBe(0n);
  expect(await decisions.paidByFile(listed(payment))).toEqual({
    ok: false,
    error: { kind: 'state', state: 'PAID' },
  });
});

test('another amount, another leg and a payment that nobody knows are not settled by a file', async () => {
  const payment = await suspect();
  const { amount } = payment.offer;
  expect(await decisions.paidByFile(listed(payment, { amount: rupiah(amount + 1n) }))).toEqual({
    ok: false,
    error: { kind: 'another amount', amount },
  });
  expect(await decisions.paidByFile(listed(payment, { legNo: 2 }))).toMatchObject({
    error: { kind: 'another leg' },
  });
  expect(await decisions.paidByFile(listed(payment, { paymentId: 'T0TBR00615QG' }))).toMatchObject({
    error: { kind: 'payment unknown' },
  });
  expect((await again(payment)).state).toBe('SUSPECT');
});

test('what the biller has said against it keeps a file from settling a payment', async () => {
  const payment = await suspect();
  world.water.adviceSays = 'no such payment';
  await world.pass(6);
  expect((await again(payment)).state).toBe('SUSPECT');
  expect(await decisions.paidByFile(listed(payment))).toMatchObject({
    ok: false,
    error: { kind: 'contradicted', said: expect.stringMatching(/^no such payment/) as string },
  });
  world.water.adviceSays = 'unknown';
});

test('a payment that is to be reversed waits for its reversal, whatever the file lists', async () => {
  const payment = await suspect();
  await world.reverse({ paymentId: payment.paymentId });
  expect(await decisions.paidByFile(listed(payment))).toEqual({
    ok: false,
    error: { kind: 'being reversed' },
  });
});

test('a file cannot say a token: such a payment is not settled by it', async () => {
  Object.assign(world.biller, { behaviour: 'pays and loses the answer', adviceSays: 'unknown' });
  const payment = await world.payOne({ productId: 'pln-prepaid', amount: rupiah(100_000n) });
  expect(payment.state).toBe('SUSPECT');
  expect(await decisions.paidByFile(listed(payment))).toEqual({
    ok: false,
    error: { kind: 'receipt incomplete', missing: 'token' },
  });
});

test('a file and an advice at the same moment settle a payment once', async () => {
  const payment = await suspect();
  world.water.adviceSays = undefined;
  world.clock.advance(6_000);
  const [byFile] = await Promise.all([decisions.paidByFile(listed(payment)), world.advice.adviseDue()]);
  expect((await again(payment)).state).toBe('PAID');
  const events = await world.store.database.rows<{ event: string }>(
    "SELECT event FROM payment_event WHERE payment_id = ? AND to_state = 'PAID'",
    [payment.paymentId],
  );
  expect(events).toHaveLength(1);
  expect(byFile.ok).toBe(events[0]?.event === 'settled as paid');
});

test('people settle what stays unknown, in either direction, and never what advice still asks about', async () => {
  const early = await suspect();
  expect(await decisions.notPaidByPeople({ ...listed(early) })).toEqual({
    ok: false,
    error: { kind: 'state', state: 'SUSPECT' },
  });
  await decisions.paidByFile(listed(early));

  Object.assign(world.water, { behaviour: 'loses the request' });
  const payment = await world.payWater();
  world.clock.advance(36 * 3_600_000);
  await world.pass(70);
  const free = await world.balance();
  expect(await decisions.notPaidByPeople({ ...listed(payment) })).toMatchObject({ ok: true });
  expect((await again(payment)).state).toBe('DECLINED');
  expect((await world.balance()).available).toBe(free.available + payment.offer.charge);
});

test('a payment that people know to be paid is paid, with their word in place of the biller', async () => {
  const before = await world.balance();
  const early = await suspect();
  expect(await decisions.paidByPeople(listed(early))).toEqual({
    ok: false,
    error: { kind: 'state', state: 'SUSPECT' },
  });
  const payment = await unresolvedOf(early);
  expect(await decisions.paidByPeople(listed(payment))).toMatchObject({
    ok: true,
    value: { state: 'PAID', billerReference: 'WB26071400000001' },
  });
  const { posted, held } = await world.balance();
  expect([posted, held]).toEqual([before.posted - payment.offer.charge, 0n]);
  expect(await decisions.notPaidByPeople(listed(payment))).toMatchObject({ error: { state: 'PAID' } });
});

test('a payment of which a part was refunded is not undone whole', async () => {
  const payment = await world.payWater();
  const { paymentId } = payment;
  const part = {
    refundId: 'RF-1',
    paymentId,
    amount: rupiah(1_000n),
    borneBy: 'us',
    reason: 'a letter',
  } as const;
  expect(await world.refunds.refund(part)).toMatchObject({ ok: true });
  const before = await world.balance();
  expect(await decisions.reversedByBiller(listed(payment))).toEqual({
    ok: false,
    error: { kind: 'refunded', refunded: 1_000n },
  });
  expect((await again(payment)).state).toBe('PAID');
  expect(await world.balance()).toEqual(before);
});

test('what the biller has undone by itself goes back whole, with every fee share', async () => {
  const before = await world.balance();
  const payment = await world.payWater();
  const { paymentId, leg, billerId, offer } = payment;
  const undone = { biller: billerId, legReference: leg.reference, amount: offer.amount.toString() };
  world.water.truth.push({ ...undone, kind: 'reversed' });
  expect(await decisions.reversedByBiller(listed(payment))).toMatchObject({
    ok: true,
    value: { state: 'REVERSED' },
  });
  expect(await world.balance()).toEqual(before);
  expect(await decisions.reversedByBiller(listed(payment))).toMatchObject({
    error: { kind: 'state', state: 'REVERSED' },
  });
  expect(
    await world.refunds.refund({
      refundId: 'RF-9',
      paymentId,
      amount: rupiah(1n),
      borneBy: 'us',
      reason: 'x',
    }),
  ).toMatchObject({ ok: false });
});

test('what goes along with a decision goes along once, or keeps it from happening', async () => {
  const payment = await suspect();
  await world.store.admin.run('CREATE TABLE companion (id INT NOT NULL PRIMARY KEY)');
  await world.store.admin.run('INSERT INTO companion VALUES (7)');
  const ties = { inserts: [{ table: 'companion', values: { id: 7 } }] };
  expect(await decisions.paidByFile(listed(payment), ties)).toEqual({
    ok: false,
    error: { kind: 'came second', state: 'SUSPECT' },
  });
  expect((await again(payment)).state).toBe('SUSPECT');
});
