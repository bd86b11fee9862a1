import {
  eachTestHasABatchLedger,
  holdUnit,
  isCommit,
  loseAnswer,
  losePacket,
  onPacket,
  type BatchWorld,
} from '../../../test/support/batch-world';
import { AT, money } from '../../../test/support/ledger-world';
import { rupiah } from '#lib/kernel';
import { unitOfJournal } from './journal-unit';
import { holdJournal } from './journals';

let world: BatchWorld;
eachTestHasABatchLedger(['ca', 'cb', 'cc'], (ledger) => {
  world = ledger;
});

/** An update that finds its row in another state. */
const ofNobody = {
  table: 'payment',
  set: { state: 'PAID' },
  where: { payment_id: 'nobody', state: 'SENT' },
};

/** The order in which packets with a COMMIT left and were answered; the first answer is kept back until the second is there. */
function watched(): string[] {
  const events: string[] = [];
  let isFirst = true;
  let saySecondIsThere = (): void => undefined;
  const secondIsThere = new Promise<void>((resolve) => {
    saySecondIsThere = resolve;
  });
  onPacket(async (packet, send) => {
    if (!isCommit(packet)) return send();
    const keptBack = isFirst;
    isFirst = false;
    const name = events.push('sent');
    try {
      return await send();
    } finally {
      if (keptBack) await secondIsThere;
      else saySecondIsThere();
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

test('who came first is served first, also when the batch before has to be taken apart', async () => {
  await world.useWriter({ batchMax: 2 });
  // Both connections stand, and the deposit is known.
  await Promise.all(['W1', 'W2', 'W3', 'W4'].map((id) => world.hold(id, 1n)));
  let saySecondHasFailed = (): void => undefined;
  const secondHasFailed = new Promise<void>((resolve) => {
    saySecondHasFailed = resolve;
  });
  onPacket(async (packet, send) => {
    if (packet === 'ROLLBACK') {
      // The first batch is heard of while the second gives its rows back: now the third could leave.
      saySecondHasFailed();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return send();
    }
    const result = await send();
    if (packet.includes("'FIRST'")) await secondHasFailed;
    return result;
  });
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
  loseAnswer(isCommit);
  const results = await Promise.all([world.hold('A', 500n), world.hold('B', 499n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed']);
  expect(await world.free()).toBe(0n);
});

test('the first never reached the server: the second does not go ahead of it', async () => {
  await world.hold('FIRST', 1n);
  losePacket(isCommit);
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

test('a deposit that a batch does not move is not remembered as it was only expected', async () => {
  await Promise.all([world.hold('W1', 1n), world.hold('W2', 1n, 'cb')]);
  await Promise.all([world.hold('W3', 1n), world.hold('W4', 1n, 'cb')]);
  let isFirst = true;
  onPacket(async (packet, send) => {
    const isKeptBack = isCommit(packet) && packet.includes("'STALE'") && isFirst;
    if (isKeptBack) isFirst = false;
    try {
      return await send();
    } finally {
      if (isKeptBack) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const bill = { key: 'payment_bill_in_payment', value: 'one bill' };
  const claiming = (paymentId: string, channelId: string) => {
    const unit = holdUnit(paymentId, 1n, channelId);
    return world.writer.commit({ ...unit, claims: [...unit.claims, bill] });
  };
  // The second of the two that want one bill is refused, so that its batch says nothing of its deposit.
  const results = await Promise.all([world.staleHold('STALE', 1n), claiming('B', 'cb'), claiming('A', 'ca')]);
  expect(results.map(({ kind }) => kind)).toEqual(['stale', 'committed', 'clash']);
  expect((await world.hold('C', 1n)).kind).toBe('committed');
});

test('who comes third waits for the first too, though the second has ended', async () => {
  await world.useWriter({ batchMax: 2 });
  await Promise.all(['W1', 'W2', 'W3', 'W4'].map((id) => world.hold(id, 1n)));
  await world.hold('W5', 1n, 'cb');
  let sayThirdIsSent = (): void => undefined;
  const thirdIsSent = new Promise<void>((resolve) => {
    sayThirdIsSent = resolve;
  });
  onPacket(async (packet, send) => {
    if (!isCommit(packet)) return send();
    if (packet.includes("'THIRD'")) sayThirdIsSent();
    try {
      return await send();
    } finally {
      if (packet.includes("'NEVER COMES'")) await thirdIsSent;
    }
  });
  // Money that the first batch expects and that does not come: without it the second of the dear ones is too dear.
  const neverComes = { ...holdJournal(money('NEVER COMES', 0n), AT), postedChange: rupiah(500n) };
  const results = await Promise.all([
    world.hold('X', 1n),
    world.writer.commit(unitOfJournal(neverComes, { updates: () => [ofNobody] })),
    world.hold('DEAR', 900n),
    world.hold('ELSEWHERE', 1n, 'cb'),
    world.hold('ELSEWHERE TOO', 1n, 'cb'),
    world.hold('THIRD', 500n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual([
    'committed',
    'stale',
    'committed',
    'committed',
    'committed',
    'insufficient',
  ]);
});
