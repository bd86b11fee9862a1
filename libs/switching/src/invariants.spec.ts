import { rupiah } from '#lib/kernel';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { checkPaymentInvariants, type BillerTruth } from './invariants';

let world: SwitchWorld;
let paid: BillerTruth;
beforeAll(async () => {
  world = await aSwitch();
  await world.payOne();
  paid = world.biller.truth[0]!;
});
afterAll(() => world.close());

/** The invariants that a biller's record breaks. */
async function brokenBy(record: BillerTruth[]): Promise<string[]> {
  const truth = { before: record, after: () => Promise.resolve(record) };
  const verdicts = await checkPaymentInvariants(world.store.database, truth, world.clock.now());
  return verdicts.filter(({ ok }) => !ok).map(({ id }) => id);
}

test("the biller's own record agrees", async () => {
  expect(await brokenBy([paid])).toEqual([]);
});

test('a biller that was paid twice is stopped, and nobody else', async () => {
  const truth = { before: [paid], after: () => Promise.resolve([paid, paid]) };
  const verdicts = await checkPaymentInvariants(world.store.database, truth, world.clock.now());
  expect(verdicts.flatMap(({ stops = [] }) => stops)).toEqual(['biller:pln']);
});

test.each<[string, string[], (row: BillerTruth) => BillerTruth[]]>([
  ['never saw a payment that is PAID here', ['I7'], () => []],
  ['took another amount', ['I7'], (row) => [{ ...row, amount: (BigInt(row.amount) + 1n).toString() }]],
  ['was paid twice', ['I5', 'I7'], (row) => [row, row]],
  ['knows a leg that was never committed', ['I6'], (row) => [row, { ...row, legReference: 'T00000000000' }]],
  ['has given the money back', ['I6', 'I7'], (row) => [row, { ...row, kind: 'reversed' }]],
])('a biller that %s is found out', async (_, broken, record) => {
  expect(await brokenBy(record(paid))).toEqual(broken);
});

test('what a biller cancelled unasked is a break of its file and no lie of ours, once', async () => {
  const cancelled = { ...paid, kind: 'reversed', isUnasked: true } as const;
  expect(await brokenBy([paid, cancelled])).toEqual([]);
  expect(await brokenBy([paid, cancelled, cancelled])).toEqual(['I5']);
});

describe('a reversed and a refunded payment', () => {
  const broken = async () => {
    const truth = [...world.biller.truth, ...world.water.truth];
    return brokenBy(truth);
  };
  let reversed: string;
  let pending: string;
  beforeAll(async () => {
    reversed = (await world.payWater()).paymentId;
    await world.reverse({ paymentId: reversed });
    const { paymentId } = await world.payOne();
    const order = { refundId: 'RF-1', paymentId, borneBy: 'us' as const, reason: 'a reason' };
    await world.refunds.refund({ ...order, amount: rupiah(100n) });
    pending = (await world.payWater()).paymentId;
    world.water.reversalBehaviour = 'reverses and loses the answer';
    await world.reverse({ paymentId: pending });
  });

  test('agree with the billers, also while an acknowledgement is lost', async () => {
    expect(await broken()).toEqual([]);
  });

  test('agree with a biller that had cancelled by itself what is reversed here', async () => {
    const truth = [...world.biller.truth, ...world.water.truth];
    const isItsOwn = (row: BillerTruth) => row.kind === 'reversed' && row.legReference === reversed;
    expect(await brokenBy(truth.map((row) => (isItsOwn(row) ? { ...row, isUnasked: true } : row)))).toEqual(
      [],
    );
  });

  const OF_REVERSED = 'WHERE payment_id = :reversed';
  test.each<[string[], string, string]>([
    [
      ['I5'],
      `UPDATE payment SET reversal_ordered = 0 ${OF_REVERSED}`,
      `UPDATE payment SET reversal_ordered = 1 ${OF_REVERSED}`,
    ],
    [
      ['I5'],
      'UPDATE reversal SET leg_reference = payment_id WHERE payment_id = :reversed',
      'UPDATE reversal SET leg_reference = NULL WHERE payment_id = :reversed',
    ],
    [
      ['I6', 'I7'],
      'UPDATE reversal SET tries = 0 WHERE payment_id = :reversed',
      'UPDATE reversal SET tries = 1 WHERE payment_id = :reversed',
    ],
    [
      ['I7', 'I8'],
      "UPDATE reversal SET state = 'SENT' WHERE payment_id = :reversed",
      "UPDATE reversal SET state = 'ACCEPTED' WHERE payment_id = :reversed",
    ],
    [
      ['I7'],
      "UPDATE payment_event SET event = 'biller declined' WHERE payment_id = :reversed AND to_state = 'REVERSED'",
      "UPDATE payment_event SET event = 'reversal accepted' WHERE payment_id = :reversed AND to_state = 'REVERSED'",
    ],
    [
      ['I8'],
      'UPDATE reversal SET next_try_at = NULL WHERE payment_id = :pending',
      "UPDATE reversal SET next_try_at = '2026-07-14 06:00:00' WHERE payment_id = :pending",
    ],
    [
      ['I9'],
      'UPDATE payment SET refunded = refunded + 1 WHERE refunded = 100',
      'UPDATE payment SET refunded = 100 WHERE refunded = 101',
    ],
    [
      ['I7', 'I9'],
      "UPDATE journal SET kind = 'reversed' WHERE subject_id = :reversed AND kind = 'reversal'",
      "UPDATE journal SET kind = 'reversal' WHERE subject_id = :reversed AND kind = 'reversed'",
    ],
  ])('%j: %s', async (ids, vandalism, mending) => {
    const named = (sql: string) =>
      sql.replace(':reversed', `'${reversed}'`).replace(':pending', `'${pending}'`);
    await world.store.admin.run(named(vandalism));
    const found = await broken();
    await world.store.admin.run(named(mending));
    expect(found).toEqual(ids);
    expect(await broken()).toEqual([]);
  });

  test.each<[string, string[], (rows: BillerTruth[]) => BillerTruth[]]>([
    ['never gave it back', ['I7'], (rows) => rows.filter(({ kind }) => kind === 'paid')],
    [
      'gave it back twice',
      ['I5'],
      (rows) => [...rows, ...rows.filter(({ kind }) => kind === 'reversed').slice(0, 1)],
    ],
    [
      'gave back what nobody ordered',
      ['I6', 'I7'],
      (rows) => [...rows, ...rows.slice(0, 1).map((row) => ({ ...row, kind: 'reversed' as const }))],
    ],
  ])('a biller that %s is found out', async (_, ids, record) => {
    expect(await brokenBy(record([...world.biller.truth, ...world.water.truth]))).toEqual(ids);
  });
});

