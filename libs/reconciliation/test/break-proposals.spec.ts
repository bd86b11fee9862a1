import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addEvidence,
  daysForSettlement,
  describeBreakRefusal,
  expireProposals,
  proposeBulk,
  proposeResolution,
  rejectProposal,
  reopenBreak,
  resolveAsTheirError,
  takeBreak,
  withdrawProposal,
} from '../src';
import { ANI, BUDI, CITRA, CLEARING, eachTestHasABreakWorld, type BreakWorld } from './break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
});

describe('how people end a break', () => {
  test('an adjustment is booked once, when another person agrees to exactly what was shown', async () => {
    const one = await world.aDayWithAnAmountBreak();
    const before = await world.owed(CLEARING);
    const approval = await world.proposed(one, { resolution: 'adjustment' });
    expect(approval.payload).toMatchObject({
      amount: '500',
      against: 'own:loss',
      billerId: 'pln',
      standsOn: 'clearing',
    });
    expect(await world.approve(approval, ANI)).toMatchObject({
      ok: false,
      error: { kind: 'approval', why: { kind: 'maker is checker' } },
    });
    expect(await world.approve({ ...approval, version: '9' })).toMatchObject({
      ok: false,
      error: { kind: 'approval', why: { kind: 'another version' } },
    });
    expect(await world.owed(CLEARING)).toBe(before);
    const decided = await Promise.all([
      world.approve(approval),
      world.approve(approval, CITRA),
      world.approve(approval),
    ]);
    expect(decided.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.owed(CLEARING)).toBe(before + 500n);
    expect(await world.owed('own:loss')).toBe(-500n);
    expect(await world.theBreak()).toMatchObject({
      state: 'resolved',
      resolution: 'adjustment',
      outcome: 'paid',
    });
    expect(await world.events(one)).toEqual(['found', 'proposed', 'approved']);
    await world.expectSound();
  });

  test('a rejected and a withdrawn proposal leave the break where it is, and can be made anew', async () => {
    const one = await world.aDayWithAnAmountBreak();
    const { approvalId, version } = await world.proposed(one, { resolution: 'write_off' });
    expect(await rejectProposal(world.desk, { approvalId, version, by: ANI })).toMatchObject({ ok: false });
    expect(
      await rejectProposal(world.desk, { approvalId, version, by: BUDI, note: 'ask them first' }),
    ).toMatchObject({ ok: true });
    expect(await world.theBreak()).toMatchObject({ state: 'investigating', approvalId: null });
    const again = await world.proposed(one, { resolution: 'write_off', against: 'own:rounding' });
    expect(await withdrawProposal(world.desk, { approvalId: again.approvalId, by: BUDI })).toMatchObject({
      ok: false,
    });
    expect(await withdrawProposal(world.desk, { approvalId: again.approvalId, by: ANI })).toMatchObject({
      ok: true,
    });
    expect(await world.owed('own:rounding')).toBe(0n);
    await world.expectSound();
  });

  test('a proposal ends by itself after two business days', async () => {
    const one = await world.aDayWithAnAmountBreak();
    const approval = await world.proposed(one, { resolution: 'write_off' });
    // Proposed on Wednesday the 15th, it ends on Friday the 17th at 18:00 in Jakarta.
    expect(approval.expiresAt.toISOString()).toBe('2026-07-17T11:00:00.000Z');
    world.switch.clock.advance(3 * 86_400_000);
    expect(await world.approve(approval)).toMatchObject({
      error: { kind: 'approval', why: { kind: 'expired' } },
    });
    await expireProposals(world.desk);
    expect(await world.theBreak()).toMatchObject({ state: 'investigating' });
    expect(await world.events(one)).toEqual(['found', 'proposed', 'expired']);
    await world.expectSound();
  });

  test('a write-off above the limit needs two checkers, and one of them twice is not two', async () => {
    const payment = await world.pay();
    await world.close('001', [world.line(payment), { ref: 'NOBODYS1', theirRef: 'EBX', amount: 1_000_001n }]);
    const one = await world.theBreak();
    const before = await world.owed(CLEARING);
    const approval = await world.proposed(one, { resolution: 'write_off' });
    expect(await world.approve(approval)).toMatchObject({ ok: true, value: { isDone: false } });
    expect(await world.approve(approval)).toMatchObject({
      error: { kind: 'approval', why: { kind: 'agreed before' } },
    });
    expect(await world.owed(CLEARING)).toBe(before);
    expect(await world.approve(approval, CITRA)).toMatchObject({ ok: true, value: { isDone: true } });
    expect(await world.owed(CLEARING)).toBe(before + 1_000_001n);
    await world.expectSound();
  });

  test('a write-off of the limit itself needs one checker', async () => {
    await world.close('001', [{ ref: 'NOBODYS1', theirRef: 'EBX', amount: 1_000_000n }]);
    const approval = await world.proposed(await world.theBreak(), {
      resolution: 'write_off',
      billerId: 'pln',
    });
    expect(approval.checkersNeeded).toBe(1);
  });

  test('a refund that we bear gives back what was agreed and owes the biller the same; above the limit two must agree', async () => {
    const before = await world.switch.balance();
    const payment = await world.pay();
    await world.close('001', []);
    Object.assign(world.desk.rules, { twoCheckersAbove: 50_000n });
    const one = await world.theBreak();
    const part = { resolution: 'refund', amount: 60_000n } as const;
    const theirs = await world.proposed(one, part);
    expect(theirs.checkersNeeded).toBe(1);
    await withdrawProposal(world.desk, { approvalId: theirs.approvalId, by: ANI });
    const ours = await world.proposed(one, { ...part, borneBy: 'us' });
    expect(ours.checkersNeeded).toBe(2);
    const owed = await world.owed(CLEARING);
    await world.approve(ours);
    expect(await world.approve(ours, CITRA)).toMatchObject({ ok: true, value: { isDone: true } });
    expect((await world.switch.balance()).posted).toBe(before.posted - payment.offer.charge + 60_000n);
    expect(await world.owed(CLEARING)).toBe(owed);
    await world.expectSound();
  });

  test.each([
    ['biller:pln:clearing', 'the account that the difference stands on'],
    ['biller:pln:payable', 'what is settled'],
    ['own:bank', 'the bank'],
    ['channel:demo:commission', 'what a channel earns'],
    ['biller:pdam-tirta:suspense', 'another biller'],
  ])('an adjustment is not booked against %s: %s', async (against) => {
    const one = await world.aDayWithAnAmountBreak();
    const refused = await proposeResolution(world.desk, {
      breakId: one.breakId,
      resolution: 'adjustment',
      by: ANI,
      reason: 'letter 114',
      against,
    });
    expect(refused.ok ? '' : describeBreakRefusal(refused.error)).toMatch(
      /take own:loss, own:rounding, own:suspense, biller:pln:suspense: --against/,
    );
  });

  test('what is in dispute is not booked where the next settlement pays it; what was kept back is given from there', async () => {
    const one = await world.aDayWithAnAmountBreak();
    const suspense = 'biller:pln:suspense';
    const wanted = { resolution: 'adjustment', against: suspense } as const;
    const propose = (amount?: bigint) =>
      proposeResolution(world.desk, {
        ...wanted,
        ...(amount !== undefined && { amount }),
        breakId: one.breakId,
        by: ANI,
        reason: 'letter 114',
      });
    const before = await world.owed(CLEARING);
    for (const amount of [undefined, 1n, 500n]) {
      const refused = await propose(amount);
      expect(refused.ok ? '' : describeBreakRefusal(refused.error)).toMatch(/in dispute is not paid/);
    }

    await world.approve(await world.proposed(one, { ...wanted, amount: -300n }));
    expect(await world.owed(CLEARING)).toBe(before - 300n);
    expect(
      await reopenBreak(world.desk, { breakId: one.breakId, by: ANI, reason: 'they answered' }),
    ).toMatchObject({ ok: true });
    expect(await propose(301n)).toMatchObject({ ok: false });
    await world.approve(await world.proposed(one, { ...wanted, amount: 300n }));

    expect(await world.owed(CLEARING)).toBe(before);
    expect(await world.owed(suspense)).toBe(0n);
    await world.expectSound();
  });

  test('whatever it is called, what gives up more than the limit needs two checkers', async () => {
    await world.close('001', [{ ref: 'NOBODYS1', theirRef: 'EBX', amount: 1_000_001n }]);
    const one = await world.theBreak();
    const adjustment = { resolution: 'adjustment', billerId: 'pln' } as const;
    const claim = await world.proposed(one, {
      ...adjustment,
      amount: -1_000_001n,
      against: 'biller:pln:suspense',
    });
    expect(claim.checkersNeeded).toBe(1);
    await withdrawProposal(world.desk, { approvalId: claim.approvalId, by: ANI });
    const loss = await world.proposed(one, adjustment);
    expect(loss.checkersNeeded).toBe(2);
    expect(await world.approve(loss)).toMatchObject({ ok: true, value: { isDone: false } });
    expect(await world.owed(CLEARING)).toBe(0n);
    expect(await world.approve(loss, CITRA)).toMatchObject({ ok: true, value: { isDone: true } });
    await world.expectSound();
  });

  test('what the biller has nothing of is refunded at its cost, up to the charge', async () => {
    const before = await world.switch.balance();
    const payment = await world.pay();
    await world.close('001', []);
    const approval = await world.proposed(await world.theBreak(), { resolution: 'refund' });
    expect(approval.payload).toMatchObject({ amount: payment.offer.amount.toString(), borneBy: 'biller' });
    expect(await world.approve(approval)).toMatchObject({ ok: true });
    expect((await world.switch.balance()).posted).toBe(
      before.posted - payment.offer.charge + payment.offer.amount,
    );
    expect(await world.owed(CLEARING)).toBe(payment.offer.billerFee);
    expect(await world.theBreak()).toMatchObject({ resolution: 'refund', outcome: 'not_paid' });
    await world.expectSound();
  });

  test('what the biller has cancelled goes back whole: principal and every fee share', async () => {
    const before = await world.switch.balance();
    const payment = await world.pay();
    const { leg, offer } = payment;
    world.switch.biller.truth.push({
      biller: 'pln',
      legReference: leg.reference,
      amount: offer.amount.toString(),
      kind: 'reversed',
    });
    await world.close('001', [world.line(payment, { status: 'RV' })]);
    const one = await world.theBreak();
    expect(one).toMatchObject({ kind: 'status', sub: 'SF' });
    expect(await world.approve(await world.proposed(one, { resolution: 'reversal' }))).toMatchObject({
      ok: true,
    });
    expect((await world.paymentOf(payment)).state).toBe('REVERSED');
    expect(await world.switch.balance()).toEqual(before);
    expect(await world.owed(CLEARING)).toBe(0n);
    await world.expectSound();
  });

  test('a repeated line is their mistake at once; anything else needs what they wrote', async () => {
    const payment = await world.pay();
    await world.close('001', [
      world.line(payment),
      world.line(payment),
      { ref: 'NOBODYS1', theirRef: 'EBX', amount: 65_000n },
    ]);
    const [repeated, onlyTheirs] = (await world.breaks()).toSorted((a, b) => a.kind.localeCompare(b.kind));
    if (!repeated || !onlyTheirs) throw new Error('two breaks are expected');
    const why = { by: ANI, reason: 'asked for a corrected file' };
    expect(await resolveAsTheirError(world.desk, { breakId: repeated.breakId, ...why })).toMatchObject({
      ok: true,
    });
    expect(await resolveAsTheirError(world.desk, { breakId: onlyTheirs.breakId, ...why })).toMatchObject({
      ok: false,
    });
    const letter = join(world.home, 'letter.pdf');
    await writeFile(letter, 'they regret');
    const kept = await addEvidence(world.desk, { breakId: onlyTheirs.breakId, by: ANI, file: letter });
    expect(kept.ok).toBe(true);
    expect(await resolveAsTheirError(world.desk, { breakId: onlyTheirs.breakId, ...why })).toMatchObject({
      ok: true,
    });
    expect(
      await reopenBreak(world.desk, {
        breakId: onlyTheirs.breakId,
        by: BUDI,
        reason: 'the corrected file did not come',
      }),
    ).toMatchObject({ ok: true, value: { state: 'reopened', owner: BUDI } });
    await world.expectSound();
  });

  test('while a proposal waits nobody changes the break under the eyes of the checker', async () => {
    const one = await world.aDayWithAnAmountBreak();
    const approval = await world.proposed(one, { resolution: 'adjustment' });
    expect(await takeBreak(world.desk, { breakId: one.breakId, by: CITRA })).toMatchObject({
      ok: false,
      error: { kind: 'state', state: 'proposed' },
    });
    expect(
      await proposeResolution(world.desk, {
        breakId: one.breakId,
        resolution: 'refund',
        by: CITRA,
        reason: 'x',
      }),
    ).toMatchObject({ ok: false });
    expect(await world.approve(approval)).toMatchObject({ ok: true });
  });

  test('many breaks end by one decision about their count and sum, all of them or none', async () => {
    const payments = [await world.pay(), await world.pay(), await world.pay()];
    await world.close(
      '001',
      payments.map((payment, at) =>
        world.line(payment, { amount: payment.offer.amount + 100n * BigInt(at + 1) }),
      ),
    );
    const before = await world.owed(CLEARING);
    const bulk = await proposeBulk(world.desk, {
      query: { kind: 'amount' },
      resolution: 'write_off',
      by: ANI,
      reason: 'too small to chase',
    });
    if (!bulk.ok) throw new Error(describeBreakRefusal(bulk.error));
    expect(bulk.value.payload).toMatchObject({ count: 3, sum: '600' });
    const decided = await Promise.all([world.approve(bulk.value), world.approve(bulk.value, CITRA)]);
    expect(decided.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.owed(CLEARING)).toBe(before + 600n);
    expect((await world.breaks()).every(({ state }) => state === 'resolved')).toBe(true);
    await world.expectSound();
  });
});

