import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Approval } from '#lib/audit';
import {
  addEvidence,
  approveProposal,
  assignBreaks,
  breakHistory,
  checkBreakInvariants,
  daysForSettlement,
  describeBreakRefusal,
  expireProposals,
  investigateBreak,
  missingOn,
  proposeBulk,
  proposeResolution,
  rejectProposal,
  reopenBreak,
  resolveAsTheirError,
  resolveByAdvice,
  ruleRuns,
  takeBreak,
  tendBreaks,
  withdrawProposal,
  workBreaks,
  type Break,
  type BreakProposal,
} from '../src';
import { aBreakWorld, ANI, BUDI, CITRA, DAY, type BreakWorld } from './break-world';

const CLEARING = 'biller:pln:clearing';

let world: BreakWorld;
beforeEach(async () => {
  world = await aBreakWorld();
});
afterEach(() => world.end());

async function proposed(
  one: Break,
  more: Partial<BreakProposal> & Pick<BreakProposal, 'resolution'>,
): Promise<Approval> {
  const result = await proposeResolution(world.desk, {
    breakId: one.breakId,
    by: ANI,
    reason: 'agreed in their letter of 15 July',
    ...more,
  });
  if (!result.ok) throw new Error(describeBreakRefusal(result.error));
  return result.value;
}

function approve({ approvalId, version }: Approval, by: string = BUDI) {
  return approveProposal(world.desk, { approvalId, version, by });
}

async function events({ breakId }: Break): Promise<string[]> {
  return (await breakHistory(world.desk.database, breakId)).map(({ event }) => event);
}

/** A day with one difference of Rp 500: they say more than we have. */
async function aDayWithAnAmountBreak(): Promise<Break> {
  const payment = await world.pay();
  await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
  return world.theBreak();
}

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
    const one = await aDayWithAnAmountBreak();
    await workBreaks(world.desk, one.runId);
    await assignBreaks(world.desk, one.runId);
    expect(await world.theBreak()).toEqual(one);
    expect(await events(one)).toEqual(['found']);
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
    expect(await events(onlyOurs)).toEqual(['found', 'no longer found', 'found again']);
    await world.expectSound();
  });

  test('a run that sees a break otherwise makes the proposal for it void', async () => {
    const payment = await world.pay();
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    const approval = await proposed(await world.theBreak(), { resolution: 'adjustment' });
    await world.close('002', [world.line(payment, { amount: payment.offer.amount + 700n })]);
    const one = await world.theBreak();
    expect(one).toMatchObject({ state: 'investigating', amount: 700n });
    const refused = await approve(approval);
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
    expect(carried && (await events(carried)).at(-1)).toBe(event);
    const open = all.filter(({ state }) => state === 'open');
    expect(open).toHaveLength(left);
    if (left > 0)
      expect(open[0]).toMatchObject({ kind: 'only_ours', businessDate: DAY, runDate: '2026-07-16' });
    await world.expectSound();
  });
});

