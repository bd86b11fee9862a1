import { rupiah } from '#lib/kernel';
import { CommitUnknown, Lane } from '#lib/platform';
import { keepBooks, MONEY_TABLES } from '../../../test/support/earlier-books';
import { aLedger, AT, money, type LedgerWorld } from '../../../test/support/ledger-world';
import { BatchWriter } from './batch-writer';
import { unitOfJournal } from './journal-unit';
import { adjustmentJournal, captureJournal, holdJournal, voidJournal } from './journals';
import { BooksBehind, type UnitOfWork } from './money-writer';

const LIMITS = { queueMax: 100, batchMax: 64, unknownForMs: 500, packetWithinMs: 8_000 };

let world: LedgerWorld;
let writer: BatchWriter;
beforeAll(async () => {
  world = await aLedger(['ca', 'cb', 'cc']);
});
beforeEach(async () => {
  await world.reset();
  writer = new BatchWriter(world.store.url, LIMITS);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await writer.close();
  await world.expectSound();
});
afterAll(() => world.store.drop());

function hold(paymentId: string, charge: bigint, channelId = 'ca', at = AT) {
  return writer.commit(unitOfJournal(holdJournal(money(paymentId, charge, channelId), at)));
}

/** Watches the packets; `spoil` may throw instead of, or after, the real sending. */
function onPacket(spoil: (packet: string, send: () => Promise<unknown>) => Promise<unknown>): string[] {
  const sent: string[] = [];
  const original = Object.getOwnPropertyDescriptor(Lane.prototype, 'sendTelling')
    ?.value as Lane['sendTelling'];
  jest.spyOn(Lane.prototype, 'sendTelling').mockImplementation(function sendTelling(
    this: Lane,
    statements,
    milestone,
  ) {
    const packet = statements.join(';');
    sent.push(packet);
    return spoil(packet, () => original.call(this, statements, milestone)) as ReturnType<Lane['send']>;
  });
  return sent;
}

/** The connection of the writer's next batch. */
function laneOf(batches: BatchWriter): Lane {
  const { idle } = batches as unknown as { idle: { lane: Lane }[] };
  return idle.at(-1)?.lane as Lane;
}

const isCommit = (packet: string) => packet.endsWith('COMMIT');

test('what arrives while a commit is under way shares the next one', async () => {
  const sent = onPacket((_, send) => send());
  await Promise.all(Array.from({ length: 40 }, (_, n) => hold(`P${n}`, 1n)));
  // The first began at once, alone; the other 39 went together.
  expect(sent.filter(isCommit)).toHaveLength(2);
  expect(await world.free()).toBe(960n);
});

test('an idle writer waits for nothing: one packet writes a payment once the deposit is known', async () => {
  const sent = onPacket((_, send) => send());
  await hold('A', 1n);
  expect(sent).toHaveLength(2);
  await hold('B', 1n);
  expect(sent).toHaveLength(3);
  expect(await world.free()).toBe(998n);
});

/** A payment that finds its own row in another state: it takes part in a batch, and makes it fail. */
function staleHold(paymentId: string, charge: bigint) {
  return writer.commit(
    unitOfJournal(holdJournal(money(paymentId, charge), AT), {
      updates: () => [
        { table: 'payment', set: { state: 'PAID' }, where: { payment_id: 'nobody', state: 'SENT' } },
      ],
    }),
  );
}

