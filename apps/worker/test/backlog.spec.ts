import { customer, H2hClient } from '../../../test/support/h2h-client';
import { tenThousandLike } from '../../../test/support/many-suspects';
import { anInstallation, until, type Installation } from '../../../test/support/processes';

let world: Installation;
let client: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  const app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

async function suspectOf(product: string) {
  const { status, body } = await client.pay(
    await client.offer(product, customer(product, '1039')),
    `OPEN-${product}`,
  );
  expect(status).toBe(202);
  return body;
}

test('a worker that starts on ten thousand open payments is ready, and another biller’s comes to its end meanwhile', async () => {
  const many = await suspectOf('pln-postpaid');
  await tenThousandLike(world.store, many.paymentId, new Date(Date.now() - 60_000));
  const one = await suspectOf('pdam-tirta-jaya');

  // By its clock the first question about each is due.
  const worker = await world.startWorker('+5s');
  await until(
    () => client.payment(one.paymentId),
    ({ body }) => body.status === 'PAID',
  );
  const [backlog] = await world.store.database.rows<{ open: string; asked: string }>(
    "SELECT SUM(next_advice_at IS NOT NULL) AS open, SUM(advice_count) AS asked FROM payment_leg WHERE biller_id = 'pln'",
  );
  expect(Number(backlog?.open)).toBeGreaterThanOrEqual(10_000);
  expect(Number(backlog?.asked)).toBeLessThan(10_000);
  expect(await worker.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
