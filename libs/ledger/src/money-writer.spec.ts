import { MemoryWriter } from '../../../test/memory';
import {
  aLedger,
  aMemoryLedger,
  AT,
  money,
  type LedgerBooks,
  type LedgerWorld,
} from '../../../test/support/ledger-world';
import { BatchWriter } from './batch-writer';
import { depositMutations } from './deposits';
import { unitOfJournal } from './journal-unit';
import { captureJournal, holdJournal, voidJournal } from './journals';
import type { MoneyWriter } from './money-writer';
import { SingleWriter } from './single-writer';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger();
});
afterAll(() => world.store.drop());

interface Store {
  books: LedgerBooks;
  writer: MoneyWriter;
}

const ON_A_DATABASE: [string, () => Store][] = [
  ['one by one', () => ({ books: world, writer: new SingleWriter(world.store.database) })],
  [
    'in batches',
    () => ({
      books: world,
      writer: new BatchWriter(world.store.url, {
        queueMax: 1_000,
        batchMax: 16,
        unknownForMs: 2_000,
        packetWithinMs: 8_000,
      }),
    }),
  ],
];

function inMemory(): Store {
  const books = aMemoryLedger();
  return { books, writer: new MemoryWriter(books.tables) };
}

/** What every way of writing money must do alike. */
describe.each([...ON_A_DATABASE, ['in memory', inMemory] as const])('money written %s', (__, open) => {
  let writer: MoneyWriter;
  let books: LedgerBooks;
  // A writer for each test: to one that knew the books before, books that begin again have lost something.
  beforeEach(async () => {
    ({ writer, books } = open());
    await books.reset();
  });
  afterEach(() => writer.close());

  test('a hold, its capture and a void move the deposit as the books say', async () => {
    const held = await writer.commit(unitOfJournal(holdJournal(money('A', 400n), AT)));
    expect(held).toMatchObject({ kind: 'committed', deposit: { posted: 1_000n, held: 400n } });
    await writer.commit(unitOfJournal(holdJournal(money('B', 300n), AT)));
    expect(await writer.commit(unitOfJournal(captureJournal(money('A', 400n), AT)))).toMatchObject({
      deposit: { posted: 600n, held: 300n },
    });
    expect(await writer.commit(unitOfJournal(voidJournal(money('B', 300n), AT)))).toMatchObject({
      deposit: { posted: 600n, held: 0n },
    });
    await books.expectSound();
  });

  test('a hold beyond the deposit leaves nothing behind; up to the last rupiah it is given', async () => {
    expect(await writer.commit(unitOfJournal(holdJournal(money('A', 1_001n), AT)))).toEqual({
      kind: 'insufficient',
      available: 1_000n,
    });
    expect(await books.hasJournal('A')).toBe(false);
    expect((await writer.commit(unitOfJournal(holdJournal(money('A', 1_000n), AT)))).kind).toBe('committed');
    expect(await books.free()).toBe(0n);
    await books.expectSound();
  });

  test('a credit limit may be spent, and no more than that', async () => {
    await books.allowCredit(500n);
    expect((await writer.commit(unitOfJournal(holdJournal(money('A', 1_500n), AT)))).kind).toBe('committed');
    expect((await writer.commit(unitOfJournal(holdJournal(money('B', 1n), AT)))).kind).toBe('insufficient');
    await books.expectSound();
  });

  test('64 holds at one moment never take more than there is', async () => {
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, n) =>
        writer.commit(unitOfJournal(holdJournal(money(`P${n}`, 30n), AT))),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(33);
    expect(await books.free()).toBe(10n);
    await books.expectSound();
  });

  test('the same journal a second time is a clash and has no effect', async () => {
    expect(await books.topUp('ca', 'opening ca', 1_000n)).toEqual({ kind: 'clash', key: 'PRIMARY' });
    expect(await books.free()).toBe(1_000n);
    await books.expectSound();
  });

  test('a guarded update that finds its row changed undoes the whole unit', async () => {
    const stale = unitOfJournal(holdJournal(money('A', 100n), AT), {
      updates: () => [
        { table: 'deposit', set: { credit_limit: 9n }, where: { channel_id: 'ca', credit_limit: 7n } },
      ],
    });
    expect(await writer.commit(stale)).toEqual({ kind: 'stale' });
    expect(await books.free()).toBe(1_000n);
    await books.expectSound();
  });
});

describe.each(ON_A_DATABASE)('money written %s', (__, open) => {
  let writer: MoneyWriter;
  beforeEach(async () => {
    ({ writer } = open());
    await world.reset();
  });
  afterEach(() => writer.close());

  test('mutations list what changed the posted balance, oldest first, page by page', async () => {
    await writer.commit(unitOfJournal(holdJournal(money('A', 400n), AT)));
    await writer.commit(unitOfJournal(captureJournal(money('A', 400n), AT)));
    await world.topUp('ca', 'more', 250n);
    const query = { channelId: 'ca', from: '2026-07-14', to: '2026-07-14', rowsMax: 2 };
    const first = await depositMutations(world.store.database, { ...query, afterSeq: 0n });
    const second = await depositMutations(world.store.database, {
      ...query,
      afterSeq: first.at(-1)?.seq ?? 0n,
    });
    const rows = [...first, ...second].map(({ kind, amount, balanceAfter }) => [kind, amount, balanceAfter]);
    expect(rows).toEqual([
      ['top_up', 1_000n, 1_000n],
      ['capture', -400n, 600n],
      ['top_up', 250n, 850n],
    ]);
    expect(
      await depositMutations(world.store.database, {
        ...query,
        to: '2026-07-13',
        from: '2026-07-01',
        afterSeq: 0n,
      }),
    ).toEqual([]);
  });
});
