import { checkReconciliationInvariants, clearingOfDay, missingOn } from '../src';
import { eachTestHasAWorld, goldenDay, type World } from './world';

const DAY = { source: 'LPB01', businessDate: '2026-07-14' };
let world: World;
eachTestHasAWorld((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  await world.addLegs((await goldenDay()).legs);
  await world.db.admin.run(
    `INSERT INTO payment (payment_id, channel_id, channel_reference, request_hash, inquiry_id, product_id, biller_id,
       customer_number, state, code, amount, admin_fee, total, commission, biller_fee, charge, offer, balance_after,
       business_date, last_event_no, created_at, updated_at)
     SELECT payment_id, 'toko-jaya', payment_id, REPEAT('0', 32), payment_id, 'product', biller_id, '5311', state,
       'APPROVED', amount, 2500, amount + 2500, 0, 500, amount + 2500, '{}', 0, source_business_date, 1, sent_at, sent_at
     FROM payment_leg`,
  );
  await world.db.admin.run(
    `INSERT INTO posting (subject_id, kind, line_no, account_id, amount)
     SELECT payment_id, 'capture', 1, 'biller:biller:clearing', -(amount + 500) FROM payment_leg WHERE state = 'PAID'`,
  );
});

async function closed() {
  const golden = await goldenDay();
  await world.put(golden.name, golden.file);
  return world.close(DAY.source, DAY.businessDate);
}

test('a day whose captures stand in the ledger has no break of it', async () => {
  const { breaks } = await closed();

  expect(breaks.filter(({ kind }) => kind === 'clearing')).toEqual([]);
  expect(await clearingOfDay(world.db.database, DAY)).toEqual([
    { billerId: 'biller', legs: 5, ours: 1_096_000n, ledger: 1_096_000n },
  ]);
});

test('a paid leg that the ledger has not captured is a break of the day, beside its bridge', async () => {
  await world.db.admin.run('DELETE FROM posting WHERE amount = -120500');

  const { breaks, remainder } = await closed();

  expect(breaks.filter(({ kind }) => kind === 'clearing')).toEqual([
    { kind: 'clearing', sub: null, legReference: 'biller', ourAmount: '1096000', theirAmount: '975500' },
  ]);
  expect(remainder).toBe('0');
  expect((await checkReconciliationInvariants(world.db.database)).map(({ ok }) => ok)).toEqual([
    true,
    true,
    true,
  ]);
});

test('a reversed leg agrees once the ledger has taken its capture back, and not before', async () => {
  const { admin, database } = world.db;
  await admin.run("UPDATE payment_leg SET state = 'REVERSED' WHERE state = 'PAID' AND amount = 120000");
  expect(await clearingOfDay(database, DAY)).toMatchObject([{ legs: 4, ours: 975_500n, ledger: 1_096_000n }]);

  await admin.run(
    `INSERT INTO posting (subject_id, kind, line_no, account_id, amount)
     SELECT payment_id, 'reversal', 1, 'biller:biller:clearing', 120500 FROM payment_leg WHERE state = 'REVERSED'`,
  );
  expect(await clearingOfDay(database, DAY)).toMatchObject([{ ours: 975_500n, ledger: 975_500n }]);
});

test('what is missing is a read: first the file, then the payment it left out', async () => {
  await world.run(DAY.source, DAY.businessDate);
  const { tools } = world;

  expect(await missingOn(tools, DAY.businessDate)).toMatchObject([
    { ...DAY, what: 'file', state: 'waiting', legs: 7, amount: 1_403_500n },
  ]);

  await closed();
  expect(await missingOn(tools)).toMatchObject([
    { ...DAY, what: 'lines', state: 'closed', legs: 1, amount: 120_000n },
  ]);
});

test('a payment that the file left out is not missing any more once its break has ended', async () => {
  await closed();
  await world.db.admin.run(
    `INSERT INTO break_case (break_id, source, business_date, kind, match_key, line_key, payment_id, leg_no, amount, run_id,
       run_date, state, last_event_no, owner, due_at, opened_at)
     SELECT 'brk_1', 'LPB01', '2026-07-14', kind, match_key, '', payment_id, leg_no, our_amount, run_id, '2026-07-14',
       'resolved', 2, 'finance', NOW(), NOW() FROM recon_break WHERE kind = 'only_ours'`,
  );

  expect(await missingOn(world.tools)).toEqual([]);
});
