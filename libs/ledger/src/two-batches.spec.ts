import { aBatchLedger, isCommit, onPacket, type BatchWorld } from '../../../test/support/batch-world';

let world: BatchWorld;
beforeAll(async () => {
  world = await aBatchLedger(['ca']);
});
beforeEach(async () => {
  await world.reset();
  await world.useWriter();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.writer.close();
  await world.expectSound();
});
afterAll(() => world.store.drop());

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
  await world.hold('FIRST', 1n);
  const events = watched();
  const results = await Promise.all([world.hold('A', 400n), world.hold('B', 400n)]);
  expect(results).toEqual([
    { kind: 'committed', deposit: { posted: 1_000n, held: 401n, limit: 0n } },
    { kind: 'committed', deposit: { posted: 1_000n, held: 801n, limit: 0n } },
  ]);
  expect(events).toEqual(['sent', 'sent', 'answered 2', 'answered 1']);
  // The later commit is what is remembered, though its answer was read first.
  jest.restoreAllMocks();
  const sent = onPacket((_, send) => send());
  expect((await world.hold('C', 1n)).kind).toBe('committed');
  expect(sent).toHaveLength(1);
  expect(await world.free()).toBe(198n);
});

test('when the first fails the second is decided anew, on what is there', async () => {
  await world.hold('FIRST', 1n);
  const results = await Promise.all([
    world.staleHold('A', 900n),
    world.hold('B', 500n),
    world.hold('C', 499n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['stale', 'committed', 'committed']);
  expect(await world.free()).toBe(0n);
});

test('who came first is served first, also when the first batch has to be taken apart', async () => {
  await world.useWriter({ batchMax: 2 });
  // Both connections stand, and the deposit is known.
  await Promise.all(['W1', 'W2', 'W3', 'W4'].map((id) => world.hold(id, 1n)));
  const results = await Promise.all([
    world.hold('FIRST', 1n),
    world.staleHold('A', 1n),
    world.hold('B', 900n),
    world.hold('C', 500n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'stale', 'committed', 'insufficient']);
  expect(await world.free()).toBe(95n);
});

test('what the first takes is not there for the second', async () => {
  await world.hold('FIRST', 1n);
  const results = await Promise.all([world.hold('A', 900n), world.hold('B', 100n), world.hold('C', 99n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'insufficient', 'committed']);
  expect(await world.free()).toBe(0n);
});

test('the answer of the first is lost: both are there, once', async () => {
  await world.hold('FIRST', 1n);
  let isFirst = true;
  onPacket(async (packet, send) => {
    const isLost = isFirst && isCommit(packet);
    isFirst = false;
    const result = await send();
    if (isLost) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    return result;
  });
  const results = await Promise.all([world.hold('A', 500n), world.hold('B', 499n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed']);
  expect(await world.free()).toBe(0n);
});

test('the first never reached the server: the second does not go ahead of it', async () => {
  await world.hold('FIRST', 1n);
  let isFirst = true;
  onPacket(async (packet, send) => {
    if (isFirst && isCommit(packet)) {
      isFirst = false;
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    }
    return send();
  });
  const results = await Promise.all([world.hold('A', 900n), world.hold('B', 500n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'insufficient']);
  expect(await world.free()).toBe(99n);
});

test('batches of one, at random, some of them bad: deposits end where their journals lead', async () => {
  await world.useWriter({ batchMax: 1 });
  const results = await Promise.all(
    Array.from({ length: 80 }, (_, n) =>
      n % 7 === 3 ? world.staleHold(`S${n}`, 40n) : world.hold(`P${n}`, 20n),
    ),
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