describe('two batches under way', () => {
  /** The order in which packets with a COMMIT left and were answered; the first answer is kept back for a while. */
  function watched(): string[] {
    const events: string[] = [];
    let isFirst = true;
    onPacket(async (packet, send) => {
      if (!isCommit(packet)) return send();
      const keptBack = isFirst;
      isFirst = false;
      const name = events.push('sent');
      try {
        return await send();
      } finally {
        if (keptBack) await new Promise((resolve) => setTimeout(resolve, 100));
        events.push(`answered ${name}`);
      }
    });
    return events;
  }

  test('the second leaves before the first is answered, and knows what that one leaves', async () => {
    await hold('FIRST', 1n);
    const events = watched();
    const results = await Promise.all([hold('A', 400n), hold('B', 400n)]);
    expect(results).toEqual([
      { kind: 'committed', deposit: { posted: 1_000n, held: 401n, limit: 0n } },
      { kind: 'committed', deposit: { posted: 1_000n, held: 801n, limit: 0n } },
    ]);
    expect(events).toEqual(['sent', 'sent', 'answered 2', 'answered 1']);
    // The later commit is what is remembered, though its answer was read first.
    jest.restoreAllMocks();
    const sent = onPacket((_, send) => send());
    expect((await hold('C', 1n)).kind).toBe('committed');
    expect(sent).toHaveLength(1);
    expect(await world.free()).toBe(198n);
  });

  test('when the first fails the second is decided anew, on what is there', async () => {
    await hold('FIRST', 1n);
    const results = await Promise.all([staleHold('A', 900n), hold('B', 500n), hold('C', 499n)]);
    expect(results.map(({ kind }) => kind)).toEqual(['stale', 'committed', 'committed']);
    expect(await world.free()).toBe(0n);
  });

  test('who came first is served first, also when the first batch has to be taken apart', async () => {
    await writer.close();
    writer = new BatchWriter(world.store.url, { ...LIMITS, batchMax: 2 });
    // Both connections stand, and the deposit is known.
    await Promise.all(['W1', 'W2', 'W3', 'W4'].map((id) => hold(id, 1n)));
    const results = await Promise.all([
      hold('FIRST', 1n),
      staleHold('A', 1n),
      hold('B', 900n),
      hold('C', 500n),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'stale', 'committed', 'insufficient']);
    expect(await world.free()).toBe(95n);
  });

  test('what the first takes is not there for the second', async () => {
    await hold('FIRST', 1n);
    const results = await Promise.all([hold('A', 900n), hold('B', 100n), hold('C', 99n)]);
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'insufficient', 'committed']);
    expect(await world.free()).toBe(0n);
  });

  test('the answer of the first is lost: both are there, once', async () => {
    await hold('FIRST', 1n);
    let isFirst = true;
    onPacket(async (packet, send) => {
      const isLost = isFirst && isCommit(packet);
      isFirst = false;
      const result = await send();
      if (isLost) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      return result;
    });
    const results = await Promise.all([hold('A', 500n), hold('B', 499n)]);
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed']);
    expect(await world.free()).toBe(0n);
  });

  test('the first never reached the server: the second does not go ahead of it', async () => {
    await hold('FIRST', 1n);
    let isFirst = true;
    onPacket(async (packet, send) => {
      if (isFirst && isCommit(packet)) {
        isFirst = false;
        throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      }
      return send();
    });
    const results = await Promise.all([hold('A', 900n), hold('B', 500n)]);
    expect(results.map(({ kind }) => kind)).toEqual(['committed', 'insufficient']);
    expect(await world.free()).toBe(99n);
  });

  test('batches of one, at random, some of them bad: deposits end where their journals lead', async () => {
    await writer.close();
    writer = new BatchWriter(world.store.url, { ...LIMITS, batchMax: 1 });
    const results = await Promise.all(
      Array.from({ length: 80 }, (_, n) => (n % 7 === 3 ? staleHold(`S${n}`, 40n) : hold(`P${n}`, 20n))),
    );
    const kinds = results.map(({ kind }) => kind);
    // 50 times 20 are covered, and those who came first have them.
    const good = kinds.filter((_, n) => n % 7 !== 3);
    expect(good).toEqual([
      ...Array<string>(50).fill('committed'),
      ...Array<string>(good.length - 50).fill('insufficient'),
    ]);
    expect(await world.free()).toBe(0n);
  });
});

test('two processes write one deposit in turn: each sees what the other left', async () => {
  const other = new BatchWriter(world.store.url, LIMITS);
  try {
    for (let n = 0; n < 8; n += 1) {
      const results = await Promise.all([
        hold(`A${n}`, 100n),
        other.commit(unitOfJournal(holdJournal(money(`B${n}`, 100n), AT))),
      ]);
      expect(results.map(({ kind }) => kind)).toEqual(
        n < 5 ? ['committed', 'committed'] : ['insufficient', 'insufficient'],
      );
    }
  } finally {
    await other.close();
  }
  expect(await world.free()).toBe(0n);
});

