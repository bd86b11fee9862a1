import { CommitUnknown, type Database, type Statements } from '#lib/platform';
import { aLedger, AT, money, type LedgerWorld } from '../../../test/support/ledger-world';
import { unitOfJournal } from './journal-unit';
import { holdJournal } from './journals';
import { SingleWriter } from './single-writer';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('a deadlock redoes the whole unit of work', async () => {
  let attempts = 0;
  const original = world.store.database.transaction.bind(world.store.database);
  const database = Object.create(world.store.database, {
    transaction: {
      value: <T>(work: (statements: Statements) => Promise<T>) =>
        original(async (statements) => {
          attempts += 1;
          const result = await work(statements);
          // A deadlock at the very last statement: everything written before it must be written again, once.
          if (attempts < 3) throw Object.assign(new Error('Deadlock found'), { errno: 1213 });
          return result;
        }),
    },
  }) as Database;
  const result = await new SingleWriter(database).commit(unitOfJournal(holdJournal(money('A', 100n), AT)));
  expect(result.kind).toBe('committed');
  expect(attempts).toBe(3);
  expect(await world.free()).toBe(900n);
  await world.expectSound();
});

test.each([
  ['committed before the answer was lost', true],
  ['never committed', false],
])('a COMMIT without an answer that was %s ends as one hold', async (_, reachedServer) => {
  let isFirst = true;
  const original = world.store.database.transaction.bind(world.store.database);
  const database = Object.create(world.store.database, {
    transaction: {
      value: async <T>(work: (statements: Statements) => Promise<T>): Promise<T> => {
        if (!isFirst) return original(work);
        isFirst = false;
        if (reachedServer) await original(work);
        throw new CommitUnknown('connection lost');
      },
    },
  }) as Database;
  const result = await new SingleWriter(database).commit(unitOfJournal(holdJournal(money('A', 100n), AT)));
  expect(result).toMatchObject({ kind: 'committed', deposit: { posted: 1_000n, held: 100n } });
  expect(await world.free()).toBe(900n);
  await world.expectSound();
});
