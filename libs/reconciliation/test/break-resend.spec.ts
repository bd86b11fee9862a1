import type { MoneyWriter } from '#lib/ledger';
import { Resends, type Payment, type Payments, type ResendFlow, type ResendTools } from '#lib/switching';
import { fromJson } from '#lib/platform';
import { fail, ok, refusal, resendReferenceOf, rupiah } from '#lib/kernel';
import { describeBreakRefusal, proposeResolution, reopenBreak, reopenUnserved, type Break } from '../src';
import { ANI, CLEARING, eachTestHasABreakWorld, type BreakWorld } from './break-world';
import { aWorkerOf, lostAtTheBiller, orderedAgain } from './resend-world';

let world: BreakWorld;
let resending: ResendFlow;
eachTestHasABreakWorld((opened) => {
  world = opened;
  resending = aWorker();
});

const aWorker = (more?: Partial<ResendTools>) => aWorkerOf(world, more);
const ordered = () => orderedAgain(world);
const again = (payment: Payment): Promise<Payment> => world.paymentOf(payment);

test('a payment that its biller does not have is sent once more, and the customer has paid once', async () => {
  const payment = await ordered();
  const [deposit, owed] = [await world.switch.balance(), await world.owed(CLEARING)];
  expect(await world.theBreak()).toMatchObject({ state: 'resolved', resolution: 'resend', outcome: 'none' });
  await resending.sendDue();
  const after = await again(payment);
  expect(after).toMatchObject({ state: 'PAID', code: 'APPROVED', leg: { legNo: 2 } });
  expect(after.leg.reference).toBe(resendReferenceOf(payment.paymentId));
  expect(after.leg.billerReference).toBe(`EB${after.leg.reference}`);
  expect(after.billerReference).toBe(payment.billerReference);
  expect(await world.switch.balance()).toEqual(deposit);
  expect(await world.owed(CLEARING)).toBe(owed);
  await resending.sendDue();
  expect(world.switch.biller.received.filter((reference) => reference === after.leg.reference)).toHaveLength(
    1,
  );
  await world.expectSound();
});

test('the further leg is paid with what the biller said when it was asked again', async () => {
  const { biller } = world.switch;
  const [inquire, pay] = [biller.inquire.bind(biller), biller.pay.bind(biller)];
  let asked = 0;
  biller.inquire = async () => {
    const bill = await inquire();
    asked += 1;
    return ok({ ...bill.value, echo: { ref: `R${asked}` } });
  };
  biller.pay = async (leg) =>
    leg.echo['ref'] === `R${asked}`
      ? pay(leg)
      : { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: { reason: 'another inquiry' } };
  const payment = await ordered();
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2, echo: { ref: 'R2' } } });
  await world.expectSound();
});

test('the history keeps how the biller said that it does not have the leg before', async () => {
  const payment = await ordered();
  await resending.sendDue();
  const [event] = await world.switch.store.database.rows<{ evidence: unknown }>(
    "SELECT evidence FROM payment_event WHERE event = 'sent again'",
  );
  expect(fromJson(event?.evidence)).toMatchObject({
    insteadOf: payment.leg.reference,
    advice: 'no such payment',
    'advice.fake': 'advice',
  });
});

test('what the biller says of a leg that it has is kept', async () => {
  await ordered();
  world.switch.biller.adviceSays = 'paid';
  await resending.sendDue();
  expect(await world.switch.store.database.rows('SELECT said, contradiction FROM payment_evidence')).toEqual([
    { said: 'approved', contradiction: null },
  ]);
});

test('the next file lists the further leg and both days agree', async () => {
  const payment = await ordered();
  await resending.sendDue();
  const after = await again(payment);
  await world.close('001', [world.line(after)], { day: after.leg.sourceBusinessDate });
  expect((await world.breaks()).filter(({ state }) => state !== 'resolved')).toEqual([]);
  await world.close('002', []);
  expect((await world.breaks()).filter(({ state }) => state !== 'resolved')).toEqual([]);
  await world.expectSound();
});

