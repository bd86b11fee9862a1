import { rupiah } from '#lib/kernel';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import type { AdviceOutcome, PaymentOutcome } from './biller.contract';
import type { Payment } from './payment';
import type { PaymentEvent } from './payment.states';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

function approval(payment: Payment, more: { billerReference?: string } = {}): PaymentOutcome {
  return {
    kind: 'approved',
    billerReference: `EB${payment.leg.reference}`,
    amount: payment.offer.amount,
    receipt: {},
    evidence: { said: 'late' },
    ...more,
  };
}

const DECLINE: PaymentOutcome = { kind: 'declined', code: 'DECLINED_BY_BILLER', evidence: {} };

async function evidenceOf({ paymentId }: Payment) {
  return world.store.database.rows<{ said: string; state_then: string; contradiction: string | null }>(
    'SELECT said, state_then, contradiction FROM payment_evidence WHERE payment_id = ? ORDER BY at, said',
    [paymentId],
  );
}

/** What the payment's switch heard, as if it had been slow: it still knows the payment as SENT. */
async function hearLate(payment: Payment, event: PaymentEvent, said: PaymentOutcome): Promise<Payment> {
  world.clock.advance(1);
  const asSent: Payment = { ...payment, state: 'SENT', lastEventNo: 1, receipt: null, billerReference: null };
  return world.payments.record(asSent, event, said, world.clock.now());
}

test('a decline after the payment was found paid changes nothing, and is listed as a contradiction', async () => {
  const payment = await world.payOne();
  const before = await world.balance();
  expect((await hearLate(payment, 'biller declined', DECLINE)).state).toBe('PAID');
  expect(await world.balance()).toEqual(before);
  expect(await evidenceOf(payment)).toEqual([
    { said: 'declined', state_then: 'PAID', contradiction: 'declined after PAID' },
  ]);
});

test('an approval after the payment was declined changes nothing, and is listed as a contradiction', async () => {
  world.biller.behaviour = 'declines';
  const payment = await world.payOne();
  const before = await world.balance();
  expect((await hearLate(payment, 'biller approved', approval(payment))).state).toBe('DECLINED');
  expect(await world.balance()).toEqual(before);
  expect(await evidenceOf(payment)).toEqual([
    { said: 'approved', state_then: 'DECLINED', contradiction: 'approved after DECLINED' },
  ]);
});

test('success after an acknowledged reversal moves no money a second time, and is listed', async () => {
  const payment = await world.payWater();
  await world.reverse({ paymentId: payment.paymentId });
  const before = await world.balance();
  expect((await hearLate(payment, 'biller approved', approval(payment))).state).toBe('REVERSED');
  expect(await world.balance()).toEqual(before);
  expect(await evidenceOf(payment)).toEqual([
    { said: 'approved', state_then: 'REVERSED', contradiction: 'approved after REVERSED' },
  ]);
});

test('the same approval once more is kept once, and contradicts nothing', async () => {
  const payment = await world.payOne();
  for (let times = 0; times < 3; times += 1) await hearLate(payment, 'biller approved', approval(payment));
  expect(await evidenceOf(payment)).toEqual([{ said: 'approved', state_then: 'PAID', contradiction: null }]);
});

test('an approval under another reference of the biller may be a second payment: it is listed', async () => {
  const payment = await world.payOne();
  await hearLate(payment, 'biller approved', approval(payment, { billerReference: 'EB-OTHER' }));
  expect(await evidenceOf(payment)).toMatchObject([
    { contradiction: 'approved again under another reference' },
  ]);
});

test('an approval of another amount is kept with the move that leaves the payment unknown', async () => {
  world.biller.behaviour = 'approves another amount';
  const payment = await world.payOne();
  expect(payment.state).toBe('SUSPECT');
  expect(await evidenceOf(payment)).toEqual([
    { said: 'unknown', state_then: 'SENT', contradiction: 'another amount approved' },
  ]);
});

test('an advice that names another amount, again and again, is kept once', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  const payment = await world.payOne();
  const other = { ...approval(payment), amount: rupiah(payment.offer.amount + 1n) };
  const advise = jest.spyOn(world.biller, 'advise').mockResolvedValue(other as AdviceOutcome);
  await world.pass(90);
  expect(advise.mock.calls.length).toBeGreaterThan(1);
  advise.mockRestore();
  expect(await evidenceOf(payment)).toMatchObject([
    { state_then: 'SUSPECT', contradiction: 'another amount approved' },
  ]);
  await world.pass(300);
  expect((await world.payments.findById('ppob-nusantara', payment.paymentId))?.state).toBe('PAID');
});

test('a late answer still decides while the payment is unknown', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  const payment = await world.payOne();
  expect((await hearLate(payment, 'biller approved', approval(payment))).state).toBe('PAID');
  expect(await evidenceOf(payment)).toEqual([]);
});

test('an answer that comes after people were called is kept for them', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  const payment = await world.payOne();
  world.clock.advance(49 * 3_600_000);
  await world.advice.adviseDue();
  expect((await hearLate(payment, 'biller approved', approval(payment))).state).toBe('UNRESOLVED');
  expect(await evidenceOf(payment)).toEqual([
    { said: 'approved', state_then: 'UNRESOLVED', contradiction: null },
  ]);
});

test('what people decide of an unresolved payment moves its money once', async () => {
  world.biller.behaviour = 'pays and loses the answer';
  world.biller.isAdviceSilent = true;
  const before = await world.balance();
  const [paid, unpaid] = [await world.payOne(), await world.payOne()];
  world.clock.advance(49 * 3_600_000);
  await world.advice.adviseDue();
  const settle = async ({ paymentId }: Payment, event: PaymentEvent, said: PaymentOutcome) => {
    const payment = await world.payments.findById('ppob-nusantara', paymentId);
    if (!payment) throw new Error('it is gone');
    return world.payments.record(payment, event, said, world.clock.now());
  };
  expect((await settle(paid, 'settled as paid', approval(paid))).state).toBe('PAID');
  // The books of this biller say it was paid; people were wrong, and only a reversal could mend it.
  world.biller.truth.splice(
    world.biller.truth.findIndex((row) => row.legReference === unpaid.leg.reference),
    1,
  );
  expect((await settle(unpaid, 'settled as not paid', DECLINE)).state).toBe('DECLINED');
  const after = await world.balance();
  expect(after).toMatchObject({ posted: rupiah(before.posted - paid.offer.charge), held: 0n });
});

test('the application cannot change or delete evidence', async () => {
  for (const sql of ['UPDATE payment_evidence SET said = said', 'DELETE FROM payment_evidence'])
    await expect(world.store.database.run(sql)).rejects.toThrow(/command denied/);
});
