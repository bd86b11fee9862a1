import { reversalJournal } from '#lib/ledger';
import type { BusinessDate } from '#lib/kernel';
import { runMigration } from '../../../test/support/migration';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { checkSettlementInvariants } from './invariants';

const BEFORE = '2026-07-13';
const FIRST = '2026-07-14';
const MIGRATION = '0251-earlier-reversals.sql';
const A1 = 'T0TBR00000A1';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});
beforeEach(() => {
  world.tools.contracts.firstDay = FIRST;
});

async function isBroken(): Promise<string[]> {
  const found = await checkSettlementInvariants(world.store.database);
  return found.filter(({ ok }) => !ok).map(({ id }) => id);
}

/** A payment of before there was settlement, captured and reversed on what its biller was owed then. */
async function reversedBefore(businessDate: BusinessDate): Promise<void> {
  const money = await world.sell({ paymentId: A1, amount: 250_000n, businessDate });
  await world.book(reversalJournal(money, businessDate, new Date(`${businessDate}T05:00:00Z`)));
  await world.mark(A1, 'REVERSED');
  const { admin } = world.store;
  await admin.run(
    "UPDATE posting SET account_id = 'biller:LPB01:payable' WHERE account_id = 'biller:LPB01:clearing'",
  );
  await admin.run('DELETE FROM clearing_change');
  await admin.run("UPDATE account SET opened_at = ? WHERE account_id = 'biller:LPB01:clearing'", [
    new Date(world.clock.now().getTime() + 1),
  ]);
}

test.each([
  ['is never settled here', BEFORE],
  ['is settled here', FIRST],
])('a payment that was reversed before there was settlement ties, whether its day %s', async (_, day) => {
  await reversedBefore(day);
  expect(await isBroken()).toEqual(['I23']);

  await runMigration(world.store, MIGRATION);
  await runMigration(world.store, MIGRATION);

  expect(await isBroken()).toEqual([]);
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n, businessDate: FIRST });
  await world.closeRun('LPB01', FIRST, { count: 1, amount: 100_000n });
  await world.settled('LPB01', FIRST);
  expect(await world.balance('biller:LPB01:payable')).toBe(-100_500n);
  expect(await isBroken()).toEqual([]);
});

test('a payment whose day was settled before the mend is left as it is', async () => {
  await reversedBefore(FIRST);
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n, businessDate: FIRST });
  await world.closeRun('LPB01', FIRST, { count: 1, amount: 100_000n });
  await world.settled('LPB01', FIRST);
  expect(await isBroken()).toEqual([]);
  await runMigration(world.store, MIGRATION);
  expect(await isBroken()).toEqual([]);
});
