import { aBankWorld, line, STATEMENT, type BankWorld } from '../../../test/support/bank-world';
import { takeStatement } from './bank-statement';
import { listBankLines } from './bank-lines';
import { workBankLines } from './bank-work';

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test.each([
  ['does not sum up', { number: 197, opening: 272_083_000n, closing: 391_666_001n }, 'statement_sum'],
  ['leaves a number out', { number: 198, opening: 272_083_000n, closing: 391_666_000n }, 'statement_number'],
  ['does not begin where the last one ended', { number: 197 }, 'statement_opening'],
  ['says something else under a number that was taken', { date: '2026-07-16' }, 'statement_changed'],
])('a statement that %s is refused whole', async (_, change, gate) => {
  const { database } = world.store;
  await takeStatement(database, STATEMENT, world.clock.now());
  expect(await takeStatement(database, { ...STATEMENT, ...change }, world.clock.now())).toMatchObject({
    ok: false,
    error: { gate },
  });
  expect(await listBankLines(database, {})).toHaveLength(5);
});

test('a statement of a day that has not come yet is refused', async () => {
  const { database } = world.store;
  const ahead = { ...STATEMENT, date: '2026-07-18' };
  expect(await takeStatement(database, ahead, world.clock.now())).toEqual({
    ok: false,
    error: { gate: 'statement_ahead', stated: '2026-07-18', computed: '2026-07-17' },
  });
  expect(await takeStatement(database, ahead, new Date('2026-07-18T01:00:00Z'))).toMatchObject({ ok: true });
});

test('the same statement again is recognised', async () => {
  const { database } = world.store;
  const both = await Promise.all([1, 2].map(() => takeStatement(database, STATEMENT, world.clock.now())));
  expect(both.every(({ ok }) => ok)).toBe(true);
  expect(await listBankLines(database, {})).toHaveLength(5);
});

test('a bank may count from 1 again in a new year, and only then', async () => {
  const { database } = world.store;
  const at = new Date('2028-01-02T00:00:00Z');
  const lines = [line(null, 5n, { valueDate: '2026-12-31' })];
  const last = { account: 'BANKX/1', number: 365, date: '2026-12-31', opening: 0n, closing: 5n, lines };
  expect(await takeStatement(database, last, at)).toMatchObject({ ok: true });
  const early = { ...last, number: 1, opening: 5n, closing: 10n };
  expect(await takeStatement(database, early, at)).toMatchObject({ error: { gate: 'statement_number' } });
  const first = { ...early, date: '2027-01-01' };
  expect(await takeStatement(database, first, at)).toEqual({ ok: true, value: { isRepeat: false } });
  const next = { ...first, number: 366, date: '2028-01-01', opening: 10n, closing: 15n };
  expect(await takeStatement(database, next, at)).toMatchObject({ error: { gate: 'statement_number' } });
  for (let number = 2; number <= 366; number += 182) {
    const gap = { ...first, number, opening: 10n, closing: 15n };
    expect((await takeStatement(database, gap, at)).ok).toBe(number === 2);
  }
  await workBankLines(world.bank(), at);
  await world.expectSound();
});
