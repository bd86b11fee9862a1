import { H2hClient, type OfferBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

/** What PLN sells by two ways: its number without the last eight digits, and what an inquiry needs. */
type Sold = readonly [product: string, prefix: string, needs: Record<string, string>];
const SOLD: readonly Sold[] = [
  ['pln-postpaid', '5311', {}],
  ['pln-prepaid', '142', { amount: '50000' }],
  ['pln-nontaglis', '53110', {}],
];

/** More than cut a way off (config/routing.yaml), and fewer than it takes to cut it off. */
const [MANY, FEW] = [24, 3];
/** PLN says so when its day is over: nothing was booked. */
const CLOSED_FOR_THE_DAY = '0090';

jest.setTimeout(120_000);

let world: Installation;
let app: RunningApp;
let client: H2hClient;
beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

let customers = 0;
const aCustomer = ([, prefix]: Sold) => `${prefix}${String((customers += 1)).padStart(4, '0')}0000`;

async function order(behaviour: object): Promise<void> {
  const answer = await fetch(`${world.simulatorUrl()}/behaviour`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ biller: 'pln', ...behaviour }),
  });
  expect(answer.status).toBe(200);
}

const ask = ([product, , needs]: Sold, customerNumber: string) =>
  client.ask({ product, customerNumber, ...needs });

/** Asks until there is an offer: now and then an inquiry tries whether a way that was cut off is back. */
async function offerFor(sold: Sold, customerNumber: string): Promise<OfferBody> {
  return (
    await until(
      () => ask(sold, customerNumber),
      ({ status }) => status === 200,
    )
  ).body;
}

/** Who was paid for a customer, and how much. */
const paidFor = async (customerNumber: string) =>
  (await world.truthOf(customerNumber))
    .filter(({ kind }) => kind === 'paid')
    .map(({ biller, amount, legReference }) => ({ biller, amount, legReference }));

/** Sells to a customer and fails unless that biller was paid the bill, once, by the leg that the channel was told of. */
async function expectSold(sold: Sold, customerNumber: string, biller: string): Promise<void> {
  const offer = await offerFor(sold, customerNumber);
  const { body } = await client.pay(offer);
  expect(body).toMatchObject({ status: 'PAID', total: offer.total });
  const { legReference } = body;
  expect(await paidFor(customerNumber)).toEqual([{ biller, amount: offer.amount, legReference }]);
}

test.each(SOLD)('%s: both ways show one customer the same bill', async (...sold) => {
  const number = aCustomer(sold);
  const first = await offerFor(sold, number);
  const [{ biller } = { biller: '' }] = await world.store.database.rows<{ biller: string }>(
    "SELECT JSON_VALUE(route, '$.routeId') AS biller FROM inquiry WHERE inquiry_id = ?",
    [first.inquiryId],
  );
  expect(biller).toMatch(/^pln\//);
  await expectSold(sold, number, 'pln');
});

test.each(SOLD)('%s, refused by PLN as closed, is paid by the second way, once', async (...sold) => {
  for (let nth = 0; nth < FEW; nth += 1) {
    const number = aCustomer(sold);
    await order({ customerNumber: number, call: 'payment', code: CLOSED_FOR_THE_DAY });
    await expectSold(sold, number, 'pln-switch');
  }
});

test('PLN is dead: what was sent to it stays in progress, and its products go on being sold by the second way', async () => {
  const taken = await Promise.all(
    SOLD.map(async (sold) => {
      const number = aCustomer(sold);
      return { number, offer: await offerFor(sold, number) };
    }),
  );
  await order({ mode: 'dead' });
  const [sent, asked] = await Promise.all([
    Promise.all(taken.map(({ offer }) => client.pay(offer))),
    Promise.all(SOLD.flatMap((sold) => Array.from({ length: MANY }, () => ask(sold, aCustomer(sold))))),
  ]);
  expect(sent.map(({ body }) => body.status)).toEqual(SOLD.map(() => 'IN_PROGRESS'));
  expect(new Set(asked.map(({ body }) => body.code))).toEqual(new Set(['BILLER_UNAVAILABLE']));

  for (const sold of SOLD)
    for (let nth = 0; nth < FEW; nth += 1) await expectSold(sold, aCustomer(sold), 'pln-switch');
  for (const { number } of taken) expect(await paidFor(number)).toEqual([]);
});

test('PLN is back and sells again', async () => {
  await order({ mode: 'well' });
  for (const sold of SOLD) {
    const isBack = async () => {
      const number = aCustomer(sold);
      await client.pay(await offerFor(sold, number));
      return (await paidFor(number)).map(({ biller }) => biller);
    };
    expect(await until(isBack, ([biller]) => biller === 'pln')).toEqual(['pln']);
  }
});

test('the books are sound', () => expectSound(world));
