import { join } from 'node:path';
import { Receipts } from '#lib/receipts';
import { aResendFlow } from '../../../test/support/resend-flow';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { DecisionFlow } from './decision.flow';
import { isSettled, toldNumbersOf, type Payment } from './payment';
import { statusOf } from './payment.states';
import { ReceiptFlow } from './receipt.flow';
import { resendRow } from './resend.orders';

let world: SwitchWorld;
eachTestHasASwitch((opened) => {
  world = opened;
});

/** A paid water bill that its biller knows nothing of any more, with the order of two people to send it again. */
async function lostAndOrdered(): Promise<Payment> {
  const payment = await world.payWater();
  world.water.truth.length = 0;
  const { paymentId } = payment;
  const order = { resendId: `brk_${paymentId}-3`, paymentId, legNo: 1, by: 'ani, budi' };
  const { row, claim } = resendRow({ ...order, at: world.clock.now() });
  const witness = { table: row.table, values: { resend_id: order.resendId } };
  const unit = { journal: undefined, claims: [claim], inserts: () => [row], updates: () => [], witness };
  expect((await world.writer.commit(unit)).kind).toBe('committed');
  return payment;
}

/** Sends what is ordered, as a worker does. */
const sendAgain = () => aResendFlow(world).sendDue();

async function again({ channelId, paymentId }: Payment): Promise<Payment> {
  const found = await world.payments.findById(channelId, paymentId);
  if (!found) throw new Error(`${paymentId} is gone`);
  return found;
}

describe('what the channel is told of what is sent again', () => {
  /** All that an answer says of a payment. */
  const told = (payment: Payment) => ({
    status: statusOf(payment.state),
    isSettled: isSettled(payment),
    code: payment.code,
    receipt: payment.receipt,
    balanceAfter: payment.balanceAfter,
    offer: payment.offer,
    ...toldNumbersOf(payment),
  });

  async function expectFirstAnswer(payment: Payment): Promise<void> {
    const { channelReference: reference, inquiryId, offer } = payment;
    const repeat = await world.pay({ reference, inquiryId, total: offer.total });
    if (repeat.kind !== 'payment') throw new Error(JSON.stringify(repeat));
    expect(repeat.isRepeat).toBe(true);
    expect(told(repeat.payment)).toEqual(told(payment));
  }

  async function receiptOf(payment: Payment) {
    const { clock, catalog, store } = world;
    const receipts = Receipts.read(join(__dirname, '..', '..', '..', 'config', 'receipts'));
    const flow = new ReceiptFlow(clock, catalog, receipts, store.database);
    const wanted = { format: 'text48', language: 'id', askedBy: 'channel:ppob-nusantara' } as const;
    const handedOut = await flow.handOut(await again(payment), wanted);
    if (!handedOut.ok) throw new Error(handedOut.error.detail);
    return { ...handedOut.value, text: handedOut.value.body.toString() };
  }

  test('is what it was told first, while the biller is asked and once it has taken it', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'pays and loses the answer';
    await sendAgain();
    expect((await again(payment)).state).toBe('RESENT');
    await expectFirstAnswer(payment);
    await world.pass(20);
    expect((await again(payment)).state).toBe('PAID');
    await expectFirstAnswer(payment);
  });

  test('is what it was told first where the biller has refused it anew', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'declines';
    await sendAgain();
    expect((await again(payment)).state).toBe('UNSERVED');
    await expectFirstAnswer(payment);
  });

  test('a receipt that the biller has given anew is handed out and says so, and the history has both', async () => {
    const payment = await lostAndOrdered();
    const first = await receiptOf(payment);
    expect(first).toMatchObject({ copyNo: 0, isReissued: false });
    await sendAgain();
    const { leg, reissued } = await again(payment);
    const anew = `EB${leg.reference}`;
    expect(leg.billerReference).toBe(anew);
    expect(reissued?.fields).toMatchObject({ billerReference: anew, total: String(payment.offer.total) });

    const second = await receiptOf(payment);
    expect(second).toMatchObject({ copyNo: 1, isReissued: true });
    expect(second.text).toContain('DITERBITKAN ULANG');
    expect(second.text).toContain(anew);
    expect(first.text).not.toContain('DITERBITKAN ULANG');
    const events = await world.store.database.rows<{ receipt: string; reissued: string; evidence: string }>(
      "SELECT receipt, reissued, evidence FROM payment_event WHERE event = 'biller approved' ORDER BY event_no",
    );
    expect(events.map(({ receipt }) => JSON.parse(receipt))).toEqual([payment.receipt, payment.receipt]);
    expect(events.map(({ reissued: kept }) => kept && JSON.parse(kept))).toEqual([null, reissued]);
    expect(JSON.parse(events[1]?.evidence ?? '')).toMatchObject({ reissued: anew });
  });

  test('the biller’s word again about the further leg contradicts nothing', async () => {
    const payment = await lostAndOrdered();
    await sendAgain();
    const after = await again(payment);
    const word = { kind: 'approved', amount: after.offer.amount, receipt: {}, evidence: {} } as const;
    const now = world.clock.now();
    const said = { ...word, billerReference: `EB${after.leg.reference}` };
    await world.payments.record(after, 'biller approved', said, now);
    await world.payments.record(after, 'biller approved', { ...word, billerReference: 'EB-OTHER' }, now);
    const kept = await world.store.database.rows(
      'SELECT contradiction FROM payment_evidence ORDER BY contradiction',
    );
    expect(kept).toEqual([
      { contradiction: null },
      { contradiction: 'approved again under another reference' },
    ]);
  });
});

