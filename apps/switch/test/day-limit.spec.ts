import { H2hClient } from '../../../test/support/h2h-client';
import { anInstallation, expectSound, type Installation } from '../../../test/support/processes';

/** A limit of one customer on one day, held by two switches at once. */

const [LIMITED, CUSTOMER, MAX, ORDERS] = ['pulsa-telkomsel', '081200000000', 3, 16] as const;

let world: Installation;
let clients: H2hClient[];
beforeAll(async () => {
  world = await anInstallation();
  await world.store.admin.run(
    'INSERT INTO payment_limit (product_id, channel_id, day_payments_max, day_amount_max) VALUES (?, ?, ?, ?)',
    [LIMITED, '*', MAX, 1_000_000],
  );
  const switches = [await world.startSwitch(), await world.startSwitch()];
  clients = switches.map(({ url }) => new H2hClient(() => url));
});
afterAll(() => world.close());

let references = 0;
const order = (client: H2hClient) =>
  client.call<{ status?: string; code: string; detail?: string; formed?: boolean }>('POST', '/v1/payments', {
    reference: `DAY-${(references += 1)}`,
    product: LIMITED,
    customerNumber: CUSTOMER,
    amount: '10000',
  });

test('two switches that sell to one customer at one moment sell as often as the limit says', async () => {
  const answers = await Promise.all(
    Array.from({ length: ORDERS }, (_, n) => order(clients[n % clients.length] as H2hClient)),
  );
  const paid = answers.filter(({ body }) => body.status === 'PAID');
  const refused = answers.filter(({ body }) => body.code === 'DAY_LIMIT_REACHED');
  expect([paid.length, refused.length]).toEqual([MAX, ORDERS - MAX]);
  for (const { status, body } of refused) {
    expect([status, body.formed]).toEqual([422, false]);
    expect(body.detail).toMatch(/at most 3 payments of one customer a day; the day ends at .*T00:00:00/);
  }
  const truth = await world.truthOf(CUSTOMER);
  expect(truth.filter(({ kind }) => kind === 'paid')).toHaveLength(MAX);
});

test('the books are sound', () => expectSound(world));
