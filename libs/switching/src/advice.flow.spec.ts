import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

/** Lets time pass in steps, asking whatever is due after each. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    world.clock.advance(1_000);
    await world.advice.adviseDue();
  }
}

async function stateOf(paymentId: string): Promise<string | undefined> {
  return (await world.payments.findById('ppob-nusantara', paymentId))?.state;
}

test('a lost answer is repaired: advice finds it paid and the hold is captured', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  const { paymentId, offer } = await world.payOne();
  const before = await world.balance();
  await pass(4);
  expect(await stateOf(paymentId)).toBe('SUSPECT');
  await pass(1);
  expect(await stateOf(paymentId)).toBe('PAID');
  const after = await world.balance();
  expect(before.posted - after.posted).toBe(offer.charge);
  expect(after.held).toBe(0n);
});

test('"no such payment" is believed only after the quiet time', async () => {
  world.biller.behaviour = 'loses the request';
  const { paymentId } = await world.payOne();
  await pass(31);
  expect(await stateOf(paymentId)).toBe('SUSPECT');
  await pass(1);
  expect(await stateOf(paymentId)).toBe('DECLINED');
  expect((await world.balance()).held).toBe(0n);
});

test('"no such payment" asked in the quiet time is not believed because its answer is read after it', async () => {
  world.biller.behaviour = 'loses the request';
  const { paymentId } = await world.payOne();
  jest.spyOn(world.biller, 'advise').mockImplementationOnce(async () => {
    // The worker is paused with the answer in its hands.
    world.clock.advance(40_000);
    return { kind: 'no such payment', evidence: {} };
  });
  await pass(5);
  expect(await stateOf(paymentId)).toBe('SUSPECT');
  await pass(60);
  expect(await stateOf(paymentId)).toBe('DECLINED');
});

test('while advice is silent the payment stays listed and is asked about by the schedule', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  const { paymentId } = await world.payOne();
  await pass(21);
  const payment = await world.payments.findById('ppob-nusantara', paymentId);
  expect(payment?.state).toBe('SUSPECT');
  expect(payment?.leg.adviceCount).toBe(2);
  expect(payment?.leg.nextAdviceAt?.getTime()).toBe(world.clock.now().getTime() + 59_000);
});

test('an unknown payment that advice cannot end is listed as unresolved, its hold kept', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  const { paymentId, offer } = await world.payOne();
  world.clock.advance(49 * 3_600_000);
  await world.advice.adviseDue();
  expect(await stateOf(paymentId)).toBe('UNRESOLVED');
  expect((await world.balance()).held).toBe(offer.charge);
  expect(await world.payments.findOpen('ppob-nusantara', '', 10)).toHaveLength(1);
});

test('a payment whose process died before the answer is taken over by advice', async () => {
  world.biller.gate = new Promise(() => undefined);
  void world.payOne();
  while (world.biller.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [orphan] = await world.payments.findOpen('ppob-nusantara', '', 10);
  expect(orphan?.state).toBe('SENT');
  await pass(16);
  expect(await stateOf(orphan?.paymentId ?? '')).toBe('SENT');
  // Sent once, never seen by the biller: unknown first, and declined only after the quiet time.
  await pass(1);
  expect(await stateOf(orphan?.paymentId ?? '')).toBe('SUSPECT');
  await pass(20);
  expect(await stateOf(orphan?.paymentId ?? '')).toBe('DECLINED');
});

test('an answer that comes after advice has decided changes nothing', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  const payment = await world.payOne();
  await pass(5);
  const decided = await world.payments.findById('ppob-nusantara', payment.paymentId);
  const before = await world.balance();
  const late = { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} } as const;
  const answered = await world.payments.record(payment, 'biller declined', late, world.clock.now());
  expect(answered).toEqual(decided);
  expect(await world.balance()).toEqual(before);
});

test('two workers ask about one payment once', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  await world.payOne();
  world.clock.advance(5_000);
  const asked = await Promise.all([world.advice.adviseDue(), world.advice.adviseDue()]);
  expect(asked.reduce((sum, n) => sum + n, 0)).toBe(1);
});

test('a worker that comes back after its lease changes nothing, whatever it has heard', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  const { paymentId } = await world.payOne();
  world.clock.advance(5_000);
  const paused = world.anAdviceFlow();
  const [old] = await paused.claimDue('pln', 1);
  expect(await world.advice.adviseDue()).toBe(0);

  // Its lease has run out; another worker claims and hears nothing it could act on.
  world.clock.advance(30_000);
  world.biller.isAdviceSilent = true;
  expect(await world.advice.adviseDue()).toBe(1);
  const asLeft = await world.payments.findById('ppob-nusantara', paymentId);
  const before = await world.balance();

  world.clock.advance(3_000);
  world.biller.isAdviceSilent = false;
  await paused.advise(old!);
  expect(await world.payments.findById('ppob-nusantara', paymentId)).toEqual(asLeft);
  expect(await world.balance()).toEqual(before);

  world.biller.isAdviceSilent = true;
  await paused.advise(old!);
  expect(await world.payments.findById('ppob-nusantara', paymentId)).toEqual(asLeft);

  world.biller.isAdviceSilent = false;
  await pass(20);
  expect(await stateOf(paymentId)).toBe('PAID');
});

test('two workers share what is due, and no payment is asked about twice', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  for (let n = 0; n < 12; n += 1) await world.payOne();
  const asked = jest.spyOn(world.biller, 'advise');
  world.clock.advance(5_000);
  const other = world.anAdviceFlow();
  for (let round = 0; round < 4; round += 1) {
    const claimed = await Promise.all([world.advice.claimDue('pln', 4), other.claimDue('pln', 4)]);
    await Promise.all([
      ...claimed[0].map((one) => world.advice.advise(one)),
      ...claimed[1].map((one) => other.advise(one)),
    ]);
  }
  await world.advice.adviseDue();
  expect(asked).toHaveBeenCalledTimes(12);
  expect((await world.balance()).held).toBe(0n);
});

test('it is asked by the schedule up to the end of the source’s day, and at that end for the last time', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  world.clock.advance(new Date('2026-07-14T16:50:00Z').getTime() - world.clock.now().getTime());
  const { paymentId } = await world.payOne();
  const sentAt = world.clock.now().getTime();
  const waits: number[] = [];
  let before = sentAt;
  for (;;) {
    const payment = await world.payments.findById('ppob-nusantara', paymentId);
    if (payment?.state !== 'SUSPECT' || !payment.leg.nextAdviceAt) break;
    const at = payment.leg.nextAdviceAt.getTime();
    waits.push((at - before) / 1_000);
    world.clock.advance(at - world.clock.now().getTime());
    before = at;
    await world.advice.adviseDue();
  }
  expect(waits.slice(0, 4)).toEqual([5, 15, 60, 60]);
  // Sent ten minutes before midnight in Jakarta, where the source's day ends.
  expect(new Date(before).toISOString()).toBe('2026-07-14T17:00:00.000Z');
  expect(await stateOf(paymentId)).toBe('UNRESOLVED');
});

test('a payment sent at the very end of the day is still asked about by the whole schedule once', async () => {
  world.water.behaviour = 'pays and loses the answer';
  world.water.isAdviceSilent = true;
  world.clock.advance(new Date('2026-07-14T16:59:50Z').getTime() - world.clock.now().getTime());
  const { paymentId } = await world.payOne({ productId: 'pdam-tirta-jaya', customerNumber: '1000000000' });
  await pass(79);
  expect(await stateOf(paymentId)).toBe('SUSPECT');
  await pass(1);
  expect(await stateOf(paymentId)).toBe('UNRESOLVED');
});
