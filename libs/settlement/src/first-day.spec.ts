import { refundJournal, reversalJournal } from '#lib/ledger';
import { rupiah, type BusinessDate } from '#lib/kernel';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { nextDayToSettle, settleDay } from './settle-day';
import { linesOf, netsOf } from './settlement-rows';

const BEFORE = '2026-07-13';
const FIRST = '2026-07-14';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});
beforeEach(() => {
  world.tools.contracts.firstDay = FIRST;
});

async function netOfBiller(businessDate: BusinessDate): Promise<bigint> {
  const { settlementId } = await world.settled('LPB01', businessDate);
  const nets = await netsOf(world.store.database, settlementId);
  return nets.find(({ party }) => party.kind === 'biller')?.net ?? 0n;
}

test('a day of before settlement is not settled, and nothing is drafted for it', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n, businessDate: BEFORE });
  await world.closeRun('LPB01', BEFORE, { count: 1, amount: 250_000n });
  expect(await nextDayToSettle(world.tools, 'LPB01')).toBeUndefined();
  expect(await settleDay(world.tools, 'LPB01', BEFORE)).toEqual({
    ok: false,
    error: { kind: 'before the first day', firstDay: FIRST },
  });
  expect(await world.balance('biller:LPB01:payable')).toBe(0n);
});

test('a late row of the day before is paid with the first day, whose file lists it', async () => {
  await world.sell({ paymentId: 'T0TBR00000A7', amount: 450_000n, businessDate: BEFORE });
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n });
  await world.closeRun('LPB01', FIRST, { count: 2, amount: 550_000n }, [], ['T0TBR00000A7']);
  expect(await netOfBiller(FIRST)).toBe(450_500n + 100_500n);
  await world.expectSound();
});

test('a late row of the day before that was taken back meanwhile is not paid with the first day', async () => {
  const money = await world.sell({ paymentId: 'T0TBR00000A7', amount: 450_000n, businessDate: BEFORE });
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n });
  await world.closeRun('LPB01', FIRST, { count: 2, amount: 550_000n }, [], ['T0TBR00000A7']);
  await world.book(reversalJournal(money, FIRST, world.clock.now()));
  await world.mark('T0TBR00000A7', 'REVERSED');
  const { settlementId } = await world.settled('LPB01', FIRST);
  const lines = await linesOf(world.store.database, settlementId);
  expect(lines.filter(({ origin }) => origin === 'late')).toEqual([]);
});

test('what was put right before the first day stays where it was settled, what is put right later is taken off', async () => {
  const early = await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n, businessDate: BEFORE });
  const refund = { refundId: 'RFD-1', amount: rupiah(50_000n), borneBy: 'biller', reason: 'agreed' } as const;
  await world.book(
    refundJournal(early, { ...refund, businessDate: BEFORE, at: new Date('2026-07-13T16:59:00Z') }),
  );
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 300_000n });
  await world.closeRun('LPB01', FIRST, { count: 1, amount: 300_000n });
  expect(await netOfBiller(FIRST)).toBe(300_500n);

  const undone = await world.sell({ paymentId: 'T0TBR00000A2', amount: 70_000n, businessDate: BEFORE });
  await world.book(reversalJournal(undone, '2026-07-15', world.clock.now()));
  await world.mark('T0TBR00000A2', 'REVERSED');
  await world.sell({ paymentId: 'T0TBR00000C1', amount: 100_000n, businessDate: '2026-07-15' });
  await world.closeRun('LPB01', '2026-07-15', { count: 1, amount: 100_000n });
  expect(await netOfBiller('2026-07-15')).toBe(100_500n - 70_500n);
});
