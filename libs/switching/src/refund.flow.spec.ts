import { rupiah } from '#lib/kernel';
import { depositMutations } from '#lib/ledger';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { RefundOrder } from './refund.flow';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

function refund(paymentId: string, amount: bigint, more: Partial<RefundOrder> = {}) {
  return world.refunds.refund({
    refundId: 'RF-1',
    paymentId,
    amount: rupiah(amount),
    borneBy: 'us',
    reason: 'the customer was sold the wrong bill',
    ...more,
  });
}

test('a payment is refunded in parts, up to its charge and not a rupiah beyond', async () => {
  const before = await world.balance();
  const { paymentId, offer, channelReference } = await world.payOne();
  const { charge } = offer;
  expect(await refund(paymentId, 1_000n)).toEqual({
    ok: true,
    value: { left: charge - 1_000n, isRepeat: false },
  });
  expect(await refund(paymentId, charge - 999n, { refundId: 'RF-2' })).toEqual({
    ok: false,
    error: { kind: 'more than is left', left: charge - 1_000n },
  });
  const rest = await refund(paymentId, charge - 1_000n, { refundId: 'RF-3', borneBy: 'biller' });
  expect(rest).toEqual({ ok: true, value: { left: 0n, isRepeat: false } });
  expect(await world.balance()).toEqual(before);
  const query = {
    channelId: 'ppob-nusantara',
    from: '2026-07-14',
    to: '2026-07-14',
    afterSeq: 0n,
    rowsMax: 99,
  };
  const mutations = await depositMutations(world.store.database, query);
  expect(mutations.filter(({ kind }) => kind === 'refund')).toMatchObject([
    { subjectId: 'RF-1', aboutSubjectId: paymentId, amount: 1_000n, reference: channelReference },
    { subjectId: 'RF-3', aboutSubjectId: paymentId, amount: charge - 1_000n },
  ]);
});

test('the same refund again, also a day later, has no further effect', async () => {
  const { paymentId, offer } = await world.payOne();
  await refund(paymentId, 500n);
  const after = await world.balance();
  world.clock.advance(24 * 3_600_000);
  expect(await refund(paymentId, 500n)).toEqual({
    ok: true,
    value: { left: offer.charge - 500n, isRepeat: true },
  });
  expect(await world.balance()).toEqual(after);
});

test.each<[string, Partial<RefundOrder>]>([
  ['amount', { amount: rupiah(501n) }],
  ['bearer', { borneBy: 'biller' }],
  ['reason', { reason: 'another' }],
])('a refund id that is used again with another %s is refused', async (_, change) => {
  const { paymentId } = await world.payOne();
  await refund(paymentId, 500n);
  const after = await world.balance();
  expect(await refund(paymentId, 500n, change)).toEqual({ ok: false, error: { kind: 'id used' } });
  expect(await world.balance()).toEqual(after);
});

test('of many refunds at one moment no more than the charge goes out', async () => {
  const before = await world.balance();
  const { paymentId, offer } = await world.payOne();
  const part = offer.charge / 5n;
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => refund(paymentId, part, { refundId: `RF-${n}` })),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(5);
  expect((await world.balance()).posted).toBe(before.posted - offer.charge + part * 5n);
});

test.each([['declines'], ['loses the request']] as const)(
  'a payment where the biller %s cannot be refunded',
  async (behaviour) => {
    world.biller.behaviour = behaviour;
    const { paymentId, state } = await world.payOne();
    expect(await refund(paymentId, 1n)).toEqual({ ok: false, error: { kind: 'not refundable', state } });
  },
);

test('a payment is reversed or refunded, never both', async () => {
  const [one, other] = [await world.payWater(), await world.payWater()];
  await refund(one.paymentId, 1n);
  const refused = await world.reverse({ paymentId: one.paymentId });
  expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'REVERSAL_NOT_ALLOWED' } });

  world.water.reversalBehaviour = 'loses the request';
  await world.reverse({ paymentId: other.paymentId });
  const error = { kind: 'not refundable', state: 'being reversed' };
  expect(await refund(other.paymentId, 1n, { refundId: 'RF-2' })).toEqual({ ok: false, error });
});

test('a reversal and a refund at one moment: one of them happens', async () => {
  for (let round = 0; round < 8; round += 1) {
    const before = await world.balance();
    const { paymentId, offer } = await world.payWater();
    const [given, answer] = await Promise.all([
      refund(paymentId, offer.charge, { refundId: `RF-${round}` }),
      world.reverse({ paymentId }),
    ]);
    expect(given.ok).toBe(answer.kind === 'refused');
    expect(await world.balance()).toEqual(before);
  }
});

test('an unknown payment, an amount of nothing and a refund without a reason are refused', async () => {
  expect(await refund('T0TBR00615QG', 1n)).toEqual({ ok: false, error: { kind: 'payment unknown' } });
  const { paymentId } = await world.payOne();
  await expect(refund(paymentId, 0n)).rejects.toThrow(RangeError);
  await expect(refund(paymentId, 1n, { reason: '' })).rejects.toThrow(RangeError);
});
