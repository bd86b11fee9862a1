import { bookJournal, captureJournal, reversalJournal, unitOfJournalWithoutDeposit } from '#lib/ledger';
import { rupiah } from '#lib/kernel';
import { aSettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { draftSettlement } from './draft';
import { settleDay } from './settle-day';
import { settleDue } from './settle-due';
import { linesOf, openHeld } from './settlement-rows';

const DAY = '2026-07-14';
const NEXT = '2026-07-15';
const A1 = 'T0TBR00000A1';
const A2 = 'T0TBR00000A2';

let world: SettlementWorld;
beforeAll(async () => {
  world = await aSettlementWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

async function balances(biller = 'LPB01') {
  const [clearing, payable, suspense] = await Promise.all(
    ['clearing', 'payable', 'suspense'].map((account) => world.balance(`biller:${biller}:${account}`)),
  );
  return { clearing, payable, suspense };
}

/** Moves what we owe a biller, as an adjustment or a write-off of a break does. */
async function adjust(subjectId: string, postings: Record<string, bigint>, paymentId?: string) {
  const journal = bookJournal({
    subjectId,
    kind: 'break_adjustment',
    businessDate: NEXT,
    postings: Object.entries(postings).map(([accountId, amount]) => ({ accountId, amount: rupiah(amount) })),
    at: world.clock.now(),
    ...(paymentId ? { about: { subjectId: paymentId, kind: 'capture' as const } } : {}),
  });
  const result = await world.tools.writer.commit(unitOfJournalWithoutDeposit(journal));
  if (result.kind !== 'committed') throw new Error(result.kind);
}

/** The day after, with one sale of its own that agrees. */
async function nextDay(): Promise<string> {
  await world.sell({ paymentId: 'T0TBR00000N1', amount: 10_000n, businessDate: NEXT });
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 10_000n });
  return (await world.settled('LPB01', NEXT)).settlementId;
}

/** What the sale of the next day alone gives its biller. */
const NEXT_ONLY = 10_500n;

test('a late sale that the corrected file of its own day lists is paid with the next day', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'late', paymentId: A1, ours: 100_000n },
  ]);
  await world.settled('LPB01');
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
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
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
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
  const settlementId = await nextDay();
  expect(await linesOf(world.store.database, settlementId)).toContainEqual(
    expect.objectContaining({ kind: 'rounding', origin: 'late', amount: 50n }),
  );
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_550n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

async function payUnknown(settleOn: 'ours' | 'their_file' | 'agreed'): Promise<() => Promise<void>> {
  world.settleOn['LPB01'] = settleOn;
  const money = await world.sell({ paymentId: A1, amount: 100_000n, state: 'SUSPECT' });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    {
      kind: 'status',
      sub: 'US',
      paymentId: A1,
      ours: 100_000n,
      theirs: 100_000n,
      ourStatus: 'U',
    },
  ]);
  return async () => {
    await world.book(captureJournal(money, world.clock.now()));
    await world.mark(A1, 'PAID');
  };
}

test('a claim that was paid for an unknown sale is taken back when the sale itself is paid', async () => {
  const becomesPaid = await payUnknown('their_file');
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -100_000n, suspense: 100_000n });
  await becomesPaid();
  await world.endBreak('status', A1, 'advice');
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a claim that is taken back on the day that pays its sale moves the money, though its biller is owed nothing', async () => {
  world.settleOn['LPB01'] = 'their_file';
  const money = await world.sell({ paymentId: A1, amount: 100_000n, state: 'SUSPECT' });
  const finding = { kind: 'status', sub: 'US', paymentId: A1, ours: 100_000n, theirs: 100_500n } as const;
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [{ ...finding, ourStatus: 'U' }]);
  await world.settled('LPB01');
  await world.book(captureJournal(money, world.clock.now()));
  await world.mark(A1, 'PAID');
  await world.endBreak('status', A1, 'advice');
  await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n });
  expect(await world.settled('LPB01', NEXT)).toMatchObject({ state: 'closed' });
  expect(await balances()).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  await world.expectSound();
});

