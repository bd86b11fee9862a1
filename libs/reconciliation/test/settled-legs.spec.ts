import { DayNotClosed, heldBack, settledLegs, type SettledLeg, type SettleOn } from '../src';
import { aWorld, goldenDay, type World } from './world';

const DAY = { source: 'LPB01', businessDate: '2026-07-14' };
let world: World;

beforeAll(async () => {
  world = await aWorld();
  const golden = await goldenDay();
  await world.addLegs(golden.legs);
  await world.db.admin.run(
    `INSERT INTO payment (payment_id, channel_id, channel_reference, request_hash, inquiry_id, product_id, biller_id,
       customer_number, state, code, amount, admin_fee, total, commission, biller_fee, charge, offer, balance_after,
       business_date, last_event_no, created_at, updated_at)
     SELECT payment_id, IF(amount > 200000, 'bank-nusa', 'toko-jaya'), payment_id, REPEAT('0', 32), payment_id, 'product', biller_id, '5311', state, 'APPROVED',
       amount, 0, amount, 0, 0, amount, '{}', 0, source_business_date, 1, sent_at, sent_at FROM payment_leg`,
  );
});
afterAll(() => world.end());

async function settled(settleOn: SettleOn): Promise<SettledLeg[]> {
  const legs: SettledLeg[] = [];
  const { database, home } = world.tools;
  for await (const batch of settledLegs({ ...DAY, database, home, settleOn })) legs.push(...batch);
  return legs.toSorted((a, b) => (a.legReference < b.legReference ? -1 : 1));
}

const sums = (legs: SettledLeg[]) =>
  legs.map(({ legReference, amount, outcome }) => [legReference.slice(-4), amount, outcome]);

test('a day that is not closed settles nothing', async () => {
  await expect(settled('agreed')).rejects.toThrow(DayNotClosed);
});

test('of the golden day 425,500 are settled as agreed, whatever has become of its payments since', async () => {
  const golden = await goldenDay();
  await world.put(golden.name, golden.file);
  await world.close(DAY.source, DAY.businessDate);
  await world.db.admin.run("UPDATE payment_leg SET state = 'PAID' WHERE state = 'SUSPECT'");

  const legs = await settled('agreed');

  expect(sums(legs)).toEqual([
    ['1001', 250_000n, 'matched'],
    ['1002', 175_500n, 'matched'],
  ]);
  expect(legs[0]).toMatchObject({
    channelId: 'bank-nusa',
    billerId: 'biller',
    ourAmount: 250_000n,
    isCarried: false,
  });
  expect(legs[1]).toMatchObject({ channelId: 'toko-jaya' });
});

test('what is held back is told by kind', async () => {
  const told = await heldBack(world.db.database, DAY, 'agreed');

  expect(told.map(({ kind, sub, count, ourAmount }) => [kind, sub, count, ourAmount])).toEqual([
    ['status', 'US', 1, 310_000n],
    ['late', null, 1, 450_000n],
    ['duplicate', 'double_post', 1, 175_500n],
    ['amount', 'SS', 1, 98_000n],
    ['only_ours', null, 1, 120_000n],
    ['only_theirs', null, 1, 0n],
  ]);
});

test('under their file a different amount is settled as they state it; under ours all that we sold', async () => {
  expect(sums(await settled('their_file'))).toEqual([
    ['1001', 250_000n, 'matched'],
    ['1002', 175_500n, 'matched'],
    ['1003', 98_500n, 'amount'],
  ]);
  expect(sums(await settled('ours')).reduce((sum, [, amount]) => sum + BigInt(amount!), 0n)).toBe(1_093_500n);
});

test('a break that has ended as paid is settled with the day, and held back no more', async () => {
  await world.db.admin.run(
    `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, payment_id, leg_no, amount,
       run_id, run_date, state, last_event_no, owner, due_at, opened_at, outcome)
     SELECT CONCAT('brk_', b.break_id), r.source, r.business_date, b.kind, b.match_key, '', b.payment_id, b.leg_no, 310000,
       r.run_id, r.business_date, 'resolved', 2, 'finance', r.closed_at, r.closed_at, 'paid'
     FROM recon_break b JOIN recon_run r ON r.run_id = b.run_id WHERE b.kind = 'status'`,
  );

  expect(sums(await settled('agreed'))).toContainEqual(['1004', 310_000n, 'resolved']);
  const held = await heldBack(world.db.database, DAY, 'agreed');
  expect(held.map(({ kind }) => kind)).not.toContain('status');
});
