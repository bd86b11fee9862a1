import { reversalJournal, SUM_LIMITS, sumUpAccounts, topUpJournal } from '#lib/ledger';
import { rupiah } from '#lib/kernel';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { statementsOfParty } from './party-statement';

const [DAY, NEXT] = ['2026-07-14', '2026-07-15'];

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

const PARTIES = [
  { kind: 'biller', id: 'LPB01' },
  { kind: 'channel', id: 'ca017' },
] as const;

/** What both parties are handed for a day. */
const statements = async (from = DAY, to = from) =>
  (
    await Promise.all(PARTIES.map((party) => statementsOfParty(world.store.database, party, { from, to })))
  ).flat();

const sumUp = () =>
  sumUpAccounts(world.store.database, world.clock.now(), { ...SUM_LIMITS, journalsWaitingMax: 1 });

test('a statement says the same before and after its days were summed up, and takes in what is booked late', async () => {
  const money = await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  const before = await statements(NEXT);
  await sumUp();
  expect(await statements(NEXT)).toEqual(before);
  await world.settled('LPB01');
  await world.book(
    topUpJournal({
      topUpId: 'T',
      channelId: 'ca017',
      amount: rupiah(7n),
      businessDate: DAY,
      at: world.clock.now(),
    }),
  );
  await world.book(reversalJournal(money, NEXT, world.clock.now()));
  const late = await statements(DAY, NEXT);
  await sumUp();
  expect(await statements(DAY, NEXT)).toEqual(late);
  expect(late.map(({ unexplained }) => unexplained)).toEqual([0n, 0n, 0n]);
  const [biller, deposit] = await statements(NEXT);
  expect([biller?.opening, biller?.closing]).toEqual([250_500n, 250_500n]);
  expect(deposit?.entries).toMatchObject([{ kind: 'reversal', count: 1, amount: 252_500n }]);
  await world.expectSound();
});

test('a sum that is wrong does not go into a statement unseen', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.settled('LPB01');
  await sumUp();
  await world.store.admin.run(
    "UPDATE account_day SET amount = amount - 1 WHERE account_id LIKE '%:payable' OR account_id LIKE '%:deposit' LIMIT 2",
  );
  expect((await statements(NEXT)).filter(({ unexplained }) => unexplained !== 0n)).not.toEqual([]);
});
