import { formatPaymentId } from '#lib/kernel';
import {
  customer,
  expectProblem,
  H2hClient,
  type Answer,
  type PaymentBody,
  type ProblemBody,
} from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

let world: Installation;
let apps: RunningApp[];
let client: H2hClient;
let warung: H2hClient;

beforeAll(async () => {
  world = await anInstallation();
  apps = [await world.startSwitch(), await world.startSwitch()];
  // Every call goes to the other switch, so that nothing may rest on what one of them remembers.
  let calls = 0;
  const nextUrl = () => apps[(calls += 1) % 2]?.url ?? '';
  client = new H2hClient(nextUrl);
  warung = new H2hClient(nextUrl, 'warung-kecil');
});
afterAll(() => world.close());

type PayAnswer = Answer<PaymentBody & ProblemBody>;

const anOffer = (ending = '0000') => client.offer('pln-postpaid', customer('pln-postpaid', ending));
const send = (body: unknown): Promise<PayAnswer> => client.call('POST', '/v1/payments', body);

/** The second answer is the first one once more, and says so. */
function expectReplay(again: PayAnswer, first: PayAnswer): void {
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect([again.status, again.body]).toEqual([first.status, first.body]);
}

/** Refused for its content, telling of the first payment. */
function expectReused(answer: PayAnswer, first: PayAnswer): void {
  expect(answer.status).toBe(409);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const { paymentId, final } = first.body;
  expect(answer.body).toMatchObject({
    code: 'REFERENCE_REUSED',
    formed: true,
    paymentId,
    final,
    field: 'reference',
  });
}

test.each(['0000', '1037', '1072'])('ending %s: the same again gets the same answer', async (ending) => {
  const offer = await anOffer(ending);
  const first = await client.pay(offer, `SAME-${ending}`);
  expect(first.body.final).toBe(true);
  expectReplay(await client.pay(offer, `SAME-${ending}`), first);
  expectReplay(await client.pay(offer, `SAME-${ending}`), first);
});

test('order, white space and escapes do not make other content', async () => {
  const { inquiryId, total } = await anOffer();
  const first = await client.pay({ inquiryId, total }, 'FORM-0');
  for (const written of [
    `{"total":"${total}","inquiryId":"${inquiryId}","reference":"FORM-0"}`,
    `\n{ "reference" : "FORM-\\u0030",\t"inquiryId":"${inquiryId}", "total":"${total}"}\r\n`,
    `{"\\u0074otal":"${total}","inquiryId":"${inquiryId}","reference":"FORM-0"}`,
  ])
    expectReplay(await send(written), first);
});

test('a later balance does not change the answer that was given', async () => {
  const offer = await anOffer();
  const first = await client.pay(offer, 'BALANCE');
  await client.pay(await anOffer());
  expectReplay(await client.pay(offer, 'BALANCE'), first);
});