test('a claim that was paid for a sale that they own not to have made is taken back', async () => {
  await payUnknown('their_file');
  await world.settled('LPB01');
  await world.mark(A1, 'DECLINED');
  await world.endBreak('status', A1, 'advice');
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -NEXT_ONLY, suspense: 0n });
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  await world.expectSound();
});

test('a claim that was paid for an unknown sale stays paid where its break ended by a booking', async () => {
  await payUnknown('their_file');
  await world.settled('LPB01');
  const { subjectId } = await world.endBreak('status', A1, 'adjustment');
  await adjust(subjectId, { 'own:loss': 100_000n, 'biller:LPB01:suspense': -100_000n }, A1);
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_000n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale without an end on the day it is settled, by our books, is paid once it has one', async () => {
  const becomesPaid = await payUnknown('ours');
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: 0n, suspense: 0n });
  await becomesPaid();
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale without an end whose break was ended before its day was settled is paid once it has one', async () => {
  const becomesPaid = await payUnknown('agreed');
  await world.endBreak('status', A1, 'counterparty_error');
  await world.settled('LPB01');
  await becomesPaid();
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a claim is taken back when the corrected file of its day agrees with the sale, which is paid by then', async () => {
  const becomesPaid = await payUnknown('their_file');
  await world.settled('LPB01');
  await becomesPaid();
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a sale that they call failed is held back, and nothing is claimed for it', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  const found = { kind: 'status', sub: 'SF', paymentId: A1, ours: 100_000n, theirs: 100_000n };
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [{ ...found, theirStatus: 'F' }]);
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: -100_500n, payable: 0n, suspense: 0n });
  await world.expectSound();
});

test('a claim is paid once, though a later file makes it again', async () => {
  await payUnknown('their_file');
  await world.settled('LPB01');
  await world.sell({ paymentId: 'T0TBR00000N1', amount: 10_000n, businessDate: NEXT });
  const again = {
    kind: 'status',
    sub: 'US',
    paymentId: A1,
    ours: 100_000n,
    theirs: 100_000n,
    ourStatus: 'U',
  };
  await world.closeRun('LPB01', NEXT, { count: 1, amount: 10_000n }, [again]);
  await world.settled('LPB01', NEXT);
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_000n + NEXT_ONLY), suspense: 100_000n });
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
  expect(await balances()).toEqual({ clearing: -98_500n, payable: 0n, suspense: 0n });
  await world.expectSound();
});

test.each([
  ['agreed', 'waits while the file of its own day is worked', 0n],
  ['ours', 'waits for no file', 100_500n],
] as const)('a sale that was held back under "%s" %s', async (settleOn, _, paid) => {
  const becomesPaid = await payUnknown(settleOn);
  await world.settled('LPB01');
  await becomesPaid();
  await world.store.admin.run(
    "INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ('LPB01', ?, 'in', 1, 'staged', '{}', NOW())",
    [DAY],
  );
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await nextDay();
  expect((await balances()).payable).toBe(-(paid + NEXT_ONLY));
  await world.expectSound();
});

test('a difference that was adjusted before its day was settled by their file is paid', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 98_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
  ]);
  const { subjectId } = await world.endBreak('amount', A1, 'adjustment');
  await adjust(subjectId, { 'own:loss': 500n, 'biller:LPB01:suspense': -500n }, A1);
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -99_000n, suspense: 0n });
  await world.expectSound();
});

