import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { customer, expectProblem, H2hClient, type OfferBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { aConnection, written } from '../../../test/support/raw-connection';

let world: Installation;
let app: RunningApp;
let client: H2hClient;

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

/** Waits until the payments of these references are formed and on their way to the biller. */
async function onTheirWay(references: string[]): Promise<void> {
  await until(
    async () => {
      const [row] = await world.store.database.rows<{ n: string }>(
        "SELECT COUNT(*) AS n FROM payment WHERE channel_reference IN (?) AND state = 'SENT'",
        [references],
      );
      return Number(row?.n);
    },
    (count) => count === references.length,
  );
}

/** A payment as it goes over the wire. */
function paymentBytes({ inquiryId, total }: OfferBody, reference: string): string {
  const body = Buffer.from(JSON.stringify({ reference, inquiryId, total }));
  return written('POST', '/v1/payments', client.headers('POST', '/v1/payments', body), body);
}

const NO_ANSWER = 'no answer';
const SENT_BY_MS = 2_500;
const none = () => NO_ANSWER;

test('a switch killed while the biller works loses and doubles nothing', async () => {
  const endings = ['1068', '3700', ...Array.from({ length: 10 }, () => '3600')];
  const offers = await Promise.all(
    endings.map((ending) => client.offer('pln-postpaid', customer('pln-postpaid', ending))),
  );
  const orders = offers.map((offer, index) => ({ offer, reference: `KILL-${index}` }));
  const answers = orders.map(({ offer, reference }) => client.pay(offer, reference).catch(none));
  await onTheirWay(orders.map(({ reference }) => reference));
  // Committed is not sent yet; the biller takes six seconds at least, and has them all by then.
  await sleep(SENT_BY_MS);
  await app.end('SIGKILL');
  for (const answer of await Promise.all(answers)) expect(answer).toBe(NO_ANSWER);

  app = await world.startSwitch();
  const repeats = await Promise.all(orders.map(({ offer, reference }) => client.pay(offer, reference)));
  for (const { status, headers, body } of repeats) {
    expect([status, body.status]).toEqual([202, 'IN_PROGRESS']);
    expect(headers['idempotent-replayed']).toBe('true');
  }

  // By its clock the time has come to take over what the dead switch left behind.
  const worker = await world.startWorker('+20s');
  const ends = await Promise.all(
    orders.map(({ offer, reference }) =>
      until(
        () => client.pay(offer, reference),
        ({ body }) => body.final,
      ),
    ),
  );
  await worker.end('SIGTERM');
  for (const [index, { status, body }] of ends.entries()) {
    expect([status, body.status]).toEqual([200, 'PAID']);
    expect(body.paymentId).toBe(repeats[index]?.body.paymentId);
    const number = offers[index]?.customerNumber ?? '';
    expect(await world.truthOf(number)).toMatchObject([
      { legReference: body.legReference, amount: body.amount },
    ]);
  }
});

test('a caller that cuts the connection is answered at the repeat, and paid for once', async () => {
  const number = customer('pdam-tirta-jaya', '3100');
  const offer = await client.offer('pdam-tirta-jaya', number);
  const cut = new AbortController();
  const lost = client.pay(offer, 'CUT', { signal: cut.signal }).catch(none);
  await onTheirWay(['CUT']);
  cut.abort();
  expect(await lost).toBe(NO_ANSWER);
  const answer = await until(
    () => client.pay(offer, 'CUT'),
    ({ body }) => body.final,
  );
  expect([answer.status, answer.body.status]).toEqual([200, 'PAID']);
  expect(answer.headers['idempotent-replayed']).toBe('true');
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('a request that was cut before it was whole formed nothing', async () => {
  const offer = await client.offer('pln-postpaid', customer('pln-postpaid'));
  const connection = await aConnection(app.url);
  connection.send(paymentBytes(offer, 'HALF').slice(0, -10));
  connection.cut();
  expectProblem(await client.get('/v1/payments?reference=HALF'), 404, 'PAYMENT_UNKNOWN');
  expect((await client.pay(offer, 'HALF')).body.status).toBe('PAID');
});

test('told to stop, the switch answers what is in flight, takes nothing new, and ends in order', async () => {
  const [kept, piped, late] = (await Promise.all(
    ['3200', '3200', '0000'].map((ending) => client.offer('pln-postpaid', customer('pln-postpaid', ending))),
  )) as [OfferBody, OfferBody, OfferBody];
  const agent = new Agent({ keepAlive: true });
  const inFlight = client.pay(kept, 'STOP-KEPT', { agent });
  const connection = await aConnection(app.url);
  connection.send(paymentBytes(piped, 'STOP-PIPED'));
  await onTheirWay(['STOP-KEPT', 'STOP-PIPED']);

  const ended = app.end('SIGTERM');
  await until(
    () => client.get('/v1/products').catch(none),
    (answer) => answer === NO_ANSWER,
  );
  connection.send(paymentBytes(late, 'STOP-LATE'));

  const answer = await inFlight;
  expect([answer.status, answer.body.status]).toEqual([200, 'PAID']);
  expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 [^]*"reference":"STOP-PIPED","status":"PAID"/);
  expect(await ended).toEqual({ code: 0, signal: null });
  agent.destroy();
});

test('after the restart everything is as it was answered: two are paid, the late one was never formed', async () => {
  app = await world.startSwitch();
  for (const reference of ['STOP-KEPT', 'STOP-PIPED']) {
    const { body } = await client.get<{ status: string }>(`/v1/payments?reference=${reference}`);
    expect(body.status).toBe('PAID');
  }
  expectProblem(await client.get('/v1/payments?reference=STOP-LATE'), 404, 'PAYMENT_UNKNOWN');
});

test('the books are sound', () => expectSound(world));
