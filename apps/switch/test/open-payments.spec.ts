import {
  customer,
  expectProblem,
  H2hClient,
  PRODUCTS,
  type PaymentBody,
} from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

let world: Installation;
let app: RunningApp;
let worker: RunningApp;
let client: H2hClient;

/** Endings that leave the caller without an outcome, and what the biller did. */
const PAID_SILENTLY = ['1013', '1039', '1068', '1091', '1106', '1999'];
const DECLINED_LATER = ['1040'];
/** What an advice cannot tell yet: nothing was received, or nobody answers. */
const LONG_UNKNOWN = ['1069', '1070'];
const ENDINGS = [...PAID_SILENTLY, ...DECLINED_LATER, ...LONG_UNKNOWN];

interface Case {
  product: string;
  ending: string;
  number: string;
  offer: { inquiryId: string; total: string };
  status: number;
  body: PaymentBody;
}
let cases: Case[];

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  const wanted = PRODUCTS.flatMap((product) => ENDINGS.map((ending) => ({ product, ending })));
  cases = await Promise.all(
    wanted.map(async ({ product, ending }) => {
      const number = customer(product, ending);
      const offer = await client.offer(product, number);
      const { status, body } = await client.pay(offer, `OPEN-${number}`);
      return { product, ending, number, offer, status, body };
    }),
  );
});
afterAll(() => world.close());

interface OpenPayment extends PaymentBody {
  listedAs: 'suspect' | 'unresolved' | null;
  nextStepAt: string | null;
}
const openPayments = async (query = '') =>
  (
    await client.get<{ payments: OpenPayment[]; next: string | null }>(
      `/v1/payments?status=IN_PROGRESS${query}`,
    )
  ).body;
const withEnding = (endings: string[]) => cases.filter(({ ending }) => endings.includes(ending));
const idsOf = (some: Case[]) => some.map(({ body }) => body.paymentId).toSorted();
const statusesOf = (some: Case[]) =>
  Promise.all(some.map(async ({ body }) => (await client.payment(body.paymentId)).body.status));
const every = (status: string) => (found: string[]) => found.every((one) => one === status);
const heldNow = async () => (await client.get<{ held: string }>('/v1/balance')).body.held;

test('without the biller’s word the answer is 202 and the deposit stays held', async () => {
  for (const { status, body } of cases) {
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'IN_PROGRESS', code: 'IN_PROGRESS', final: false });
    expect(body).toMatchObject({ receipt: null, billerReference: null });
  }
  const charges = cases.reduce((sum, { body }) => sum + BigInt(body.charge), 0n);
  expect(await heldNow()).toBe(charges.toString());
});

test('all of them are on the list, each with its next step', async () => {
  const { payments, next } = await openPayments();
  expect(payments.map(({ paymentId }) => paymentId)).toEqual(idsOf(cases));
  expect(next).toBeNull();
  for (const payment of payments) {
    expect(payment).toMatchObject({ status: 'IN_PROGRESS', listedAs: 'suspect' });
    expect(payment.nextStepAt).toMatch(/^\d{4}-\d\d-\d\dT.*\+07:00$/);
  }
});

test('the list goes on behind a cursor', async () => {
  const all = idsOf(cases);
  const { payments } = await openPayments(`&cursor=${all[9]}`);
  expect(payments.map(({ paymentId }) => paymentId)).toEqual(all.slice(10));
});

test('another channel has an empty list, and finds none of them', async () => {
  const warung = new H2hClient(() => app.url, 'warung-kecil');
  expect((await warung.get('/v1/payments?status=IN_PROGRESS')).body).toEqual({ payments: [], next: null });
  const [first] = cases;
  expectProblem(await warung.payment(first?.body.paymentId ?? ''), 404, 'PAYMENT_UNKNOWN');
  expectProblem(await warung.get(`/v1/payments?reference=${first?.body.reference}`), 404, 'PAYMENT_UNKNOWN');
});

