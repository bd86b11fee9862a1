import { H2hClient } from '../../../test/support/h2h-client';
import { anInstallation, expectSound, type Installation } from '../../../test/support/processes';

/** Tokens of prepaid electricity: what a meter may take, and tokens that were made for it and never given out. */

let world: Installation;
let client: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  const app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

/** Meters of the simulated PLN, by what is known of them there. */
const OF_900_VA = '14270010006';
const WITH_UNSOLD = '14270010003';

const offerOf = (customerNumber: string, amount: string) =>
  client.offer('pln-prepaid', customerNumber, { amount });

test('more energy than the meter may take is told as a limit, and costs nothing', async () => {
  const before = (await client.get<{ available: string }>('/v1/balance')).body;
  const offer = await offerOf(OF_900_VA, '1000000');
  expect(offer.details).toMatchObject({ power: '900', maxKwh: '648' });
  const { status, body } = await client.pay(offer);
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'DECLINED', final: true, code: 'LIMIT_EXCEEDED' });
  expect(await world.truthOf(OF_900_VA)).toEqual([]);
  expect((await client.get('/v1/balance')).body).toEqual(before);
  expect((await client.pay(await offerOf(OF_900_VA, '500000'))).body.status).toBe('PAID');
});

test('an inquiry tells of tokens that were never given out; paying one gives it out, once', async () => {
  const offer = await offerOf(WITH_UNSOLD, '20000');
  expect(offer.details).toMatchObject({ unsold1: '20000', unsold2: '50000' });
  const { body } = await client.pay(offer);
  expect(body).toMatchObject({
    status: 'PAID',
    receipt: { fields: { token: expect.stringMatching(/^\d{20}$/) } },
  });

  const next = await offerOf(WITH_UNSOLD, '20000');
  expect(next.details).toMatchObject({ unsold1: '50000' });
  expect(next.details).not.toHaveProperty('unsold2');
  const { body: another } = await client.pay(next);
  expect(another.receipt?.fields['token']).not.toBe(body.receipt?.fields['token']);
});

test('the books are sound', () => expectSound(world));
