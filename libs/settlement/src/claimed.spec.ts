import { captureJournal } from '#lib/ledger';
import { A1, A2, DAY, eachTestHasHeldDays, NEXT, NEXT_ONLY, type HeldDays } from '../test/held-days';
import { openHeld } from './settlement-rows';

let world: HeldDays;
eachTestHasHeldDays((fresh) => {
  world = fresh;
});

test('a claim that was paid for an unknown sale is taken back when the sale itself is paid', async () => {
  const becomesPaid = await world.payUnknown('their_file');
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -100_000n, suspense: 100_000n });
  await becomesPaid();
  await world.endBreak('status', A1, 'advice');
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
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
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  await world.expectSound();
});

test('a claim that was paid for a sale that they own not to have made is taken back', async () => {
  await world.payUnknown('their_file');
  await world.settled('LPB01');
  await world.mark(A1, 'DECLINED');
  await world.endBreak('status', A1, 'advice');
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -NEXT_ONLY, suspense: 0n });
  expect(await openHeld(world.store.database, 'LPB01')).toEqual([]);
  await world.expectSound();
});

test('a claim that was paid for an unknown sale stays paid where its break ended by a booking', async () => {
  await world.payUnknown('their_file');
  await world.settled('LPB01');
  const { subjectId } = await world.endBreak('status', A1, 'adjustment');
  await world.adjust(subjectId, { 'own:loss': 100_000n, 'biller:LPB01:suspense': -100_000n }, A1);
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_000n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a claim is taken back when the corrected file of its day agrees with the sale, which is paid by then', async () => {
  const becomesPaid = await world.payUnknown('their_file');
  await world.settled('LPB01');
  await becomesPaid();
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
  await world.expectSound();
});

test('a claim is paid once, though a later file makes it again', async () => {
  await world.payUnknown('their_file');
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
  expect(await world.balances()).toEqual({
    clearing: 0n,
    payable: -(100_000n + NEXT_ONLY),
    suspense: 100_000n,
  });
  await world.expectSound();
});

test('a difference that was adjusted before its day was settled by their file is paid', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 98_000n });
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 98_000n, theirs: 98_500n },
  ]);
  const { subjectId } = await world.endBreak('amount', A1, 'adjustment');
  await world.adjust(subjectId, { 'own:loss': 500n, 'biller:LPB01:suspense': -500n }, A1);
  await world.settled('LPB01');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -99_000n, suspense: 0n });
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
    expect(await world.balances()).toEqual({ clearing: 0n, payable: -99_000n, suspense: 500n });
    await world.endBreak('amount', A1, 'counterparty_error');
    await world.nextDay();
    expect(await world.balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
    await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
    await world.settled('LPB01', '2026-07-16');
    expect(await world.balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
    await world.expectSound();
  });

  test('a difference that was paid and then adjusted stays paid, until the adjustment is taken back', async () => {
    await differs();
    await world.settled('LPB01');
    const ended = await world.endBreak('amount', A1, 'adjustment');
    await world.adjust(ended.subjectId, { 'own:loss': 500n, 'biller:LPB01:suspense': -500n }, A1);
    await world.nextDay();
    expect(await world.balances()).toEqual({ clearing: 0n, payable: -(99_000n + NEXT_ONLY), suspense: 0n });

    const { subjectId } = await ended.endAgain('adjustment');
    await world.adjust(subjectId, { 'own:loss': -500n, 'biller:LPB01:suspense': 500n }, A1);
    await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
    await world.settled('LPB01', '2026-07-16');
    expect(await world.balances()).toEqual({ clearing: 0n, payable: -(98_500n + NEXT_ONLY), suspense: 0n });
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
      expect(await world.balances()).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
      await world.endLine(kind, 65_000n, 'counterparty_error', paymentId);
      await world.nextDay();
      expect(await world.balances()).toEqual({
        clearing: 0n,
        payable: -(100_500n + NEXT_ONLY),
        suspense: 0n,
      });
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
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -172_500n, suspense: 72_000n });
  await world.endLine('duplicate', 65_000n, 'counterparty_error', A1);
  await world.nextDay();
  expect(await world.balances()).toEqual({
    clearing: 0n,
    payable: -(107_500n + NEXT_ONLY),
    suspense: 7_000n,
  });
  await world.endLine('duplicate', 7_000n, 'counterparty_error', A1);
  await world.closeRun('LPB01', '2026-07-16', { count: 0, amount: 0n });
  await world.settled('LPB01', '2026-07-16');
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(100_500n + NEXT_ONLY), suspense: 0n });
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
    expect(await world.balances(source)).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
    if (source === 'PDM07') await world.endLine('only_theirs', 65_000n, 'counterparty_error');
  }
  expect(await world.balances('PDM07')).toMatchObject({ payable: -165_500n });
  await world.closeRun('PDM07', NEXT, { count: 0, amount: 0n });
  await world.settled('PDM07', NEXT);
  expect(await world.balances('PDM07')).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  expect(await world.balances('LPB01')).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
  await world.expectSound();
});

test('a claim for a sale gives way to the sale and what their file says beyond it', async () => {
  const becomesPaid = await world.payUnknown('their_file');
  await world.settled('LPB01');
  await becomesPaid();
  await world.closeRun('LPB01', DAY, { count: 0, amount: 0n }, [
    { kind: 'amount', paymentId: A1, ours: 100_000n, theirs: 100_700n },
  ]);
  await world.nextDay();
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -(101_200n + NEXT_ONLY), suspense: 700n });
  await world.expectSound();
});

test('a claim on a day without a sale of ours goes to the one biller that the source speaks for', async () => {
  world.settleOn['LPB01'] = 'their_file';
  await world.sell({ paymentId: A1, amount: 100_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 100_000n });
  await world.settled('LPB01');
  await world.closeRun('LPB01', NEXT, { count: 0, amount: 0n }, [{ kind: 'only_theirs', theirs: 65_000n }]);
  await world.settled('LPB01', NEXT);
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -165_500n, suspense: 65_000n });
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
  expect(await world.balances()).toEqual({ clearing: 0n, payable: -100_500n, suspense: 0n });
  expect(await world.balances('PDM07')).toEqual({ clearing: 0n, payable: -100_500n, suspense: 50_000n });
  await world.expectSound();
});