test('a signed call that is recorded and sent again, with other headers too, pays once', async () => {
  const number = customer('pln-postpaid');
  const { inquiryId, total } = await client.offer('pln-postpaid', number);
  const body = Buffer.from(JSON.stringify({ reference: 'RECORDED', inquiryId, total }));
  const headers = client.headers('POST', '/v1/payments', body);
  for (const varied of [
    {},
    { 'X-Forwarded-For': '10.0.0.1' },
    { 'Content-Type': 'text/plain' },
    { Accept: '*/*' },
  ])
    await client.call('POST', '/v1/payments', body, { headers: { ...headers, ...varied } });
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('the same reference with other content is refused, and the first answer stays', async () => {
  const number = customer('pln-postpaid');
  const offer = await client.offer('pln-postpaid', number);
  const other = await client.offer('pln-postpaid', number);
  const first = await client.pay(offer, 'TAKEN');
  const { inquiryId, total } = offer;
  for (const changed of [
    { inquiryId: other.inquiryId, total },
    { inquiryId: 'inq_nobody', total },
    { inquiryId, total: (BigInt(total) + 1n).toString() },
    { inquiryId, total: '0' },
    { product: 'pln-postpaid', customerNumber: number, amount: offer.amount },
    { product: 'pln-prepaid', customerNumber: '14270010000', amount: '20000' },
  ])
    expectReused(await send({ reference: 'TAKEN', ...changed }), first);
  expectReplay(await client.pay(offer, 'TAKEN'), first);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each([
  'look.a_like-1',
  'Look.A_Like-1',
  'LOOK.A_LIKE-1',
  'LOOK.A_LIKE-01',
  'LOOK-A_LIKE-1',
  'LOOK.A_LIKE-1.',
])('the reference "%s" is its own', async (reference) => {
  const { body, headers } = await client.pay(await anOffer(), reference);
  expect(body).toMatchObject({ reference, status: 'PAID' });
  expect(headers['idempotent-replayed']).toBeUndefined();
  const found = await client.get<PaymentBody>(`/v1/payments?reference=${reference}`);
  expect(found.body.paymentId).toBe(body.paymentId);
});

test.each<[string, unknown]>([
  ['a space behind', 'TAKEN '],
  ['a space before', ' TAKEN'],
  ['a line end', 'TAKEN\n'],
  ['a NUL', 'TAKEN\u0000'],
  ['a letter with an accent', 'TÁKEN'],
  ['a look-alike of another script', 'ТAKEN'],
  ['a full-width letter', 'TAKEＮ'],
  ['a zero-width space', 'TAK\u200bEN'],
  ['a slash', 'TAK/EN'],
  ['65 characters', 'T'.repeat(65)],
  ['nothing', ''],
  ['a number', 12_345],
  ['a list', ['TAKEN']],
  ['null', null],
])('a reference with %s is refused', async (_, reference) => {
  const { inquiryId, total } = await anOffer();
  expectProblem(await send({ reference, inquiryId, total }), 400, 'REQUEST_MALFORMED', 'reference');
});

test('a reference of 64 characters is taken, and one of digits alone keeps its zeros', async () => {
  const long = 'L'.repeat(64);
  expect((await client.pay(await anOffer(), long)).body.reference).toBe(long);
  const ids = [];
  for (const reference of ['7', '07', '007'])
    ids.push((await client.pay(await anOffer(), reference)).body.paymentId);
  expect(new Set(ids).size).toBe(3);
});

test('channels may use the same reference, and neither sees the payment of the other', async () => {
  const mine = await client.pay(await anOffer(), 'SHARED');
  const theirs = await warung.pay(await warung.offer('pln-postpaid', customer('pln-postpaid')), 'SHARED');
  expect([mine.status, theirs.status]).toEqual([200, 200]);
  const found = await warung.get<PaymentBody>('/v1/payments?reference=SHARED');
  expect(found.body.paymentId).toBe(theirs.body.paymentId);
  expectProblem(await warung.payment(mine.body.paymentId), 404, 'PAYMENT_UNKNOWN');
});

test('a payment is found by its id and by its reference, as it was answered', async () => {
  const { body } = await client.pay(await anOffer(), 'FIND.ME');
  expect((await client.payment(body.paymentId)).body).toEqual(body);
  expect((await client.get('/v1/payments?reference=FIND.ME')).body).toEqual(body);
  // As it is printed on the receipt, and as somebody types it.
  const printed = formatPaymentId(body.paymentId);
  expect((await client.payment(printed)).body).toEqual(body);
  expect((await client.payment(printed.toLowerCase())).body).toEqual(body);
  expectProblem(await client.get('/v1/payments?reference=find.me'), 404, 'PAYMENT_UNKNOWN');
});

test.each(['T00000000000', 'nonsense', '%20', "'%20OR%201=1"])('no payment is called %s', async (id) => {
  expectProblem(await client.payment(id), 404, 'PAYMENT_UNKNOWN');
});

test('a repeat while the biller is still busy hears "in progress", and the end later', async () => {
  const number = customer('pln-postpaid', '3150');
  const offer = await client.offer('pln-postpaid', number);
  const running = client.pay(offer, 'BUSY');
  const early = await until(
    () => client.get<PaymentBody>('/v1/payments?reference=BUSY'),
    ({ status }) => status !== 404,
  );
  const repeat = await client.pay(offer, 'BUSY');
  expect([repeat.status, repeat.headers['idempotent-replayed']]).toEqual([202, 'true']);
  expect(repeat.body).toMatchObject({ ...early.body, status: 'IN_PROGRESS', final: false, receipt: null });
  expectReused(await send({ reference: 'BUSY', inquiryId: offer.inquiryId, total: '1' }), repeat);
  const first = await running;
  expect(first.body).toMatchObject({ status: 'PAID', paymentId: repeat.body.paymentId });
  expectReplay(await client.pay(offer, 'BUSY'), first);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('64 equal payments at once on two switches are one payment', async () => {
  const number = customer('pln-postpaid', '3020');
  const offer = await client.offer('pln-postpaid', number);
  const answers = await Promise.all(Array.from({ length: 64 }, () => client.pay(offer, 'RUSH')));
  expect(new Set(answers.map(({ body }) => body.paymentId)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
  for (const { status } of answers) expect([200, 202]).toContain(status);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('64 different contents at once under one reference are one payment and 63 refusals', async () => {
  const offers = await Promise.all(Array.from({ length: 64 }, () => anOffer()));
  const answers = await Promise.all(offers.map((offer) => client.pay(offer, 'FIGHT')));
  const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
  expect(winner?.status).toBe(200);
  for (const { status, body } of others) {
    expect([status, body.code, body.formed]).toEqual([409, 'REFERENCE_REUSED', true]);
    expect(body.paymentId).toBe(winner?.body.paymentId);
  }
  const numbers = new Set(offers.map(({ customerNumber }) => customerNumber));
  expect((await world.truth()).filter(({ customerNumber }) => numbers.has(customerNumber))).toHaveLength(1);
});

test('the books are sound', () => expectSound(world));
