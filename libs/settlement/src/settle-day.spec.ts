import { refundJournal, reversalJournal, type JournalDraft } from '#lib/ledger';
import { rupiah } from '#lib/kernel';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { nextDayToSettle, settleDay } from './settle-day';
import { linesOf, netsOf } from './settlement-rows';

const DAY = '2026-07-14';
const NEXT = '2026-07-15';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});

async function payouts() {
  const rows = await world.store.database.rows<{ reference: string; amount: string }>(
    'SELECT reference, amount FROM payout ORDER BY reference',
  );
  return rows.map(({ reference, amount }) => [reference, BigInt(amount)]);
}

/** The six settled sales of CA017 on 14 July: two electricity bills and four water bills; two by sub-agents. */
async function sellWorkedExample(): Promise<void> {
  world.modes['ca017'] = 'postpaid';
  const electricity = [250_000n, 175_500n];
  const water = [56_000n, 125_500n, 84_000n, 143_000n];
  for (const [index, amount] of electricity.entries())
    await world.sell({
      paymentId: `T0TBR0LPB00${index}`,
      amount,
      ...(index === 0 ? { subAgentFee: 500n } : {}),
    });
  for (const [index, amount] of water.entries())
    await world.sell({
      paymentId: `T0TBR0PDM00${index}`,
      source: 'PDM07',
      amount,
      ...(index === 0 ? { subAgentFee: 500n } : {}),
    });
  await world.closeRun('LPB01', DAY, { count: 2, amount: 425_500n });
  await world.closeRun('PDM07', DAY, { count: 4, amount: 408_500n });
}

test('the worked example: the channel pays 841.200, the billers get 426.500 and 410.500, we keep 4.200', async () => {
  await sellWorkedExample();
  const ids = [(await world.settled('LPB01')).settlementId, (await world.settled('PDM07')).settlementId];

  const lines = (await Promise.all(ids.map((id) => linesOf(world.store.database, id)))).flat();
  const of = (id: string) =>
    lines.filter(({ party }) => party.id === id).reduce((sum, { amount }) => sum + amount, 0n);
  expect([of('ca017'), of('LPB01'), of('PDM07'), of('aggregator')]).toEqual([
    -841_200n,
    426_500n,
    410_500n,
    4_200n,
  ]);
  const fees = await world.store.database.rows('SELECT SUM(own_fee) AS own_fee FROM settlement_fee');
  expect(fees).toEqual([{ own_fee: '4200' }]);
  const subAgents = lines.filter(({ kind }) => kind === 'sub_agent_fee');
  expect(subAgents.reduce((sum, { amount }) => sum + amount, 0n)).toBe(1_000n);

  expect(await world.balance('channel:ca017:receivable')).toBe(841_200n);
  expect(await world.balance('channel:ca017:commission')).toBe(0n);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_000_000n);
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await world.balance('biller:PDM07:payable')).toBe(-410_500n);
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  expect(await world.balance('own:fee-income')).toBe(-4_200n);
  expect(await payouts()).toEqual([
    ['STL-LPB01-0714', 426_500n],
    ['STL-PDM07-0714', 410_500n],
  ]);
  await world.expectSound();
});

test('a day that is settled again is not settled twice', async () => {
  await sellWorkedExample();
  await world.settled('LPB01');
  const again = await settleDay(world.tools, 'LPB01', DAY);
  expect(again).toMatchObject({ ok: true, value: { isRepeat: true } });
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await payouts()).toEqual([['STL-LPB01-0714', 426_500n]]);
});

test('two processes that settle one day at one moment settle it once', async () => {
  await sellWorkedExample();
  const both = await Promise.all([1, 2, 3].map(() => settleDay(world.tools, 'LPB01', DAY)));
  expect(both.every(({ ok }) => ok)).toBe(true);
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await world.balance('channel:ca017:receivable')).toBe(427_900n);
  expect(await payouts()).toEqual([['STL-LPB01-0714', 426_500n]]);
  await world.expectSound();
});

test('a day that another process settles while this one makes ready is settled, and no refusal', async () => {
  await sellWorkedExample();
  const calendar = async () => {
    await settleDay(world.tools, 'LPB01', DAY);
    return world.tools.calendar();
  };
  expect(await settleDay({ ...world.tools, calendar }, 'LPB01', DAY)).toMatchObject({ ok: true });
  expect(await payouts()).toEqual([['STL-LPB01-0714', 426_500n]]);
  await world.expectSound();
});

