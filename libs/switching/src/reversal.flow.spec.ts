import { CommitUnknown } from '#lib/platform';
import type { ReversalBehaviour } from '../../../test/support/fake-biller';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { Answer } from './answer';
import type { Payment } from './payment';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

function paymentOf(answer: Answer): Payment {
  if (answer.kind !== 'payment') throw new Error(JSON.stringify(answer));
  return answer.payment;
}

function codeOf(answer: Answer): string {
  return answer.kind === 'refused' ? answer.refusal.code : paymentOf(answer).code;
}

async function now(paymentId: string): Promise<Payment> {
  const payment = await world.payments.findById('ppob-nusantara', paymentId);
  if (!payment) throw new Error(`no ${paymentId}`);
  return payment;
}

async function reversalOf(paymentId: string) {
  const reversal = await world.reversals.findEffective(paymentId);
  if (!reversal) throw new Error(`no reversal of ${paymentId}`);
  return reversal;
}

test('a reversed payment gives the whole charge back, and the biller has undone it once', async () => {
  const before = await world.balance();
  const { paymentId } = await world.payWater();
  const undone = paymentOf(await world.reverse({ paymentId }));
  expect(undone).toMatchObject({ state: 'REVERSED', code: 'PAYMENT_REVERSED' });
  expect(await world.balance()).toEqual(before);
  expect(undone.balanceAfter).toBe(before.posted - before.held);
  expect(world.water.truth.map(({ kind }) => kind)).toEqual(['paid', 'reversed']);
  expect(await now(paymentId)).toEqual(undone);
});

test.each([true, false])(
  'an order whose commit gets no answer sends nothing and says nothing (written: %s)',
  async (isWritten) => {
    const { paymentId } = await world.payWater();
    const commit = world.writer.commit.bind(world.writer);
    jest.spyOn(world.writer, 'commit').mockImplementationOnce(async (unit) => {
      if (isWritten) await commit(unit);
      throw new CommitUnknown('the answer was lost');
    });
    await expect(world.reverse({ paymentId, reference: 'R' })).rejects.toBeInstanceOf(CommitUnknown);
    expect(world.water.reversalsReceived).toEqual([]);
    // The caller's repeat finds it or orders it; the worker sends what was written.
    await world.reverse({ paymentId, reference: 'R' });
    await world.pass(90);
    expect(await now(paymentId)).toMatchObject({ state: 'REVERSED' });
    expect(world.water.truth.map(({ kind }) => kind)).toEqual(['paid', 'reversed']);
  },
);

test('a reversal the next day is booked on its own day', async () => {
  const { paymentId } = await world.payWater();
  world.clock.advance(24 * 3_600_000);
  await world.reverse({ paymentId });
  const journals = await world.store.database.rows<{ business_date: string }>(
    "SELECT business_date FROM journal WHERE subject_id = ? AND kind = 'reversal'",
    [paymentId],
  );
  expect(journals).toEqual([{ business_date: '2026-07-15' }]);
});

test('the same order again gives the same answer and undoes once', async () => {
  const { paymentId } = await world.payWater();
  const first = await world.reverse({ paymentId, reference: 'R' });
  expect(await world.reverse({ paymentId, reference: 'R' })).toEqual({ ...first, isRepeat: true });
  expect(world.water.reversalsReceived).toHaveLength(1);
});

test('a reversal may carry the reference of a payment: they count apart', async () => {
  const { paymentId, channelReference } = await world.payWater();
  expect(codeOf(await world.reverse({ paymentId, reference: channelReference }))).toBe('PAYMENT_REVERSED');
});

test('the same reference for another payment or with another reason is refused and changes nothing', async () => {
  const [one, other] = [await world.payWater(), await world.payWater()];
  await world.reverse({ paymentId: one.paymentId, reference: 'R' });
  const before = await world.balance();
  for (const order of [{ paymentId: other.paymentId }, { paymentId: one.paymentId, reason: 'another' }]) {
    const answer = await world.reverse({ ...order, reference: 'R' });
    expect(codeOf(answer)).toBe('REFERENCE_REUSED');
    expect(answer.kind === 'refused' && answer.payment?.paymentId).toBe(one.paymentId);
  }
  expect((await now(other.paymentId)).state).toBe('PAID');
  expect(await world.balance()).toEqual(before);
});

test('of 32 orders at one moment one undoes the payment', async () => {
  const before = await world.balance();
  const { paymentId } = await world.payWater();
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, n) => world.reverse({ paymentId, reference: `R-${n % 8}` })),
  );
  for (const answer of answers) expect(['PAID', 'REVERSED']).toContain(paymentOf(answer).state);
  expect(world.water.reversalsReceived).toHaveLength(1);
  expect(await world.balance()).toEqual(before);
});

test('nothing is sent before the order is durable', async () => {
  const { paymentId } = await world.payWater();
  jest.spyOn(world.writer, 'commit').mockResolvedValueOnce({ kind: 'overloaded' });
  expect(codeOf(await world.reverse({ paymentId }))).toBe('NOT_NOW');
  expect(world.water.reversalsReceived).toEqual([]);
});

