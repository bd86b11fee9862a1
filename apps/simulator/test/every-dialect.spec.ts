import { aSimulator, type Simulator } from './a-simulator';
import { CASES, ended, orderOf, wordOf } from './dialect-cases';
import * as clients from './dialect-clients';
import { answerTime, patience } from './dialect-clients';

/** What nobody answers is listened for no longer than this. */
const SILENCE_MS = 300;

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

const ENDINGS = [
  ['0000', 'OK', 'OK', 1],
  ['0014', 'CUSTOMER_UNKNOWN', 'DECLINED', 0],
  ['0088', 'ALREADY_PAID', 'DECLINED', 0],
  ['1013', 'OK', 'OK', 1],
  ['1037', 'DECLINED', 'DECLINED', 0],
  ['1039', 'IN_PROCESS', 'OK', 1],
  ['1040', 'IN_PROCESS', 'DECLINED', 0],
  ['1072', 'WRONG_AMOUNT', 'DECLINED', 0],
  ['1091', 'reset', 'OK', 1],
  ['1105', 'HTTP 500', 'PAYMENT_UNKNOWN', 0],
  ['1106', 'HTTP 500', 'OK', 1],
  ['1999', 'garbage', 'OK', 1],
  ['3002', 'OK', 'OK', 1],
] as const;

/** A code that nobody lists, where one has fewer or more digits than four. */
const OWN_CODE: Record<string, string> = {
  'telkomsel-halo': '77',
  'pdam-kawan': '77',
  'insurance-sehat': '4032577',
  'insurance-jiwa': '4032577',
  'tuition-kampus-nusa': '4032577',
};

describe.each(CASES)('$name', (which) => {
  test('every ending that is answered does what the table says, and an advice tells the truth', async () => {
    const client = which.client(world);
    for (const [ending, payment, advice, paid] of ENDINGS) {
      const before = (await world.truth()).length;
      const order = await orderOf(which, client, ending);
      const first = await ended(client, () => client.pay(order));
      const later = await ended(client, () => client.advise(order.reference, order.number));
      const moved = (await world.truth()).length - before;
      expect({ ending, first, later, moved }).toEqual({ ending, first: payment, later: advice, moved: paid });
    }
  }, 60_000);

  test('ending 1013 says another amount and later the true one', async () => {
    const client = which.client(world);
    const order = await orderOf(which, client, '1013');

    expect((await client.pay(order)).amount).toBe(order.amount + 1_000n);
    expect((await client.advise(order.reference, order.number)).amount).toBe(order.amount);
  });

  test('the same order finds the first decision, another under its reference does not pay', async () => {
    const client = which.client(world);
    const order = await orderOf(which, client, '0000');
    const first = await client.pay(order);

    expect(wordOf(client, first.code)).toBe('OK');
    expect((await client.pay(order)).code).toBe(client.codes.OK);
    const other = await orderOf(which, client, '4711');
    expect((await client.pay({ ...other, reference: order.reference })).code).toBe(client.codes.DUPLICATE);
    expect(await world.truth()).toHaveLength(1);
  });

  test('what was ordered for one customer happens to that customer alone', async () => {
    const client = which.client(world);
    const [one, other] = [await orderOf(which, client, '0000'), await orderOf(which, client, '4711')];
    const biller = (await client.pay({ ...one, reference: 'FIRST' }), (await world.truth())[0]?.biller);
    const customerNumber = (await world.truth())[0]?.customerNumber;
    await world.post(
      '/behaviour',
      JSON.stringify({ biller, customerNumber, call: 'payment', code: OWN_CODE[which.name] ?? '7777' }),
      {},
    );

    expect((await client.pay(one)).code).toBe(OWN_CODE[which.name] ?? '7777');
    expect(wordOf(client, (await client.pay(other)).code)).toBe('OK');
    expect(wordOf(client, (await client.advise(one.reference, one.number)).code)).toBe('PAYMENT_UNKNOWN');
  });
});

test.each(CASES.filter(({ hasManyBills }) => hasManyBills))(
  '$name owes many bills, and they are paid',
  async (which) => {
    const client = which.client(world);
    const order = await orderOf(which, client, '0003');

    expect(order.count).toBe(3);
    expect(wordOf(client, (await client.pay(order)).code)).toBe('OK');
    expect(await world.truth()).toMatchObject([{ amount: String(order.amount) }]);
  },
);

