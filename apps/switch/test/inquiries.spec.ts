import {
  customer,
  expectProblem,
  H2hClient,
  PRODUCTS,
  type OfferBody,
} from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let warung: H2hClient;
let story: H2hClient;

beforeAll(async () => {
  world = await anInstallation();
  // Two hours from now it opens for one.
  const jakartaHour = (inHours: number) =>
    new Date(Date.now() + (inHours + 7) * 3_600_000).toISOString().slice(11, 16);
  await world.store.admin.run(
    "UPDATE product SET opens_at = ?, closes_at = ? WHERE product_id = 'story-prepaid'",
    [jakartaHour(2), jakartaHour(3)],
  );
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  warung = new H2hClient(() => app.url, 'warung-kecil');
  story = new H2hClient(() => app.url, 'simpul-story');
});
afterAll(() => world.close());

const sum = (amounts: string[]) => amounts.reduce((total, amount) => total + BigInt(amount), 0n).toString();
const needs = (product: string) => (product === 'pln-prepaid' ? { amount: '50000' } : {});

test('the list shows what is sold to this channel, and how', async () => {
  const { body } = await client.get<{ products: Record<string, unknown>[] }>('/v1/products');
  const listed = body.products.map(({ product }) => product as string);
  expect(listed).toEqual(listed.toSorted());
  expect(listed).toEqual(expect.arrayContaining(['pdam-tirta-jaya', 'pln-postpaid', 'pln-prepaid']));
  expect(listed).not.toContain('story-postpaid');
  expect(body.products.find(({ product }) => product === 'pln-prepaid')).toEqual({
    product: 'pln-prepaid',
    name: expect.any(String),
    biller: 'pln',
    source: 'LPB01',
    inquiry: true,
    amountType: 'DENOM',
    denominations: ['20000', '50000', '100000', '200000', '500000', '1000000'],
    adminFee: '2500',
    hours: null,
    customerNumber: { pattern: '^[0-9]{11,12}$', example: '14270010000' },
    fields: [],
  });
});

test('another channel sees its own list, with hours where there are some', async () => {
  const { body } = await story.get<{ products: { product: string; hours: unknown }[] }>('/v1/products');
  expect(body.products).toMatchObject([
    { product: 'story-postpaid', hours: null },
    { product: 'story-prepaid', hours: { open: expect.any(String), timeZone: 'Asia/Jakarta' } },
  ]);
});

test.each(PRODUCTS)('an offer of %s adds up', async (product) => {
  const number = customer(product);
  const offer = await client.offer(product, number, { reference: 'ADD.UP_1', ...needs(product) });
  expect(offer).toMatchObject({ reference: 'ADD.UP_1', product, customerNumber: number });
  expect(offer.customerName).not.toBe('');
  expect(offer.bills).toHaveLength(1);
  expect(offer.bills[0]?.period).toMatch(/^\d{6}$/);
  expect(offer.amount).toBe(sum(offer.bills.flatMap(({ amount, penalty }) => [amount, penalty])));
  expect(offer.total).toBe(sum([offer.amount, offer.adminFee]));
  expect(offer.charge).toBe(sum([offer.total, `-${offer.commission}`]));
  expect(new Date(offer.validUntil).getTime()).toBeGreaterThan(Date.now());
  expect(offer.validUntil).toMatch(/\+07:00$/);
  for (const detail of Object.values(offer.details)) expect(typeof detail).toBe('string');
});

test('a channel whose commission is settled later is charged the total', async () => {
  const offer = await warung.offer('pln-postpaid', customer('pln-postpaid'));
  expect(offer.charge).toBe(offer.total);
  expect(offer.commission).toBe('1300');
});

test.each([
  ['pln-postpaid', '0002', 2, 0],
  ['pln-postpaid', '0004', 4, 0],
  ['pln-postpaid', '0012', 4, 8],
  ['pdam-tirta-jaya', '0007', 7, 0],
  ['pdam-tirta-jaya', '0012', 12, 0],
])('%s, ending %s: %s bills are offered and %s remain', async (product, ending, count, remaining) => {
  const offer = await client.offer(product, customer(product, ending));
  expect(offer.bills).toHaveLength(count);
  expect(offer.remaining).toBe(remaining);
  expect(offer.bills.map(({ period }) => period)).toEqual(offer.bills.map(({ period }) => period).toSorted());
  expect(offer.adminFee).toBe((2_500 * count).toString());
  // All but the newest are overdue.
  expect(offer.bills.slice(0, -1).every(({ penalty }) => penalty !== '0')).toBe(true);
});

test('a product without bills has one line, the amount', async () => {
  const offer = await client.offer('pln-prepaid', customer('pln-prepaid', '0012'), { amount: '200000' });
  expect(offer.bills).toMatchObject([{ amount: '200000', penalty: '0' }]);
  expect(offer.remaining).toBeUndefined();
  expect(offer.adminFee).toBe('2500');
});

test.each([
  [1, 2],
  [2, 1],
  [3, 0],
  [99, 0],
])('billCount %s asks for the oldest, %s remain', async (billCount, remaining) => {
  const number = customer('pln-postpaid', '0003');
  const all = await client.offer('pln-postpaid', number);
  const some = await client.offer('pln-postpaid', number, { billCount });
  expect(some.bills).toEqual(all.bills.slice(0, billCount));
  expect(some.remaining).toBe(remaining);
});