test.each<[ReversalBehaviour]>([
  ['refuses'],
  ['reverses and loses the answer'],
  ['loses the request'],
  ['is not reached'],
])(
  'where the biller %s the deposit stays charged, and the same reversal is sent again',
  async (behaviour) => {
    const { paymentId } = await world.payWater();
    const charged = await world.balance();
    world.water.reversalBehaviour = behaviour;
    const pending = paymentOf(await world.reverse({ paymentId, reference: 'R' }));
    expect(pending).toMatchObject({ state: 'PAID', isReversalOrdered: true });
    expect(await world.balance()).toEqual(charged);
    expect(await world.reversals.findUndoing('ppob-nusantara', '', 10)).toMatchObject([
      { payment: { paymentId }, reversal: { state: 'SENT', tries: 1 } },
    ]);

    await world.pass(5);
    await world.pass(15);
    expect(await reversalOf(paymentId)).toMatchObject({ state: 'SENT', tries: 3 });
    expect(await world.balance()).toEqual(charged);

    world.water.reversalBehaviour = 'accepts';
    await world.pass(60);
    const undone = await now(paymentId);
    expect(undone.state).toBe('REVERSED');
    expect((await world.balance()).posted - charged.posted).toBe(undone.offer.charge);
    expect(new Set(world.water.reversalsReceived).size).toBe(1);
    expect(world.water.truth.filter(({ kind }) => kind === 'reversed')).toHaveLength(1);
    expect(await world.reversals.findUndoing('ppob-nusantara', '', 10)).toEqual([]);
  },
);

test('what is never acknowledged is left to people, listed, and the deposit stays charged', async () => {
  const { paymentId } = await world.payWater();
  const charged = await world.balance();
  world.water.reversalBehaviour = 'refuses';
  await world.reverse({ paymentId, reference: 'R' });
  world.clock.advance(49 * 3_600_000);
  await world.delivery.deliverDue();
  expect(await reversalOf(paymentId)).toMatchObject({ state: 'UNRESOLVED', nextTryAt: null });
  const sent = world.water.reversalsReceived.length;
  world.clock.advance(49 * 3_600_000);
  await world.delivery.deliverDue();
  expect(world.water.reversalsReceived).toHaveLength(sent);
  expect(await world.reversals.findUndoing('ppob-nusantara', '', 10)).toHaveLength(1);
  expect(await world.balance()).toEqual(charged);
  expect(paymentOf(await world.reverse({ paymentId, reference: 'R' })).state).toBe('PAID');
});

test('an acknowledgement that comes after people were called counts all the same', async () => {
  const { paymentId } = await world.payWater();
  world.water.reversalBehaviour = 'loses the request';
  await world.reverse({ paymentId });
  const [sent, payment] = [await reversalOf(paymentId), await now(paymentId)];
  world.clock.advance(49 * 3_600_000);
  await world.delivery.deliverDue();
  expect((await reversalOf(paymentId)).state).toBe('UNRESOLVED');
  world.water.reversalBehaviour = 'accepts';
  expect((await world.delivery.send(sent, payment, world.clock.now())).state).toBe('REVERSED');
});

test('a switch that died after its order is replaced by the worker, under the same reference', async () => {
  const { paymentId } = await world.payWater();
  jest.spyOn(world.delivery, 'send').mockImplementationOnce((_, payment) => Promise.resolve(payment));
  await world.reverse({ paymentId });
  expect(world.water.reversalsReceived).toEqual([]);
  await world.pass(20);
  expect((await now(paymentId)).state).toBe('REVERSED');
});

test('two workers send one due order once', async () => {
  const { paymentId } = await world.payWater();
  world.water.reversalBehaviour = 'refuses';
  await world.reverse({ paymentId });
  world.clock.advance(5_000);
  await Promise.all([world.delivery.deliverDue(), world.delivery.deliverDue()]);
  expect(world.water.reversalsReceived).toHaveLength(2);
});