describe('what a file may decide', () => {
  test('a suspect that the file lists as paid is settled by the file, and its break ends with it', async () => {
    const payment = await world.pay('pays and loses the answer');
    expect(payment.state).toBe('SUSPECT');
    const runId = await world.close('001', [world.line(payment)]);
    expect(await world.paymentOf(payment)).toMatchObject({
      state: 'PAID',
      billerReference: `EB${payment.leg.reference}`,
    });
    expect(await world.theBreak()).toMatchObject({ state: 'resolved', resolution: 'file', outcome: 'paid' });
    expect((await world.switch.balance()).held).toBe(0n);
    await workBreaks(world.desk, runId);
    expect(await events(await world.theBreak())).toEqual(['found', 'settled by file']);
    await world.expectSound();
  });

  test('a process that ends between the steps is followed by one that finishes them, once', async () => {
    const payment = await world.pay('pays and loses the answer');
    const runId = await world.close('001', [world.line(payment)], { work: false });
    await assignBreaks(world.desk, runId);
    expect((await world.paymentOf(payment)).state).toBe('SUSPECT');
    await world.switch.store.admin.run('UPDATE recon_run SET breaks_at = NULL');
    await Promise.all([tendBreaks(world.desk), tendBreaks(world.desk)]);
    expect((await world.paymentOf(payment)).state).toBe('PAID');
    expect(await events(await world.theBreak())).toEqual(['found', 'settled by file']);
    await world.expectSound();
  });

  test('another amount, a contradiction and an order to reverse keep the file from deciding, and people see why', async () => {
    const payment = await world.pay('pays and loses the answer');
    world.switch.biller.adviceSays = 'no such payment';
    await world.switch.pass(6);
    world.switch.biller.adviceSays = 'unknown';
    await world.close('001', [world.line(payment)]);
    const one = await world.theBreak();
    expect(one.state).toBe('open');
    const [, told] = await breakHistory(world.desk.database, one.breakId);
    expect(told?.reason).toMatch(/the biller has said otherwise: no such payment/);
    expect((await world.paymentOf(payment)).state).toBe('SUSPECT');
    await workBreaks(world.desk, one.runId);
    expect(await events(one)).toEqual(['found', 'file cannot decide']);
    await world.expectSound();
  });

  test.each([
    ['approves', '99', 'SF', 'PAID'],
    ['declines', '00', 'FS', 'DECLINED'],
    ['pays and loses the answer', '99', 'UF', 'SUSPECT'],
  ] as const)(
    'ours that %s against their %s is a break of %s and moves no money',
    async (behaviour, status, sub, state) => {
      const payment = await world.pay(behaviour);
      const before = await world.switch.balance();
      await world.close('001', [world.line(payment, { status })]);
      expect(await world.theBreak()).toMatchObject({ kind: 'status', sub, state: 'open' });
      expect((await world.paymentOf(payment)).state).toBe(state);
      expect(await world.switch.balance()).toEqual(before);
      await world.expectSound();
    },
  );

  test('where an answer and the file agree, nobody has to', async () => {
    const payment = await world.pay('pays and loses the answer');
    await world.close('001', [world.line(payment, { status: '99' })]);
    const one = await world.theBreak();
    expect(await resolveByAdvice(world.desk, { breakId: one.breakId, by: ANI })).toMatchObject({
      error: { kind: 'needs checker' },
    });
    const { switch: bank } = world;
    await bank.store.admin.run('UPDATE payment_leg SET next_advice_at = ?', [bank.clock.now()]);
    bank.biller.truth.length = 0;
    bank.biller.adviceSays = 'declined';
    await bank.pass(2);
    expect((await world.paymentOf(payment)).state).toBe('DECLINED');
    await tendBreaks(world.desk);
    expect(await world.theBreak()).toMatchObject({
      state: 'resolved',
      resolution: 'advice',
      outcome: 'not_paid',
    });
    await world.expectSound();
  });

  test('absent from the file, a payment of unknown outcome is ended by two people, by its own path', async () => {
    const payment = await world.pay('pays and loses the answer');
    world.switch.biller.truth.length = 0;
    await world.close('001', []);
    const early = await proposed(await world.theBreak(), {
      resolution: 'advice_result',
      outcome: 'not_paid',
    });
    expect(await approve(early)).toMatchObject({
      ok: false,
      error: { kind: 'payment', why: { kind: 'state', state: 'SUSPECT' } },
    });
    await world.switch.pass(80);
    expect((await world.paymentOf(payment)).state).toBe('UNRESOLVED');
    expect(await approve(early)).toMatchObject({ ok: true, value: { isDone: true } });
    expect((await world.paymentOf(payment)).state).toBe('DECLINED');
    expect(await world.theBreak()).toMatchObject({
      state: 'resolved',
      outcome: 'not_paid',
      resolution: 'advice_result',
    });
    expect((await world.switch.balance()).held).toBe(0n);
    await world.expectSound();
  });
});