test('a day without a closed run is not settled', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 5_000n });
  expect(await settleDay(world.tools, 'LPB01', DAY)).toEqual({
    ok: false,
    error: { kind: 'not reconciled' },
  });
});

test('what did not agree is held back on a line of its own, and what failed is nobody’s', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000A2', amount: 175_500n });
  await world.sell({ paymentId: 'T0TBR00000A3', amount: 98_000n });
  await world.sell({ paymentId: 'T0TBR00000A4', amount: 310_000n, state: 'SUSPECT' });
  await world.sell({ paymentId: 'T0TBR00000A5', amount: 120_000n });
  await world.closeRun('LPB01', DAY, { count: 2, amount: 425_500n }, [
    { kind: 'amount', paymentId: 'T0TBR00000A3', ours: 98_000n, theirs: 98_500n },
    {
      kind: 'status',
      paymentId: 'T0TBR00000A4',
      sub: 'US',
      ours: 310_000n,
      theirs: 310_000n,
      ourStatus: 'U',
    },
    { kind: 'only_ours', paymentId: 'T0TBR00000A5', ours: 120_000n },
    { kind: 'duplicate', paymentId: 'T0TBR00000A2', ours: 175_500n, theirs: 175_500n },
    { kind: 'only_theirs', theirs: 65_000n },
  ]);
  const { settlementId, payments } = await world.settled('LPB01');
  expect(payments).toBe(2);
  const lines = await linesOf(world.store.database, settlementId);
  expect(lines.filter(({ kind }) => kind === 'held_back')).toMatchObject([
    { payments: 3, amount: 0n, heldAmount: 528_000n },
  ]);
  expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await world.balance('biller:LPB01:clearing')).toBe(-(98_500n + 120_500n));
});

test('a contract that settles by their file pays what it claims, the rest of it in dispute', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000A3', amount: 98_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n }, [
    { kind: 'amount', paymentId: 'T0TBR00000A3', ours: 98_000n, theirs: 98_500n },
    { kind: 'only_theirs', theirs: 65_000n },
  ]);
  await world.settled('LPB01');
  expect(await world.balance('biller:LPB01:payable')).toBe(-(250_000n + 98_500n + 65_000n + 1_000n));
  expect(await world.balance('biller:LPB01:suspense')).toBe(65_500n);
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  await world.expectSound();
});

test('a difference within tolerance is paid as the biller says and booked as rounding', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 75_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 75_000n }, [
    { kind: 'matched_tol', paymentId: 'T0TBR00000A1', ours: 75_000n, theirs: 75_150n },
  ]);
  await world.settled('LPB01');
  expect(await world.balance('biller:LPB01:payable')).toBe(-75_650n);
  expect(await world.balance('own:rounding')).toBe(150n);
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  await world.expectSound();
});

test('a late row enters with the day whose file lists it, once', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000A7', amount: 450_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n }, [
    { kind: 'late', paymentId: 'T0TBR00000A7', ours: 450_000n },
  ]);
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 450_000n }, [], ['T0TBR00000A7']);
  expect(await settleDay(world.tools, 'LPB01', NEXT)).toEqual({
    ok: false,
    error: { kind: 'earlier day open', businessDate: DAY },
  });
  await world.settled('LPB01');
  const { settlementId } = await world.settled('LPB01', NEXT);
  expect(await linesOf(world.store.database, settlementId)).toContainEqual(
    expect.objectContaining({ kind: 'principal', origin: 'late', amount: 450_000n }),
  );
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  expect(await payouts()).toEqual([
    ['STL-LPB01-0714', 250_500n],
    ['STL-LPB01-0715', 450_500n],
  ]);
});

function reverse(money: Awaited<ReturnType<SettlementWorld['sell']>>): JournalDraft {
  return reversalJournal(money, NEXT, world.clock.now());
}