describe('an order for a payment that is not known yet', () => {
  test('is written down, answered in progress, and sent when advice has found it paid', async () => {
    const before = await world.balance();
    world.water.behaviour = 'pays and loses the answer';
    const { paymentId } = await world.payWater();
    expect(paymentOf(await world.reverse({ paymentId })).state).toBe('SUSPECT');
    expect(world.water.reversalsReceived).toEqual([]);
    await world.pass(11);
    expect((await now(paymentId)).state).toBe('REVERSED');
    expect(await world.balance()).toEqual(before);
  });

  test('has nothing to undo when the payment turns out declined', async () => {
    const before = await world.balance();
    world.water.behaviour = 'loses the request';
    const { paymentId } = await world.payWater();
    await world.reverse({ paymentId, reference: 'R' });
    await world.pass(40);
    expect(await now(paymentId)).toMatchObject({ state: 'DECLINED', code: 'DECLINED_BY_BILLER' });
    expect(await reversalOf(paymentId)).toMatchObject({ state: 'NEEDLESS', tries: 0 });
    expect(world.water.reversalsReceived).toEqual([]);
    expect(await world.balance()).toEqual(before);
  });

  test('is sent after the quiet time where advice goes on saying unknown, and releases the hold', async () => {
    const before = await world.balance();
    world.water.behaviour = 'pays and loses the answer';
    world.water.isAdviceSilent = true;
    const { paymentId, offer } = await world.payWater();
    await world.reverse({ paymentId });
    await world.pass(31);
    expect(world.water.reversalsReceived).toEqual([]);
    expect((await world.balance()).held).toBe(offer.charge);
    await world.pass(6);
    expect(await now(paymentId)).toMatchObject({ state: 'DECLINED', code: 'PAYMENT_REVERSED' });
    expect(await world.balance()).toEqual(before);
  });

  test('a payment on its way to the biller is not reversed behind its back', async () => {
    let answer = (): void => undefined;
    world.water.gate = new Promise((resolve) => {
      answer = resolve;
    });
    const paying = world.payWater();
    while (world.water.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [sent] = await world.payments.findOpen('ppob-nusantara', '', 10);
    expect(paymentOf(await world.reverse({ paymentId: sent?.paymentId ?? '' })).state).toBe('SENT');
    await world.pass(6);
    expect(world.water.reversalsReceived).toEqual([]);
    answer();
    // The payment is paid, and not settled: its reversal is under way.
    expect(await paying).toMatchObject({ state: 'PAID', isReversalOrdered: true });
    await world.pass(6);
    expect((await now(sent?.paymentId ?? '')).state).toBe('REVERSED');
  });
});

describe('refused or without effect', () => {
  test('a product that may not be reversed stays paid', async () => {
    const { paymentId } = await world.payOne();
    expect(codeOf(await world.reverse({ paymentId }))).toBe('REVERSAL_NOT_ALLOWED');
    expect((await now(paymentId)).state).toBe('PAID');
  });

  test('an unknown payment, and another channel’s, are unknown', async () => {
    const { paymentId } = await world.payWater();
    expect(codeOf(await world.reverse({ paymentId: 'T0TBR00615QG' }))).toBe('PAYMENT_UNKNOWN');
    expect(codeOf(await world.reverse({ paymentId, channelId: 'warung-kecil' }))).toBe('PAYMENT_UNKNOWN');
    expect((await now(paymentId)).state).toBe('PAID');
  });

  test('a declined payment has nothing to undo', async () => {
    world.water.behaviour = 'declines';
    const { paymentId } = await world.payWater();
    const answer = await world.reverse({ paymentId, reference: 'R' });
    expect(paymentOf(answer)).toMatchObject({ state: 'DECLINED', code: 'DECLINED_BY_BILLER' });
    expect(await world.reverse({ paymentId, reference: 'R' })).toEqual({ ...answer, isRepeat: true });
    expect(world.water.reversalsReceived).toEqual([]);
  });

  test('a second order under another reference changes nothing', async () => {
    const before = await world.balance();
    const { paymentId } = await world.payWater();
    await world.reverse({ paymentId });
    expect(paymentOf(await world.reverse({ paymentId, reference: 'SECOND' })).state).toBe('REVERSED');
    expect(world.water.reversalsReceived).toHaveLength(1);
    expect(await world.balance()).toEqual(before);
  });
});

describe('ours', () => {
  test('a biller whose protocol demands it gets a reversal of what stays unknown', async () => {
    const before = await world.balance();
    world.water.reversesUnknown = true;
    world.water.behaviour = 'pays and loses the answer';
    world.water.isAdviceSilent = true;
    const { paymentId } = await world.payWater();
    await world.pass(40);
    expect(await reversalOf(paymentId)).toMatchObject({ origin: 'ours', state: 'ACCEPTED' });
    expect(await now(paymentId)).toMatchObject({ state: 'DECLINED', code: 'PAYMENT_REVERSED' });
    expect(await world.balance()).toEqual(before);
  });

  test('a payment by a second route is reversed as that route’s biller demands, also when the route is gone', async () => {
    const { routes, spare, water } = world;
    routes.add('pdam-tirta-jaya', { billerId: 'story', source: 'STORY01' });
    spare.reversesUnknown = true;
    water.behaviour = 'is not reached';
    spare.behaviour = 'pays and loses the answer';
    spare.isAdviceSilent = true;
    const before = await world.balance();
    const payment = await world.payWater();
    expect(payment).toMatchObject({ state: 'SUSPECT', billerId: 'story', leg: { legNo: 2 } });
    routes.ofProduct.delete('pdam-tirta-jaya');
    await world.pass(40);
    expect(await reversalOf(payment.paymentId)).toMatchObject({
      origin: 'ours',
      billerId: 'story',
      state: 'ACCEPTED',
    });
    expect(await now(payment.paymentId)).toMatchObject({ state: 'DECLINED', code: 'PAYMENT_REVERSED' });
    expect([water.reversalsReceived.length, spare.reversalsReceived.length]).toEqual([0, 1]);
    expect(await world.balance()).toEqual(before);
  });

  test('no other biller ever gets one that no channel ordered', async () => {
    world.water.behaviour = 'pays and loses the answer';
    world.water.isAdviceSilent = true;
    await world.payWater();
    await world.pass(60);
    expect(world.water.reversalsReceived).toEqual([]);
  });
});