describe('how people end a break', () => {
  test('an adjustment is booked once, when another person agrees to exactly what was shown', async () => {
    const one = await aDayWithAnAmountBreak();
    const before = await world.owed(CLEARING);
    const approval = await proposed(one, { resolution: 'adjustment' });
    expect(approval.payload).toMatchObject({
      amount: '500',
      against: 'own:loss',
      billerId: 'pln',
      standsOn: 'clearing',
    });
    expect(await approve(approval, ANI)).toMatchObject({
      ok: false,
      error: { kind: 'approval', why: { kind: 'maker is checker' } },
    });
    expect(await approve({ ...approval, version: '9' })).toMatchObject({
      ok: false,
      error: { kind: 'approval', why: { kind: 'another version' } },
    });
    expect(await world.owed(CLEARING)).toBe(before);
    const decided = await Promise.all([approve(approval), approve(approval, CITRA), approve(approval)]);
    expect(decided.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.owed(CLEARING)).toBe(before + 500n);
    expect(await world.owed('own:loss')).toBe(-500n);
    expect(await world.theBreak()).toMatchObject({
      state: 'resolved',
      resolution: 'adjustment',
      outcome: 'paid',
    });
    expect(await events(one)).toEqual(['found', 'proposed', 'approved']);
    await world.expectSound();
  });

  test('a rejected and a withdrawn proposal leave the break where it is, and can be made anew', async () => {
    const one = await aDayWithAnAmountBreak();
    const { approvalId, version } = await proposed(one, { resolution: 'write_off' });
    expect(await rejectProposal(world.desk, { approvalId, version, by: ANI })).toMatchObject({ ok: false });
    expect(
      await rejectProposal(world.desk, { approvalId, version, by: BUDI, note: 'ask them first' }),
    ).toMatchObject({ ok: true });
    expect(await world.theBreak()).toMatchObject({ state: 'investigating', approvalId: null });
    const again = await proposed(one, { resolution: 'write_off', against: 'own:rounding' });
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
    const one = await aDayWithAnAmountBreak();
    const approval = await proposed(one, { resolution: 'write_off' });
    // Proposed on Wednesday the 15th, it ends on Friday the 17th at 18:00 in Jakarta.
    expect(approval.expiresAt.toISOString()).toBe('2026-07-17T11:00:00.000Z');
    world.switch.clock.advance(3 * 86_400_000);
    expect(await approve(approval)).toMatchObject({ error: { kind: 'approval', why: { kind: 'expired' } } });
    await expireProposals(world.desk);
    expect(await world.theBreak()).toMatchObject({ state: 'investigating' });
    expect(await events(one)).toEqual(['found', 'proposed', 'expired']);
    await world.expectSound();
  });

  test('a write-off above the limit needs two checkers, and one of them twice is not two', async () => {
    const payment = await world.pay();
    await world.close('001', [world.line(payment), { ref: 'NOBODYS1', theirRef: 'EBX', amount: 1_000_001n }]);
    const one = await world.theBreak();
    const before = await world.owed(CLEARING);
    const approval = await proposed(one, { resolution: 'write_off' });
    expect(await approve(approval)).toMatchObject({ ok: true, value: { isDone: false } });
    expect(await approve(approval)).toMatchObject({
      error: { kind: 'approval', why: { kind: 'agreed before' } },
    });
    expect(await world.owed(CLEARING)).toBe(before);
    expect(await approve(approval, CITRA)).toMatchObject({ ok: true, value: { isDone: true } });
    expect(await world.owed(CLEARING)).toBe(before + 1_000_001n);
    await world.expectSound();
  });

  test.each([
    ['biller:pln:clearing', 'the account that the difference stands on'],
    ['biller:pln:payable', 'what is settled'],
    ['own:bank', 'the bank'],
    ['channel:demo:commission', 'what a channel earns'],
    ['biller:pdam-tirta:suspense', 'another biller'],
  ])('an adjustment is not booked against %s: %s', async (against) => {
    const one = await aDayWithAnAmountBreak();
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

  test('whatever it is called, what gives up more than the limit needs two checkers', async () => {
    await world.close('001', [{ ref: 'NOBODYS1', theirRef: 'EBX', amount: 1_000_001n }]);
    const one = await world.theBreak();
    const adjustment = { resolution: 'adjustment', billerId: 'pln' } as const;
    const claim = await proposed(one, { ...adjustment, against: 'biller:pln:suspense' });
    expect(claim.checkersNeeded).toBe(1);
    await withdrawProposal(world.desk, { approvalId: claim.approvalId, by: ANI });
    const loss = await proposed(one, adjustment);
    expect(loss.checkersNeeded).toBe(2);
    expect(await approve(loss)).toMatchObject({ ok: true, value: { isDone: false } });
    expect(await world.owed(CLEARING)).toBe(0n);
    expect(await approve(loss, CITRA)).toMatchObject({ ok: true, value: { isDone: true } });
    await world.expectSound();
  });

  test('what the biller has nothing of is refunded at its cost, up to the charge', async () => {
    const before = await world.switch.balance();
    const payment = await world.pay();
    await world.close('001', []);
    const approval = await proposed(await world.theBreak(), { resolution: 'refund' });
    expect(approval.payload).toMatchObject({ amount: payment.offer.amount.toString(), borneBy: 'biller' });
    expect(await approve(approval)).toMatchObject({ ok: true });
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
    expect(await approve(await proposed(one, { resolution: 'reversal' }))).toMatchObject({ ok: true });
    expect((await world.paymentOf(payment)).state).toBe('REVERSED');
    expect(await world.switch.balance()).toEqual(before);
    expect(await world.owed(CLEARING)).toBe(0n);
    await world.expectSound();
  });

  test('a paid payment is not sent again, and the refusal says what to do instead', async () => {
    await world.pay();
    await world.close('001', []);
    const { breakId } = await world.theBreak();
    const refused = await proposeResolution(world.desk, {
      breakId,
      resolution: 'resend',
      by: ANI,
      reason: 'the bill is open',
    });
    expect(refused.ok ? '' : describeBreakRefusal(refused.error)).toMatch(
      /cannot be sent again.*refund or reversal/,
    );
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
    const one = await aDayWithAnAmountBreak();
    const approval = await proposed(one, { resolution: 'adjustment' });
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
    expect(await approve(approval)).toMatchObject({ ok: true });
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
    const decided = await Promise.all([approve(bulk.value), approve(bulk.value, CITRA)]);
    expect(decided.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.owed(CLEARING)).toBe(before + 600n);
    expect((await world.breaks()).every(({ state }) => state === 'resolved')).toBe(true);
    await world.expectSound();
  });
});

describe('what was booked and is no longer found', () => {
  test('comes back to people, who take the journal back; no run ends it, and it is taken back once', async () => {
    const payment = await world.pay();
    const before = await world.owed(CLEARING);
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    const one = await world.theBreak();
    await approve(await proposed(one, { resolution: 'adjustment' }));
    expect(await world.owed(CLEARING)).toBe(before + 500n);

    const runId = await world.close('002', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'reopened', runId });
    expect((await events(one)).at(-1)).toBe('gone though booked');
    await world.close('003', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'reopened' });
    const blind = await proposeResolution(world.desk, {
      breakId: one.breakId,
      resolution: 'adjustment',
      by: ANI,
      reason: 'their file is corrected',
    });
    expect(blind.ok ? '' : describeBreakRefusal(blind.error)).toMatch(
      /500 are booked .* -500 takes that back/,
    );

    await approve(await proposed(one, { resolution: 'adjustment', amount: -500n }));
    expect(await world.owed(CLEARING)).toBe(before);
    expect(await world.owed('own:loss')).toBe(0n);
    await world.close('004', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'resolved' });
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
  const approval = await proposed(one, { resolution: 'confirmation' });
  expect(await approve(approval, ANI)).toMatchObject({ ok: false });
  expect(await approve(approval)).toMatchObject({ ok: true, value: { isDone: true } });
  expect(await world.theBreak()).toMatchObject({ resolution: 'confirmation', outcome: 'paid' });
  expect(await world.owed(CLEARING)).toBe(before);
  expect(await daysForSettlement.resolved(store.database, legs)).toMatchObject(legs);
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
  await approve(await proposed(await world.theBreak(), { resolution: 'refund' }));
  expect(await missingOn(tools, DAY)).toEqual([]);
});

describe('what rules end by themselves', () => {
  test('small differences are written off against rounding, once, and the run tells how many and how much', async () => {
    const payment = await world.pay();
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    const runId = await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    expect(await world.theBreak()).toMatchObject({ state: 'resolved', resolution: 'write_off' });
    expect(await world.owed('own:rounding')).toBe(-500n);
    await workBreaks(world.desk, runId);
    expect(await world.owed('own:rounding')).toBe(-500n);
    expect(await ruleRuns(world.desk, runId)).toMatchObject([{ closed: 1, amount: 500n, isStopped: false }]);
    await world.expectSound();
  });

  test('a break that moves under the hands of a rule keeps none of the others open, nor does a busy writer', async () => {
    const payments = [await world.pay(), await world.pay()];
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    const runId = await world.close(
      '001',
      payments.map((payment) => world.line(payment, { amount: payment.offer.amount + 500n })),
      { work: false },
    );
    const { writer } = world.desk;
    let calls = 0;
    const commit = writer.commit.bind(writer);
    const busy = jest.spyOn(writer, 'commit').mockImplementation(async (unit) => {
      calls += 1;
      if (calls > 1) return { kind: 'overloaded' };
      const [moved] = await world.breaks();
      if (moved) await takeBreak(world.desk, { breakId: moved.breakId, by: ANI });
      return commit(unit);
    });
    await workBreaks(world.desk, runId);
    expect((await world.breaks()).map(({ state }) => state)).toEqual(['open', 'open']);
    expect(await ruleRuns(world.desk, runId)).toEqual([]);
    busy.mockRestore();
    await tendBreaks(world.desk);
    expect((await world.breaks()).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(await ruleRuns(world.desk, runId)).toMatchObject([{ closed: 2, amount: 1_000n }]);
    expect(await world.owed('own:rounding')).toBe(-1_000n);
    await world.expectSound();
  });

  test('a rule that would close more than one per cent of the run closes nothing and says so', async () => {
    const payment = await world.pay();
    world.terms.auto = [{ kind: 'amount', max: 100_000n, resolve: 'write_off' }];
    const runId = await world.close('001', [world.line(payment, { amount: payment.offer.amount + 2_000n })]);
    expect(await world.theBreak()).toMatchObject({ state: 'open' });
    expect(await ruleRuns(world.desk, runId)).toMatchObject([{ closed: 0, amount: 2_000n, isStopped: true }]);
    expect(await world.owed('own:rounding')).toBe(0n);
  });
});

test.each([
  ["UPDATE break_case SET state = 'open'", /its last event led to/],
  ["DELETE FROM break_event WHERE event = 'proposed'", /a line of its history is missing/],
  ["UPDATE approval SET state = 'rejected'", /without two people/],
  ["DELETE FROM journal WHERE kind = 'break_adjustment'", /no journal says so/],
])('I14 finds: %s', async (vandalism, finding) => {
  await approve(await proposed(await aDayWithAnAmountBreak(), { resolution: 'adjustment' }));
  await world.switch.store.admin.run(vandalism);
  const verdict = await checkBreakInvariants(world.desk.database);
  expect(verdict.firstCounterExample).toMatch(finding);
});
