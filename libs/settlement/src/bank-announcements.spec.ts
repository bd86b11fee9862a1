import { openStops } from '#lib/catalog';
import { rupiah } from '#lib/kernel';
import { depositBalance, topUpDeposit } from '#lib/ledger';
import { aBankWorld, ANI, BUDI, line, type BankWorld } from '../../../test/support/bank-world';
import { announceDeposit, withdrawAnnouncement } from './bank-announcements';
import { listBankClaims } from './bank-claims';

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
  expect(await world.announce('STL-CA017-0715', 'ca017', 5n)).toEqual({
    ok: false,
    error: { kind: 'payout name' },
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

describe('where the deposit has spent a part of what the bank takes back', () => {
  const DEPOSIT = 'channel:ca017:deposit';
  const REFERENCE = 'DEP-CA017-0715';

  /** The channel's top-up of Rp 9.000 has come; of its deposit all but this is reserved for a payment under way. */
  async function spentBut(left: bigint): Promise<void> {
    await world.announce(REFERENCE, 'ca017', 9_000n);
    await world.shows(line(REFERENCE, 9_000n));
    const none = { adminFee: 0n, billerFee: 0n, commission: 0n, subAgentFee: 0n };
    const amount = 100_009_000n - left;
    await world.sell({ paymentId: 'T0TBR00000A1', channelId: 'ca017', amount, ...none, state: 'SUSPECT' });
  }
  const stops = async () =>
    (await openStops(world.store.database)).map(({ scope, stoppedBy }) => [scope, stoppedBy]);

  test('what is there is taken, the channel owes the rest, and its new payments are stopped', async () => {
    await spentBut(4_000n);
    await world.shows(line(REFERENCE, -9_000n, { isReversal: true }));

    expect((await world.outcomes())[1]).toEqual(['taken_back', REFERENCE]);
    expect(await world.balance('channel:ca017:receivable')).toBe(5_000n);
    expect(await world.balance('own:suspense')).toBe(0n);
    expect(await stops()).toEqual([['deposit:ca017', 'worker']]);
    expect(await world.openAlerts()).toEqual(['bank_short deposit:ca017']);
    expect(await listBankClaims(world.store.database)).toMatchObject([
      { channelId: 'ca017', takenBack: 9_000n, fromDeposit: 4_000n, owed: 5_000n, isStopped: true },
    ]);
    expect(await depositBalance(world.store.database, 'ca017')).toMatchObject({ available: 0n });
    await world.expectSound();
  });

  test('people are told anew what is short where the bank takes back more the same day, and once it was released', async () => {
    await world.announce('DEP-CA017-0716', 'ca017', 7_000n);
    await world.shows(line('DEP-CA017-0716', 7_000n));
    await spentBut(4_000n - 7_000n);
    const short = async () => {
      const rows = await world.store.database.rows<{ reason: string; open: number }>(
        "SELECT reason, ended_at IS NULL AS open FROM recon_alert WHERE kind = 'bank_short'",
      );
      return rows.map(({ reason, open }) => [reason.replace(/^the bank took back /, ''), open]);
    };
    await world.shows(line(REFERENCE, -9_000n, { isReversal: true }));
    expect(await short()).toEqual([[`Rp 9.000 of ${REFERENCE}, and the deposit had Rp 4.000`, 1]]);
    await world.store.admin.run("UPDATE recon_alert SET ended_at = raised_at, ended_by = 'released'");

    await world.shows(line('DEP-CA017-0716', -7_000n, { isReversal: true }));

    expect(await short()).toEqual([['Rp 7.000 of DEP-CA017-0716, and the deposit had Rp 0', 1]]);
  });

  test('where nothing is left the channel owes it all', async () => {
    await spentBut(0n);
    await world.shows(line(REFERENCE, -9_000n, { isReversal: true }));

    expect(await world.balance('channel:ca017:receivable')).toBe(9_000n);
    expect(await world.balance(DEPOSIT)).toBe(0n);
    expect(await stops()).toHaveLength(1);
    await world.expectSound();
  });

  test('what is within the credit limit is taken whole, and stops nothing', async () => {
    await spentBut(4_000n);
    await world.store.admin.run("UPDATE deposit SET credit_limit = 5000 WHERE channel_id = 'ca017'");
    await world.shows(line(REFERENCE, -9_000n, { isReversal: true }));

    expect(await world.balance('channel:ca017:receivable')).toBe(0n);
    expect(await depositBalance(world.store.database, 'ca017')).toMatchObject({ available: 0n });
    expect(await stops()).toEqual([]);
    expect(await world.openAlerts()).toEqual([]);
    await world.expectSound();
  });

  test('the same where two people say what was taken back; paid later, it is no claim any more', async () => {
    await spentBut(4_000n);
    await world.shows(line(null, -9_000n, { isReversal: true }));
    expect(await world.balance('own:suspense')).toBe(9_000n);

    expect(await world.name(REFERENCE)).toMatchObject({ ok: true });

    expect(await world.balance('own:suspense')).toBe(0n);
    expect(await world.balance('channel:ca017:receivable')).toBe(5_000n);
    const money = { kind: 'collection', channelId: 'ca017', amount: rupiah(5_000n) } as const;
    await announceDeposit(
      world.store.database,
      { ...money, reference: 'COL-CA017-0716', valueDate: '2026-07-15' },
      { by: ANI, at: new Date('2026-07-15T03:00:00Z') },
    );
    await world.shows(line('COL-CA017-0716', 5_000n));
    expect(await listBankClaims(world.store.database)).toEqual([]);
    await world.expectSound();
  });
});
