import { rupiah } from '#lib/kernel';
import { CommitUnknown } from '#lib/platform';
import {
  BATCH_LIMITS,
  eachTestHasABatchLedger,
  gone,
  holdUnit,
  isCommit,
  loseAnswer,
  losePacket,
  onPacket,
  type BatchWorld,
} from '../../../test/support/batch-world';
import { AT } from '../../../test/support/ledger-world';
import { BatchWriter } from './batch-writer';
import { topUpDeposit } from './deposits';

let world: BatchWorld;
eachTestHasABatchLedger(['ca', 'cb', 'cc'], (ledger) => {
  world = ledger;
});
beforeEach(() => world.store.admin.run('DELETE FROM commit_look'));

/** Whether a packet writes down that rows were looked for. */
const isLook = (packet: string) => packet.includes('commit_look');

/** The first COMMIT of that kind arrives only when the writer has looked for its rows, and found none. */
function comesAfterTheLook(isIt: (packet: string) => boolean): void {
  let late: (() => Promise<unknown>) | undefined;
  let looked = 0;
  onPacket(async (packet, send) => {
    if (isCommit(packet) && isIt(packet) && !late) {
      late = send;
      throw gone();
    }
    const result = await send();
    if (isLook(packet) && late && (looked += 1) === 1) await late();
    return result;
  });
}

test('a packet that arrives after we looked for its rows is found, though it has left the deposit short', async () => {
  await world.hold('FIRST', 1n);
  comesAfterTheLook(() => true);
  expect((await world.hold('A', 600n)).kind).toBe('committed');
  expect(await world.free()).toBe(399n);
});

test('one who is refused beside an accepted one hears of it, also when the answer of the COMMIT was lost', async () => {
  await world.hold('FIRST', 1n);
  loseAnswer((packet) => packet.includes("'OK'"));
  const results = await Promise.all([
    world.hold('BEFORE', 1n),
    world.hold('OK', 1n),
    world.hold('DEAR', 2_000n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'insufficient']);
});

test('a COMMIT whose answer was lost is found, and is not done again', async () => {
  loseAnswer(isCommit);
  const results = await Promise.all([world.hold('A', 1n), world.hold('B', 1n), world.hold('C', 2_000n)]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'insufficient']);
  expect(results[0]).toMatchObject({ deposit: { posted: 1_000n, held: 1n } });
  expect(await world.free()).toBe(998n);
});

test('rows like our own that another process wrote are a clash, not our commit', async () => {
  const other = new BatchWriter(world.store.url, BATCH_LIMITS);
  const sameUnit = () => holdUnit('A', 100n);
  try {
    expect((await other.commit(sameUnit())).kind).toBe('committed');
    expect(await world.writer.commit(sameUnit())).toEqual({ kind: 'clash', key: 'PRIMARY' });
  } finally {
    await other.close();
  }
  expect(await world.free()).toBe(900n);
});

test('a COMMIT that never reached the server is done again', async () => {
  losePacket(isCommit);
  expect((await world.hold('A', 1n)).kind).toBe('committed');
  expect(await world.free()).toBe(999n);
});

test('when it cannot be found out whether a COMMIT happened, the caller is told so', async () => {
  let isGone = false;
  onPacket(async (packet, send) => {
    if (isCommit(packet)) isGone = true;
    if (isGone) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    return send();
  });
  await expect(world.hold('A', 1n)).rejects.toBeInstanceOf(CommitUnknown);
  jest.restoreAllMocks();
  expect(await world.free()).toBe(1_000n);
  expect((await world.hold('B', 1n)).kind).toBe('committed');
});

test('a server that is away before anything was sent is no doubt: nothing was formed', async () => {
  onPacket(async () => {
    throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
  });
  await expect(world.hold('A', 1n)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('what is found is on the disk before anybody is told: the look is a commit of its own', async () => {
  const sent = loseAnswer(isCommit);
  expect((await world.hold('A', 1n)).kind).toBe('committed');
  // Nothing is asked after the look but what the deposit was.
  expect(sent.slice(sent.findIndex(isLook)).map((packet) => packet.slice(0, 6))).toEqual([
    'INSERT',
    'SELECT',
  ]);
  expect(isCommit(sent.find(isLook) ?? '')).toBe(true);
  expect(await world.store.database.rows('SELECT units, found, first_table FROM commit_look')).toMatchObject([
    { units: 1, found: 1, first_table: 'journal' },
  ]);
});

test('a batch in doubt that is cut up stays in doubt: what came late is found in every part', async () => {
  await world.hold('FIRST', 1n);
  comesAfterTheLook((packet) => packet.includes("'BIG'"));
  const results = await Promise.all([
    world.hold('X', 1n),
    world.hold('BIG', 600n),
    world.hold('SMALL', 100n),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'committed']);
  expect(await world.free()).toBe(298n);
});

test('one row of a batch that is there does not vouch for the others', async () => {
  await world.hold('FIRST', 1n);
  const brings = () =>
    topUpDeposit(world.writer, {
      topUpId: 'BRINGS',
      channelId: 'ca',
      amount: rupiah(1_000n),
      businessDate: '2026-07-14',
      at: AT,
    });
  let late: (() => Promise<unknown>) | undefined;
  let tries = 0;
  onPacket(async (packet, send) => {
    if (packet.includes("'BRINGS'") && isCommit(packet)) {
      tries += 1;
      if (tries === 1) {
        late = send;
        throw gone();
      }
      if (tries === 2) {
        await send().catch(() => undefined);
        throw gone();
      }
    }
    const result = await send();
    if (isLook(packet) && tries === 1) await late?.();
    return result;
  });
  // The money that the first packet brings comes late, and seems to come twice: it covers the dear one for a moment.
  const results = await Promise.all([world.hold('X', 1n), brings(), world.hold('DEAR', 2_500n)]);
  expect(tries).toBe(4);
  expect(results.map(({ kind }) => kind)).toEqual(['committed', 'committed', 'insufficient']);
  expect(await world.hasJournal('DEAR')).toBe(false);
});

test("a row that stays locked is nobody's fault: the batch is given back, not cut up", async () => {
  let tries = 0;
  onPacket(async (packet, send) => {
    if (!isCommit(packet)) return send();
    tries += 1;
    throw Object.assign(new Error('lock wait'), { errno: 1205 });
  });
  const results = await Promise.allSettled([world.hold('A', 1n), world.hold('B', 1n), world.hold('C', 1n)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  // Five for the first alone, five for the two that came after it.
  expect(tries).toBe(10);
});

test('what may be there is unknown, what was never sent is not', async () => {
  await world.hold('FIRST', 1n);
  let isGone = false;
  onPacket(async (packet, send) => {
    if (packet.includes("'A'") && isCommit(packet)) isGone = true;
    if (isGone) throw Object.assign(new Error('no way'), { code: 'EHOSTUNREACH', fatal: true });
    return send();
  });
  const results = await Promise.allSettled([world.hold('A', 1n), world.hold('B', 1n)]);
  expect(results[0]).toMatchObject({ status: 'rejected', reason: expect.any(CommitUnknown) });
  expect(results[1]).toMatchObject({ status: 'rejected', reason: { code: 'EHOSTUNREACH' } });
});

test('what was sent in vain five times may yet come: nobody is told that it was not written', async () => {
  await world.hold('FIRST', 1n);
  onPacket(async (packet, send) => {
    if (packet.includes("'A'") && isCommit(packet)) throw gone();
    return send();
  });
  await expect(world.hold('A', 1n)).rejects.toBeInstanceOf(CommitUnknown);
});
