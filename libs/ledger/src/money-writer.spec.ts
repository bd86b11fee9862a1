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
import type { MoneyWriter, UnitOfWork } from './money-writer';
import { SingleWriter } from './single-writer';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger();
});
afterAll(() => world.store.drop());

/** One for each test about held legs: what they leave behind in a database must not meet. */
let day = 0n;

interface Leg {
  payment_id: string;
  leg_no: number;
}

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

  describe('of held legs', () => {
    const leg = (paymentId: string, legNo: number) => ({ payment_id: `${paymentId} ${day}`, leg_no: legNo });
    const unit = (more: Partial<UnitOfWork>): UnitOfWork => ({
      journal: undefined,
      claims: [],
      inserts: () => [],
      updates: () => [],
      witness: { table: 'settlement_held', values: { payment_id: 'nobody' } },
      ...more,
    });
    const held = (at: Leg, releasedIn: bigint | null) => ({
      table: 'settlement_held',
      values: {
        ...at,
        settlement_id: day,
        source: 'PLN01',
        kind: 'late',
        amount: 1n,
        released_in: releasedIn,
      },
    });
    const release = (at: Leg, to: bigint | null, from: bigint | null = null) =>
      writer.commit(
        unit({
          updates: () => [
            { table: 'settlement_held', set: { released_in: to }, where: { ...at, released_in: from } },
          ],
        }),
      );
    const releasedIn = async (at: Leg) => {
      const rows = await books.rows('settlement_held');
      const row = rows.find(({ payment_id, leg_no }) => payment_id === at.payment_id && leg_no === at.leg_no);
      return row?.['released_in'] ?? null;
    };
    beforeEach(() => {
      day += 1n;
    });

    test('a guarded update may demand that a column is empty, and then it has an effect once', async () => {
      const at = leg('A', 1);
      expect((await writer.commit(unit({ inserts: () => [held(at, null)] }))).kind).toBe('committed');
      expect(await release(at, 7n)).toMatchObject({ kind: 'committed' });
      expect(await release(at, 8n)).toEqual({ kind: 'stale' });
      expect(await releasedIn(at)).toBe('7');
    });

    test('updates at one moment are each told apart, whatever their keys begin with and whatever is empty', async () => {
      const [first, a1, a2, b1, b2, c1] = [
        leg('0', 1),
        leg('A', 1),
        leg('A', 2),
        leg('B', 1),
        leg('B', 2),
        leg('C', 1),
      ] as const;
      const rows = [...[first, a1, a2, b1, b2].map((at) => held(at, null)), held(c1, 3n)];
      expect((await writer.commit(unit({ inserts: () => rows }))).kind).toBe('committed');
      const results = await Promise.all([
        release(first, 1n),
        release(a1, 11n),
        release(a2, 12n),
        release(b1, 21n),
        release(c1, null, 3n),
        release(b2, 22n, 4n),
      ]);
      expect(results.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill('committed'), 'stale']);
      const ends = await Promise.all([a1, a2, b1, b2, c1].map(releasedIn));
      expect(ends).toEqual(['11', '12', '21', null, null]);
    });
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