test('surely declined it is given back by two people, fees too, and the channel is told so', async () => {
  const payment = await ordered();
  world.switch.biller.behaviour = 'declines';
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'UNSERVED', code: 'APPROVED' });
  expect(await reopenUnserved(world.desk)).toBe(1);
  expect(await reopenUnserved(world.desk)).toBe(0);
  const one = await world.theBreak();
  expect(one.state).toBe('reopened');
  expect(await world.events(one)).toEqual(['found', 'proposed', 'approved', 'reopened']);
  const before = await world.switch.balance();
  const approval = await world.proposed(one, { resolution: 'reversal' });
  expect(await world.approve(approval)).toMatchObject({ ok: true });
  expect(await again(payment)).toMatchObject({ state: 'REVERSED', code: 'PAYMENT_REVERSED' });
  expect((await world.switch.balance()).posted).toBe(before.posted + payment.offer.charge);
  expect(await world.owed(CLEARING)).toBe(0n);
  expect(world.switch.biller.reversalsReceived).toEqual([]);
  await world.expectSound();
});

test('a lost answer stays unknown and is asked for, however it ends', async () => {
  const payment = await ordered();
  world.switch.biller.behaviour = 'pays and loses the answer';
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'RESENT', code: 'APPROVED' });
  await world.expectSound();
  await world.switch.pass(20);
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
  await world.expectSound();
});

test('the file that lists it settles it while the biller does not answer', async () => {
  const payment = await ordered();
  Object.assign(world.switch.biller, { behaviour: 'pays and loses the answer' });
  await resending.sendDue();
  world.switch.biller.adviceSays = 'unknown';
  const waiting = await again(payment);
  await world.close('001', [world.line(waiting)], { day: waiting.leg.sourceBusinessDate });
  expect(await again(payment)).toMatchObject({ state: 'PAID' });
  world.switch.biller.adviceSays = undefined;
  await world.expectSound();
});

test('left to people once nobody can tell: they settle it as paid or not paid', async () => {
  const payment = await ordered();
  Object.assign(world.switch.biller, { behaviour: 'loses the request' });
  await resending.sendDue();
  world.switch.biller.adviceSays = 'unknown';
  const { leg, paymentId } = await again(payment);
  const decided = { paymentId, legNo: leg.legNo, evidence: { proof: 'their letter' } };
  expect(await world.desk.decisions.notPaidByPeople(decided)).toMatchObject({ error: { kind: 'state' } });
  world.switch.clock.advance(36 * 3_600_000);
  await world.switch.pass(70);
  expect(await again(payment)).toMatchObject({ state: 'RESENT', leg: { nextAdviceAt: null } });
  expect(await world.desk.decisions.notPaidByPeople(decided)).toMatchObject({ ok: true });
  expect(await again(payment)).toMatchObject({ state: 'UNSERVED' });
  await world.expectSound();
});

test('a process that ends between the commit and the biller leaves a leg that advice brings to its end', async () => {
  const payment = await ordered();
  const { biller } = world.switch;
  let open = (): void => undefined;
  biller.gate = new Promise((resolve) => {
    open = resolve;
  });
  biller.behaviour = 'loses the request';
  const dying = resending.sendDue();
  while ((await again(payment)).state !== 'RESENT') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await aWorker().sendDue()).toBe(0);
  await world.switch.pass(40);
  expect(await again(payment)).toMatchObject({ state: 'UNSERVED' });
  open();
  await dying;
  expect(await again(payment)).toMatchObject({ state: 'UNSERVED' });
  expect(biller.received.filter((reference) => reference !== payment.paymentId)).toHaveLength(1);
  await world.expectSound();
});

test('a process that stands still after its commit pays by a deadline that is over when it wakes', async () => {
  await ordered();
  const { clock, biller, writer } = world.switch;
  const slow: MoneyWriter = {
    commit: async (unit) => {
      const result = await writer.commit(unit);
      clock.advance(3_600_000);
      return result;
    },
    close: async () => undefined,
  };
  const pay = jest.spyOn(biller, 'pay');
  await aWorker({ writer: slow }).sendDue();
  expect(pay).toHaveBeenCalledTimes(1);
  const [, deadline] = pay.mock.calls[0] as unknown as [unknown, Date];
  expect(deadline.getTime()).toBeLessThan(clock.now().getTime());
  pay.mockRestore();
});

