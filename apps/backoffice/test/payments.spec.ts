import { aBackoffice, type BackofficeWorld, type Browser } from '../../../test/support/backoffice';
import { eachTestHasASwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { listSecurityEvents } from '#lib/identity';

let world: SwitchWorld;
let desk: BackofficeWorld;
eachTestHasASwitch((fresh) => {
  world = fresh;
});
beforeEach(async () => {
  desk = await aBackoffice(world.store, world.dataKey);
});
afterEach(() => desk.close());

const find = (browser: Browser, said: string) => browser.get(`payments?q=${encodeURIComponent(said)}`);

test('a payment is found by its reference, its customer masked for whoever may not see them', async () => {
  const { paymentId, channelReference, customerNumber, offer } = await world.payOne();
  const maker = await desk.signedIn('maker@simpul.test', 'finance_maker');
  const service = await desk.signedIn('service@simpul.test', 'customer_service');

  const { status, body } = await find(maker, channelReference);
  expect(status).toBe(200);
  expect(body).toEqual({
    payments: [
      {
        paymentId,
        foundBy: 'channelReference',
        channelId: 'ppob-nusantara',
        reference: channelReference,
        productId: 'pln-postpaid',
        billerId: 'pln',
        customerNumber: customerNumber.replace(/.(?=.{4})/g, '*'),
        status: 'PAID',
        state: 'PAID',
        total: String(offer.total),
        businessDate: '2026-07-14',
        createdAt: expect.stringMatching(/^2026-07-14T05:00:00/),
      },
    ],
  });
  expect((await find(service, paymentId)).body.payments[0].customerNumber).toBe(customerNumber);
  expect((await find(service, customerNumber)).body.payments[0].paymentId).toBe(paymentId);
});

test('a payment tells its whole way, and what its biller said at each move', async () => {
  const { paymentId } = await world.payOne();
  const maker = await desk.signedIn('maker@simpul.test', 'finance_maker');
  const { status, body } = await maker.get(`payments/${paymentId}`);

  expect(status).toBe(200);
  expect(body.parts.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['payment', 'offer', 'history', 'legs', 'journals', 'reconciliation']),
  );
  expect(body.said.map(({ event }: { event: string }) => event)).toEqual(['deposit held', 'biller approved']);
  expect(body.hasReceipt).toBe(true);
});

test('a receipt is handed out once; the next one is a copy', async () => {
  const { paymentId } = await world.payOne();
  const service = await desk.signedIn('service@simpul.test', 'customer_service');
  const wanted = { format: 'text48', language: 'id' };

  const first = await service.post(`payments/${paymentId}/receipt`, wanted);
  const second = await service.post(`payments/${paymentId}/receipt`, wanted);
  expect([first.status, first.body.copyNo, second.body.copyNo]).toEqual([200, 0, 1]);
  const text = Buffer.from(second.body.base64, 'base64').toString();
  expect(text).toContain('CETAK ULANG');
  expect(Buffer.from(first.body.base64, 'base64').toString()).not.toContain('CETAK ULANG');
});

test('what has no receipt says so', async () => {
  world.biller.behaviour = 'declines';
  const { paymentId } = await world.payOne();
  const service = await desk.signedIn('service@simpul.test', 'customer_service');
  const refused = await service.post(`payments/${paymentId}/receipt`, { format: 'pdf', language: 'en' });
  expect([refused.status, refused.body.code]).toEqual([422, 'REFUSED']);
  expect((await service.get(`payments/${paymentId}`)).body.hasReceipt).toBe(false);
});

test('a partner’s own staff finds its payments and no other’s; whoever asks for another’s is noted', async () => {
  const own = await world.payOne({ channelId: 'warung-kecil' });
  const other = await world.payOne();
  const browser = desk.browser();
  const person = await desk.people.add('pemilik@warung.test', {
    roles: ['partner'],
    channelId: 'warung-kecil',
  });
  desk.people.tools.clock.advance(30_000);
  await browser.signIn(person);

  expect((await find(browser, own.paymentId)).body.payments).toHaveLength(1);
  for (const said of [other.paymentId, other.channelReference])
    expect((await find(browser, said)).body.payments).toEqual([]);
  const { body } = await browser.get(`payments/${own.paymentId}`);
  expect(body.parts.map(({ name }: { name: string }) => name).toSorted()).toEqual([
    'history',
    'offer',
    'payment',
  ]);
  expect(body.said).toEqual([]);

  for (const path of [`payments/${other.paymentId}`, 'payments/T00000000000'])
    expect((await browser.get(path)).status).toBe(404);
  const receipt = { format: 'text48', language: 'id' };
  expect((await browser.post(`payments/${other.paymentId}/receipt`, receipt)).status).toBe(404);
  const events = await listSecurityEvents(world.store.database, { rowsMax: 20 });
  expect(events.filter(({ kind }) => kind === 'access_refused').map(({ detail }) => detail)).toEqual([
    { object: `payment ${other.paymentId}` },
    { object: `payment ${other.paymentId}` },
  ]);
});

test('whatever asks for something odd hears which member it is', async () => {
  const maker = await desk.signedIn('maker@simpul.test', 'finance_maker');
  for (const [field, path] of [
    ['q', 'payments?q=a'],
    ['q', 'payments'],
    ['q', 'payments?q=aaa&q=bbb'],
    ['limit', 'payments?q=aaa&limit=201'],
    ['limit', 'payments?q=aaa&limit=-1'],
    ['limit', 'payments?q=aaa&limit=1e2'],
    ['channelId', 'payments?q=aaa&channelId=ppob-nusantara'],
  ]) {
    const { status, body } = await maker.get(path ?? '');
    expect([path, status, body.code, body.field]).toEqual([path, 400, 'REQUEST_MALFORMED', field]);
  }
});
