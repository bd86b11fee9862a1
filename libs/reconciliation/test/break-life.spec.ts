import {
  assignBreaks,
  breakHistory,
  checkBreakInvariants,
  daysForSettlement,
  describeBreakRefusal,
  investigateBreak,
  missingOn,
  proposeResolution,
  workBreaks,
} from '../src';
import { ANI, CLEARING, DAY, eachTestHasABreakWorld, type BreakWorld } from './break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
});

describe('what a run finds', () => {
  test('each break has an owner and a due time by its kind, in business days', async () => {
    const [differs, missing, declined] = [await world.pay(), await world.pay(), await world.pay('declines')];
    await world.close('001', [
      world.line(differs, { amount: 1n }),
      world.line(declined),
      { ref: 'NOBODYS1', theirRef: 'EBX', amount: 65_000n },
    ]);
    const found = await world.breaks();
    // The 14th is a Tuesday.
    expect(found.map(({ kind, sub, dueAt }) => [kind, sub, dueAt.toISOString()])).toEqual([
      ['status', 'FS', '2026-07-15T11:00:00.000Z'],
      expect.arrayContaining(['2026-07-16T11:00:00.000Z']),
      expect.arrayContaining(['2026-07-16T11:00:00.000Z']),
      ['only_ours', null, '2026-07-17T11:00:00.000Z'],
    ]);
    expect(found.every(({ owner, state }) => owner === 'finance' && state === 'open')).toBe(true);
    expect(found.find(({ kind }) => kind === 'only_ours')?.paymentId).toBe(missing.paymentId);
    await world.expectSound();
  });

  test('the same run worked again finds the same breaks and writes nothing anew', async () => {
    const one = await world.aDayWithAnAmountBreak();
    await workBreaks(world.desk, one.runId);
    await assignBreaks(world.desk, one.runId);
    expect(await world.theBreak()).toEqual(one);
    expect(await world.events(one)).toEqual(['found']);
  });

  test('a further run of the day keeps what people have done, and closes what it no longer finds', async () => {
    const [differs, missing] = [await world.pay(), await world.pay()];
    const difference = world.line(differs, { amount: differs.offer.amount + 500n });
    await world.close('001', [difference]);
    const [amount, onlyOurs] = (await world.breaks()).toSorted((a, b) => a.kind.localeCompare(b.kind));
    if (!amount || !onlyOurs) throw new Error('two breaks are expected');
    await investigateBreak(world.desk, { breakId: amount.breakId, by: ANI, reason: 'asked them by mail' });

    await world.close('002', [world.line(missing), difference]);
    const after = await world.breaks();
    expect(after.find(({ kind }) => kind === 'amount')).toMatchObject({
      breakId: amount.breakId,
      state: 'investigating',
      owner: ANI,
      line: 3,
    });
    expect(after.find(({ kind }) => kind === 'only_ours')).toMatchObject({
      state: 'resolved',
      resolution: 'run',
    });
    const [, closed] = await breakHistory(world.desk.database, onlyOurs.breakId);
    expect(closed).toMatchObject({
      event: 'no longer found',
      by: 'the run',
      evidence: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });

    await world.close('003', [difference]);
    const again = (await world.breaks()).find(({ breakId }) => breakId === onlyOurs.breakId);
    expect(again?.state).toBe('reopened');
    expect(await world.events(onlyOurs)).toEqual(['found', 'no longer found', 'found again']);
    await world.expectSound();
  });

  test('a run that sees a break otherwise makes the proposal for it void', async () => {
    const payment = await world.pay();
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    const approval = await world.proposed(await world.theBreak(), { resolution: 'adjustment' });
    await world.close('002', [world.line(payment, { amount: payment.offer.amount + 700n })]);
    const one = await world.theBreak();
    expect(one).toMatchObject({ state: 'investigating', amount: 700n });
    const refused = await world.approve(approval);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'approval', why: { kind: 'expired' } } });
    expect(await world.owed(CLEARING)).toBe(payment.offer.amount + payment.offer.billerFee);
    await world.expectSound();
  });

  test.each([
    ['the next file lists it', true, 'listed later', 0],
    ['no file of its days lists it', false, 'missing for good', 1],
  ])('a late sale is carried until %s', async (_, isListed, event, left) => {
    world.switch.clock.advance(11.5 * 3_600_000);
    const late = await world.pay();
    await world.close('001', []);
    expect(await world.theBreak()).toMatchObject({ kind: 'late', state: 'carried' });
    for (const day of isListed ? ['2026-07-15'] : ['2026-07-15', '2026-07-16'])
      await world.close('001', isListed ? [world.line(late)] : [], { day });
    const all = await world.breaks();
    const carried = all.find(({ kind }) => kind === 'late');
    expect(carried?.state).toBe('resolved');
    expect(carried && (await world.events(carried)).at(-1)).toBe(event);
    const open = all.filter(({ state }) => state === 'open');
    expect(open).toHaveLength(left);
    if (left > 0)
      expect(open[0]).toMatchObject({ kind: 'only_ours', businessDate: DAY, runDate: '2026-07-16' });
    await world.expectSound();
  });
});