/** Commits of a process that dies at one of them: before it, or once it is durable and nobody hears so. */
function dyingWriter(at: number, isDone: boolean): MoneyWriter {
  const { writer } = world.switch;
  let count = 0;
  return {
    commit: async (unit) => {
      count += 1;
      if (count > at || (count === at && !isDone)) throw new Error('killed');
      const result = await writer.commit(unit);
      if (count === at) throw new Error('killed');
      return result;
    },
    close: async () => undefined,
  };
}

test.each([
  ['before it is claimed', 1, false, false],
  ['once it is claimed', 1, true, false],
  ['before the further leg is written', 2, false, false],
  ['once the further leg is written', 2, true, false],
  ['while the biller answers', 9, true, true],
])('killed %s: another worker and advice bring it to one end', async (_, at, isDone, dies) => {
  const payment = await ordered();
  const writer = dyingWriter(at, isDone);
  const { payments, store, biller } = world.switch;
  const mute = Object.assign(Object.create(payments) as Payments, {
    record: () => Promise.reject(new Error()),
  });
  const resends = new Resends(store.database, writer);
  await aWorker({ writer, resends, ...(dies ? { payments: mute } : {}) })
    .sendDue()
    .catch(() => undefined);
  for (let second = 0; second < 90; second += 1) {
    await world.switch.pass(1);
    await resending.sendDue();
  }
  const isLost = at === 2 && isDone;
  expect((await again(payment)).state).toBe(isLost ? 'UNSERVED' : 'PAID');
  const sent = biller.received.filter((reference) => reference !== payment.paymentId);
  expect(sent).toEqual(isLost ? [] : [resendReferenceOf(payment.paymentId)]);
  await world.expectSound();
});

test('of two workers at once one sends it', async () => {
  const payment = await ordered();
  await Promise.all([resending.sendDue(), aWorker().sendDue(), aWorker().sendDue()]);
  const sent = world.switch.biller.received.filter((reference) => reference !== payment.paymentId);
  expect(sent).toEqual([resendReferenceOf(payment.paymentId)]);
  await world.expectSound();
});

test('a break that is opened again takes its order back, also at the very commit that would form the leg', async () => {
  const payment = await ordered();
  const { writer, store } = world.switch;
  const { breakId } = await world.theBreak();
  let commits = 0;
  const atTheLeg: MoneyWriter = {
    commit: async (unit) => {
      commits += 1;
      if (commits === 2)
        expect(await reopenBreak(world.desk, { breakId, by: ANI, reason: 'they write' })).toMatchObject({
          ok: true,
        });
      return writer.commit(unit);
    },
    close: async () => undefined,
  };

  await aWorker({ writer: atTheLeg }).sendDue();

  expect(await store.database.rows('SELECT state, live, last_said FROM resend')).toEqual([
    { state: 'REFUSED', live: null, last_said: `${breakId} was opened again` },
  ]);
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 1 } });
  expect(world.switch.biller.received).toEqual([payment.paymentId]);
  expect(await reopenUnserved(world.desk)).toBe(0);
  expect(await world.theBreak()).toMatchObject({ state: 'reopened' });

  const anew = await world.proposed(await world.theBreak(), { resolution: 'resend' });
  expect(await world.approve(anew)).toMatchObject({ ok: true });
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
  await world.expectSound();
});

test('an order that was carried out stays so when its break is opened again', async () => {
  const payment = await ordered();
  await resending.sendDue();
  const { breakId } = await world.theBreak();
  await reopenBreak(world.desk, { breakId, by: ANI, reason: 'they write' });

  expect(await world.switch.store.database.rows('SELECT state, live FROM resend')).toEqual([
    { state: 'SENT', live: 1 },
  ]);
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
});