describe('what their file claims beyond our books', () => {
  const AMOUNT = { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n };

  async function differs(): Promise<void> {
    world.settleOn['LPB01'] = 'their_file';
    await world.sell({ paymentId: A1, amount: 98_000n });
    await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [AMOUNT]);
  }

  test('a difference that they own to is taken back, once, where it was paid before', async () => {
    await differs();
    await world.settled('LPB01');
    expect(await balances()).toEqual({ clearing: 0n, payable: -99_000n, suspense: 500n });
    await world.endBreak('amount', A1, 'counterparty_error');
    await nextDay();
    expect(await balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
    await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
    await world.settled('LPB01', '2026-07-16');
    expect(await balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
    await world.expectSound();
  });

  test('a difference that was paid and then adjusted stays paid, until the adjustment is taken back', async () => {
    await differs();
    await world.settled('LPB01');
    const ended = await world.endBreak('amount', A1, 'adjustment');
    await adjust(ended.subjectId, { 'own:loss': 500n, 'biller:LPB01:suspense': -500n }, A1);
    await nextDay();
    expect(await balances()).toEqual({ clearing: 0n, payable: -(99_000n + NEXT_ONLY), suspense: 0n });

    const { subjectId } = await ended.endAgain('adjustment');
    await adjust(subjectId, { 'own:loss': -500n, 'biller:LPB01:suspense': 500n }, A1);
    await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
    await world.settled('LPB01', '2026-07-16');
    expect(await balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
    await world.expectSound();
  });

  test.each([
    ['a doubled line', 'duplicate', A1],
    ['a line for a sale that we do not know', 'only_theirs', undefined],
  ])(
    '%s that they own to is taken back where it was paid before, and else not paid',
    async (_, kind, paymentId) => {
      world.settleOn['LPB01'] = 'their_file';
      await world.sell({ paymentId: A1, amount: 100_000n });
      const line = (theirs: bigint) => ({
        kind,
        theirs,
        ...(paymentId ? { paymentId, ours: 100_000n } : {}),
      });
      await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n }, [line(65_000n), line(7_000n)]);
      await world.endLine(kind, 7_000n, 'counterparty_error', paymentId);
      await world.settled('LPB01');
      expect(await balances()).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
      await world.endLine(kind, 65_000n, 'counterparty_error', paymentId);
      await nextDay();
      expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
      await world.expectSound();
    },
  );
});

test('of several lines that were paid each is taken back by its own end, and once', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  const line = (theirs: bigint) => ({ kind: 'duplicate', theirs, paymentId: A1, ours: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n }, [line(65_000n), line(7_000n)]);
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -172_500n, suspense: 72_000n });
  await world.endLine('duplicate', 65_000n, 'counterparty_error', A1);
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(107_500n + NEXT_ONLY), suspense: 7_000n });
  await world.endLine('duplicate', 7_000n, 'counterparty_error', A1);
  await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
  await world.settled('LPB01', '2026-07-16');
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('claims and billers of another source are its own: no settlement of ours takes them up', async () => {
  const sources = ['PDM07', 'LPB01'] as const;
  for (const source of sources) {
    world.settleOn[source] = 'their_file';
    await world.sell({ paymentId: source === 'PDM07' ? A2 : A1, source, amount: 100_000n });
    const findings = [{ kind: 'only_theirs', theirs: 65_000n }];
    await world.closeRun(source, DAY, { count: 1, amount: 100_000n }, findings);
    await world.settled(source);
    expect(await balances(source)).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
    if (source === 'PDM07') await world.endLine('only_theirs', 65_000n, 'counterparty_error');
  }
  expect(await balances('PDM07')).toMatchObject({ payable: -165_500n });
  await world.closeRun('PDM07', NEXT, { count: 0, amount: 0n });
  await world.settled('PDM07', NEXT);
  expect(await balances('PDM07')).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  expect(await balances('LPB01')).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
  await world.expectSound();
});

test('a claim for a sale gives way to the sale and what their file says beyond it', async () => {
  const becomesPaid = await payUnknown('their_file');
  await world.settled('LPB01');
  await becomesPaid();
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 100_000n, theirs: 100_700n },
  ]);
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(101_200n + NEXT_ONLY), suspense: 700n });
  await world.expectSound();
});

