import { reversalJournal } from '#lib/ledger';
import { A1, A2, DAY, eachTestHasHeldDays, NEXT, NEXT_ONLY, type HeldDays } from '../test/held-days';
import { draftSettlement } from './draft';
import { settleDay } from './settle-day';
import { settleDue } from './settle-due';
import { linesOf, openHeld } from './settlement-rows';

let world: HeldDays;
eachTestHasHeldDays((fresh) => {
  world = fresh;
});

test('a late sale that the corrected file of its own day lists is paid with the next day', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'late', paymentId: A1, ours: 100_000n },
  ]);
  await world.settled('LPB01');
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('while an earlier day is worked anew the next one waits: its run may have taken in what that day found late', async () => {
  const { admin, database } = world.store;
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'late', paymentId: A1, ours: 100_000n },
  ]);
  await world.sell({ paymentId: 'T0TBR00000N1', amount: 10_000n, businessDate: NEXT });
  await world.closeRun('LPB01', NEXT, { count: 2, amount: 110_000n }, [], [A1]);
  await admin.run(
    `INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at)
     VALUES ('LPB01', ?, 'in', 1, 'staged', '{}', ?)`,
    [DAY, world.clock.now()],
  );
  expect(await settleDue(world.tools, ['LPB01'])).toEqual([]);
  expect(await settleDay(world.tools, 'LPB01', NEXT)).toEqual({
    ok: false,
    error: { kind: 'earlier day open', businessDate: DAY },
  });
  expect(await database.rows('SELECT * FROM settlement')).toEqual([]);

  await admin.run("UPDATE recon_job SET state = 'archived'");
  const days = await settleDue(world.tools, ['LPB01']);
  expect(days.map(({ businessDate }) => businessDate)).toEqual([DAY, NEXT]);
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test.each(['quarantined', 'failed', 'waiting'])(
  'a closed day is not settled while its correction is %s: what it says counts, or people let it go',
  async (state) => {
    const { admin, database } = world.store;
    await world.sell({ paymentId: A1, amount: 100_000n });
    await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
    await admin.run(
      `INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at)
       VALUES ('LPB01', ?, 'in', 1, ?, '{}', ?)`,
      [DAY, state, world.clock.now()],
    );
    expect(await settleDue(world.tools, ['LPB01'])).toEqual([]);
    expect(await settleDay(world.tools, 'LPB01', DAY)).toEqual({
      ok: false,
      error: { kind: 'not reconciled' },
    });
    expect(await database.rows('SELECT * FROM settlement')).toEqual([]);

    await admin.run("UPDATE recon_job SET state = 'archived'");
    await world.settled('LPB01');
    await world.expectSound();
  },
);

test('what the corrected file states otherwise within tolerance is rounding when it is paid', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'late', paymentId: A1, ours: 100_000n },
  ]);
  await world.settled('LPB01');
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n }, [
    { kind: 'matched_tol', paymentId: A1, ours: 100_000n, theirs: 100_050n },
  ]);
  const settlementId = await world.nextDay();
  expect(await linesOf(world.store.database, settlementId)).toContainEqual(
    expect.objectContaining({ kind: 'rounding', origin: 'late', amount: 50n }),
  );
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_550n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale without an end on the day it is settled, by our books, is paid once it has one', async () => {
  const becomesPaid = await world.payUnknown('ours');
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: 0n, suspense: 0n });
  await becomesPaid();
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale without an end whose break was ended before its day was settled is paid once it has one', async () => {
  const becomesPaid = await world.payUnknown('agreed');
  await world.endBreak('status', A1, 'counterparty_error');
  await world.settled('LPB01');
  await becomesPaid();
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale that they call failed is held back, and nothing is claimed for it', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  const found = { kind: 'status', sub: 'SF', paymentId: A1, ours: 100_000n, theirs: 100_000n };
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [{ ...found, theirStatus: 'F' }]);
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: -100_500n, payable: 0n, suspense: 0n });
  await world.expectSound();
});

test('what a run says of a line beside its sale does not let the sale enter', async () => {
  await world.sell({ paymentId: A1, amount: 98_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
    { kind: 'duplicate', paymentId: A1, ours: 98_000n, theirs: 98_500n },
    { kind: 'clearing', paymentId: A1, ours: 98_000n },
  ]);
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: -98_500n, payable: 0n, suspense: 0n });
  await world.expectSound();
});

test.each([
  ['agreed', 'waits while the file of its own day is worked', 0n],
  ['ours', 'waits for no file', 100_500n],
] as const)('a sale that was held back under "%s" %s', async (settleOn, _, paid) => {
  const becomesPaid = await world.payUnknown(settleOn);
  await world.settled('LPB01');
  await becomesPaid();
  await world.store.admin.run(
    "INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ('LPB01', ?, 'in', 1, 'staged', '{}', NOW())",
    [DAY],
  );
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.nextDay();
  expect((await world.balances()).payable).toBe(-(paid + NEXT_ONLY));
  await world.expectSound();
});

