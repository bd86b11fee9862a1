import type { ManualClock } from '#lib/kernel';
import { openAlerts, ruleRuns, takeBreak, tendBreaks, workBreaks } from '../src';
import { ANI, eachTestHasABreakWorld, type BreakWorld } from './break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
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

  test('a difference above the cap of a rule stays with people', async () => {
    const payments = [await world.pay(), await world.pay()];
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    const runId = await world.close(
      '001',
      payments.map((payment, at) =>
        world.line(payment, { amount: payment.offer.amount + 1_000n + BigInt(at) }),
      ),
    );
    const states = new Map((await world.breaks()).map(({ amount, state }) => [amount, state]));
    expect(states).toEqual(
      new Map([
        [1_000n, 'resolved'],
        [1_001n, 'open'],
      ]),
    );
    expect(await world.owed('own:rounding')).toBe(-1_000n);
    expect(await ruleRuns(world.desk, runId)).toMatchObject([{ closed: 1, amount: 1_000n }]);
    await world.expectSound();
  });

  test('what was written off and is found right by a corrected file is left to people: no rule books it again', async () => {
    const payment = await world.pay();
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    const runId = await world.close('002', [world.line(payment)]);
    expect(await world.theBreak()).toMatchObject({ state: 'reopened' });
    expect(await world.owed('own:rounding')).toBe(-500n);
    expect(await ruleRuns(world.desk, runId)).toMatchObject([{ closed: 0, amount: 0n, isStopped: false }]);
    await world.expectSound();
  });

  test('what was written off and is found to differ by another amount is left to people too', async () => {
    const payment = await world.pay();
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    await world.close('001', [world.line(payment, { amount: payment.offer.amount + 500n })]);
    await world.close('002', [world.line(payment, { amount: payment.offer.amount + 700n })]);
    expect(await world.theBreak()).toMatchObject({
      state: 'reopened',
      theirAmount: payment.offer.amount + 700n,
    });
    expect(await world.owed('own:rounding')).toBe(-500n);
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

  test('a rule that can never be written rests longer each time, keeps no other break open, and people are told which and why', async () => {
    const payments = [await world.pay(), await world.pay()];
    world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
    await world.close(
      '001',
      payments.map((payment, at) =>
        world.line(payment, { amount: payment.offer.amount + 500n + BigInt(at) }),
      ),
      { work: false },
    );
    const { writer, database, clock } = world.desk;
    const commit = writer.commit.bind(writer);
    let tries = 0;
    const stuck = jest.spyOn(writer, 'commit').mockImplementation(async (unit) => {
      const first = (await world.breaks()).find(({ amount }) => amount === 500n);
      const isIt = unit.updates(undefined).some(({ where }) => where['break_id'] === first?.breakId);
      if (isIt) tries += 1;
      return isIt ? { kind: 'clash', key: 'journal' } : commit(unit);
    });
    await tendBreaks(world.desk);
    const states = new Map((await world.breaks()).map(({ amount, state }) => [amount, state]));
    expect(states).toEqual(
      new Map([
        [500n, 'open'],
        [501n, 'resolved'],
      ]),
    );
    await tendBreaks(world.desk);
    const seen = tries;
    await tendBreaks(world.desk);
    expect(tries).toBe(seen);
    expect(await openAlerts(database)).toEqual([]);

    (clock as ManualClock).advance(60_000);
    await tendBreaks(world.desk);
    expect(tries).toBeGreaterThan(seen);
    const [alert] = await openAlerts(database);
    expect(alert).toMatchObject({
      kind: 'rule_stuck',
      reason: expect.stringMatching(/write_off.*brk_.*clash/),
    });

    stuck.mockRestore();
    (clock as ManualClock).advance(3_600_000);
    await tendBreaks(world.desk);
    expect((await world.breaks()).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(await openAlerts(database)).toEqual([]);
    await world.expectSound();
  });

  describe('where people were told that a rule is stuck', () => {
    /** A rule whose writing fails until it is let go, and an alert for it. */
    async function stuckRule(): Promise<{ runId: number; letGo: () => void }> {
      const payment = await world.pay();
      world.terms.auto = [{ kind: 'amount', max: 1_000n, resolve: 'write_off' }];
      const line = world.line(payment, { amount: payment.offer.amount + 500n });
      const stuck = jest.spyOn(world.desk.writer, 'commit').mockResolvedValue({ kind: 'clash', key: 'k' });
      const runId = await world.close('001', [line], { work: false });
      for (let tried = 0; tried < 3; tried += 1) {
        await tendBreaks(world.desk);
        (world.desk.clock as ManualClock).advance(3_600_000);
      }
      expect(await openAlerts(world.desk.database)).toMatchObject([{ kind: 'rule_stuck' }]);
      return { runId, letGo: () => stuck.mockRestore() };
    }

    test('the alert ends also where the process that applied the rules died before it said so', async () => {
      const { runId, letGo } = await stuckRule();
      letGo();
      const { database } = world.desk;
      await world.switch.store.admin.run('UPDATE recon_run SET rules_at = ? WHERE run_id = ?', [
        world.desk.clock.now(),
        runId,
      ]);
      await tendBreaks(world.desk);
      expect(await openAlerts(database)).toEqual([]);
    });

    test('the alert ends with its run, once another one counts', async () => {
      const { letGo } = await stuckRule();
      letGo();
      world.terms.auto = [];
      await world.close('002', []);
      await tendBreaks(world.desk);
      expect(await openAlerts(world.desk.database)).toEqual([]);
    });

    test('they are told anew where the reason is another one', async () => {
      const { letGo } = await stuckRule();
      const { database } = world.desk;
      const [before] = await openAlerts(database);
      letGo();
      const other = jest.spyOn(world.desk.writer, 'commit').mockResolvedValue({ kind: 'overloaded' });
      (world.desk.clock as ManualClock).advance(3_600_000);
      await tendBreaks(world.desk);
      const [after] = await openAlerts(database);
      expect(before?.reason).toMatch(/clash/);
      expect(after?.reason).toMatch(/overloaded/);
      expect(after?.raisedAt.getTime()).toBeGreaterThan(before?.raisedAt.getTime() ?? Infinity);
      other.mockRestore();
    });
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
