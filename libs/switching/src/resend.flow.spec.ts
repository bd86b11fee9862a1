import pino from 'pino';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { AdviceLimits } from './advice.limits';
import type { Payment } from './payment';
import { ResendFlow } from './resend.flow';
import { resendRow, Resends } from './resend.orders';

let world: SwitchWorld;
eachTestHasASwitch((opened) => {
  world = opened;
});

const WAITS = { scheduleSeconds: [5, 15, 60], exhaustedAfterHours: 48, pollMs: 100, atOnceMax: 32 };
const ADVICE = AdviceLimits.parse({
  scheduleSeconds: [5, 15, 60],
  jitterPercent: 0,
  afterDeadlineMs: 5_000,
  pollMs: 100,
  leaseMs: 30_000,
  atOnceMax: 32,
  perSecondMax: 1_000,
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
async function sendAgain(): Promise<void> {
  const { clock, store, writer, payments, catalog, water } = world;
  await new ResendFlow({
    clock,
    statements: store.database,
    writer,
    payments,
    resends: new Resends(store.database, writer),
    billers: { connector: () => water },
    catalog,
    businessDateOfSource: (_, at) => businessDateOf(at, JAKARTA_MIDNIGHT),
    limits: WAITS,
    advice: ADVICE,
    logger: pino({ enabled: false }),
    objectionOf: () => Promise.resolve(undefined),
  }).sendDue();
}

async function again({ channelId, paymentId }: Payment): Promise<Payment> {
  const found = await world.payments.findById(channelId, paymentId);
  if (!found) throw new Error(`${paymentId} is gone`);
  return found;
}

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

  test('forms nothing either once the biller has refused it anew: people end it', async () => {
    const payment = await lostAndOrdered();
    world.water.behaviour = 'declines';
    await sendAgain();
    expect((await again(payment)).state).toBe('UNSERVED');
    expect(await reverse(payment)).toMatchObject(NOT_NOW);
    expect(await orders()).toEqual([]);
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
