import { assignBreaks, breakHistory, resolveByAdvice, tendBreaks, workBreaks } from '../src';
import { ANI, eachTestHasABreakWorld, type BreakWorld } from './break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
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
    expect(await world.events(await world.theBreak())).toEqual(['found', 'settled by file']);
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
    expect(await world.events(await world.theBreak())).toEqual(['found', 'settled by file']);
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
    expect(await world.events(one)).toEqual(['found', 'file cannot decide']);
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

  test.each([
    ['states another amount', 1n, 'paid', 'PAID'],
    ['lists it as paid', 0n, 'declined', 'DECLINED'],
  ] as const)(
    'where the file %s and the answer says otherwise, the break stays with people',
    async (_, more, said, end) => {
      const payment = await world.pay('pays and loses the answer');
      const line = world.line(payment, { amount: payment.offer.amount + more });
      const runId = await world.close('001', [line], { work: false });
      await assignBreaks(world.desk, runId);
      const { switch: bank } = world;
      await bank.store.admin.run('UPDATE payment_leg SET next_advice_at = ?', [bank.clock.now()]);
      if (said === 'declined') bank.biller.truth.length = 0;
      bank.biller.adviceSays = said;
      await bank.pass(2);
      expect((await world.paymentOf(payment)).state).toBe(end);
      await tendBreaks(world.desk);
      expect(await world.theBreak()).toMatchObject({ kind: 'status', sub: 'US', state: 'open' });
      await world.expectSound();
    },
  );

  test('absent from the file, a payment of unknown outcome is ended by two people, by its own path', async () => {
    const payment = await world.pay('pays and loses the answer');
    world.switch.biller.truth.length = 0;
    await world.close('001', []);
    const early = await world.proposed(await world.theBreak(), {
      resolution: 'advice_result',
      outcome: 'not_paid',
    });
    expect(await world.approve(early)).toMatchObject({
      ok: false,
      error: { kind: 'payment', why: { kind: 'state', state: 'SUSPECT' } },
    });
    await world.switch.pass(80);
    expect((await world.paymentOf(payment)).state).toBe('UNRESOLVED');
    expect(await world.approve(early)).toMatchObject({ ok: true, value: { isDone: true } });
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
