import { threeWaysOf, threeWaysOfDays, type ThreeWay } from '#lib/reports';
import type { Payment } from '#lib/switching';
import { DAY, eachTestHasABreakWorld, type BreakWorld } from '../../../libs/reconciliation/test/break-world';

let world: BreakWorld;
eachTestHasABreakWorld((fresh) => {
  world = fresh;
});

const brief = (views: readonly ThreeWay[]) =>
  views.map(({ channel, ours, biller, verdict, breakState, next }) =>
    [channel.says, ours.says, biller.says, verdict, breakState, next].join(' '),
  );

const adviceOf = async ({ paymentId }: Payment) =>
  brief(await threeWaysOf(world.switch.store.database, [paymentId]));

const adviceOfDay = async () =>
  brief(
    await threeWaysOfDays(world.switch.store.database, {
      from: DAY,
      to: DAY,
      source: 'LPB01',
      channel: null,
    }),
  );

test('the advice goes with what people do: it waits for the second of them, and once the money is given back there is none', async () => {
  const payment = await world.pay();
  await world.close('001', []);
  expect(await adviceOf(payment)).toEqual(['none S absent biller_lacks open biller_lacks']);
  const { admin } = world.switch.store;
  await admin.run('UPDATE payment SET refunded = amount');
  expect(await adviceOf(payment)).toEqual(['none S absent biller_lacks open end_break']);
  await admin.run('UPDATE payment SET refunded = 0');

  const approval = await world.proposed(await world.theBreak(), { resolution: 'refund' });
  expect(await adviceOf(payment)).toEqual(['none S absent biller_lacks proposed approve']);

  expect(await world.approve(approval)).toMatchObject({ ok: true });
  expect(await adviceOf(payment)).toEqual(['none S absent biller_lacks resolved given_back']);
  expect(await adviceOfDay()).toEqual(['none S absent biller_lacks resolved given_back']);
});

test('what is failed with the biller and reversed here agrees: no file is waited for', async () => {
  const payment = await world.pay();
  const { leg, offer } = payment;
  const amount = offer.amount.toString();
  world.switch.biller.truth.push({ biller: 'pln', legReference: leg.reference, amount, kind: 'reversed' });
  await world.close('001', [world.line(payment, { status: 'RV' })]);
  expect(await adviceOf(payment)).toEqual(['none S F biller_lacks open biller_lacks']);

  const approval = await world.proposed(await world.theBreak(), { resolution: 'reversal' });
  expect(await world.approve(approval)).toMatchObject({ ok: true });
  expect(await adviceOf(payment)).toEqual(['none F F agree resolved agree']);
});

test('a break that ended by a booking leaves nothing to do', async () => {
  const one = await world.aDayWithAnAmountBreak();
  const { database } = world.switch.store;
  const views = () => threeWaysOf(database, [one.paymentId ?? '']).then(brief);
  expect(await views()).toEqual(['none S S amount open amount']);
  await world.approve(await world.proposed(one, { resolution: 'adjustment' }));
  expect(await views()).toEqual(['none S S amount resolved ended']);
});

test('a line of theirs that no payment is has the state of its own break', async () => {
  await world.close('001', [{ ref: 'T0TBR00615QG', theirRef: 'EBX', amount: 65_000n }]);
  expect(await adviceOfDay()).toEqual(['absent absent S only_biller open only_biller']);
  await world.switch.store.admin.run("UPDATE break_case SET state = 'resolved', resolution = 'write_off'");
  expect(await adviceOfDay()).toEqual(['absent absent S only_biller resolved ended']);
});

test('a line that stands twice is a break of its own, and not the biller’s word about the payment', async () => {
  const payment = await world.pay();
  await world.close('001', [world.line(payment), world.line(payment, { theirRef: 'EB-AGAIN' })]);
  expect(await world.breaks()).toMatchObject([{ kind: 'duplicate', state: 'open' }]);
  expect(await adviceOf(payment)).toEqual(['none S S waits  waits']);
  expect(await adviceOfDay()).toEqual([]);
});