test('a sale that was undone since the run has no rounding', async () => {
  const money = await world.sell({ paymentId: A1, amount: 75_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 75_000n }, [
    { kind: 'matched_tol', paymentId: A1, ours: 75_000n, theirs: 75_150n },
  ]);
  await world.book(reversalJournal(money, NEXT, world.clock.now()));
  await world.mark(A1, 'REVERSED');
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: 0n, suspense: 0n });
  expect(await world.balance('own:rounding')).toBe(0n);
  await world.expectSound();
});

test('what was booked about a sale that is undone before it entered is settled all the same', async () => {
  const money = await world.sell({ paymentId: A1, amount: 75_000n });
  await world.adjust('brk_1-2', { 'own:loss': 500n, 'biller:LPB01:clearing': -500n }, A1);
  await world.book(reversalJournal(money, NEXT, world.clock.now()));
  await world.mark(A1, 'REVERSED');
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n });
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -500n, suspense: 0n });
  await world.expectSound();
});

test('what is booked about a sale that is held back waits with it, and enters with it', async () => {
  await world.sell({ paymentId: A1, amount: 98_000n });
  await world.adjust('ADJ-7', { 'own:loss': 700n, 'biller:LPB01:clearing': -700n }, A1);
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
  ]);
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: -99_200n, payable: 0n, suspense: 0n });
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: -99_200n, payable: -NEXT_ONLY, suspense: 0n });
  await world.endBreak('amount', A1, 'counterparty_error');
  await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
  await world.settled('LPB01', '2026-07-16');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(99_200n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale that is undone while it is held back waits for nothing any more, nor does what undid it', async () => {
  const money = await world.sell({ paymentId: A1, amount: 98_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
  ]);
  await world.settled('LPB01');
  await world.book(reversalJournal(money, NEXT, world.clock.now()));
  await world.mark(A1, 'REVERSED');
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -NEXT_ONLY, suspense: 0n });
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  const waiting = 'SELECT 1 FROM clearing_change WHERE settlement_id IS NULL';
  expect(await world.store.database.rows(waiting)).toEqual([]);
  await world.expectSound();
});

test('what is booked about a sale before its day is settled is settled with it', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.adjust('ADJ-8', { 'own:loss': 700n, 'biller:LPB01:clearing': -700n }, A1);
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -101_200n, suspense: 0n });
  await world.expectSound();
});

test('a sale whose break people have ended waits for no corrected file of its own day', async () => {
  const becomesPaid = await world.payUnknown('agreed');
  await world.settled('LPB01');
  await becomesPaid();
  await world.endBreak('status', A1, 'advice');
  await world.store.admin.run(
    "INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ('LPB01', ?, 'in', 1, 'staged', '{}', NOW())",
    [DAY],
  );
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a journal between two billers is settled by both, and what stops one source stops no other', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.sell({ paymentId: A2, source: 'PDM07', amount: 100_000n });
  await world.adjust('ADJ-1', { 'biller:LPB01:clearing': 700n, 'biller:PDM07:clearing': -700n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.closeRun('PDM07', DAY, { count: 1, amount: 100_000n });
  const { settleOn } = world.tools;
  const tools = {
    ...world.tools,
    settleOn: (source: string, date: string) => {
      if (source === 'LPB01') throw new Error('its contract cannot be read');
      return settleOn(source, date);
    },
  };
  const days = await settleDue(tools, ['LPB01', 'PDM07']);
  expect(days.map(({ source, businessDate, result }) => [source, businessDate, result.ok])).toEqual([
    ['LPB01', DAY, false],
    ['PDM07', DAY, true],
  ]);
  await settleDue(world.tools, ['LPB01', 'PDM07']);
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -99_800n, suspense: 0n });
  expect(await world.balances('PDM07')).toEqual({ clearing: 0n, payable: -101_200n, suspense: 0n });
  await world.expectSound();
});

test.each([
  [
    'its run counts no more',
    "UPDATE recon_run SET effective_date = NULL, state = 'superseded'",
    "UPDATE recon_run SET effective_date = business_date, state = 'closed'",
  ],
  [
    'a corrected file is being worked',
    "INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ('LPB01', '2026-07-14', 'in', 1, 'staged', '{}', NOW())",
    'DELETE FROM recon_job',
  ],
])('a day that was read is not drafted where meanwhile %s', async (_, meanwhile, mended) => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  const { database, contracts, clock, reconciled } = world.tools;
  const [day] = await reconciled.closedDays(database, 'LPB01', DAY);
  if (!day) throw new Error('no closed day');
  const figures = {
    day,
    settleOn: 'agreed' as const,
    payments: 0,
    entries: [],
    items: [],
    held: [],
    released: [],
    changes: [],
    billers: new Map(),
    channels: new Map(),
    dueDate: '2026-07-15',
  };
  await world.store.admin.run(meanwhile);
  expect(await draftSettlement(database, reconciled, figures, contracts, clock.now())).toBe(false);
  expect(await database.rows('SELECT 1 FROM settlement')).toEqual([]);
  await world.store.admin.run(mended);
  await world.settled('LPB01');
});
