import { aBankWorld, ANI, line, WATER, type BankWorld } from '../../../test/support/bank-world';
import { rupiah } from '#lib/kernel';
import { payoutJournal } from '#lib/ledger';
import { redraftPayout } from './payout-refused';
import { tellPayout } from './payout-told';
import { findPayout, payoutHistory } from './payouts';

let world: BankWorld;
beforeAll(async () => {
  world = await aBankWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.store.drop());

test('a payout that the bank shows before it was sent is executed once it was, and never paid again', async () => {
  await world.settleWater();
  const { database } = world.store;
  await world.approve(WATER);
  await world.shows(line(WATER, -410_500n));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  expect(world.told.map(({ kind }) => kind)).toEqual(['bank_debit']);
  expect(await world.openAlerts()).toEqual([`bank_debit ${world.where()}`]);
  expect(await world.send(WATER)).toMatchObject({ ok: true });
  await Promise.all([1, 2].map(() => world.work()));
  expect(await world.outcomes()).toEqual([['matched', WATER]]);
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  expect(await world.openAlerts()).toEqual([]);
  expect(await world.balance('own:suspense')).toBe(0n);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout is not sent while the bank shows a debit of its amount that nobody has named', async () => {
  await world.settleWater();
  const { database } = world.store;
  await world.approve(WATER);
  await world.shows(line(null, -410_500n));
  const where = world.where();
  expect(await world.send(WATER)).toMatchObject({ error: { kind: 'shown', line: where } });
  expect(await world.name(WATER)).toMatchObject({ ok: true });
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  expect(await world.send(WATER, where)).toMatchObject({ ok: false });
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout is not sent while a statement of such a debit was taken and not worked yet', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.takes(line(null, -410_500n));
  expect(await world.send(WATER)).toMatchObject({ error: { kind: 'shown', line: world.where() } });
  expect((await findPayout(world.store.database, WATER))?.state).toBe('approved');
});

test('a payout that was given up is not drafted again while the bank shows it', async () => {
  await world.settleWater();
  const { database } = world.store;
  await world.approve(WATER);
  const at = world.clock.now();
  await tellPayout(world.tools, { reference: WATER, event: 'cancelled', by: ANI, at });
  await world.shows(line(WATER, -410_500n));
  const redraft = () =>
    redraftPayout({ database, endsOf: world.endsOf }, { reference: WATER, by: ANI, at: world.clock.now() });
  expect(await redraft()).toEqual({ ok: false, error: { kind: 'shown', line: world.where() } });
  expect(await world.name(WATER)).toMatchObject({ ok: true });
  expect((await findPayout(database, WATER))?.state).toBe('executed');
  expect(await redraft()).toMatchObject({ error: { kind: 'cannot' } });
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout is sent despite a debit that a person knows to be something else', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.shows(line(null, -410_500n));
  const where = world.where();
  expect(await world.send(WATER, 'BANKX/1 2026/1/1')).toMatchObject({
    error: { kind: 'shown', line: where },
  });
  expect(await world.send(WATER, where)).toMatchObject({ ok: true, value: { state: 'sent' } });
  const history = await payoutHistory(world.store.database, WATER);
  expect(history.at(-1)).toMatchObject({ to: 'sent', note: `it is not ${where}` });
});

test('a payout whose money somebody has booked by hand has its move in its history as well', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.send(WATER);
  const payout = { accountId: 'biller:PDM07:payable', amount: rupiah(410_500n) };
  const booking = { subjectId: WATER, businessDate: '2026-07-15', at: world.clock.now() };
  await world.book(payoutJournal(booking, payout));

  await world.shows(line(WATER, -410_500n));

  expect(await world.outcomes()).toEqual([['matched', WATER]]);
  const history = await payoutHistory(world.store.database, WATER);
  expect(history.at(-1)).toMatchObject({ from: 'sent', to: 'executed' });
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('money that comes under the reference of an executed payout, and takes nothing back, is not its return', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.send(WATER);
  await world.shows(line(WATER, -410_500n));
  await world.shows(line(WATER, 410_500n));
  expect(await world.outcomes()).toEqual([
    ['matched', WATER],
    ['unnamed', null],
  ]);
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a debit of another amount under the reference of a payout does not execute it', async () => {
  await world.settleWater();
  await world.approve(WATER);
  await world.send(WATER);
  await world.shows(line(WATER, -410_400n));
  expect(await world.outcomes()).toEqual([['unnamed', null]]);
  expect((await findPayout(world.store.database, WATER))?.state).toBe('sent');
  expect(await world.name(WATER)).toMatchObject({ error: { kind: 'differs' } });
  await world.expectSound();
});

test('a rejected payout that the bank shows after all raises an alarm, and two people end its next draft by it', async () => {
  await world.settleWater();
  const { database } = world.store;
  const at = world.clock.now();
  await tellPayout(world.tools, { reference: WATER, event: 'cancelled', by: ANI, at });
  const again = await redraftPayout(world.bank(), { reference: WATER, by: ANI, at });
  const next = again.ok ? again.value.reference : '';
  await world.shows(line(WATER, -410_500n));
  expect(world.told[0]?.reason).toMatch(/STL-PDM07-0714, which is replaced/);
  expect(await world.name(WATER)).toMatchObject({ error: { kind: 'differs' } });
  expect(await world.openAlerts()).toEqual([`bank_debit ${world.where()}`]);
  expect(await world.name(next)).toMatchObject({ ok: true });
  expect(await world.openAlerts()).toEqual([]);
  expect((await findPayout(database, next))?.state).toBe('executed');
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});

test('a payout that comes back is owed again and can be drafted again', async () => {
  await world.settleWater();
  const { database } = world.store;
  const at = world.clock.now();
  await world.approve(WATER);
  await world.send(WATER);
  await world.shows(line(WATER, -410_500n));
  await world.shows(line(WATER, 410_500n, { isReversal: true }));
  expect((await findPayout(database, WATER))?.state).toBe('returned');
  expect(await world.openAlerts()).toEqual([`bank_taken_back ${world.where()}`]);
  expect(await world.balance('biller:PDM07:payable')).toBe(-410_500n);
  await world.expectSound();
  expect(await redraftPayout(world.bank(), { reference: WATER, by: ANI, at })).toMatchObject({ ok: true });
  expect(await world.openAlerts()).toEqual([]);
  await world.approve(`${WATER}R2`);
  await world.send(`${WATER}R2`);
  await world.shows(line(`${WATER}R2`, -410_500n));
  expect(await world.balance('biller:PDM07:payable')).toBe(0n);
  await world.expectSound();
});
