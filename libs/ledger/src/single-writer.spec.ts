import { rupiah, type Rupiah } from '#lib/kernel';
import { CommitUnknown, Database, type Statements } from '#lib/platform';
import { aDatabase, type TestDatabase } from '../../../test/support/database';
import { accountsOfBiller, accountsOfChannel, OWN_ACCOUNTS } from './accounts';
import { depositBalance, depositMutations, topUpDeposit } from './deposits';
import { checkLedgerInvariants } from './invariants';
import { captureJournal, holdJournal, voidJournal, type JournalDraft, type PaymentMoney } from './journals';
import type { UnitOfWork } from './money-writer';
import { SingleWriter } from './single-writer';

const AT = new Date('2026-07-14T05:00:00.123Z');
const CHANNEL = 'ca';

let store: TestDatabase;
let writer: SingleWriter;
beforeAll(async () => {
  store = await aDatabase();
  writer = new SingleWriter(store.database);
  const accounts = [...OWN_ACCOUNTS, ...accountsOfBiller('pln'), ...accountsOfChannel(CHANNEL)];
  for (const { accountId, normalSide } of accounts)
    await store.admin.run('INSERT INTO account VALUES (?, ?, ?)', [accountId, normalSide, AT]);
});
beforeEach(async () => {
  for (const table of ['journal', 'posting', 'deposit']) await store.admin.run(`DELETE FROM ${table}`);
  await store.admin.run('INSERT INTO deposit (channel_id) VALUES (?)', [CHANNEL]);
  await topUp('opening', 1_000n);
});
afterAll(() => store.drop());

function topUp(topUpId: string, amount: bigint) {
  return topUpDeposit(writer, {
    topUpId,
    channelId: CHANNEL,
    amount: rupiah(amount),
    businessDate: '2026-07-14',
    at: AT,
  });
}

function money(paymentId: string, charge: bigint): PaymentMoney {
  return {
    paymentId,
    channelId: CHANNEL,
    billerId: 'pln',
    reference: `ref ${paymentId}`,
    businessDate: '2026-07-14',
    amount: rupiah(charge),
    adminFee: rupiah(0n),
    billerFee: rupiah(0n),
    commission: rupiah(0n),
    charge: rupiah(charge),
  };
}

function unit(journal: JournalDraft, more: Partial<UnitOfWork> = {}): UnitOfWork {
  return {
    journal,
    inserts: () => [],
    updates: () => [],
    witness: { table: 'journal', values: { subject_id: journal.subjectId, kind: journal.kind } },
    ...more,
  };
}

async function free(): Promise<Rupiah> {
  return (await depositBalance(store.database, CHANNEL)).available;
}

async function expectSound(): Promise<void> {
  expect((await checkLedgerInvariants(store.database)).filter(({ ok }) => !ok)).toEqual([]);
}

test('a hold, its capture and a void move the deposit as the books say', async () => {
  const held = await writer.commit(unit(holdJournal(money('A', 400n), AT)));
  expect(held).toMatchObject({ kind: 'committed', deposit: { posted: 1_000n, held: 400n } });
  await writer.commit(unit(holdJournal(money('B', 300n), AT)));
  expect(await writer.commit(unit(captureJournal(money('A', 400n), AT)))).toMatchObject({
    deposit: { posted: 600n, held: 300n },
  });
  expect(await writer.commit(unit(voidJournal(money('B', 300n), AT)))).toMatchObject({
    deposit: { posted: 600n, held: 0n },
  });
  await expectSound();
});

test('a hold beyond the deposit leaves nothing behind; up to the last rupiah it is given', async () => {
  expect(await writer.commit(unit(holdJournal(money('A', 1_001n), AT)))).toEqual({
    kind: 'insufficient',
    available: 1_000n,
  });
  expect(await store.database.rows("SELECT 1 FROM journal WHERE subject_id = 'A'")).toEqual([]);
  expect((await writer.commit(unit(holdJournal(money('A', 1_000n), AT)))).kind).toBe('committed');
  expect(await free()).toBe(0n);
  await expectSound();
});

test('a credit limit may be spent, and no more than that', async () => {
  await store.admin.run('UPDATE deposit SET credit_limit = 500');
  expect((await writer.commit(unit(holdJournal(money('A', 1_500n), AT)))).kind).toBe('committed');
  expect((await writer.commit(unit(holdJournal(money('B', 1n), AT)))).kind).toBe('insufficient');
  await expectSound();
});

test('64 holds at one moment never take more than there is', async () => {
  const results = await Promise.all(
    Array.from({ length: 64 }, (_, n) => writer.commit(unit(holdJournal(money(`P${n}`, 30n), AT)))),
  );
  expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(33);
  expect(await free()).toBe(10n);
  await expectSound();
});

test('the same journal a second time is a clash and has no effect', async () => {
  expect(await topUp('opening', 1_000n)).toEqual({ kind: 'clash', key: 'PRIMARY' });
  expect(await free()).toBe(1_000n);
  await expectSound();
});

test('a guarded update that finds its row changed undoes the whole unit', async () => {
  const stale = unit(holdJournal(money('A', 100n), AT), {
    updates: () => [
      { table: 'deposit', set: { credit_limit: 9n }, where: { channel_id: CHANNEL, credit_limit: 7n } },
    ],
  });
  expect(await writer.commit(stale)).toEqual({ kind: 'stale', table: 'deposit' });
  expect(await free()).toBe(1_000n);
  await expectSound();
});