test('money that another process brought covers a payment that memory would refuse', async () => {
  await hold('A', 1_000n);
  await hold('X', 1n, 'cb');
  const other = new BatchWriter(world.store.url, LIMITS);
  try {
    await other.commit(unitOfJournal(voidJournal(money('A', 1_000n), AT)));
  } finally {
    await other.close();
  }
  const results = await Promise.all([hold('Y', 1n, 'cb'), hold('Z', 1n, 'cb'), hold('B', 700n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'committed']);
});

test('money that another process took is not spent twice, and a lowered limit is kept', async () => {
  await world.allowCredit(50n);
  await hold('A', 1n);
  const other = new BatchWriter(world.store.url, LIMITS);
  try {
    await other.commit(unitOfJournal(holdJournal(money('B', 900n), AT)));
  } finally {
    await other.close();
  }
  expect((await hold('C', 150n)).kind).toBe('insufficient');
  // Wary for a while; then the deposit is remembered again, and its limit changes behind our back.
  for (let n = 0; n < 40; n += 1) await hold(`D${n}`, 1n);
  await world.allowCredit(0n);
  expect((await hold('E', 60n)).kind).toBe('insufficient');
  expect((await hold('F', 59n)).kind).toBe('committed');
});

test('a packet that arrives after we looked for its rows is found, though it has left the deposit short', async () => {
  await hold('FIRST', 1n);
  let late: (() => Promise<unknown>) | undefined;
  let looked = 0;
  onPacket(async (packet, send) => {
    if (isCommit(packet) && !late) {
      late = send;
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    }
    const result = await send();
    // It comes when the writer has looked for its rows, and found none.
    if (packet === 'ROLLBACK' && late && (looked += 1) === 1) await late();
    return result;
  });
  expect((await hold('A', 600n)).kind).toBe('committed');
  expect(await world.free()).toBe(399n);
});

test('one who is refused beside an accepted one hears of it, also when the answer of the COMMIT was lost', async () => {
  await hold('FIRST', 1n);
  let isFirst = true;
  onPacket(async (packet, send) => {
    const result = await send();
    if (packet.includes("'OK'") && isFirst) {
      isFirst = false;
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    }
    return result;
  });
  const results = await Promise.all([hold('BEFORE', 1n), hold('OK', 1n), hold('DEAR', 2_000n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'insufficient']);
});

test('one bad member does not fail its neighbours', async () => {
  await hold('TAKEN', 1n);
  const first = hold('A', 1n);
  const stale = unitOfJournal(holdJournal(money('STALE', 1n), AT), {
    updates: () => [
      { table: 'payment', set: { state: 'PAID' }, where: { payment_id: 'nobody', state: 'SENT' } },
    ],
  });
  const results = await Promise.all([
    first,
    hold('B', 1n),
    hold('TAKEN', 1n, 'ca', new Date(AT.getTime() + 1)),
    hold('C', 1n, 'cb'),
    writer.commit(stale),
    hold('DEAR', 5_000n),
    hold('D', 1n),
    hold('D', 1n),
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
  await hold('TWICE', 1n);
  const sent = onPacket((_, send) => send());
  const ids = Array.from({ length: 40 }, (_, n) => (n === 17 ? 'TWICE' : `P${n}`));
  const later = new Date(AT.getTime() + 1);
  const results = await Promise.all(ids.map((id) => hold(id, 1n, 'ca', later)));
  expect(results.map(({ kind }) => kind === 'committed')).toEqual(ids.map((id) => id !== 'TWICE'));
  // All in vain, then what came before the taken key, that one, and what came after it.
  expect(sent.filter(isCommit).length).toBeLessThan(6);
  expect(await world.free()).toBe(1_000n - 40n);
});

test('moves of many payments are one statement, each held to its own old state', async () => {
  const rows = Array.from({ length: 10 }, (_, n) => `P${n}`);
  await Promise.all(rows.map((id) => hold(id, 10n)));
  await Promise.all(rows.map((id) => writer.commit(unitOfJournal(captureJournal(money(id, 10n), AT)))));
  expect(await world.free()).toBe(900n);
});

test('a full queue refuses at once and forms nothing', async () => {
  const results = await Promise.all(Array.from({ length: 150 }, (_, n) => hold(`P${n}`, 1n)));
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
  expect((await hold('A', 1n)).kind).toBe('committed');
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
  await laneOf(writer).send('SET SESSION innodb_lock_wait_timeout = 1');
  const errors: number[] = [];
  onPacket((_, send) =>
    send().catch((error: { errno: number }) => {
      errors.push(error.errno);
      release();
      throw error;
    }),
  );
  expect((await hold('A', 1n)).kind).toBe('committed');
  expect(errors).toEqual([1205]);
  expect(await world.free()).toBe(999n);
});

test('a COMMIT whose answer was lost is found, and is not done again', async () => {
  let isFirst = true;
  onPacket(async (packet, send) => {
    const result = await send();
    if (isCommit(packet) && isFirst) {
      isFirst = false;
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    }
    return result;
  });
  const results = await Promise.all([hold('A', 1n), hold('B', 1n), hold('C', 2_000n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'insufficient']);
  expect(results[0]).toMatchObject({ deposit: { posted: 1_000n, held: 1n } });
  expect(await world.free()).toBe(998n);
});

test('rows like our own that another process wrote are a clash, not our commit', async () => {
  const other = new BatchWriter(world.store.url, LIMITS);
  const sameUnit = () => unitOfJournal(holdJournal(money('A', 100n), AT));
  try {
    expect((await other.commit(sameUnit())).kind).toBe('committed');
    expect(await writer.commit(sameUnit())).toEqual({ kind: 'clash', key: 'PRIMARY' });
  } finally {
    await other.close();
  }
  expect(await world.free()).toBe(900n);
});

test('a COMMIT that never reached the server is done again', async () => {
  let isFirst = true;
  onPacket(async (packet, send) => {
    if (isCommit(packet) && isFirst) {
      isFirst = false;
      throw Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' });
    }
    return send();
  });
  expect((await hold('A', 1n)).kind).toBe('committed');
  expect(await world.free()).toBe(999n);
});

test('a connection that the server killed is replaced', async () => {
  await writer.close();
  // Of a packet whose connection has gone the driver lets the time run on, and the process ends no sooner.
  writer = new BatchWriter(world.store.url, { ...LIMITS, packetWithinMs: 1_000 });
  await hold('A', 1n);
  const [rows] = await laneOf(writer).send('SELECT CONNECTION_ID() AS id');
  const [row] = rows as unknown as { id: number }[];
  await world.store.database.run(`KILL CONNECTION ${row?.id}`);
  expect((await hold('B', 1n)).kind).toBe('committed');
  expect(await world.free()).toBe(998n);
});

test('when it cannot be found out whether a COMMIT happened, the caller is told so', async () => {
  let isGone = false;
  onPacket(async (packet, send) => {
    if (isCommit(packet)) isGone = true;
    if (isGone) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    return send();
  });
  await expect(hold('A', 1n)).rejects.toBeInstanceOf(CommitUnknown);
  jest.restoreAllMocks();
  expect(await world.free()).toBe(1_000n);
  expect((await hold('B', 1n)).kind).toBe('committed');
});

test('a server that is away before anything was sent is no doubt: nothing was formed', async () => {
  onPacket(async () => {
    throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  });
  await expect(hold('A', 1n)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('deposits of several channels are moved in one commit, each by its own order', async () => {
  await Promise.all(
    ['ca', 'cb', 'cc'].flatMap((channel) => ['1', '2', '3'].map((n) => hold(`${channel}${n}`, 7n, channel))),
  );
  for (const channel of ['ca', 'cb', 'cc']) expect(await world.free(channel)).toBe(979n);
});

test('quotes and backslashes in a reference stay data', async () => {
  const reference = "'); DROP TABLE posting; -- \\";
  const journal = holdJournal({ ...money('A', 1n), reference }, AT);
  await writer.commit(unitOfJournal(journal));
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
  await writer.commit(unitOfJournal({ ...journal, reference: 'toko-é-😀' }));
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
  await writer.commit(unit({ inserts: () => rows }));
  const moved = (n: number, from: string) =>
    writer.commit(
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
  const results = await Promise.all([hold('A', 1n), moved(0, 'P0'), moved(1, 'P0'), moved(2, 'P2')]);
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
    await writer.close();
    writer = new BatchWriter(world.store.url, LIMITS, ({ message }) => told.push(message));
    await hold('A', 1n);
    const takeOver = await keepBooks(world.store.admin, MONEY_TABLES);
    expect(await hold('B', 1n)).toMatchObject({ kind: 'committed' });
    await takeOver();
    const ends = await Promise.allSettled([...Array(5).keys()].map((n) => hold(`C${n}`, 1n)));
    await expect(hold('D', 1n, 'cb')).rejects.toThrow(BooksBehind);
    for (const end of ends) expect(end).toMatchObject({ reason: expect.any(BooksBehind) as unknown });
    expect(told).toEqual(['the server had acknowledged commit 3 of the deposit of ca and has 2']);
    expect(await world.free()).toBe(999n);
  });

  test('by nothing that was acknowledged is written to as before', async () => {
    await hold('A', 1n);
    const takeOver = await keepBooks(world.store.admin, MONEY_TABLES);
    await takeOver();
    expect(await hold('B', 1n)).toMatchObject({ kind: 'committed' });
  });
});
