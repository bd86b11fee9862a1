import { rupiah } from '#lib/kernel';
import { topUpDeposit } from '#lib/ledger';
import { aBankWorld, BUDI, line, type BankWorld } from '../../../test/support/bank-world';
import { withdrawAnnouncement } from './bank-announcements';

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('a bad announcement is refused, and one that stands already stops no other line', async () => {
  expect(await world.announce('DEP-CA071-0715', 'ca071', 5n)).toMatchObject({
    error: { kind: 'unknown channel' },
  });
  await world.store.admin.run(
    `INSERT INTO bank_expected (reference, kind, channel_id, amount, value_date, announced_by, announced_at)
     VALUES ('DEP-CA071-0715', 'top_up', 'ca071', 7000, '2026-07-15', 'ani', '2026-07-15 03:00:00')`,
  );
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  await world.shows(line('DEP-CA071-0715', 7_000n), line('DEP-CA017-0715', 9_000n));
  expect(await world.outcomes()).toEqual([
    ['unnamed', null],
    ['matched', 'DEP-CA017-0715'],
  ]);
  await world.expectSound();
});

test.each([
  ['2026-07-15T16:59:59Z', 'matched', 0n],
  ['2026-07-15T17:00:01Z', 'proposed', -9_000n],
])('money announced at %s, when its day ended at 17:00Z, is %s by itself', async (at, outcome, suspense) => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n, new Date(at));
  await world.shows(line('DEP-CA017-0715', 9_000n));
  expect(await world.outcomes()).toEqual([[outcome, 'DEP-CA017-0715']]);
  expect(await world.balance('own:suspense')).toBe(suspense);
  // Two people may say what it is, however late it was announced.
  if (outcome === 'proposed') expect(await world.name('DEP-CA017-0715')).toMatchObject({ ok: true });
  expect(await world.balance('own:suspense')).toBe(0n);
  await world.expectSound();
});

test('announced money is withdrawn while it has not come, and books nothing afterwards', async () => {
  const { database } = world.store;
  const at = world.clock.now();
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  const order = { reference: 'DEP-CA017-0715', by: BUDI, at };
  expect(await withdrawAnnouncement(database, order)).toMatchObject({ ok: true });
  await world.shows(line('DEP-CA017-0715', 9_000n));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  await world.announce('DEP-CA017-0716', 'ca017', 9_000n);
  await world.shows(line('DEP-CA017-0716', 9_000n));
  expect(await withdrawAnnouncement(database, { ...order, reference: 'DEP-CA017-0716' })).toMatchObject({
    error: { kind: 'ended', outcome: 'matched' },
  });
});

test('a top-up that was booked by hand under the reference is not booked again, and its line is ended', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  const money = { channelId: 'ca017', amount: rupiah(9_000n), businessDate: '2026-07-15' };
  await topUpDeposit(world.tools.writer, { ...money, topUpId: 'DEP-CA017-0715', at: world.clock.now() });
  await world.shows(line('DEP-CA017-0715', 9_000n), line('DEP-CA017-0715', 9_000n));
  expect(await world.outcomes()).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['unnamed', null],
  ]);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_009_000n);
  await world.expectSound();
});

test('a line is not the money that was booked by hand under its reference with another amount', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  const money = { channelId: 'ca017', amount: rupiah(8_000n), businessDate: '2026-07-15' };
  await topUpDeposit(world.tools.writer, { ...money, topUpId: 'DEP-CA017-0715', at: world.clock.now() });
  await world.shows(line('DEP-CA017-0715', 9_000n));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  expect(await world.balance('own:suspense')).toBe(-9_000n);
  await world.expectSound();
});

test('a hint proposes announced money of its amount that has not come, and nothing else', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  const hint = 'DEP-CA017-0715';
  await world.shows(line(null, 8_000n, { hint }), line(null, 9_000n, { hint }));
  expect(await world.outcomes()).toEqual([
    ['unnamed', null],
    ['proposed', hint],
  ]);
  expect(await world.name(hint, 2)).toMatchObject({ ok: true });
  await world.shows(line(null, 9_000n, { hint }));
  expect((await world.outcomes())[2]).toEqual(['unnamed', null]);
  await world.expectSound();
});

test('a deposit that the bank takes back is taken back once, and people are told', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  await world.shows(line('DEP-CA017-0715', 9_000n));
  const back = line('DEP-CA017-0715', -9_000n, { isReversal: true });
  await world.shows(back, back);
  expect(await world.outcomes()).toEqual([
    ['matched', 'DEP-CA017-0715'],
    ['taken_back', 'DEP-CA017-0715'],
    ['reopened', 'DEP-CA017-0715'],
  ]);
  expect(world.told.map(({ kind }) => kind)).toEqual(['bank_taken_back', 'bank_taken_back']);
  // The second one takes nothing back that we know of: it waits.
  expect(await world.openAlerts()).toEqual([`bank_taken_back ${world.where(2)}`]);
  expect(await world.balance('channel:ca017:deposit')).toBe(-100_000_000n);
  expect(await world.balance('own:suspense')).toBe(9_000n);
  await world.expectSound();
});

test('a deposit that is spent already does not cover what the bank takes back: it waits for people', async () => {
  await world.announce('DEP-CA017-0715', 'ca017', 9_000n);
  await world.shows(line('DEP-CA017-0715', 9_000n));
  await world.store.admin.run("UPDATE deposit SET held = posted WHERE channel_id = 'ca017'");
  await world.shows(line('DEP-CA017-0715', -9_000n, { isReversal: true }));
  expect((await world.outcomes())[1]).toEqual(['reopened', 'DEP-CA017-0715']);
  expect(world.told).toHaveLength(1);
  expect(await world.name('DEP-CA017-0715')).toMatchObject({ error: { kind: 'insufficient' } });
  await world.store.admin.run("UPDATE deposit SET held = 0 WHERE channel_id = 'ca017'");
  expect(await world.name('DEP-CA017-0715')).toMatchObject({ ok: false, error: { kind: 'proposal' } });
});