test('a deadlock redoes the whole unit of work', async () => {
  let attempts = 0;
  const original = store.database.transaction.bind(store.database);
  const database = Object.create(store.database, {
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
  const result = await new SingleWriter(database).commit(unit(holdJournal(money('A', 100n), AT)));
  expect(result.kind).toBe('committed');
  expect(attempts).toBe(3);
  expect(await free()).toBe(900n);
  await expectSound();
});

test.each([
  ['committed before the answer was lost', true],
  ['never committed', false],
])('a COMMIT without an answer that was %s ends as one hold', async (_, reachedServer) => {
  let isFirst = true;
  const original = store.database.transaction.bind(store.database);
  const database = Object.create(store.database, {
    transaction: {
      value: async <T>(work: (statements: Statements) => Promise<T>): Promise<T> => {
        if (!isFirst) return original(work);
        isFirst = false;
        if (reachedServer) await original(work);
        throw new CommitUnknown('connection lost');
      },
    },
  }) as Database;
  const result = await new SingleWriter(database).commit(unit(holdJournal(money('A', 100n), AT)));
  expect(result).toMatchObject({ kind: 'committed', deposit: { posted: 1_000n, held: 100n } });
  expect(await free()).toBe(900n);
  await expectSound();
});

test('mutations list what changed the posted balance, oldest first, page by page', async () => {
  await writer.commit(unit(holdJournal(money('A', 400n), AT)));
  await writer.commit(unit(captureJournal(money('A', 400n), AT)));
  await topUp('more', 250n);
  const query = { channelId: CHANNEL, from: '2026-07-14', to: '2026-07-14', rowsMax: 2 };
  const first = await depositMutations(store.database, { ...query, afterSeq: 0n });
  const second = await depositMutations(store.database, { ...query, afterSeq: first.at(-1)?.seq ?? 0n });
  const rows = [...first, ...second].map(({ kind, amount, balanceAfter }) => [kind, amount, balanceAfter]);
  expect(rows).toEqual([
    ['top_up', 1_000n, 1_000n],
    ['capture', -400n, 600n],
    ['top_up', 250n, 850n],
  ]);
  expect(
    await depositMutations(store.database, { ...query, to: '2026-07-13', from: '2026-07-01', afterSeq: 0n }),
  ).toEqual([]);
});

describe('a broken book is found', () => {
  test.each([
    ['I1', "UPDATE posting SET amount = amount + 1 WHERE kind = 'hold' AND line_no = 1"],
    ['I1', "DELETE FROM posting WHERE kind = 'hold' AND line_no = 2"],
    ['I1', "DELETE FROM journal WHERE kind = 'hold'"],
    ['I1', "UPDATE posting SET account_id = 'own:pocket' WHERE kind = 'hold' AND line_no = 2"],
    ['I2', "UPDATE posting SET amount = amount * 2 WHERE kind = 'hold'"],
    ['I2', "UPDATE journal SET business_date = '2026-07-13' WHERE kind = 'hold'"],
    ['I3', 'UPDATE deposit SET posted = posted + 1'],
    ['I3', 'UPDATE deposit SET held = 0'],
    ['I3', "UPDATE journal SET held_after = held_after + 1 WHERE kind = 'hold'"],
    ['I3', "UPDATE journal SET deposit_seq = 99 WHERE kind = 'hold'"],
  ])('%s: %s', async (id, vandalism) => {
    await writer.commit(unit(holdJournal(money('A', 100n), AT)));
    await expectSound();
    await store.admin.run(vandalism);
    const verdict = (await checkLedgerInvariants(store.database)).find((found) => found.id === id);
    expect(verdict).toMatchObject({ ok: false, firstCounterExample: expect.any(String) as string });
  });

  test('I3: a hold that broke the floor', async () => {
    await store.admin.run('UPDATE deposit SET credit_limit = 500');
    await writer.commit(unit(holdJournal(money('A', 1_200n), AT)));
    await store.admin.run("UPDATE journal SET limit_then = 0 WHERE kind = 'hold'");
    expect((await checkLedgerInvariants(store.database)).find(({ id }) => id === 'I3')?.ok).toBe(false);
  });
});

test.each(['journal', 'posting'])('the application cannot change or delete a %s', async (table) => {
  await expect(store.database.run(`UPDATE ${table} SET kind = kind`)).rejects.toThrow(
    /UPDATE command denied/,
  );
  await expect(store.database.run(`DELETE FROM ${table}`)).rejects.toThrow(/DELETE command denied/);
});

test('an application account that could change history fails I2', async () => {
  const [who] = await store.database.rows<{ account: string }>('SELECT CURRENT_USER() AS account');
  const [user, host] = who?.account.split('@') ?? [];
  await store.admin.run('GRANT UPDATE ON posting TO ?@?', [user ?? '', host ?? '']);
  const verdict = (await checkLedgerInvariants(store.database)).find(({ id }) => id === 'I2');
  await store.admin.run('REVOKE UPDATE ON posting FROM ?@?', [user ?? '', host ?? '']);
  expect(verdict).toMatchObject({
    ok: false,
    firstCounterExample: expect.stringContaining('posting') as string,
  });
});
