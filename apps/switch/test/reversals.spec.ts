import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { businessDateOf, JAKARTA_MIDNIGHT } from '#lib/kernel';
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
import { QUICK_START } from '../../../test/support/quick-start';

const WATER = 'pdam-tirta-jaya';
const CLI = join(__dirname, '..', '..', '..', 'dist', 'apps', 'cli', 'src', 'main.js');
const run = promisify(execFile);

let world: Installation;
let app: RunningApp;
let client: H2hClient;
let worker: RunningApp;

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

type Reply = Answer<PaymentBody & ProblemBody>;

function reverse(
  paymentId: string,
  reference: string,
  reason = 'wrong customer',
  by = client,
): Promise<Reply> {
  return by.call('POST', `/v1/payments/${paymentId}/reversal`, { reference, reason });
}

/** A water bill that was paid. */
async function paid(ending = '0000', by = client): Promise<PaymentBody> {
  const { body } = await by.payFor(WATER, customer(WATER, ending));
  expect(body.status).toBe('PAID');
  return body;
}

async function posted(by = client): Promise<bigint> {
  return BigInt((await by.get<{ posted: string }>('/v1/balance')).body.posted);
}

async function kindsAt(legReference: string): Promise<string[]> {
  return (await world.truth()).filter((row) => row.legReference === legReference).map(({ kind }) => kind);
}

/** The operator's list as JSON. */
async function listed(list: 'contradictions' | 'reversals'): Promise<Record<string, unknown>[]> {
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: world.store.url };
  const { stdout } = await run(process.execPath, [...QUICK_START, CLI, 'payments', list, '--json'], { env });
  return (JSON.parse(stdout) as Record<string, Record<string, unknown>[]>)[list] ?? [];
}

test.each([
  ['ppob-nusantara', () => client],
  ['warung-kecil', () => new H2hClient(() => app.url, 'warung-kecil')],
])('a reversed payment of %s gives its charge back, as one mutation', async (_, partner) => {
  const by = partner();
  const before = await posted(by);
  const payment = await paid('0000', by);
  const { status, body } = await reverse(payment.paymentId, 'R-1', 'wrong customer', by);

  expect([status, body.status, body.code, body.final]).toEqual([200, 'REVERSED', 'PAYMENT_REVERSED', true]);
  const { receipt, balanceAfter } = body;
  expect({ receipt, balanceAfter }).toEqual({ receipt: null, balanceAfter: before.toString() });
  expect(body.billerReference).toBe(payment.billerReference);
  expect(await posted(by)).toBe(before);
  expect(await kindsAt(payment.legReference)).toEqual(['paid', 'reversed']);

  const today = businessDateOf(new Date(), JAKARTA_MIDNIGHT);
  const page = await by.get<{ mutations: Record<string, string>[] }>(
    `/v1/mutations?from=${today}&to=${today}`,
  );
  expect(page.body.mutations.at(-1)).toMatchObject({
    kind: 'reversal',
    amount: payment.charge,
    balanceAfter: before.toString(),
    paymentId: payment.paymentId,
    reference: payment.reference,
  });
});

test('the same order again gives the same answer, marked as a repeat; other content is refused', async () => {
  const payment = await paid();
  const first = await reverse(payment.paymentId, 'R-2');
  const again = await reverse(payment.paymentId, 'R-2');
  expect(again.body).toEqual(first.body);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
  expect((await client.payment(payment.paymentId)).body).toEqual(first.body);

  const other = await reverse(payment.paymentId, 'R-2', 'another reason');
  expect([other.status, other.body.code, other.body.field]).toEqual([409, 'REFERENCE_REUSED', 'reference']);
  expect([other.body.formed, other.body.paymentId]).toEqual([true, payment.paymentId]);
  expect(await kindsAt(payment.legReference)).toEqual(['paid', 'reversed']);
});

test('32 orders at one moment, over two switches, undo the payment once', async () => {
  const second = await world.startSwitch();
  const beside = new H2hClient(() => second.url);
  const payment = await paid();
  const before = await posted();
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, n) =>
      reverse(payment.paymentId, `RUSH-${n % 4}`, 'wrong customer', n % 2 === 0 ? client : beside),
    ),
  );
  for (const { status } of answers) expect([200, 202]).toContain(status);
  await until(
    async () => (await client.payment(payment.paymentId)).body.status,
    (status) => status === 'REVERSED',
  );
  expect(await posted()).toBe(before + BigInt(payment.charge));
  expect(await kindsAt(payment.legReference)).toEqual(['paid', 'reversed']);
  await second.end('SIGTERM');
});

test('what cannot be reversed is refused, each reason by its own code', async () => {
  const { body: token } = await client.payFor('pln-prepaid', customer('pln-prepaid'));
  expectProblem(await reverse(token.paymentId, 'R-3'), 422, 'REVERSAL_NOT_ALLOWED');
  for (const paymentId of ['T0TBR00615QG', 'nothing', 'T0TBR00615Q%C3%A9'])
    expectProblem(await reverse(paymentId, 'R-3'), 404, 'PAYMENT_UNKNOWN');
  const mine = await paid();
  const stranger = new H2hClient(() => app.url, 'warung-kecil');
  expectProblem(await reverse(mine.paymentId, 'R-3', 'mine', stranger), 404, 'PAYMENT_UNKNOWN');
  expect((await reverse(mine.paymentId, 'R-3')).body.status).toBe('REVERSED');
});

