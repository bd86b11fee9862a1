import { businessDateOf, addDays, JAKARTA_MIDNIGHT, rupiah } from '#lib/kernel';
import { SingleWriter, topUpDeposit } from '#lib/ledger';
import { customer, expectProblem, H2hClient } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
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
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  warung = new H2hClient(() => app.url, 'warung-kecil');
  story = new H2hClient(() => app.url, 'simpul-story');
});
afterAll(() => world.close());

interface Mutation {
  at: string;
  businessDate: string;
  kind: string;
  amount: string;
  balanceAfter: string;
  paymentId?: string;
  reference?: string;
}
type Page = { mutations: Mutation[]; next: string | null };

const today = () => businessDateOf(new Date(), JAKARTA_MIDNIGHT);
const since = today();

async function balance(partner: H2hClient) {
  const { body } =
    await partner.get<Record<'posted' | 'held' | 'limit' | 'available', string>>('/v1/balance');
  const [posted, held, limit, available] = [body.posted, body.held, body.limit, body.available].map(
    BigInt,
  ) as [bigint, bigint, bigint, bigint];
  expect(available).toBe(posted - held + limit);
  return { posted, held, available };
}

/** All mutations, page by page. */
async function mutations(partner: H2hClient): Promise<Mutation[]> {
  const all: Mutation[] = [];
  for (let cursor = ''; ;) {
    const target = `/v1/mutations?from=${since}${cursor}`;
    const { body } = await partner.get<Page>(target);
    all.push(...body.mutations);
    if (body.next === null) return all;
    cursor = `&cursor=${body.next}`;
  }
}

async function topUp(channelId: string, amount: bigint, topUpId: string): Promise<void> {
  const booking = { topUpId, channelId, amount: rupiah(amount), businessDate: today(), at: new Date() };
  expect((await topUpDeposit(new SingleWriter(world.store.database), booking)).kind).toBe('committed');
}

test.each([
  ['ppob-nusantara', 'its charge without commission', () => client],
  ['warung-kecil', 'the whole total', () => warung],
])('a payment of %s holds and then takes %s', async (_channel, _what, partner) => {
  const before = await balance(partner());
  const offer = await partner().offer('pln-postpaid', customer('pln-postpaid', '3100'));
  const running = partner().pay(offer);
  const during = await until(
    () => balance(partner()),
    ({ held }) => held > 0n,
  );
  expect(during).toMatchObject({ posted: before.posted, held: BigInt(offer.charge) });
  expect((await mutations(partner())).some(({ kind }) => kind === 'payment')).toBe(false);

  const { body } = await running;
  const after = await balance(partner());
  expect(after).toMatchObject({ posted: before.posted - BigInt(offer.charge), held: 0n });
  expect((await mutations(partner())).at(-1)).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00$/),
    businessDate: body.businessDate,
    kind: 'payment',
    amount: `-${offer.charge}`,
    balanceAfter: after.posted.toString(),
    paymentId: body.paymentId,
    reference: body.reference,
  });
});

test('a declined payment is no mutation', async () => {
  const before = await mutations(client);
  expect((await client.payFor('pln-postpaid', customer('pln-postpaid', '1037'))).body.status).toBe(
    'DECLINED',
  );
  expect(await mutations(client)).toEqual(before);
});

test('pages of mutations join without gap or repetition, and sum up to the balance', async () => {
  for (let count = 1; count <= 520; count += 1) await topUp('simpul-story', BigInt(count), `PAGE-${count}`);
  const first = await story.get<Page>(`/v1/mutations?from=${since}`);
  expect(first.body.mutations).toHaveLength(500);
  expect(first.body.next).not.toBeNull();

  const all = await mutations(story);
  expect(all.slice(1).map(({ reference }) => reference)).toEqual(
    Array.from({ length: 520 }, (_, index) => `PAGE-${index + 1}`),
  );
  let running = 0n;
  for (const { amount, balanceAfter, kind } of all) {
    running += BigInt(amount);
    expect([kind, balanceAfter]).toEqual(['top_up', running.toString()]);
  }
  expect((await balance(story)).posted).toBe(running);
});

test('from and to are business dates, inclusive; a future to is today', async () => {
  const [yesterday, tomorrow] = [addDays(today(), -1), addDays(today(), 1)];
  const count = async (query: string) =>
    (await warung.get<Page>(`/v1/mutations${query}`)).body.mutations.length;
  const all = await count(`?from=${today()}`);
  expect(all).toBeGreaterThan(0);
  expect(await count('')).toBe(all);
  expect(await count(`?from=${yesterday}&to=${today()}`)).toBe(all);
  expect(await count(`?from=${yesterday}&to=${tomorrow}`)).toBe(all);
  expect(await count(`?from=${today()}&to=${tomorrow}`)).toBe(all);
  expect(await count(`?from=${yesterday}&to=${yesterday}`)).toBe(0);
  expect(await count(`?from=${tomorrow}&to=${tomorrow}`)).toBe(0);
});

test.each([
  ['from=2026-02-30', 'from'],
  ['from=14-07-2026', 'from'],
  ['to=20260714', 'to'],
  ['from=2026-07-15&to=2026-07-14', 'from'],
  ['cursor=x', 'cursor'],
  ['cursor=-1', 'cursor'],
  ['from=2026-07-14&from=2026-07-15', 'from'],
  ['page=2', 'page'],
])('mutations?%s is refused', async (query, field) => {
  expectProblem(await client.get(`/v1/mutations?${query}`), 400, 'REQUEST_MALFORMED', field);
});

test('64 payments at once never take more than the deposit has', async () => {
  const offers = await Promise.all(
    Array.from({ length: 64 }, () => warung.offer('pln-postpaid', customer('pln-postpaid'))),
  );
  const before = await balance(warung);
  const answers = await Promise.all(
    offers.map(async (offer) => ({ offer, answer: await warung.pay(offer) })),
  );
  const paid = answers.filter(({ answer }) => answer.status === 200);
  const refused = answers.filter(({ answer }) => answer.status !== 200);

  const taken = paid.reduce((total, { offer }) => total + BigInt(offer.charge), 0n);
  const after = await balance(warung);
  expect(after).toMatchObject({ posted: before.posted - taken, held: 0n });
  expect(after.available).toBeGreaterThanOrEqual(0n);
  expect(paid.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { offer, answer } of refused) {
    expectProblem(answer, 422, 'DEPOSIT_INSUFFICIENT');
    expect(BigInt(offer.charge)).toBeGreaterThan(after.available);
    expect(await world.truthOf(offer.customerNumber)).toEqual([]);
  }
});

test('what an empty deposit refused is paid under the same reference after a top-up', async () => {
  const offer = await warung.offer('pln-prepaid', customer('pln-prepaid'), { amount: '1000000' });
  expectProblem(await warung.pay(offer, 'LATER'), 422, 'DEPOSIT_INSUFFICIENT');
  await topUp('warung-kecil', 1_002_500n, 'TRANSFER-1');
  expect((await warung.pay(offer, 'LATER')).body.status).toBe('PAID');
});

test('the sum of all mutations is what is posted', async () => {
  for (const partner of [client, warung]) {
    const total = (await mutations(partner)).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    expect((await balance(partner)).posted).toBe(total);
  }
});

test('the books are sound', () => expectSound(world));
