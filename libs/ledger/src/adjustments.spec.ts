import { rupiah } from '#lib/kernel';
import { aLedger, AT, type LedgerWorld } from '../../../test/support/ledger-world';
import { adjustDeposit, depositBalance, depositMutations } from './deposits';
import { checkLedgerInvariants } from './invariants';
import type { Adjustment } from './journals';
import { SingleWriter } from './single-writer';

let world: LedgerWorld;
beforeAll(async () => {
  world = await aLedger();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

const wrongTopUp = { subjectId: 'opening ca', kind: 'top_up' } as const;

function adjust(amount: bigint, more: Partial<Adjustment> = {}) {
  const { database } = world.store;
  return adjustDeposit(new SingleWriter(database), database, {
    adjustmentId: 'AJ-1',
    channelId: 'ca',
    amount: rupiah(amount),
    against: 'own:bank',
    reason: 'the bank statement says so',
    businessDate: '2026-07-15',
    at: AT,
    ...more,
  });
}

test.each([
  ['upwards', 250n, 1_250n],
  ['downwards', -250n, 750n],
])('a deposit is put right %s, once, by a journal that names the wrong one', async (_, amount, posted) => {
  expect(await adjust(amount, { about: wrongTopUp })).toEqual({ ok: true, value: { isRepeat: false } });
  const later = new Date(AT.getTime() + 60_000);
  expect(await adjust(amount, { about: wrongTopUp, at: later })).toEqual({
    ok: true,
    value: { isRepeat: true },
  });
  expect((await depositBalance(world.store.database, 'ca')).posted).toBe(posted);
  const query = { channelId: 'ca', from: '2026-07-15', to: '2026-07-15', afterSeq: 0n, rowsMax: 10 };
  expect(await depositMutations(world.store.database, query)).toMatchObject([
    { kind: 'adjustment', amount, balanceAfter: posted, aboutSubjectId: 'opening ca' },
  ]);
  await world.expectSound();
});

test('no adjustment takes more than the deposit has', async () => {
  expect(await adjust(-1_001n)).toEqual({ ok: false, error: { kind: 'insufficient', available: 1_000n } });
  expect(await world.free()).toBe(1_000n);
  await world.expectSound();
});

test.each([
  ['another amount', { amount: rupiah(99n) }],
  ['another reason', { reason: 'another' }],
  ['another account', { against: 'own:loss' }],
])('an id that is used again with %s is refused and moves nothing', async (_, change) => {
  await adjust(100n);
  expect(await adjust(100n, change)).toEqual({ ok: false, error: { kind: 'id used' } });
  expect(await world.free()).toBe(1_100n);
  await world.expectSound();
});

test.each([
  ['an account that is not in the chart', { against: 'own:pocket' }],
  ['a journal that does not exist', { about: { subjectId: 'T0', kind: 'capture' } as const }],
])('%s is refused', async (_, change) => {
  expect(await adjust(100n, change)).toMatchObject({ ok: false, error: { kind: 'unknown' } });
  expect(await world.free()).toBe(1_000n);
});

test('an adjustment of nothing, and one without a reason, are mistakes of the caller', async () => {
  await expect(adjust(0n)).rejects.toThrow(RangeError);
  await expect(adjust(5n, { reason: ' ' })).rejects.toThrow(RangeError);
});

test.each([
  "UPDATE journal SET about_subject_id = 'nothing' WHERE kind = 'adjustment'",
  "UPDATE journal SET reason = 'another' WHERE kind = 'adjustment'",
  "UPDATE journal SET reason = NULL WHERE kind = 'adjustment'",
])('I2 finds: %s', async (vandalism) => {
  await adjust(100n, { about: wrongTopUp });
  await world.store.admin.run(vandalism);
  const verdict = (await checkLedgerInvariants(world.store.database)).find(({ id }) => id === 'I2');
  expect(verdict?.ok).toBe(false);
});