test('a claim on a day without a sale of ours goes to the one biller that the source speaks for', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.settled('LPB01');
  await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n }, [{ kind: 'only_theirs', theirs: 65_000n }]);
  await world.settled('LPB01', NEXT);
  expect(await balances()).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
  await world.expectSound();
});

test('a line that names no sale of ours is nobody’s where its source speaks for several billers', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.sell({ paymentId: A2, amount: 50_000n, billerId: 'PDM07' });
  await world.closeRun('LPB01', DAY, { count: 2, amount: 150_000n }, [
    { kind: 'only_theirs', theirs: 65_000n },
    { kind: 'duplicate', paymentId: A2, ours: 50_000n, theirs: 50_000n },
  ]);
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  expect(await balances('PDM07')).toEqual({ clearing: 0n, payable: -100_500n, suspense: 50_000n });
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
  expect(await balances()).toEqual({ clearing: 0n, payable: 0n, suspense: 0n });
  expect(await world.balance('own:rounding')).toBe(0n);
  await world.expectSound();
});

test('what was booked about a sale that is undone before it entered is settled all the same', async () => {
  const money = await world.sell({ paymentId: A1, amount: 75_000n });
  await adjust('brk_1-2', { 'own:loss': 500n, 'biller:LPB01:clearing': -500n }, A1);
  await world.book(reversalJournal(money, NEXT, world.clock.now()));
  await world.mark(A1, 'REVERSED');
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n });
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -500n, suspense: 0n });
  await world.expectSound();
});

test('what is booked about a sale that is held back waits with it, and enters with it', async () => {
  await world.sell({ paymentId: A1, amount: 98_000n });
  await adjust('ADJ-7', { 'own:loss': 700n, 'biller:LPB01:clearing': -700n }, A1);
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
  ]);
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: -99_200n, payable: 0n, suspense: 0n });
  await nextDay();
  expect(await balances()).toEqual({ clearing: -99_200n, payable: -NEXT_ONLY, suspense: 0n });
  await world.endBreak('amount', A1, 'counterparty_error');
  await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
  await world.settled('LPB01', '2026-07-16');
  expect(await balances()).toEqual({ clearing: 0n, payable: -(99_200n + NEXT_ONLY), suspense: 0n });
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
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -NEXT_ONLY, suspense: 0n });
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  const waiting = 'SELECT 1 FROM clearing_change WHERE settlement_id IS NULL';
  expect(await world.store.database.rows(waiting)).toEqual([]);
  await world.expectSound();
});

test('what is booked about a sale before its day is settled is settled with it', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await adjust('ADJ-8', { 'own:loss': 700n, 'biller:LPB01:clearing': -700n }, A1);
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.settled('LPB01');
  expect(await balances()).toEqual({ clearing: 0n, payable: -101_200n, suspense: 0n });
  await world.expectSound();
});

test('a sale whose break people have ended waits for no corrected file of its own day', async () => {
  const becomesPaid = await payUnknown('agreed');
  await world.settled('LPB01');
  await becomesPaid();
  await world.endBreak('status', A1, 'advice');
  await world.store.admin.run(
    "INSERT INTO recon_job (source, business_date, direction, seq, state, evidence, updated_at) VALUES ('LPB01', ?, 'in', 1, 'staged', '{}', NOW())",
    [DAY],
  );
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await nextDay();
  expect(await balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a journal between two billers is settled by both, and what stops one source stops no other', async () => {
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.sell({ paymentId: A2, source: 'PDM07', amount: 100_000n });
  await adjust('ADJ-1', { 'biller:LPB01:clearing': 700n, 'biller:PDM07:clearing': -700n });
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
  expect(await balances()).toEqual({ clearing: 0n, payable: -99_800n, suspense: 0n });
  expect(await balances('PDM07')).toEqual({ clearing: 0n, payable: -101_200n, suspense: 0n });
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