test.each([
  ['status=PAID', 'status'],
  ['status=in_progress', 'status'],
  ['', 'status'],
  ['status=IN_PROGRESS&cursor=T0', 'cursor'],
  ['status=IN_PROGRESS&cursor=%C3%A9', 'cursor'],
  ['status=IN_PROGRESS&page=2', 'page'],
  ['reference=A&status=IN_PROGRESS', 'status'],
  ['reference=', 'reference'],
  ['reference=A&reference=B', 'reference'],
])('payments?%s is refused', async (query, field) => {
  expectProblem(await client.get(`/v1/payments?${query}`), 400, 'REQUEST_MALFORMED', field);
});

test('a payment that has just been sent is on the list, and not yet suspect', async () => {
  const running = client.payFor('pln-postpaid', customer('pln-postpaid', '3100'));
  const [young] = await until(
    async () => (await openPayments()).payments.filter(({ listedAs }) => listedAs === null),
    ({ length }) => length > 0,
  );
  expect(young?.nextStepAt).not.toBeNull();
  expect((await running).body.paymentId).toBe(young?.paymentId);
});

test('advice brings them to the end the biller tells of', async () => {
  // By its clock the first questions are due.
  worker = await world.startWorker('+5s');
  await until(() => statusesOf(withEnding(PAID_SILENTLY)), every('PAID'));
  await until(() => statusesOf(withEnding(DECLINED_LATER)), every('DECLINED'));
  for (const { body, number } of withEnding(PAID_SILENTLY)) {
    const { status, body: now } = await client.payment(body.paymentId);
    expect([status, now.code, now.final]).toEqual([200, 'APPROVED', true]);
    expect(now.receipt?.lines.length).toBeGreaterThan(0);
    const truth = { legReference: body.legReference, amount: body.amount, kind: 'paid' };
    expect(await world.truthOf(number)).toMatchObject([truth]);
  }
  for (const { body, number } of withEnding(DECLINED_LATER)) {
    expect((await client.payment(body.paymentId)).body.code).toBe('DECLINED_BY_BILLER');
    expect(await world.truthOf(number)).toEqual([]);
  }
});

test('a repeat hears the end, with the header of a repeat', async () => {
  for (const { offer, body } of withEnding([...PAID_SILENTLY, ...DECLINED_LATER])) {
    const repeat = await client.pay(offer, body.reference);
    expect([repeat.status, repeat.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(repeat.body).toEqual((await client.payment(body.paymentId)).body);
    expect(repeat.body.paymentId).toBe(body.paymentId);
  }
});

test('silence decides nothing: the payment stays on the list and its charge held', async () => {
  const silent = withEnding(['1070']);
  expect(await statusesOf(silent)).toEqual(silent.map(() => 'IN_PROGRESS'));
  const listed = (await openPayments()).payments.map(({ paymentId }) => paymentId);
  expect(listed).toEqual(expect.arrayContaining(idsOf(silent)));
  const charges = silent.reduce((sum, { body }) => sum + BigInt(body.charge), 0n);
  expect(BigInt(await heldNow())).toBeGreaterThanOrEqual(charges);
});

test('two minutes later the one was never paid and the other was', async () => {
  await worker.end('SIGTERM');
  await world.restartSimulator('+2m');
  worker = await world.startWorker('+2m');
  await until(() => statusesOf(withEnding(['1069'])), every('DECLINED'));
  await until(() => statusesOf(withEnding(['1070'])), every('PAID'));
  for (const { number } of withEnding(['1069'])) expect(await world.truthOf(number)).toEqual([]);
  for (const { number } of withEnding(['1070'])) expect(await world.truthOf(number)).toHaveLength(1);
  expect(await openPayments()).toEqual({ payments: [], next: null });
  expect(await heldNow()).toBe('0');
});

test('"no such payment" ended nothing before the biller’s quiet time was over', async () => {
  const ids = idsOf(withEnding(['1069']));
  // 12 s in which the payment may leave, 20 s in which it may still arrive: config/billers.
  const ended = await world.store.database.rows<{ isTooEarly: number | string }>(
    'SELECT e.at < l.sent_at + INTERVAL 32 SECOND AS isTooEarly FROM payment_event e ' +
      "JOIN payment_leg l ON l.payment_id = e.payment_id WHERE e.event = 'biller declined' AND e.payment_id IN (?)",
    [ids],
  );
  expect(ended.map(({ isTooEarly }) => Number(isTooEarly))).toEqual(ids.map(() => 0));
});

test('the books are sound', () => expectSound(world));
