import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { aSimulator, plnPayment, type Simulator, tirtaPayment } from '../../test/a-simulator';
import { PaymentBook, type PaidEntry } from './payment-book';

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

const truthFile = (): string => join(world.settings.stateFolder, 'truth.jsonl');

test('what was paid and what was refused is remembered after a restart', async () => {
  const paid = await plnPayment(world, '531100010000', 'LEG-1');
  const refused = await plnPayment(world, '531100011037', 'LEG-2');
  const first = await world.pln('payment', paid);
  const no = await world.pln('payment', refused);
  const before = await world.truth();

  await world.restart();

  expect(await world.truth()).toEqual(before);
  expect(await world.pln('payment', paid)).toEqual(first);
  expect(await world.pln('payment', refused)).toEqual(no);
  expect((await world.pln('advice', { paymentRef: 'LEG-2', idpel: '531100011037' })).body.rc).toBe('0005');
  expect(await world.truth()).toHaveLength(1);
});

test('references go on counting after a restart', async () => {
  await world.pln('payment', await plnPayment(world, '531100010000', 'LEG-1'));
  await world.restart();

  const { body } = await world.tirta('bayar', await tirtaPayment(world, '10020000', 'LEG-1'));

  expect(body.nomorBukti).toBe('TJ26071400000002');
});

test('since leaves out the rows that were seen', async () => {
  for (const reference of ['LEG-1', 'LEG-2', 'LEG-3'])
    await world.pln('payment', await plnPayment(world, '531100010000', reference));

  expect((await world.truth(1)).map((row) => row.legReference)).toEqual(['LEG-2', 'LEG-3']);
  expect(await world.truth(3)).toEqual([]);
  expect((await world.get('/truth?since=-1')).status).toBe(400);
});

test('a line torn by a crash never happened, and the next one stands alone', async () => {
  await world.pln('payment', await plnPayment(world, '531100010000', 'LEG-1'));
  appendFileSync(truthFile(), '{"legReference":"LEG-2","customerNu');

  await world.restart();
  await world.pln('payment', await plnPayment(world, '531100010000', 'LEG-3'));
  await world.restart();

  expect((await world.truth()).map((row) => row.legReference)).toEqual(['LEG-1', 'LEG-3']);
});

test('a whole line that cannot be read stops the start and is named', async () => {
  await world.pln('payment', await plnPayment(world, '531100010000', 'LEG-1'));
  appendFileSync(truthFile(), '{"legReference":"LEG-2"}\n');

  expect(() => new PaymentBook(world.settings.stateFolder)).toThrow(/truth\.jsonl line 2 cannot be read/);
});

test('the payment is on file before anybody hears of it', async () => {
  const payment = await plnPayment(world, '531100011106', 'LEG-1');

  await world.pln('payment', payment);

  expect(JSON.parse(readFileSync(truthFile(), 'utf8'))).toEqual({
    biller: 'pln',
    source: 'LPB01',
    kind: 'paid',
    legReference: 'LEG-1',
    customerNumber: '531100011106',
    product: 'postpaid',
    offerReference: payment.ref,
    billCount: 1,
    amount: payment.amount,
    settlementDate: '2026-07-14',
    theirReference: 'EB26071400000001',
    at: '2026-07-14T08:10:21.000+07:00',
  });
});

test('the book refuses a second decision about one reference', () => {
  const book = new PaymentBook(join(world.settings.stateFolder, 'other'));
  const entry: PaidEntry = {
    biller: 'pln',
    source: 'LPB01',
    kind: 'paid',
    legReference: 'LEG-1',
    customerNumber: '531100010000',
    product: 'postpaid',
    offerReference: 'x',
    billCount: 1,
    amount: '1',
    settlementDate: '2026-07-14',
    theirReference: 'EB1',
    at: '2026-07-14T08:10:21.000+07:00',
  };
  book.record(entry);

  expect(() => book.record(entry)).toThrow(/LEG-1 already/);
  expect(book.moved()).toHaveLength(1);
});