test('months are bought ahead, and all of them are paid', async () => {
  const client = clients.bpjs(world, 'bpjs-kesehatan', 'bpjs-kesehatan');
  const shown = await client.inquire!('8888801234560000', { bulan: '3' });
  const [month] = shown.bills;
  const order = { number: '8888801234560000', offer: shown.offer, amount: month!.amount * 3n, count: 3 };

  expect(shown.bills).toHaveLength(3);
  expect((await client.pay({ ...order, reference: 'A', amount: month!.amount })).code).toBe('04');
  const { body } = await client.pay({ ...order, reference: 'B' });
  expect(body.data.struk.periods).toBe('202607,202608,202609');
});

test('a card is nowhere shown as a whole', async () => {
  const client = clients.card(world);
  const shown = await client.inquire!('5426401234560000');
  await client.pay({
    number: '5426401234560000',
    reference: 'K',
    offer: shown.offer,
    count: 1,
    amount: shown.minimum!,
  });

  expect(await world.truth()).toMatchObject([
    { customerNumber: '542640******0000', amount: String(shown.minimum) },
  ]);
});

test('a serial is put on one document, and an order stamps once', async () => {
  const client = clients.meterai(world);
  const shown = await client.inquire!('9912340000');
  const { body } = await client.pay({
    number: '9912340000',
    reference: 'M',
    offer: shown.offer,
    count: 1,
    amount: 20_000n,
  });
  const [one, two] = body.serials as string[];
  const send = await clients.meteraiCaller(world);
  const stamp = (serialNumber: string, reference: string, hash = 'a') =>
    send('/stamps', { serialNumber, reference, documentHash: hash.repeat(64) });

  const first = await stamp(one!, 'DOC-1');
  expect(first).toMatchObject({ status: 'STAMPED', serialNumber: one, reference: 'DOC-1' });
  expect(await stamp(one!, 'DOC-1')).toEqual(first);
  expect(await stamp(one!, 'DOC-2')).toMatchObject({ status: 'DUPLICATE' });
  expect(await stamp(two!, 'DOC-1')).toMatchObject({ status: 'DUPLICATE' });
  expect(await stamp(two!, 'DOC-1037')).toMatchObject({ status: 'DECLINED' });
  expect(await send('/stamps/status', { serialNumber: two, reference: 'DOC-1037' })).toMatchObject({
    status: 'UNUSED',
  });
  expect(await stamp(two!, 'DOC-3')).toMatchObject({ status: 'STAMPED' });
  expect(await stamp('0'.repeat(22), 'DOC-4')).toMatchObject({ status: 'SERIAL_UNKNOWN' });
});

test('a prefunded biller sells until its float is empty, and tells what is left', async () => {
  const balance = async () => (await world.get('/funding/agrapulsa')).body.balance;
  const client = clients.commands(world, 'agrapulsa', 'pulsa-xl', false);
  await client.pay({ number: '087700010000', reference: 'A', offer: '', count: 0, amount: 10_000n });

  expect(await balance()).toBe('9999990000');
  const paidIn = await world.post(
    '/funding/agrapulsa',
    JSON.stringify({ reference: 'TOP-1', amount: '5000000' }),
    {},
  );
  expect(paidIn.body.balance).toBe('10004990000');
  await world.restart();
  expect(await balance()).toBe('10004990000');
});

test('a whole biller can be dead, refuse, and be well again, and books nothing meanwhile', async () => {
  const client = clients.peduli(world, 'zakat-peduli');
  const pay = (reference: string) =>
    ended(client, () =>
      client.pay({ number: '081200010000', reference, offer: '', count: 0, amount: 10_000n }),
    );
  const order = (body: object) => world.post('/behaviour', JSON.stringify({ biller: 'peduli', ...body }), {});

  await order({ mode: 'dead' });
  patience.over = () => AbortSignal.timeout(SILENCE_MS);
  expect(await pay('A')).toBe('silence');
  patience.over = answerTime;
  await order({ mode: 'refusing' });
  expect(await pay('B')).toBe('reset');
  await order({ mode: 'well' });
  expect(await pay('C')).toBe('OK');
  expect(await world.truth()).toMatchObject([{ legReference: 'C' }]);
  expect((await world.post('/behaviour', '{"biller":"nobody"}', {})).status).toBe(404);
  expect((await world.post('/behaviour', '{"mode":"dead"}', {})).status).toBe(400);
});
