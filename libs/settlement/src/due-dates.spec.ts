import { eachTestHasASettlementWorld, type SettlementWorld } from '../../../test/support/settlement-world';
import { dueDateOf } from './due-dates';
import { statementsOfParty } from './party-statement';
import { redraftPayout } from './payout-refused';
import { tellPayout } from './payout-told';
import { listPayouts } from './payouts';
import { settleDue } from './settle-due';
import { findSettlement } from './settlement-rows';

const NYEPI_AND_LEBARAN = '2026-03-17';

let world: SettlementWorld;
eachTestHasASettlementWorld((fresh) => {
  world = fresh;
});
beforeEach(() => {
  turnTo('2026-03-18T01:00:00Z');
  world.tools.contracts.firstDay = '2026-03-01';
});

function turnTo(now: string): void {
  world.clock.advance(Date.parse(now) - world.clock.now().getTime());
}

async function sellAndClose(businessDate: string, source = 'LPB01'): Promise<void> {
  const mark = `${source.slice(0, 3)}${businessDate.slice(5).replace('-', '')}`;
  await world.sell({ paymentId: `T0${mark}A01`.padEnd(12, '0'), source, businessDate, amount: 250_000n });
  await world.closeRun(source, businessDate, { count: 1, amount: 250_000n });
}

async function dueOfDay(businessDate: string, source = 'LPB01'): Promise<string | null | undefined> {
  await sellAndClose(businessDate, source);
  await world.settled(source, businessDate);
  return (await findSettlement(world.store.database, source, businessDate))?.dueDate;
}

test.each([
  ['a plain weekday', '2026-03-16', 1, '2026-03-17'],
  ['a Friday', '2026-03-13', 1, '2026-03-16'],
  ['a Saturday', '2026-03-14', 1, '2026-03-16'],
  ['the day before Nyepi, collective leave and Lebaran', NYEPI_AND_LEBARAN, 1, '2026-03-25'],
  ['the same with T+2', NYEPI_AND_LEBARAN, 2, '2026-03-26'],
  ['the same with T+0', NYEPI_AND_LEBARAN, 0, '2026-03-17'],
  ['a holiday with T+0', '2026-03-19', 0, '2026-03-25'],
  ['the day before Christmas leave', '2026-12-23', 1, '2026-12-28'],
])('what is sold on %s (%s, T+%d) is due on the bank’s %s', async (_, day, n, due) => {
  await world.enterCalendar();
  expect(dueDateOf(await world.tools.calendar(), 'LPB01', day, n)).toBe(due);
});

test('the bank’s days hold once a second person has let them in, and not before', async () => {
  const approve = await world.proposeCalendar();
  expect(await dueOfDay('2026-03-16')).toBe('2026-03-17');
  expect(dueDateOf(await world.tools.calendar(), 'LPB01', NYEPI_AND_LEBARAN, 1)).toBe('2026-03-18');
  await expect(approve('ani@simpul.example')).rejects.toThrow('maker is checker');
  await approve('budi@simpul.example');
  expect(await dueOfDay(NYEPI_AND_LEBARAN)).toBe('2026-03-25');
  // What was settled before keeps the day it was promised.
  expect((await findSettlement(world.store.database, 'LPB01', '2026-03-16'))?.dueDate).toBe('2026-03-17');
});

test('a settlement, its payouts, what is drafted again and the party’s statement say the same day', async () => {
  await world.enterCalendar();
  world.tools.contracts.dueDaysOf = (source) => (source === 'PDM07' ? 2 : 1);
  expect(await dueOfDay(NYEPI_AND_LEBARAN)).toBe('2026-03-25');
  expect(await dueOfDay(NYEPI_AND_LEBARAN, 'PDM07')).toBe('2026-03-26');
  const { database } = world.store;
  expect((await listPayouts(database)).map(({ reference, dueDate }) => [reference, dueDate])).toEqual([
    ['STL-LPB01-0317', '2026-03-25'],
    ['STL-PDM07-0317', '2026-03-26'],
  ]);

  const order = { reference: 'STL-LPB01-0317', by: 'ani@simpul.example', at: world.clock.now() };
  await tellPayout(world.tools, { ...order, event: 'cancelled' });
  expect(await redraftPayout({ database, endsOf: world.endsOf }, order)).toMatchObject({
    ok: true,
    value: { dueDate: '2026-03-25' },
  });
  const [statement] = await statementsOfParty(
    database,
    { kind: 'biller', id: 'LPB01' },
    { from: NYEPI_AND_LEBARAN, to: NYEPI_AND_LEBARAN },
  );
  expect(statement?.due).toEqual([
    { source: 'LPB01', businessDate: NYEPI_AND_LEBARAN, dueDate: '2026-03-25', pay: 250_500n },
  ]);
  await world.expectSound();
});

test('commissions of the days on which the bank rests go out in one payout on its next day', async () => {
  await world.enterCalendar();
  for (const day of [NYEPI_AND_LEBARAN, '2026-03-18']) await sellAndClose(day);
  for (const now of ['2026-03-19T05:00:00Z', '2026-03-23T05:00:00Z']) {
    turnTo(now);
    await settleDue(world.tools, ['LPB01']);
  }
  const ofChannel = async () => {
    const payouts = await listPayouts(world.store.database);
    return payouts
      .filter(({ party }) => party.kind === 'channel')
      .map(({ reference, dueDate, amount }) => [reference, dueDate, amount]);
  };
  expect(await ofChannel()).toEqual([]);

  turnTo('2026-03-25T05:00:00Z');
  await settleDue(world.tools, ['LPB01']);
  expect(await ofChannel()).toEqual([['STL-CA017-0324', '2026-03-25', 2_600n]]);
  await world.expectSound();
});