describe('a payment that was rerouted', () => {
  let paymentId: string;
  const broken = () => brokenBy([...world.biller.truth, ...world.water.truth, ...world.spare.truth]);
  beforeAll(async () => {
    world.routes.add('pln-prepaid', { billerId: 'story', source: 'STORY01' });
    world.biller.behaviour = 'is not reached';
    const ask = { productId: 'pln-prepaid', customerNumber: '14270010000', amount: rupiah(50_000n) };
    ({ paymentId } = await world.payOne(ask));
  });

  test('agrees with both billers', async () => {
    expect(await broken()).toEqual([]);
  });

  test.each<[string, string[], string, string]>([
    [
      'its first leg is open again',
      ['I5'],
      "UPDATE payment_leg SET state = 'SENT', next_advice_at = '2027-01-01' WHERE payment_id = :id AND leg_no = 1",
      "UPDATE payment_leg SET state = 'DECLINED', next_advice_at = NULL WHERE payment_id = :id AND leg_no = 1",
    ],
    [
      'its paid leg is not marked as live',
      ['I5'],
      'UPDATE payment_leg SET live = NULL WHERE payment_id = :id AND leg_no = 2',
      'UPDATE payment_leg SET live = 1 WHERE payment_id = :id AND leg_no = 2',
    ],
    [
      'nothing says why there is a second leg',
      ['I6'],
      "UPDATE payment_event SET event = 'deposit held' WHERE payment_id = :id AND event = 'rerouted'",
      "UPDATE payment_event SET event = 'rerouted' WHERE payment_id = :id AND from_state = 'SENT' AND to_state = 'SENT'",
    ],
    [
      'its row names the biller that was given up',
      ['I6', 'I7'],
      "UPDATE payment SET biller_id = 'pln' WHERE payment_id = :id",
      "UPDATE payment SET biller_id = 'story' WHERE payment_id = :id",
    ],
    [
      'its capture names the biller that was given up',
      ['I7'],
      "UPDATE posting SET account_id = 'biller:pln:clearing' WHERE subject_id = :id AND account_id = 'biller:story:clearing'",
      "UPDATE posting SET account_id = 'biller:story:clearing' WHERE subject_id = :id AND account_id = 'biller:pln:clearing'",
    ],
  ])('is found out where %s', async (_, ids, vandalism, mending) => {
    await world.store.admin.run(vandalism.replace(':id', `'${paymentId}'`));
    const found = await broken();
    await world.store.admin.run(mending.replace(':id', `'${paymentId}'`));
    expect(found).toEqual(ids);
    expect(await broken()).toEqual([]);
  });

  test('a first leg that its biller has paid all the same is found out', async () => {
    const twice = { biller: 'pln', legReference: paymentId, amount: '50000', kind: 'paid' } as const;
    expect(
      await brokenBy([...world.biller.truth, ...world.water.truth, ...world.spare.truth, twice]),
    ).toEqual(['I7']);
  });

  test('the key forbids an open leg beside a paid one', async () => {
    const open = 'UPDATE payment_leg SET live = 1 WHERE payment_id = ?';
    await expect(world.store.admin.run(open, [paymentId])).rejects.toThrow(/leg_one_live/);
  });
});