test('a sale that is undone after its day was settled is taken off the next day, and a debt is carried on', async () => {
  const money = await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.settled('LPB01');
  await world.book(reverse(money));
  await world.mark('T0TBR00000A1', 'REVERSED');
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n, businessDate: NEXT });
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 100_000n });
  const { settlementId } = await world.settled('LPB01', NEXT);
  expect(await netsOf(world.store.database, settlementId)).toContainEqual({
    party: { kind: 'biller', id: 'LPB01' },
    net: -150_000n,
    carriedIn: 0n,
    pay: 0n,
  });
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  expect(
    await world.store.database.rows(
      "SELECT participant, amount FROM settlement_item WHERE payment_id = 'T0TBR00000A1' AND kind = 'reversal' ORDER BY participant",
    ),
  ).toEqual([
    { participant: 'biller:LPB01', amount: '-250500' },
    { participant: 'channel:ca017', amount: '251200' },
    { participant: 'own:aggregator', amount: '-700' },
  ]);

  await world.sell({ paymentId: 'T0TBR00000C1', amount: 200_000n, businessDate: '2026-07-16' });
  await world.closeRun('LPB01', '2026-07-16', { count: 1, amount: 200_000n });
  await world.settled('LPB01', '2026-07-16');
  expect(await payouts()).toEqual([
    ['STL-LPB01-0714', 250_500n],
    ['STL-LPB01-0716', 50_500n],
  ]);
  await world.expectSound();
});

test('what a biller gives back to a channel that pays after the day is taken off what the channel owes', async () => {
  world.modes['ca017'] = 'postpaid';
  const money = await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.settled('LPB01');
  expect(await world.balance('channel:ca017:receivable')).toBe(251_200n);
  const refund = { refundId: 'RFD-1', amount: rupiah(50_000n), borneBy: 'biller', reason: 'agreed' } as const;
  await world.book(refundJournal(money, { ...refund, businessDate: NEXT, at: world.clock.now() }));
  await world.sell({ paymentId: 'T0TBR00000B1', amount: 100_000n, businessDate: NEXT });
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 100_000n });
  await world.settled('LPB01', NEXT);
  expect(await world.balance('channel:ca017:receivable')).toBe(251_200n + 101_200n - 50_000n);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_000_000n);
  expect(await world.balance('biller:LPB01:payable')).toBe(-(250_500n + 100_500n - 50_000n));
  await world.expectSound();
});

test('a sale that is undone before its day is settled enters no settlement', async () => {
  const money = await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.book(reverse(money));
  await world.mark('T0TBR00000A1', 'REVERSED');
  const { settlementId } = await world.settled('LPB01');
  expect(await linesOf(world.store.database, settlementId)).toEqual([]);
  expect(await world.balance('biller:LPB01:payable')).toBe(0n);
  expect(await world.balance('biller:LPB01:clearing')).toBe(0n);
  expect(
    await world.store.database.rows('SELECT 1 FROM clearing_change WHERE settlement_id IS NULL'),
  ).toEqual([]);
  expect(await payouts()).toEqual([]);
});

test('a day that has more in the books than its run saw is not settled', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.sell({ paymentId: 'T0TBR00000A2', amount: 1_000n });
  expect(await settleDay(world.tools, 'LPB01', DAY)).toMatchObject({
    ok: false,
    error: { kind: 'not as reconciled', agreedInRun: 250_000n, leastInBooks: 251_000n },
  });
});

test('a deposit channel is gross and immediate: it owes nothing after its day, and its settled commission is paid out', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n, isImmediate: true });
  await world.sell({ paymentId: 'T0TBR00000A2', amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 2, amount: 350_000n });
  const { settlementId } = await world.settled('LPB01');
  expect(await netsOf(world.store.database, settlementId)).toMatchObject([
    { party: { kind: 'biller', id: 'LPB01' }, net: 351_000n },
    { party: { kind: 'channel', id: 'ca017' }, net: rupiah(1_300n) },
  ]);
  expect(await world.balance('channel:ca017:receivable')).toBe(0n);
});

test('a prefunded biller has had its bills: only its part of the fee is settled', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n, drawsFloat: true });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  const { settlementId } = await world.settled('LPB01');
  expect(await world.balance('biller:LPB01:payable')).toBe(-500n);
  const lines = await linesOf(world.store.database, settlementId);
  expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
});

test('what is next is the oldest day that is reconciled and not settled', async () => {
  await sellWorkedExample();
  expect(await nextDayToSettle(world.tools, 'LPB01')).toBe(DAY);
  await world.settled('LPB01');
  expect(await nextDayToSettle(world.tools, 'LPB01')).toBeUndefined();
});
