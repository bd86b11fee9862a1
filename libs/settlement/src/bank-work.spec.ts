import { MoneyWriter, type CommitResult, type UnitOfWork } from '#lib/ledger';
import { aBankWorld, line, STATEMENT, WATER, type BankWorld } from '../../../test/support/bank-world';
import { DyingWriter } from '../../../test/support/dying-writer';
import { takeStatement } from './bank-statement';
import { listBankLines } from './bank-lines';
import { workBankLines } from './bank-work';
import { findPayout } from './payouts';

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('the statement executes what it shows, books its charges, and leaves the rest to people', async () => {
  await world.sendPayouts();
  const before = await world.balance('own:bank');
  const { database } = world.store;
  const now = world.clock.now();
  expect(await takeStatement(database, STATEMENT, now)).toEqual({ ok: true, value: { isRepeat: false } });
  await Promise.all([1, 2].map(() => workBankLines(world.bank(), now)));

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

test('two accounts at one bank number alike and are booked and alerted apart', async () => {
  const { database } = world.store;
  const at = world.clock.now();
  for (const account of [
    'BANKX/1234567890',
    'BANKX/8888888888',
    'BANKX/88888888880000001',
    'BANKX/88888888880000002',
  ]) {
    const one = { account, number: 1, date: '2026-07-15', opening: 0n, closing: -7_000n };
    await takeStatement(database, { ...one, lines: [line(null, -7_000n)] }, at);
  }
  expect((await workBankLines(world.bank(), at)).failed).toEqual([]);
  const lines = await listBankLines(database);
  expect(new Set(lines.map(({ subjectId }) => subjectId)).size).toBe(4);
  expect(lines[0]?.subjectId).toBe('BNK-BANKX-1234567890-2026-1-1');
  expect(await world.openAlerts()).toHaveLength(4);
  expect(await world.balance('own:suspense')).toBe(28_000n);
  await world.expectSound();
});

test('a small debit that is no charge of the bank, and a charge above its limit, wait for people', async () => {
  await world.shows(line(null, -6_500n), line(null, -10_001n, { type: 'NCHG' }));
  expect(await world.outcomes()).toEqual([
    ['unnamed', null],
    ['unnamed', null],
  ]);
  expect(world.told.map(({ kind }) => kind)).toEqual(['bank_debit', 'bank_debit']);
  expect(await world.balance('own:bank-charges')).toBe(0n);
});

test('a line that cannot be booked now keeps no other back', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  const { writer } = world.tools;
  class Refusing extends MoneyWriter {
    override commit(unit: UnitOfWork): Promise<CommitResult> {
      return unit.witness.values['subject_id'] === 'DEP-CA017-0715'
        ? Promise.reject(new Error('no answer'))
        : writer.commit(unit);
    }
    override async close(): Promise<void> {}
  }
  await world.takes(line('DEP-CA017-0715', 9_000n), line(null, 3_000n));
  const work = await workBankLines({ ...world.bank(), writer: new Refusing() }, world.clock.now());
  expect(work.failed).toEqual([{ line: world.where(), reason: 'no answer' }]);
  expect(await world.outcomes()).toEqual([
    [null, null],
    ['unnamed', null],
  ]);
  await world.work();
  expect((await world.outcomes())[0]).toEqual(['matched', 'DEP-CA017-0715']);
});

const DEATHS = [1, 2].flatMap((commit) => [
  [`before commit ${commit}`, commit, false] as const,
  [`after commit ${commit}`, commit, true] as const,
]);

test.each(DEATHS)(
  'killed %s between a line and its payout, the next process finishes it, once',
  async (_, at, isDone) => {
    await world.settleWater();
    await world.approve(WATER);
    await world.send(WATER);
    await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
    await world.takes(line(WATER, -410_500n), line('DEP-CA017-0715', 9_000n));
    const dying = { ...world.bank(), writer: new DyingWriter(world.tools.writer, at, isDone) };
    expect((await workBankLines(dying, world.clock.now())).failed).not.toEqual([]);
    await Promise.all([1, 2].map(() => world.work()));
    expect(await world.outcomes()).toEqual([
      ['matched', WATER],
      ['matched', 'DEP-CA017-0715'],
    ]);
    expect(await world.balance('biller:PDM07:payable')).toBe(0n);
    expect(await world.balance('channel:ca017:deposit')).toBe(-(100_009_000n - 413_500n));
    await world.expectSound();
  },
);