test('an unknown customer, a paid bill, a broken and a silent biller have each their answer, for every product', async () => {
  const endings = [
    ['0014', 422, 'BILL_NOT_FOUND'],
    ['0088', 422, 'BILL_ALREADY_PAID'],
    ['1105', 503, 'BILLER_UNAVAILABLE'],
    ['0103', 503, 'BILLER_UNAVAILABLE'],
  ] as const;
  const asked = PRODUCTS.flatMap((product) =>
    endings.map(async ([ending, status, code]) => {
      const question = { product, customerNumber: customer(product, ending), ...needs(product) };
      return { answer: await client.ask(question), status, code };
    }),
  );
  for (const { answer, status, code } of await Promise.all(asked)) expectProblem(answer, status, code);
});

test('an inquiry moves no money and its reference may come again', async () => {
  const balance = async () => (await client.get('/v1/balance')).text;
  const before = await balance();
  const number = customer('pln-postpaid');
  const first = await client.offer('pln-postpaid', number, { reference: 'AGAIN' });
  const second = await client.offer('pln-postpaid', number, { reference: 'AGAIN' });
  expect(second.inquiryId).not.toBe(first.inquiryId);
  expect(await balance()).toBe(before);
});

const POSTPAID = { product: 'pln-postpaid', customerNumber: '531199990000' };
const PREPAID = { product: 'pln-prepaid', customerNumber: '14279990000' };

test.each<[string, Record<string, unknown>, number, string, string]>([
  ['a product nobody sells', { ...POSTPAID, product: 'gas' }, 422, 'PRODUCT_UNKNOWN', 'product'],
  [
    "another channel's product",
    { ...POSTPAID, product: 'story-postpaid' },
    422,
    'PRODUCT_UNKNOWN',
    'product',
  ],
  ['an inherited name', { ...POSTPAID, product: 'toString' }, 422, 'PRODUCT_UNKNOWN', 'product'],
  [
    'a short number',
    { ...POSTPAID, customerNumber: '123' },
    422,
    'CUSTOMER_NUMBER_INVALID',
    'customerNumber',
  ],
  [
    'a number with a line end',
    { ...POSTPAID, customerNumber: '531199990000\n' },
    422,
    'CUSTOMER_NUMBER_INVALID',
    'customerNumber',
  ],
  [
    'digits of another script',
    { ...POSTPAID, customerNumber: '٥٣١١٩٩٩٩٠٠٠٠' },
    422,
    'CUSTOMER_NUMBER_INVALID',
    'customerNumber',
  ],
  ['an amount beside a bill', { ...POSTPAID, amount: '1000' }, 400, 'REQUEST_MALFORMED', 'amount'],
  ['no amount for a token', PREPAID, 400, 'REQUEST_MALFORMED', 'amount'],
  ['no denomination', { ...PREPAID, amount: '30000' }, 422, 'AMOUNT_MISMATCH', 'amount'],
  ['an amount as number', { ...PREPAID, amount: 20_000 }, 400, 'REQUEST_MALFORMED', 'amount'],
  ['an amount with leading zeros', { ...PREPAID, amount: '020000' }, 400, 'REQUEST_MALFORMED', 'amount'],
  [
    'a customer number as number',
    { ...POSTPAID, customerNumber: 531_199_990_000 },
    400,
    'REQUEST_MALFORMED',
    'customerNumber',
  ],
  ['a field of another product', { ...POSTPAID, months: 2 }, 400, 'REQUEST_MALFORMED', 'months'],
  ['no bill at all', { ...POSTPAID, billCount: 0 }, 400, 'REQUEST_MALFORMED', 'billCount'],
  ['half a bill', { ...POSTPAID, billCount: 1.5 }, 400, 'REQUEST_MALFORMED', 'billCount'],
  ['an unknown member', { ...POSTPAID, amounts: '1' }, 400, 'REQUEST_MALFORMED', 'amounts'],
  [
    'an unknown inner member',
    { ...POSTPAID, terminal: { id: '1', name: 'A', city: 'B', x: 'C' } },
    400,
    'REQUEST_MALFORMED',
    'x',
  ],
  ['no reference', { ...POSTPAID, reference: undefined }, 400, 'REQUEST_MALFORMED', 'reference'],
])('%s is refused', async (_, members, status, code, field) => {
  expectProblem(await client.ask(members), status, code, field);
});

test('a product is not sold outside its hours', async () => {
  const answer = await story.ask({
    product: 'story-prepaid',
    customerNumber: '14270010000',
    amount: '20000',
  });
  expectProblem(answer, 422, 'PRODUCT_CLOSED', 'product');
});

test('a terminal may be named', async () => {
  const terminal = { id: 'T-01', name: 'Toko Jaya', city: 'Bandung' };
  const offer: OfferBody = await client.offer('pdam-tirta-jaya', customer('pdam-tirta-jaya'), { terminal });
  expect(offer.bills).toHaveLength(1);
});

test('the books are sound', () => expectSound(world));