describe('a channel’s order to reverse what is sent again', () => {
  const reverse = ({ paymentId }: Payment) => world.reverse({ paymentId, reference: 'REV-1' });
  const orders = () => world.store.database.rows('SELECT reference FROM reversal');
  const NOT_NOW = { kind: 'refused', refusal: { code: 'NOT_NOW' } };

  test('forms nothing, and has its effect under the same reference once the biller has taken it', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'pays and loses the answer';
    await sendAgain();
    expect((await again(payment)).state).toBe('RESENT');
    expect(await reverse(payment)).toMatchObject(NOT_NOW);
    expect(await orders()).toEqual([]);

    await world.pass(20);
    expect((await again(payment)).state).toBe('PAID');
    expect(await reverse(payment)).toMatchObject({ kind: 'payment', payment: { state: 'REVERSED' } });
    expect(world.water.reversalsReceived).toHaveLength(1);
  });

  test('names the payment as its biller knows it now', async () => {
    const payment = await lostAndOrdered();
    await sendAgain();
    const { leg } = await again(payment);
    const told = jest.spyOn(world.water, 'reverse');
    expect(await reverse(payment)).toMatchObject({ kind: 'payment', payment: { state: 'REVERSED' } });
    expect(told.mock.calls[0]?.[0]).toMatchObject({
      billerReference: `EB${leg.reference}`,
      leg: { reference: leg.reference },
    });
  });

  test('forms nothing either once the biller has refused it anew: people end it', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'declines';
    await sendAgain();
    expect((await again(payment)).state).toBe('UNSERVED');
    expect(await reverse(payment)).toMatchObject(NOT_NOW);
    expect(await orders()).toEqual([]);
  });

  test('goes by the leg before, where the biller has that one after all', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'declines';
    await sendAgain();
    const { paymentId, leg } = payment;
    const amount = payment.offer.amount.toString();
    world.water.truth.push({ biller: world.water.id, legReference: leg.reference, amount, kind: 'paid' });
    const decisions = new DecisionFlow(world.clock, world.store.database, world.payments, world.catalog);
    const decided = { paymentId, legNo: leg.legNo, evidence: { proof: 'their letter' } };
    expect(await decisions.paidByPeople(decided)).toMatchObject({ ok: true });
    await world.expectSound();
    expect(await reverse(payment)).toMatchObject({ kind: 'payment', payment: { state: 'REVERSED' } });
    expect(world.water.truth.map(({ legReference, kind }) => [legReference, kind])).toEqual([
      [leg.reference, 'paid'],
      [leg.reference, 'reversed'],
    ]);
  });

  test('comes second where the payment is sent again while it is being written', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'pays and loses the answer';
    const find = world.payments.findById.bind(world.payments);
    const looked = jest.spyOn(world.payments, 'findById').mockImplementationOnce(async (...about) => {
      const found = await find(...about);
      await sendAgain();
      return found;
    });
    expect(await reverse(payment)).toMatchObject(NOT_NOW);
    expect(await orders()).toEqual([]);
    looked.mockRestore();
    await world.pass(20);
    expect((await again(payment)).state).toBe('PAID');
  });
});
