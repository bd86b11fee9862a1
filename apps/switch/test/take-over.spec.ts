import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import { keepBooks, PAYMENT_TABLES } from '../../../test/support/earlier-books';
import { anInstallation, until, type Installation, type RunningApp } from '../../../test/support/processes';
import { aTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy';

/** D3: another database server takes over, and it is behind. */

let world: Installation;
let proxy: TcpProxy;
let app: RunningApp;
let channel: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  proxy = await aTcpProxy(world.store.url);
  app = await world.startSwitch(proxy.url);
  channel = new H2hClient(() => app.url);
});
afterAll(async () => {
  await world.close();
  proxy.close();
});

const openStops = () =>
  world.store.database.rows<{ scope: string; reason: string; stopped_by: string }>(
    'SELECT scope, reason, stopped_by FROM payment_stop',
  );

test('acknowledged payments are missing: nothing more is paid, nobody is told otherwise, and people are called', async () => {
  const [lost, next] = [customer('pln-postpaid'), customer('pln-postpaid')];
  const before = await channel.offer('pln-postpaid', customer('pln-postpaid'));
  expect((await channel.pay(before, 'BEFORE')).body.status).toBe('PAID');
  const [lostOffer, nextOffer] = [
    await channel.offer('pln-postpaid', lost),
    await channel.offer('pln-postpaid', next),
  ];
  const takeOver = await keepBooks(world.store.admin, PAYMENT_TABLES);
  expect((await channel.pay(lostOffer, 'LOST')).body.status).toBe('PAID');

  await proxy.inject('cut');
  await takeOver();

  // Neither what is new nor what this server has never heard of is decided on it, and no word of it is final.
  await expect(channel.pay(nextOffer, 'NEXT')).rejects.toThrow('socket hang up');
  await expect(channel.pay(lostOffer, 'LOST')).rejects.toThrow('socket hang up');
  expect(await world.truthOf(next)).toHaveLength(0);
  expect(await world.truthOf(lost)).toHaveLength(1);

  const [stop] = await until(openStops, (stops) => stops.length > 0);
  expect(stop).toMatchObject({ scope: 'all', stopped_by: 'switch' });
  expect(stop?.reason).toMatch(/^the server had acknowledged commit \d+ of the deposit of ppob-nusantara/);
  await until(
    () => Promise.resolve(world.logsOf('switch')),
    (log) => log.includes('acknowledged payments are missing from the database'),
  );
  const refused = await until(
    () =>
      channel
        .call('POST', '/v1/payments', { reference: 'LATER', ...paymentOf(nextOffer) })
        .catch(() => undefined),
    (answer) => answer?.status === 503,
  );
  expectProblem(refused!, 503, 'NOT_NOW');
  expect(await world.truthOf(next)).toHaveLength(0);
});

test('a switch that is started on such a database finds the stop', async () => {
  const fresh = await world.startSwitch();
  const late = new H2hClient(() => fresh.url);
  const asked = await late.call('POST', '/v1/inquiries', {
    reference: 'ASKED',
    product: 'pln-postpaid',
    customerNumber: customer('pln-postpaid'),
  });
  expectProblem(asked, 503, 'NOT_NOW');
});

function paymentOf({ inquiryId, total }: { inquiryId: string; total: string }) {
  return { inquiryId, total };
}
