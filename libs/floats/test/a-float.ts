import pino from 'pino';
import { rupiah, type Clock } from '#lib/kernel';
import { checkLedgerInvariants, SingleWriter } from '#lib/ledger';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { TestDatabase } from '../../../test/support/database';
import { checkFloatInvariants, FloatRoom, topUpFloat } from '../src/index';

export const SILENT = pino({ enabled: false });
const AT = new Date('2026-07-14T05:00:00Z');
export const LIMITS = { refreshMs: 3_600_000, claimForMs: 3_600_000 };

/** The biller of the tests that we prefund; a bill of its costs Rp 150,000, and its payments may be reversed. */
export const PREFUNDED = 'tirta-jaya';
export const BILL = 150_000n;

/** Makes a biller one that we prefund. */
export async function prefund(
  store: TestDatabase,
  levels: { opening: bigint; low: bigint; stop: bigint },
  billerId = PREFUNDED,
): Promise<void> {
  await store.admin.run('INSERT INTO biller_float (biller_id, low_level, stop_level) VALUES (?, ?, ?)', [
    billerId,
    levels.low,
    levels.stop,
  ]);
  const amount = rupiah(levels.opening);
  await topUpFloat(
    { writer: new SingleWriter(store.database), statements: store.database },
    { reference: `opening:${billerId}`, billerId, amount, at: AT },
  );
}

/** A switch whose water is prefunded; it looks at its floats when the test says so. */
export async function aPrefundedSwitch(levels: {
  opening: bigint;
  low: bigint;
  stop: bigint;
}): Promise<{ world: SwitchWorld; room: FloatRoom; close(): Promise<void> }> {
  let room: FloatRoom | undefined;
  const world = await aSwitch({
    async floatsOf(store) {
      await prefund(store, levels);
      room = await FloatRoom.open(store.database, LIMITS, SILENT);
      return room;
    },
  });
  if (!room) throw new Error('the switch opened no room');
  const opened = room;
  return {
    world,
    room: opened,
    async close() {
      await opened.close();
      await world.close();
    },
  };
}

/** Fails the test unless the books hold, the floats' as well. */
export async function expectSoundFloats(store: TestDatabase): Promise<void> {
  const verdicts = [
    ...(await checkLedgerInvariants(store.database)),
    await checkFloatInvariants(store.database),
  ];
  expect(verdicts.filter(({ ok }) => !ok)).toEqual([]);
}

/** A clock that stands. */
export const STANDING: Clock = { now: () => AT };
