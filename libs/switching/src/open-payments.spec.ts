import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { listOpenPayments } from './open-payments';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

const list = (afterPaymentId = '', rowsMax = 100) =>
  listOpenPayments(world.store.database, { now: world.clock.now(), afterPaymentId, rowsMax });

test('a suspect is listed with its reason, its age, and when the worker asks', async () => {
  world.biller.behaviour = 'approves another amount';
  const { paymentId, offer } = await world.payOne();
  world.clock.advance(3_000);
  expect(await list()).toMatchObject([
    {
      paymentId,
      channelId: 'ppob-nusantara',
      billerId: 'pln',
      state: 'SUSPECT',
      charge: offer.charge,
      ageSeconds: 3,
      reason: 'biller approved 150001, 150000 were asked',
      adviceCount: 0,
      owner: 'worker',
      nextStepAt: new Date('2026-07-14T05:00:05Z'),
    },
  ]);

  world.biller.isAdviceSilent = true;
  world.clock.advance(2_000);
  await world.advice.adviseDue();
  expect(await list()).toMatchObject([{ adviceCount: 1, reason: 'unknown' }]);
});

test('one that advice could not end is operations’, and the file to look in is named', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  const { paymentId } = await world.payOne();
  world.clock.advance(24 * 3_600_000);
  await world.advice.adviseDue();
  expect(await list()).toMatchObject([
    {
      state: 'UNRESOLVED',
      owner: 'operations',
      nextStep: `look for ${paymentId} in the file of LPB01 for 2026-07-14`,
      nextStepAt: null,
    },
  ]);
});

test('what is final is not listed; what is open comes page by page, of every channel', async () => {
  await world.payOne();
  world.biller.behaviour = 'pays and loses the answer';
  const open = [await world.payOne(), await world.payOne({ channelId: 'warung-kecil' })];
  const ids = open.map(({ paymentId }) => paymentId).toSorted();
  expect((await list()).map(({ paymentId }) => paymentId)).toEqual(ids);
  expect((await list('', 1)).map(({ paymentId }) => paymentId)).toEqual(ids.slice(0, 1));
  expect((await list(ids[0])).map(({ paymentId }) => paymentId)).toEqual(ids.slice(1));
});
