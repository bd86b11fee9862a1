import type { UnitOfWork } from '#lib/ledger';
import { DyingWriter } from '../../../test/support/dying-writer';
import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { draftPayouts } from './payout-drafts';
import { settleDue } from './settle-due';
import { nextDayToSettle, settleDay } from './settle-day';

const DAY = '2026-07-14';

let world: SettlementWorld;
eachTestHasASettlementWorld(
  (fresh) => {
    world = fresh;
  },
  { channels: ['ca017', 'ca021'] },
);

const DEATHS = [1, 2, 3].flatMap((commit) => [
  [`before commit ${commit}`, commit, false] as const,
  [`after commit ${commit}`, commit, true] as const,
]);

test.each(DEATHS)(
  'killed %s of a settlement, the next process finishes it, once',
  async (_, commit, isDone) => {
    world.modes['ca017'] = 'postpaid';
    world.modes['ca021'] = 'postpaid';
    await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
    await world.sell({ paymentId: 'T0TBR00000A2', amount: 100_000n, channelId: 'ca021' });
    await world.closeRun('LPB01', DAY, { count: 2, amount: 350_000n });
    const dying = { ...world.tools, writer: new DyingWriter(world.tools.writer, commit, isDone) };
    await expect(settleDay(dying, 'LPB01', DAY)).rejects.toThrow('killed');

    expect(await nextDayToSettle(world.tools, 'LPB01')).toBe(DAY);

    expect(await settleDay(world.tools, 'LPB01', DAY)).toMatchObject({ ok: true });
    expect(await world.balance('channel:ca017:receivable')).toBe(251_200n);
    expect(await world.balance('channel:ca021:receivable')).toBe(101_200n);
    expect(await world.balance('biller:LPB01:payable')).toBe(-351_000n);
    const payouts = await world.store.database.rows<{ amount: string }>('SELECT amount FROM payout');
    expect(payouts).toEqual([{ amount: '351000' }]);
    expect(await nextDayToSettle(world.tools, 'LPB01')).toBeUndefined();
    await world.expectSound();
  },
);

test('killed between its journal and its payouts, a settlement is taken up and paid out by the next process, once', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  const database = Object.create(world.store.database) as typeof world.store.database;
  const dying = { ...world.tools, database };
  // The payouts are the only transaction after the journal.
  dying.writer = new (class extends DyingWriter {
    override async commit(unit: UnitOfWork) {
      database.transaction = () => Promise.reject(new Error('killed'));
      return super.commit(unit);
    }
  })(world.tools.writer, 9, false);
  await expect(settleDay(dying, 'LPB01', DAY)).rejects.toThrow('killed');
  expect(await world.store.database.rows("SELECT 1 FROM settlement WHERE state = 'closed'")).toHaveLength(1);

  await settleDue(world.tools, ['LPB01']);
  await settleDue(world.tools, ['LPB01']);

  const payouts = await world.store.database.rows<{ amount: string }>(
    "SELECT amount FROM payout WHERE party_kind = 'biller'",
  );
  expect(payouts).toEqual([{ amount: '250500' }]);
  await world.expectSound();
});

test('payouts that are drafted by several processes at one moment are drafted once', async () => {
  await world.sell({ paymentId: 'T0TBR00000A1', amount: 250_000n });
  await world.closeRun('LPB01', DAY, { count: 1, amount: 250_000n });
  await world.settled('LPB01');
  const { database, admin } = world.store;
  const [row] = await database.rows<{ settlement_id: string }>('SELECT settlement_id FROM settlement');
  for (const table of ['payout_event', 'payout']) await admin.run(`DELETE FROM ${table}`);
  await admin.run('UPDATE settlement_net SET paid_by = NULL');
  const made = await Promise.all(
    [1, 2, 3].map(() => draftPayouts(world.tools, row?.settlement_id ?? '', world.clock.now())),
  );
  expect(made.toSorted((a, b) => a - b)).toEqual([0, 0, 1]);
  await world.expectSound();
});
