import { setTimeout as sleep } from 'node:timers/promises';
import { customer, H2hClient, type OfferBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { anOwnConfig } from '../../../test/support/own-config';
import { aTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy';

/** P3, K14, D9: a switch whose database has gone silent, or that is paused, and another one beside it. */

/** Half as patient as others: most of these tests is waiting until its patience ends. */
const config = anOwnConfig();
let world: Installation;
let proxy: TcpProxy;
let cutOff: RunningApp;
let sound: RunningApp;
let throughCutOff: H2hClient;
let throughSound: H2hClient;

beforeAll(async () => {
  for (const limit of ['statementWithinMs', 'packetWithinMs'])
    config.change('limits.yaml', new RegExp(`${limit}: 8000`), `${limit}: 4000`);
  world = await anInstallation();
  // Far away, so that most of a commit's time passes between its two packets.
  proxy = await aTcpProxy(world.store.url, 20);
  cutOff = await world.startSwitch(proxy.url, { SIMPUL_CONFIG: config.folder });
  sound = await world.startSwitch();
  throughCutOff = new H2hClient(() => cutOff.url);
  throughSound = new H2hClient(() => sound.url);
});
afterAll(async () => {
  await world.close();
  proxy.close();
});

interface Order {
  offer: OfferBody;
  reference: string;
}

async function orders(count: number, prefix: string): Promise<Order[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => ({
      offer: await throughSound.offer('pln-postpaid', customer('pln-postpaid')),
      reference: `${prefix}-${n}`,
    })),
  );
}

/** Whether somebody who is doing nothing keeps the deposit's row locked. */
async function isDepositKept(): Promise<boolean> {
  await sleep(100);
  return world.store.database
    .rows('SELECT 1 FROM deposit WHERE channel_id = ? FOR UPDATE NOWAIT', [throughSound.channelId])
    .then(() => false)
    .catch((error: { errno?: number }) => error.errno === 1205);
}

const CLOSED = 'closed without an answer';

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  ['whose database has gone silent', () => proxy.inject('freeze'), () => proxy.inject('thaw')],
  [
    'that is paused',
    () => Promise.resolve(cutOff.pause('SIGSTOP')),
    () => Promise.resolve(cutOff.pause('SIGCONT')),
  ],
])('a switch %s in the middle of a commit keeps no deposit from the others', async (name, stop, goOn) => {
  const answers: Promise<unknown>[] = [];
  const sent: Order[] = [];
  // Payments go on until the stop has met one between its first statement and its commit.
  for (let round = 0; ; round += 1) {
    const burst = await orders(24, `${name.length}-${round}`);
    // A deposit that another switch has moved is locked and read in a packet of its own: there lies the moment to meet.
    const [other] = (await orders(1, `other-${name.length}-${round}`)) as [Order];
    await throughSound.pay(other.offer, other.reference);
    sent.push(...burst);
    answers.push(
      ...burst.map(({ offer, reference }) => throughCutOff.pay(offer, reference).catch(() => CLOSED)),
    );
    await sleep(40 + ((round * 15) % 90));
    await stop();
    if (await isDepositKept()) break;
    await goOn();
    await Promise.all(answers);
  }

  const [{ offer, reference } = { offer: { inquiryId: '', total: '' }, reference: '' }] = await orders(
    1,
    `beside-${name.length}`,
  );
  // Refused at most while the lock is held; never left waiting, and served before the other one is back.
  const served = await until(
    () => throughSound.pay(offer, reference),
    ({ status }) => status === 200,
  );
  expect(served.body.status).toBe('PAID');

  await goOn();
  await Promise.all(answers);
  // Whoever heard nothing asks again, elsewhere, and is paid once.
  for (const order of sent) {
    const { body } = await until(
      () => throughSound.pay(order.offer, order.reference),
      ({ status }) => status === 200 || status === 202,
    );
    expect(['PAID', 'IN_PROGRESS']).toContain(body.status);
    expect((await world.truthOf(order.offer.customerNumber)).length).toBeLessThanOrEqual(1);
  }
});

test('a caller is answered or let go while the database is silent, and nothing is doubled afterwards', async () => {
  const [order] = (await orders(1, 'SILENT')) as [Order];
  const question = {
    reference: 'Q',
    product: 'pln-postpaid',
    customerNumber: customer('pln-postpaid'),
  };
  await proxy.inject('freeze');
  const calls = [
    throughCutOff.pay(order.offer, order.reference),
    throughCutOff.call('POST', '/v1/inquiries', question),
    throughCutOff.get('/v1/balance'),
  ].map((call) => call.then(({ status }) => status).catch(() => CLOSED));
  for (const answer of await Promise.all(calls)) expect([CLOSED, 503]).toContain(answer);
  await proxy.inject('thaw');

  const { body } = await until(
    () => throughCutOff.pay(order.offer, order.reference),
    ({ status }) => status === 200 || status === 202,
  );
  expect(['PAID', 'IN_PROGRESS']).toContain(body.status);
  expect((await world.truthOf(order.offer.customerNumber)).length).toBeLessThanOrEqual(1);
});

test('the books are sound once the advice has been asked', async () => {
  const worker = await world.startWorker('+40s');
  await until(
    () => throughSound.get<{ payments: unknown[] }>('/v1/payments?status=IN_PROGRESS'),
    ({ body }) => body.payments.length === 0,
  );
  await worker.end('SIGTERM');
  await expectSound(world);
});
