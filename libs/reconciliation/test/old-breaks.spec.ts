import { noteOldBreaks, openAlerts, tellOldBreaks } from '../src';
import { ANI, CITRA, DAY, eachTestHasABreakWorld, type BreakWorld } from './break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
});

describe('what is open for more than 30 business days', () => {
  const DAY_MS = 86_400_000;
  const told = async () => {
    const orders: string[] = [];
    const old = await tellOldBreaks(world.desk, async (_, { today }) => void orders.push(today));
    return old && { ...old, orders };
  };
  const alerts = async () =>
    (await openAlerts(world.desk.database)).filter(({ kind }) => kind === 'old_breaks');
  /** The clock moves on to that time in Jakarta. */
  const goTo = (instant: string) =>
    world.switch.clock.advance(Date.parse(instant) - world.switch.clock.now().getTime());

  test('is told the manager once a week with the list, until the note stands in its history', async () => {
    const one = await world.aDayWithAnAmountBreak();
    // 25 August is 30 business days after Tuesday, 14 July.
    goTo('2026-08-25T20:00:00+07:00');
    expect(await told()).toBeUndefined();

    goTo('2026-08-26T08:00:00+07:00');
    expect(await told()).toEqual({
      today: '2026-08-26',
      count: 1,
      amount: 500n,
      oldest: DAY,
      orders: ['2026-08-26'],
    });
    expect(await told()).toBeUndefined();
    goTo('2026-08-31T07:59:00+07:00');
    expect(await told()).toBeUndefined();
    goTo('2026-08-31T08:00:00+07:00');
    expect(await told()).toMatchObject({ today: '2026-08-31', count: 1 });
    expect((await alerts()).map(({ businessDate, owner }) => [businessDate, owner])).toEqual([
      ['2026-08-24', 'the manager of finance'],
      ['2026-08-31', 'the manager of finance'],
    ]);

    const noted = await noteOldBreaks(world.desk, { by: CITRA, reason: 'their lawyer answers by October' });
    expect(noted).toEqual({ ok: true, value: { count: 1, amount: 500n } });
    expect(await alerts()).toEqual([]);
    expect(await world.events(one)).toEqual(['found', 'manager noted']);
    expect(await told()).toBeUndefined();
    world.switch.clock.advance(7 * DAY_MS);
    expect(await told()).toMatchObject({ today: '2026-09-07' });
    await world.expectSound();
  });

  test('is noted only by a manager, and only where there is something that old', async () => {
    await world.aDayWithAnAmountBreak();
    const note = (by: string) => noteOldBreaks(world.desk, { by, reason: 'they are slow' });
    expect(await note(CITRA)).toMatchObject({ ok: false, error: { kind: 'needs' } });
    goTo('2026-09-01T09:00:00+07:00');
    world.desk.rules = { ...world.desk.rules, old: { ...world.desk.rules.old, managers: [CITRA] } };
    expect(await note(ANI)).toMatchObject({ ok: false, error: { kind: 'needs' } });
    expect(await noteOldBreaks(world.desk, { by: CITRA, reason: ' ' })).toMatchObject({ ok: false });
    expect(await note(CITRA)).toMatchObject({ ok: true });
  });

  test('is counted over all days with its sum and its oldest date, and what has ended is not', async () => {
    const payments = [await world.pay(), await world.pay()];
    const differing = payments.map((payment, at) =>
      world.line(payment, { amount: payment.offer.amount + 500n + BigInt(at) }),
    );
    await world.close('001', differing);
    await world.close('001', [{ ref: 'NOBODYS1', theirRef: 'EBX', amount: 65_000n }], { day: '2026-07-15' });
    const ended = (await world.breaks()).find(({ amount }) => amount === 501n);
    await world.switch.store.admin.run("UPDATE break_case SET state = 'resolved' WHERE break_id = ?", [
      ended?.breakId ?? '',
    ]);
    goTo('2026-09-01T09:00:00+07:00');
    expect(await told()).toMatchObject({ count: 2, amount: 65_500n, oldest: DAY });
  });

  test('is told again where the list could not be ordered', async () => {
    await world.aDayWithAnAmountBreak();
    goTo('2026-09-01T09:00:00+07:00');
    const failing = tellOldBreaks(world.desk, () => Promise.reject(new Error('no answer')));
    await expect(failing).rejects.toThrow('no answer');
    expect(await alerts()).toEqual([]);
    expect(await told()).toMatchObject({ count: 1 });
  });

  test('what was told ends by itself once nothing is that old any more', async () => {
    const payment = await world.pay();
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    goTo('2026-09-01T09:00:00+07:00');
    expect(await told()).toMatchObject({ count: 1 });
    await world.close('002', [world.line(payment)]);
    expect(await told()).toBeUndefined();
    expect(await alerts()).toEqual([]);
  });
});
