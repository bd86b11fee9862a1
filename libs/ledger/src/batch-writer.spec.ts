import { rupiah } from '#lib/kernel';
import type { Lane } from '#lib/platform';
import { keepBooks, MONEY_TABLES } from '../../../test/support/earlier-books';
import {
  BATCH_LIMITS,
  eachTestHasABatchLedger,
  holdUnit,
  isCommit,
  onPacket,
  type BatchWorld,
} from '../../../test/support/batch-world';
import { AT, money } from '../../../test/support/ledger-world';
import { BatchWriter } from './batch-writer';
import { unitOfJournal } from './journal-unit';
import { adjustmentJournal, captureJournal, holdJournal, voidJournal } from './journals';
import { BooksBehind, type UnitOfWork } from './money-writer';

let world: BatchWorld;
eachTestHasABatchLedger(['ca', 'cb', 'cc'], (ledger) => {
  world = ledger;
});

/** The connection of the writer's next batch. */
function nextLane(): Lane {
  const { idle } = world.writer as unknown as { idle: { lane: Lane }[] };
  return idle.at(-1)?.lane as Lane;
}

test('what arrives while a commit is under way shares the next one', async () => {
  const sent = onPacket((_, send) => send());
  await Promise.all(Array.from({ length: 40 }, (_, n) => world.hold(`P${n}`, 1n)));
  // The first began at once, alone; the other 39 went together.
  expect(sent.filter(isCommit)).toHaveLength(2);
  expect(await world.free()).toBe(960n);
});

test('an idle writer waits for nothing: one packet writes a payment once the deposit is known', async () => {
  const sent = onPacket((_, send) => send());
  await world.hold('A', 1n);
  expect(sent).toHaveLength(2);
  await world.hold('B', 1n);
  expect(sent).toHaveLength(3);
  expect(await world.free()).toBe(998n);
});

test('two processes write one deposit in turn: each sees what the other left', async () => {
  const other = new BatchWriter(world.store.url, BATCH_LIMITS);
  try {
    for (let n = 0; n < 8; n += 1) {
      const results = await Promise.all([world.hold(`A${n}`, 100n), other.commit(holdUnit(`B${n}`, 100n))]);
      expect(results.map(({ kind }) => kind)).toEqual(
        n < 5 ? ['committed', 'committed'] : ['insufficient', 'insufficient'],
      );
    }
  } finally {
    await other.close();
  }
  expect(await world.free()).toBe(0n);
});

test('a deposit that another process writes as well is read before it is moved, for 32 batches', async () => {
  const other = new BatchWriter(world.store.url, BATCH_LIMITS);
  try {
    await world.hold('A', 1n);
    await other.commit(holdUnit('B', 1n));
  } finally {
    await other.close();
  }
  await world.hold('C', 1n);
  const sent = onPacket((_, send) => send());
  const packets: string[] = [];
  for (let n = 1; n <= 34; n += 1) {
    await world.hold(`D${n}`, 1n);
    const ofBatch = sent.splice(0).map((packet) => (isCommit(packet) ? 'moved' : 'read'));
    packets.push(ofBatch.join(', '));
  }
  expect(packets).toEqual([...Array<string>(32).fill('read, moved'), 'moved', 'moved']);
});

