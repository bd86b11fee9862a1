import { rupiah } from '#lib/kernel';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { takeStatement, type BankStatement, type StatementLine } from './bank-statement';
import { announceDeposit, confirmBankLine, listBankLines, workBankLines } from './bank-work';
import { approvePayout, findPayout, proposePayout, tellPayout } from './payouts';
import { settleDay } from './settle-day';

const DAY = '2026-07-14';
const [ANI, BUDI] = ['ani@simpul.example', 'budi@simpul.example'];

let world: SettlementWorld;
beforeEach(async () => {
  world = await aSettlementWorld({ channels: ['ca009', 'ca017', 'ca021'] });
});
afterEach(() => world.store.drop());

function line(reference: string | null, amount: bigint, more: Partial<StatementLine> = {}): StatementLine {
  return {
    reference,
    bankReference: 'FT26196AAA1',
    hint: null,
    type: 'NTRF',
    isReversal: false,
    amount,
    valueDate: '2026-07-15',
    narrative: 'TRANSFER',
    ...more,
  };
}

/** The statement of 15 July: a deposit, a payout, a charge, money that only a hint names, and one taken back. */
const STATEMENT: BankStatement = {
  account: 'BANKX/1234567890',
  number: 196,
  date: '2026-07-15',
  opening: 152_500_000n,
  closing: 272_083_000n,
  lines: [
    line('DEP-CA017-0715', 100_000_000n),
    line('STL-PDM07-0714', -410_500n),
    line(null, -6_500n, { type: 'NCHG', narrative: 'BIAYA TRANSFER' }),
    line(null, 25_000_000n, { hint: 'DEP-CA021-0715' }),
    line('DEP-CA009-0714', -5_000_000n, { isReversal: true }),
  ],
};

/** Water of 14 July is settled and its payout sent; electricity's is sent too and not yet debited. */
async function sendPayouts(): Promise<void> {
  const { database } = world.store;
  const at = world.clock.now();
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 425_500n, billerFee: 1_000n });
  await world.sell({
    paymentId: 'T0TBR00000B1',
    source: 'PDM07',
    amount: 408_500n,
    billerFee: 2_000n,
    adminFee: 5_000n,
  });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 425_500n });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 408_500n });
  for (const source of ['LPB01', 'PDM07']) {
    await settleDay(world.tools, source, DAY);
    const reference = `STL-${source}-0714`;
    await proposePayout(database, { reference, by: ANI, reason: 'settled', at });
    await approvePayout(database, { reference, by: BUDI, at });
    await tellPayout(database, { reference, event: 'sent', by: ANI, at });
  }
  for (const [channelId, amount] of [
    ['ca017', 100_000_000n],
    ['ca021', 25_000_000n],
  ] as const)
    await announceDeposit(
      database,
      {
        reference: `DEP-${channelId.toUpperCase()}-0715`,
        kind: 'top_up',
        channelId,
        amount: rupiah(amount),
        valueDate: '2026-07-15',
      },
      { by: ANI, at },
    );
}

test('the statement executes what it shows, books its charges, and leaves the rest to people', async () => {
  await sendPayouts();
  const before = await world.balance('own:bank');
  const { database } = world.store;
  const now = world.clock.now();
  expect(await takeStatement(database, STATEMENT, now)).toEqual({ ok: true, value: { isRepeat: false } });
  await Promise.all([1, 2].map(() => workBankLines(world.tools, now)));

  const lines = await listBankLines(database, {});
  expect(lines.map(({ outcome, about }) => [outcome, about])).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['matched', 'STL-PDM07-0714'],
    ['bank_charge', null],
    ['proposed', 'DEP-CA021-0715'],
    ['reopened', 'DEP-CA009-0714'],
  ]);
  expect((await findPayout(database, 'STL-PDM07-0714'))?.state).toBe('executed');
  expect((await findPayout(database, 'STL-LPB01-0714'))?.state).toBe('sent');
  expect((await world.balance('own:bank')) - before).toBe(272_083_000n - 152_500_000n);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  expect(await world.balance('biller:LPB01:payable')).toBe(-426_500n);
  expect(await world.balance('own:bank-charges')).toBe(6_500n);
  expect(await world.balance('own:suspense')).toBe(-20_000_000n);
  expect(await world.balance('channel:ca017:deposit')).toBe(-(200_000_000n - 428_000n - 413_500n));
  await world.expectSound();
});

test('a hint confirms nothing: a person names the money, once', async () => {
  await sendPayouts();
  const { database } = world.store;
  const at = world.clock.now();
  await takeStatement(database, STATEMENT, at);
  await workBankLines(world.tools, at);
  const order = {
    account: STATEMENT.account,
    number: 196,
    lineNo: 4,
    reference: 'DEP-CA021-0715',
    by: BUDI,
    at,
  };
  const said = await Promise.all([1, 2].map(() => confirmBankLine(world.tools, order)));
  expect(said.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await world.balance('channel:ca021:deposit')).toBe(-125_000_000n);
  expect(await world.balance('own:suspense')).toBe(5_000_000n);
  await world.expectSound();
});

test.each([
  ['does not sum up', { closing: 272_083_001n }, 'statement_sum'],
  ['leaves a number out', { number: 198 }, 'statement_number'],
  ['does not begin where the last one ended', { number: 197 }, 'statement_opening'],
  ['says something else under a number that was taken', { date: '2026-07-16' }, 'statement_changed'],
])('a statement that %s is refused whole', async (_, change, gate) => {
  const { database } = world.store;
  await takeStatement(database, STATEMENT, world.clock.now());
  expect(await takeStatement(database, { ...STATEMENT, ...change }, world.clock.now())).toMatchObject(
    gate === 'statement_sum' ? { ok: false } : { ok: false, error: { gate } },
  );
  expect(await listBankLines(database, {})).toHaveLength(5);
});

test('the same statement again is recognised', async () => {
  const { database } = world.store;
  const both = await Promise.all([1, 2].map(() => takeStatement(database, STATEMENT, world.clock.now())));
  expect(both.every(({ ok }) => ok)).toBe(true);
  expect(await listBankLines(database, {})).toHaveLength(5);
});