test.each([
  [{ reference: 'R' }, 'reason'],
  [{ reason: 'r' }, 'reference'],
  [{ reference: 'R', reason: '' }, 'reason'],
  [{ reference: 'R é', reason: 'r' }, 'reference'],
  [{ reference: 'R', reason: 'r', amount: '1' }, 'amount'],
])('%j is malformed', async (members, field) => {
  const answer = await client.call('POST', '/v1/payments/T0TBR00615QG/reversal', members);
  expectProblem(answer, 400, 'REQUEST_MALFORMED', field);
});

test('a declined payment has nothing to undo', async () => {
  const { body } = await client.payFor(WATER, customer(WATER, '1037'));
  expect((await reverse(body.paymentId, 'R-4')).body).toEqual(body);
});

const pending: { payment: PaymentBody; reference: string; ending: string }[] = [];

test.each(['1401', '1402', '1403'])(
  'ending %s: what the biller has not acknowledged is 202, the deposit stays charged',
  async (ending) => {
    const payment = await paid(ending);
    const charged = await posted();
    const { status, body } = await reverse(payment.paymentId, `P-${ending}`);
    expect([status, body.status, body.final]).toEqual([202, 'PAID', false]);
    expect(await posted()).toBe(charged);
    const open = await client.get<{ payments: Record<string, unknown>[] }>('/v1/payments?status=IN_PROGRESS');
    expect(open.body.payments.find(({ paymentId }) => paymentId === payment.paymentId)).toMatchObject({
      status: 'PAID',
      final: false,
      listedAs: 'suspect',
      nextStepAt: expect.stringMatching(/\+07:00$/) as string,
    });
    pending.push({ payment, reference: `P-${ending}`, ending });
  },
);

test('an order for a payment that is not known yet is written down and answered in progress', async () => {
  const { body } = await client.payFor(WATER, customer(WATER, '1039'));
  expect(body.status).toBe('IN_PROGRESS');
  const ordered = await reverse(body.paymentId, 'EARLY');
  expect([ordered.status, ordered.body.status]).toEqual([202, 'IN_PROGRESS']);
  expect(await kindsAt(body.legReference)).toEqual(['paid']);
  pending.push({ payment: body, reference: 'EARLY', ending: '1039' });
});

test('the worker brings them to their end under the same reference; a refusal stays listed', async () => {
  // By its clock the first waits are over.
  worker = await world.startWorker('+20s');
  for (const { payment, reference, ending } of pending.filter((one) => one.ending !== '1401')) {
    await until(
      async () => (await reverse(payment.paymentId, reference)).body.status,
      (status) => status === 'REVERSED',
    );
    expect([ending, await kindsAt(payment.legReference)]).toEqual([ending, ['paid', 'reversed']]);
  }
  const [refused] = pending.filter((one) => one.ending === '1401');
  expect((await client.payment(refused?.payment.paymentId ?? '')).body).toMatchObject({
    status: 'PAID',
    final: false,
  });
  const rows = await listed('reversals');
  expect(rows).toMatchObject([
    { paymentId: refused?.payment.paymentId, reversal: 'SENT', owner: 'worker', billerId: 'tirta-jaya' },
  ]);
  expect(Number(rows[0]?.['tries'])).toBeGreaterThan(1);
  expect(await kindsAt(refused?.payment.legReference ?? '')).toEqual(['paid']);
});

test('after two days of refusals people decide, and the deposit is still charged', async () => {
  const charged = await posted();
  await worker.end('SIGTERM');
  worker = await world.startWorker('+3d');
  const [row] = await until(
    () => listed('reversals'),
    ([first]) => first?.['reversal'] === 'UNRESOLVED',
  );
  expect(row).toMatchObject({ owner: 'operations', nextTryAt: null });
  expect(await posted()).toBe(charged);
  const open = await client.get<{ payments: Record<string, unknown>[] }>('/v1/payments?status=IN_PROGRESS');
  expect(open.body.payments).toMatchObject([{ listedAs: 'unresolved', nextStepAt: null }]);
  await worker.end('SIGTERM');
});

test('an approval of another amount is on the list of contradictions', async () => {
  const { body } = await client.payFor('pln-postpaid', customer('pln-postpaid', '1013'));
  const rows = await listed('contradictions');
  expect(rows).toMatchObject([
    { paymentId: body.paymentId, contradiction: 'another amount approved', owner: 'operations' },
  ]);
});

test('a switch does not start where a product may be reversed and its biller takes no reversals', async () => {
  await world.store.admin.run("UPDATE product SET is_reversible = 1 WHERE product_id = 'pln-postpaid'");
  await expect(world.startSwitch()).rejects.toThrow(
    /product pln-postpaid may be reversed, and its biller takes no reversals: add a reversal to/,
  );
  await world.store.admin.run("UPDATE product SET is_reversible = 0 WHERE product_id = 'pln-postpaid'");
});

test('the books are sound', () => expectSound(world));