test('money that another process brought covers a payment that memory would refuse', async () => {
  await world.hold('A', 1_000n);
  await world.hold('X', 1n, 'cb');
  const other = new BatchWriter(world.store.url, BATCH_LIMITS);
  try {
    await other.commit(unitOfJournal(voidJournal(money('A', 1_000n), AT)));
  } finally {
    await other.close();
  }
  const results = await Promise.all([
    world.hold('Y', 1n, 'cb'),
    world.hold('Z', 1n, 'cb'),
    world.hold('B', 700n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'committed']);
});

test('money that another process took is not spent twice, and a lowered limit is kept', async () => {
  await world.allowCredit(50n);
  await world.hold('A', 1n);
  const other = new BatchWriter(world.store.url, BATCH_LIMITS);
  try {
    await other.commit(holdUnit('B', 900n));
  } finally {
    await other.close();
  }
  expect((await world.hold('C', 150n)).kind).toBe('insufficient');
  // Wary for a while; then the deposit is remembered again, and its limit changes behind our back.
  for (let n = 0; n < 40; n += 1) await world.hold(`D${n}`, 1n);
  await world.allowCredit(0n);
  expect((await world.hold('E', 60n)).kind).toBe('insufficient');
  expect((await world.hold('F', 59n)).kind).toBe('committed');
});

test('one bad member does not fail its neighbours', async () => {
  await world.hold('TAKEN', 1n);
  const first = world.hold('A', 1n);
  const results = await Promise.all([
    first,
    world.hold('B', 1n),
    world.hold('TAKEN', 1n, 'ca', new Date(AT.getTime() + 1)),
    world.hold('C', 1n, 'cb'),
    world.staleHold('STALE', 1n),
    world.hold('DEAR', 5_000n),
    world.hold('D', 1n),
    world.hold('D', 1n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual([
    'committed',
    'committed',
    'clash',
    'committed',
    'stale',
    'insufficient',
    'committed',
    'clash',
  ]);
  expect([await world.free('ca'), await world.free('cb')]).toEqual([996n, 999n]);
});

test('one taken key costs its neighbours two commits more, not a search by halves', async () => {
  await world.hold('TWICE', 1n);
  const sent = onPacket((_, send) => send());
  const ids = Array.from({ length: 40 }, (_, n) => (n === 17 ? 'TWICE' : `P${n}`));
  const later = new Date(AT.getTime() + 1);
  const results = await Promise.all(ids.map((id) => world.hold(id, 1n, 'ca', later)));
  expect(results.map(({ kind }) => kind === 'committed')).toEqual(ids.map((id) => id !== 'TWICE'));
  // All in vain, then what came before the taken key, that one, and what came after it.
  expect(sent.filter(isCommit).length).toBeLessThan(6);
  expect(await world.free()).toBe(1_000n - 40n);
});

test('moves of many payments are one statement, each held to its own old state', async () => {
  const rows = Array.from({ length: 10 }, (_, n) => `P${n}`);
  await Promise.all(rows.map((id) => world.hold(id, 10n)));
  await Promise.all(rows.map((id) => world.writer.commit(unitOfJournal(captureJournal(money(id, 10n), AT)))));
  expect(await world.free()).toBe(900n);
});

test('a full queue refuses at once and forms nothing', async () => {
  const results = await Promise.all(Array.from({ length: 150 }, (_, n) => world.hold(`P${n}`, 1n)));
  const kinds = results.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'overloaded')).toHaveLength(49);
  expect(await world.free()).toBe(1_000n - 101n);
});

test.each([1213, 1205, 1020])('error %d redoes the whole batch', async (errno) => {
  let times = 0;
  onPacket(async (packet, send) => {
    if (isCommit(packet) && (times += 1) <= 2) throw Object.assign(new Error('again'), { errno });
    return send();
  });
  expect((await world.hold('A', 1n)).kind).toBe('committed');
  expect(times).toBe(3);
  expect(await world.free()).toBe(999n);
});

test('a real lock wait: the row is held by another until the batch is redone', async () => {
  let release = (): void => undefined;
  const isLocked = new Promise<void>((resolve) => {
    void world.store.admin.transaction(async (statements) => {
      await statements.rows("SELECT 1 FROM deposit WHERE channel_id = 'ca' FOR UPDATE");
      resolve();
      await new Promise<void>((letGo) => {
        release = letGo;
      });
    });
  });
  await isLocked;
  await nextLane().send('SET SESSION innodb_lock_wait_timeout = 1');
  const errors: number[] = [];
  onPacket((_, send) =>
    send().catch((error: { errno: number }) => {
      errors.push(error.errno);
      release();
      throw error;
    }),
  );
  expect((await world.hold('A', 1n)).kind).toBe('committed');
  expect(errors).toEqual([1205]);
  expect(await world.free()).toBe(999n);
});

test('a connection that the server killed is replaced', async () => {
  // Of a packet whose connection has gone the driver lets the time run on, and the process ends no sooner.
  await world.useWriter({ packetWithinMs: 1_000 });
  await world.hold('A', 1n);
  const [rows] = await nextLane().send('SELECT CONNECTION_ID() AS id');
  const [row] = rows as unknown as { id: number }[];
  await world.store.database.run(`KILL CONNECTION ${row?.id}`);
  expect((await world.hold('B', 1n)).kind).toBe('committed');
  expect(await world.free()).toBe(998n);
});

test('deposits of several channels are moved in one commit, each by its own order', async () => {
  await Promise.all(
    ['ca', 'cb', 'cc'].flatMap((channel) =>
      ['1', '2', '3'].map((n) => world.hold(`${channel}${n}`, 7n, channel)),
    ),
  );
  for (const channel of ['ca', 'cb', 'cc']) expect(await world.free(channel)).toBe(979n);
});

test('quotes and backslashes in a reference stay data', async () => {
  const reference = "'); DROP TABLE posting; -- \\";
  const journal = holdJournal({ ...money('A', 1n), reference }, AT);
  await world.writer.commit(unitOfJournal(journal));
  const [row] = await world.store.database.rows<{ reference: Buffer }>(
    "SELECT reference FROM journal WHERE subject_id = 'A'",
  );
  expect(row?.reference.toString()).toBe(reference);
});

test('a text beyond ASCII is kept letter by letter', async () => {
  const reason = "Koreksi „salah“ — Café 😀 '\\";
  const journal = adjustmentJournal({
    adjustmentId: 'AJ-1',
    channelId: 'ca',
    amount: rupiah(1n),
    against: 'own:bank',
    reason,
    businessDate: '2026-07-14',
    at: AT,
  });
  await world.writer.commit(unitOfJournal({ ...journal, reference: 'toko-é-😀' }));
  const [row] = await world.store.database.rows<{ reference: Buffer; reason: string }>(
    "SELECT reference, reason FROM journal WHERE subject_id = 'AJ-1'",
  );
  expect([row?.reference.toString(), row?.reason]).toEqual(['toko-é-😀', reason]);
});

test('of updates that share a statement each is held to its own row as it demands it', async () => {
  const sales = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  const unit = (work: Partial<UnitOfWork>): UnitOfWork => ({
    journal: undefined,
    claims: [],
    inserts: () => [],
    updates: () => [],
    witness: { table: 'sale_guard', values: { sale: '' } },
    ...work,
  });
  const rows = sales.map((sale, n) => ({ table: 'sale_guard', values: { sale, payment_id: `P${n}` } }));
  await world.writer.commit(unit({ inserts: () => rows }));
  const moved = (n: number, from: string) =>
    world.writer.commit(
      unit({
        updates: () => [
          {
            table: 'sale_guard',
            set: { payment_id: `Q${n}` },
            where: { sale: sales[n] ?? '', payment_id: from },
          },
        ],
      }),
    );
  // The second demands what is true of the first, and not of itself.
  const results = await Promise.all([world.hold('A', 1n), moved(0, 'P0'), moved(1, 'P0'), moved(2, 'P2')]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'stale', 'committed']);
  const kept = await world.store.database.rows<{ payment_id: string }>(
    'SELECT payment_id FROM sale_guard WHERE sale IN (?) ORDER BY sale',
    [sales],
  );
  expect(kept.map(({ payment_id }) => payment_id)).toEqual(['Q0', 'P1', 'Q2']);
});

describe('a server that lacks what it had acknowledged', () => {
  test('is written to no more, and told of once', async () => {
    const told: string[] = [];
    await world.useWriter({}, ({ message }) => told.push(message));
    await world.hold('A', 1n);
    const takeOver = await keepBooks(world.store.admin, MONEY_TABLES);
    expect(await world.hold('B', 1n)).toMatchObject({ kind: 'committed' });
    await takeOver();
    const ends = await Promise.allSettled([...Array(5).keys()].map((n) => world.hold(`C${n}`, 1n)));
    await expect(world.hold('D', 1n, 'cb')).rejects.toThrow(BooksBehind);
    for (const end of ends) expect(end).toMatchObject({ reason: expect.any(BooksBehind) as unknown });
    expect(told).toEqual(['the server had acknowledged commit 3 of the deposit of ca and has 2']);
    expect(await world.free()).toBe(999n);
  });

  test('by nothing that was acknowledged is written to as before', async () => {
    await world.hold('A', 1n);
    const takeOver = await keepBooks(world.store.admin, MONEY_TABLES);
    await takeOver();
    expect(await world.hold('B', 1n)).toMatchObject({ kind: 'committed' });
  });
});
