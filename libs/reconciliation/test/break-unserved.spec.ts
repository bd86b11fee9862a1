import { toldNumbersOf, type Payment } from '#lib/switching';
import { endServed, reopenUnserved } from '../src';
import { ANI, eachTestHasABreakWorld, type BreakWorld } from './break-world';
import { aWorkerOf, orderedAgain } from './resend-world';

let world: BreakWorld;
eachTestHasABreakWorld((opened) => {
  world = opened;
});

const again = (payment: Payment): Promise<Payment> => world.paymentOf(payment);

/** A payment whose further leg its biller has refused, and has after all. */
async function refusedAndTaken(): Promise<Payment> {
  const payment = await orderedAgain(world);
  const { biller } = world.switch;
  biller.behaviour = 'declines';
  await aWorkerOf(world).sendDue();
  const unserved = await again(payment);
  expect(unserved.state).toBe('UNSERVED');
  const { leg, offer } = unserved;
  const amount = offer.amount.toString();
  biller.truth.push({ biller: 'pln', legReference: leg.reference, amount, kind: 'paid' });
  return unserved;
}

const AFTER_ALL = { resolution: 'advice_result', outcome: 'paid' } as const;

test('a further leg that was refused and is listed all the same is settled as paid by two people', async () => {
  const unserved = await refusedAndTaken();
  expect(await reopenUnserved(world.desk)).toBe(1);
  const before = await world.theBreak();
  const deposit = await world.switch.balance();
  world.switch.clock.advance(1_000);
  await world.close('001', [world.line(unserved)], { day: unserved.leg.sourceBusinessDate });
  // The biller has said otherwise: its file alone decides nothing.
  expect((await again(unserved)).state).toBe('UNSERVED');
  const listed = (await world.breaks()).find(({ legNo }) => legNo === 2);
  if (!listed) throw new Error('its listing is no break');
  expect(listed).toMatchObject({ kind: 'status', sub: 'FS' });
  const approval = await world.proposed(listed, AFTER_ALL);
  expect(await world.approve(approval, ANI)).toMatchObject({ error: { why: { kind: 'maker is checker' } } });
  expect(await world.approve(approval)).toMatchObject({ ok: true, value: { isDone: true } });

  expect(await again(unserved)).toMatchObject({ state: 'PAID', code: 'APPROVED', leg: { legNo: 2 } });
  expect(await world.switch.balance()).toEqual(deposit);
  expect(await endServed(world.desk)).toBe(1);
  expect(await endServed(world.desk)).toBe(0);
  expect(await reopenUnserved(world.desk)).toBe(0);
  expect((await world.breaks()).filter(({ state }) => state !== 'resolved')).toEqual([]);
  expect(await world.events(before)).toEqual(['found', 'proposed', 'approved', 'reopened', 'advice agreed']);
  await world.expectSound();
});

test('a late word that it has the further leg is for people, who settle it on the break of its order', async () => {
  const unserved = await refusedAndTaken();
  await reopenUnserved(world.desk);
  const said = { kind: 'approved', billerReference: 'EB-LATE', receipt: {}, evidence: {} } as const;
  const heard = { ...said, amount: unserved.offer.amount };
  await world.switch.payments.record(unserved, 'biller approved', heard, world.switch.clock.now());
  expect((await again(unserved)).state).toBe('UNSERVED');
  expect(await world.switch.store.database.rows('SELECT contradiction FROM payment_evidence')).toEqual([
    { contradiction: 'approved after UNSERVED' },
  ]);

  const approval = await world.proposed(await world.theBreak(), AFTER_ALL);
  expect(await world.approve(approval)).toMatchObject({ ok: true });
  expect(await again(unserved)).toMatchObject({ state: 'PAID', leg: { legNo: 2 } });
  expect(await world.theBreak()).toMatchObject({ state: 'resolved', resolution: 'advice_result' });
  await world.expectSound();
});

test('where its biller has the leg before after all, two people settle it as paid by that one', async () => {
  const payment = await orderedAgain(world);
  const { biller } = world.switch;
  biller.pay = async () => ({ kind: 'declined', code: 'BILL_ALREADY_PAID', evidence: {} });
  await aWorkerOf(world).sendDue();
  expect((await again(payment)).state).toBe('UNSERVED');
  await reopenUnserved(world.desk);
  const [amount, deposit] = [payment.offer.amount.toString(), await world.switch.balance()];
  biller.truth.push({ biller: 'pln', legReference: payment.leg.reference, amount, kind: 'paid' });
  await world.close('002', [world.line(payment)]);
  expect((await again(payment)).state).toBe('UNSERVED');
  const listed = (await world.breaks()).find(({ kind }) => kind === 'status');
  if (!listed) throw new Error('its listing is no break');
  expect(listed).toMatchObject({ sub: 'FS', legNo: 1 });
  expect(await world.approve(await world.proposed(listed, AFTER_ALL))).toMatchObject({ ok: true });

  const after = await again(payment);
  expect(after).toMatchObject({ state: 'PAID', code: 'APPROVED', reissued: null, receipt: payment.receipt });
  expect(toldNumbersOf(after)).toMatchObject({ ...toldNumbersOf(payment), isFound: true });
  expect(await world.switch.balance()).toEqual(deposit);
  await endServed(world.desk);
  expect((await world.breaks()).filter(({ state }) => state !== 'resolved')).toEqual([]);
  await world.expectSound();
});

test('once it is settled as paid nothing is given back any more', async () => {
  const unserved = await refusedAndTaken();
  const { paymentId } = unserved;
  const { decisions } = world.desk;
  const decided = (legNo: number) => ({ paymentId, legNo, evidence: { proof: 'their letter' } });
  expect(await decisions.paidByPeople(decided(3))).toMatchObject({ error: { kind: 'another leg' } });
  await reopenUnserved(world.desk);
  const giveBack = await world.proposed(await world.theBreak(), { resolution: 'reversal' });
  expect(await decisions.paidByPeople(decided(2))).toMatchObject({ ok: true });
  expect(await decisions.paidByPeople(decided(2))).toMatchObject({ error: { kind: 'state' } });
  expect(await world.approve(giveBack)).toMatchObject({ ok: false });
  expect((await again(unserved)).state).toBe('PAID');
  await world.expectSound();
});

test('one that people have opened again since is left to them', async () => {
  const unserved = await refusedAndTaken();
  await reopenUnserved(world.desk);
  const { paymentId } = unserved;
  await world.desk.decisions.paidByPeople({ paymentId, legNo: 2, evidence: { proof: 'their letter' } });
  world.switch.clock.advance(1_000);
  await world.switch.store.admin.run("UPDATE break_event SET at = ? WHERE event = 'reopened'", [
    world.switch.clock.now(),
  ]);
  expect(await endServed(world.desk)).toBe(0);
});