test.each([
  ['the biller says that it has it after all', () => ({ adviceSays: 'paid' as const }), /says that it has/],
  [
    'its bill is paid by now',
    () => ({ inquire: async () => fail(refusal('BILL_ALREADY_PAID', 'paid')) }),
    /BILL_ALREADY_PAID/,
  ],
])('where %s nothing is sent, and people see why', async (_, says, why) => {
  const payment = await ordered();
  Object.assign(world.switch.biller, says());
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 1 } });
  expect(await reopenUnserved(world.desk)).toBe(1);
  expect(await world.theBreak()).toMatchObject({ state: 'reopened' });
  const [event] = await world.switch.store.database.rows<{ reason: string }>(
    "SELECT reason FROM break_event WHERE event = 'reopened'",
  );
  expect(event?.reason).toMatch(why);
  expect(world.switch.biller.received).toEqual([payment.paymentId]);
});

test('a biller that cannot be asked is asked again later, and nothing is sent meanwhile', async () => {
  const payment = await ordered();
  world.switch.biller.adviceSays = 'unknown';
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 1 } });
  expect(await resending.sendDue()).toBe(0);
  world.switch.biller.adviceSays = undefined;
  world.switch.clock.advance(6_000);
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
  await world.expectSound();
});

test('what was refunded or ordered to be reversed meanwhile is not sent', async () => {
  const payment = await ordered();
  const refunded = await world.switch.refunds.refund({
    refundId: 'RF-1',
    paymentId: payment.paymentId,
    amount: rupiah(1_000n),
    borneBy: 'us',
    reason: 'goodwill',
  });
  expect(refunded.ok).toBe(true);
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 1 } });
  expect(world.switch.biller.received).toEqual([payment.paymentId]);
});

test('a bill that another payment has begun to pay since is left to it', async () => {
  const payment = await ordered();
  await world.switch.store.admin.run('UPDATE payment SET bill_in_payment = NULL WHERE payment_id = ?', [
    payment.paymentId,
  ]);
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 1 } });
  expect(world.switch.biller.received).toEqual([payment.paymentId]);
});

test('a bill that turns out paid when it was sent again is a contradiction for people', async () => {
  const payment = await ordered();
  world.switch.biller.pay = async () => ({ kind: 'declined', code: 'BILL_ALREADY_PAID', evidence: {} });
  await resending.sendDue();
  expect(await again(payment)).toMatchObject({ state: 'UNSERVED' });
  expect(await world.switch.store.database.rows('SELECT contradiction FROM payment_evidence')).toEqual([
    { contradiction: 'bill already paid when it was sent again' },
  ]);
});

test('a late word about the leg before is kept and contradicts', async () => {
  const payment = await ordered();
  await resending.sendDue();
  await world.switch.payments.record(
    payment,
    'biller approved',
    { kind: 'approved', billerReference: 'EB-LATE', amount: payment.offer.amount, receipt: {}, evidence: {} },
    world.switch.clock.now(),
  );
  expect(await again(payment)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
});

describe('what is not sent again', () => {
  async function refusedFor(one: Break): Promise<string> {
    const { breakId } = one;
    const refused = await proposeResolution(world.desk, {
      breakId,
      resolution: 'resend',
      by: ANI,
      reason: 'the bill is open',
    });
    return refused.ok ? 'proposed' : describeBreakRefusal(refused.error);
  }

  test('where the contract does not allow it', async () => {
    const { one } = await lostAtTheBiller(world);
    world.terms.mayResend = false;
    expect(await refusedFor(one)).toMatch(/cannot be sent again: the biller's contract.*refund or reversal/);
  });

  test('a second time', async () => {
    const payment = await ordered();
    const twice = { paymentId: payment.paymentId, legNo: 2 };
    await resending.sendDue();
    expect(await world.desk.objectionToResend(twice)).toEqual({ kind: 'sent again before' });
  });

  test('what is being reversed, refunded, or unknown', async () => {
    const { payment, one } = await lostAtTheBiller(world);
    await world.switch.store.admin.run('UPDATE payment SET reversal_ordered = 1 WHERE payment_id = ?', [
      payment.paymentId,
    ]);
    expect(await refusedFor(one)).toMatch(/ordered to be reversed/);
    await world.switch.store.admin.run('UPDATE payment SET reversal_ordered = 0, refunded = 1', []);
    expect(await refusedFor(one)).toMatch(/refunded/);
  });
});
