import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { checkSettlementInvariants } from './invariants';

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld();
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', '2026-07-14', { count: 1, amount: 250_000n });
  await world.settled('LPB01', '2026-07-14');
});
afterAll(() => world.store.drop());

async function broken(): Promise<string[]> {
  const found = await checkSettlementInvariants(world.store.database);
  return found.filter(({ ok }) => !ok).map(({ id }) => id);
}

test.each([
  [
    'a line of a settlement was changed',
    ['I19'],
    'UPDATE settlement_line SET amount = amount + 1 WHERE line_no = 1',
    'UPDATE settlement_line SET amount = amount - 1 WHERE line_no = 1',
  ],
  [
    'a payment of a settled day is in no settlement',
    ['I19', 'I23'],
    "UPDATE payment_leg SET source_business_date = '2026-07-13'",
    "UPDATE payment_leg SET source_business_date = '2026-07-14'",
  ],
  [
    'what is owed is not what was booked',
    ['I19', 'I20', 'I23'],
    "UPDATE settlement_net SET net = net + 1, pay = pay + 1 WHERE party_kind = 'biller'",
    "UPDATE settlement_net SET net = net - 1, pay = pay - 1 WHERE party_kind = 'biller'",
  ],
  [
    'a payout left that nobody approved',
    ['I20'],
    "UPDATE payout SET state = 'sent'",
    "UPDATE payout SET state = 'drafted'",
  ],
  [
    'a payout pays more than its settlement owes',
    ['I20'],
    'UPDATE payout SET amount = amount + 1',
    'UPDATE payout SET amount = amount - 1',
  ],
  [
    'a payment is in no settlement and in no clearing',
    ['I19', 'I23'],
    "INSERT INTO settlement_held (payment_id, leg_no, settlement_id, source, kind, amount) SELECT 'T0TBR00000A1', 1, settlement_id, 'LPB01', 'late', 250000 FROM settlement",
    'DELETE FROM settlement_held',
  ],
  [
    'a correction waits that the clearing account has not seen',
    ['I23'],
    "INSERT INTO clearing_change (subject_id, kind, line_no, biller_id, amount, created_at) VALUES ('X', 'refund', 1, 'LPB01', 5, NOW())",
    'DELETE FROM clearing_change',
  ],
  [
    'a claim is in dispute that the suspense account has not seen',
    ['I23'],
    "UPDATE settlement_line SET kind = 'disputed' WHERE kind = 'biller_fee'",
    "UPDATE settlement_line SET kind = 'biller_fee' WHERE kind = 'disputed'",
  ],
])('it is found out where %s', async (_, ids, vandalism, mending) => {
  await world.store.admin.run(vandalism);
  const found = await broken();
  await world.store.admin.run(mending);
  expect(found).toEqual(ids);
  expect(await broken()).toEqual([]);
});