describe('what was booked and is no longer found', () => {
  test('comes back to people, who take the journal back; no run ends it, and it is taken back once', async () => {
    const payment = await world.pay();
    const before = await world.owed(CLEARING);
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    const one = await world.theBreak();
    await world.approve(await world.proposed(one, { resolution: 'adjustment' }));
    expect(await world.owed(CLEARING)).toBe(before + 500n);

    const runId = await world.close('002', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'reopened', runId });
    expect((await world.events(one)).at(-1)).toBe('gone though booked');
    await world.close('003', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'reopened' });
    expect(await world.events(one)).toEqual(['found', 'proposed', 'approved', 'gone though booked']);
    const blind = await proposeResolution(world.desk, {
      breakId: one.breakId,
      resolution: 'adjustment',
      by: ANI,
      reason: 'their file is corrected',
    });
    expect(blind.ok ? '' : describeBreakRefusal(blind.error)).toMatch(
      /500 are booked .* -500 takes that back/,
    );

    await world.approve(await world.proposed(one, { resolution: 'adjustment', amount: -500n }));
    expect(await world.owed(CLEARING)).toBe(before);
    expect(await world.owed('own:loss')).toBe(0n);
    await world.close('004', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'resolved' });
    await world.expectSound();
  });
});

test('a refund that we bore comes back to people when a later file lists the payment after all, and is told once', async () => {
  const payment = await world.pay();
  await world.close('001', []);
  const one = await world.theBreak();
  const approval = await world.proposed(one, { resolution: 'refund', amount: 60_000n, borneBy: 'us' });
  expect(await world.approve(approval)).toMatchObject({ ok: true });
  await world.close('002', [world.line(payment)]);
  expect(await world.theBreak()).toMatchObject({ state: 'reopened' });
  await world.close('003', [world.line(payment)]);
  expect(await world.theBreak()).toMatchObject({ state: 'reopened', resolution: null });
  expect((await world.events(one)).at(-1)).toBe('gone though booked');
  expect((await world.events(one)).filter((event) => event === 'gone though booked')).toHaveLength(1);
  await world.expectSound();
});

test('a leg whose line is only proposed is held, although an older break of it was closed', async () => {
  const payment = await world.pay();
  await world.close('001', []);
  await world.close('002', [world.line(payment)]);
  const { store } = world.switch;
  const legs = [{ paymentId: payment.paymentId, legNo: 1 }];
  expect(await daysForSettlement.resolved(store.database, legs)).toMatchObject(legs);
  await store.admin.run(
    "INSERT INTO break_case SELECT 'brk_p', source, business_date, 'proposed', match_key, line_key, sub, payment_id, leg_no, " +
      "our_amount, our_amount, our_st, 'S', their_ref, line_no, amount, run_id, run_date, 'open', 1, owner, due_at, opened_at, " +
      'NULL, NULL, NULL, NULL FROM break_case',
  );
  expect(await daysForSettlement.resolved(store.database, legs)).toEqual([]);
});

test('what a file left out is missing until somebody has ended the break', async () => {
  const payment = await world.pay();
  await world.close('001', []);
  const tools = { ...world.tools, database: world.switch.store.database, clock: world.switch.clock };
  expect(await missingOn(tools, DAY)).toMatchObject([
    { what: 'lines', legs: 1, amount: payment.offer.amount },
  ]);
  await world.approve(await world.proposed(await world.theBreak(), { resolution: 'refund' }));
  expect(await missingOn(tools, DAY)).toEqual([]);
});

test.each([
  ["UPDATE break_case SET state = 'open'", /its last event led to/],
  ["DELETE FROM break_event WHERE event = 'proposed'", /a line of its history is missing/],
  ["UPDATE approval SET state = 'rejected'", /without two people/],
  ["DELETE FROM journal WHERE kind = 'break_adjustment'", /no journal says so/],
])('I14 finds: %s', async (vandalism, finding) => {
  await world.approve(
    await world.proposed(await world.aDayWithAnAmountBreak(), { resolution: 'adjustment' }),
  );
  await world.switch.store.admin.run(vandalism);
  const verdict = await checkBreakInvariants(world.desk.database);
  expect(verdict.firstCounterExample).toMatch(finding);
});