test('two that are proposed as one are confirmed by two people, and the leg counts as paid', async () => {
  const payment = await world.pay();
  await world.close('001', []);
  const { store } = world.switch;
  await store.admin.run(
    "UPDATE break_case SET kind = 'proposed', sub = 'hint', their_st = 'S', their_amount = our_amount",
  );
  const one = await world.theBreak();
  const legs = [{ paymentId: payment.paymentId, legNo: 1 }];
  expect(await daysForSettlement.resolved(store.database, legs)).toEqual([]);
  const before = await world.owed(CLEARING);
  const approval = await world.proposed(one, { resolution: 'confirmation' });
  expect(await world.approve(approval, ANI)).toMatchObject({ ok: false });
  expect(await world.approve(approval)).toMatchObject({ ok: true, value: { isDone: true } });
  expect(await world.theBreak()).toMatchObject({ resolution: 'confirmation', outcome: 'paid' });
  expect(await world.owed(CLEARING)).toBe(before);
  expect(await daysForSettlement.resolved(store.database, legs)).toMatchObject(legs);
  await world.expectSound();
});

test('two that are proposed as one and do not state one amount are not confirmed', async () => {
  await world.pay();
  await world.close('001', []);
  await world.switch.store.admin.run(
    "UPDATE break_case SET kind = 'proposed', sub = 'hint', their_st = 'S', their_amount = our_amount + 1",
  );
  const { breakId } = await world.theBreak();
  const refused = await proposeResolution(world.desk, {
    breakId,
    resolution: 'confirmation',
    by: ANI,
    reason: 'the same customer',
  });
  expect(refused.ok ? '' : describeBreakRefusal(refused.error)).toMatch(/paid, with one amount/);
});
