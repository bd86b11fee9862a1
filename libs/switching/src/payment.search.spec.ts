import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { findPayments } from './payment.search';

let world: SwitchWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});

const find = (said: string, channelId?: string) =>
  findPayments(world.store.database, { said, channelId, rowsMax: 10 });

test('a payment is found by everything that people know it by', async () => {
  const payment = await world.payOne();
  await world.payOne({ channelId: 'warung-kecil' });
  const { paymentId, channelReference, billerReference } = payment;
  // A first leg goes by the Payment ID; a further one has a reference of its own.
  const goBy = (reference: string) =>
    world.store.admin.run('UPDATE payment_leg SET leg_reference = ? WHERE payment_id = ?', [
      reference,
      paymentId,
    ]);
  await goBy('LEG-2');
  const dashed = paymentId.replace(/(.{4})(?=.)/g, '$1-').toLowerCase();
  for (const [said, foundBy] of [
    [paymentId, 'paymentId'],
    [` ${dashed} `, 'paymentId'],
    [channelReference, 'channelReference'],
    ['LEG-2', 'legReference'],
    [billerReference ?? '', 'billerReference'],
  ] as const) {
    const found = await find(said);
    expect([said, found.map((one) => [one.paymentId, one.foundBy])]).toEqual([said, [[paymentId, foundBy]]]);
  }
  await goBy(paymentId);
  const [found] = await find(paymentId);
  expect(found).toMatchObject({
    channelId: 'ppob-nusantara',
    reference: channelReference,
    billerId: 'pln',
    state: 'PAID',
    total: payment.offer.total,
    businessDate: payment.businessDate,
    createdAt: payment.createdAt,
  });
});

test('the payments of a customer come the newest first, and no more than were asked for', async () => {
  world.biller.behaviour = 'declines';
  const { customerNumber, paymentId } = await world.payOne();
  world.clock.advance(1_000);
  const next = await world.payOne({ channelId: 'warung-kecil', customerNumber });

  expect((await find(customerNumber)).map((one) => [one.paymentId, one.foundBy])).toEqual([
    [next.paymentId, 'customerNumber'],
    [paymentId, 'customerNumber'],
  ]);
  const one = await findPayments(world.store.database, { said: customerNumber, rowsMax: 1 });
  expect(one.map((found) => found.paymentId)).toEqual([next.paymentId]);
});

test('whoever may see one channel finds nothing of another, by whatever name', async () => {
  const { paymentId, channelReference, customerNumber, leg } = await world.payOne();
  for (const said of [paymentId, channelReference, customerNumber, leg.reference])
    expect(await find(said, 'warung-kecil')).toEqual([]);
  expect(await find(paymentId, 'ppob-nusantara')).toHaveLength(1);
});

test.each(['', ' ', "' OR 1=1 --", '%', 'ünbekannt', 'x'.repeat(65), '\u0000', 'T00000000000'])(
  '%j finds nothing and breaks nothing',
  async (said) => {
    await world.payOne();
    expect(await find(said)).toEqual([]);
  },
);

test('each name is looked up by an index', async () => {
  for (const [sql, key] of [
    [
      "SELECT payment_id FROM payment WHERE customer_number = '1' ORDER BY payment_id DESC LIMIT 5",
      'payment_customer',
    ],
    ["SELECT payment_id FROM payment_leg WHERE biller_reference = '1' LIMIT 5", 'leg_of_biller_reference'],
  ] as const) {
    const [plan] = await world.store.database.rows<{ key: string }>(`EXPLAIN ${sql}`, []);
    expect(plan?.key).toBe(key);
  }
});
