import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** C16, R1: a flood is refused early and clearly, forms nothing, and is nobody else's burden. */

const RATE = 10;

let world: Installation;
let app: RunningApp;
beforeAll(async () => {
  world = await anInstallation();
  await world.store.admin.run(
    "UPDATE channel SET requests_per_second = ? WHERE channel_id = 'ppob-nusantara'",
    [RATE],
  );
  app = await world.startSwitch();
});
afterAll(() => world.close());

test('a channel above its agreed rate is told so and forms nothing; another one is served', async () => {
  const client = new H2hClient(() => app.url);
  const neighbour = new H2hClient(() => app.url, 'warung-kecil');
  const offer = await client.offer('pln-postpaid', customer('pln-postpaid'));
  const flood = await Promise.all(
    Array.from({ length: 8 * RATE }, (_, n) => client.pay(offer, `FLOOD-${n}`)),
  );
  const refused = flood.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) expectProblem(answer, 429, 'RATE_LIMITED');
  expect(flood.filter(({ body }) => body.status === 'PAID')).toHaveLength(1);
  expect((await neighbour.payFor('pln-postpaid', customer('pln-postpaid'))).body.status).toBe('PAID');
  const [row] = await world.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment');
  expect(Number(row?.n)).toBe(2);
  await expectSound(world);
});
