import { createHmac } from 'node:crypto';

import { aSimulator, type Json, type Simulator, tirtaPayment } from '../../test/a-simulator';

const CUSTOMER = (ending: string): string => `100200${ending}`;

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

const ask = async (ending: string): Promise<Json> =>
  (await world.tirta('tagihan', { noPelanggan: CUSTOMER(ending), reff: 'q' })).body;
const cek = async (reff: string): Promise<Json> => (await world.tirta('cek', { reff })).body;

test('an inquiry answers in rupiah numbers and names the customer', async () => {
  const body = await ask('0000');

  expect(body).toEqual({
    status: '00',
    pesan: expect.any(String),
    nomorInquiry: expect.any(String),
    pelanggan: {
      nama: expect.stringMatching(/^[A-Z]+ [A-Z]+$/),
      alamat: expect.any(String),
      golongan: expect.any(String),
    },
    tagihan: [
      {
        bulan: '2026-07',
        nilai: expect.any(Number),
        denda: 0,
        standAwal: expect.stringMatching(/^\d{8}$/),
        standAkhir: expect.stringMatching(/^\d{8}$/),
      },
    ],
  });
});

test('twelve bills are shown without a cap, oldest first', async () => {
  const bills = (await ask('0012')).tagihan as Json[];

  expect(bills).toHaveLength(12);
  expect(bills[0]?.bulan).toBe('2025-08');
  expect(bills[11]?.bulan).toBe('2026-07');
});

test('a payment of many bills moves the money once, and the question after it says the same', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('0005'), 'LEG-1');

  const { body } = await world.tirta('bayar', payment);

  expect(body).toEqual({
    status: '00',
    pesan: expect.any(String),
    reff: 'LEG-1',
    nomorBukti: 'TJ26071400000001',
    total: payment.total,
    lembar: 5,
  });
  expect(await cek('LEG-1')).toEqual(body);
  expect((await world.tirta('bayar', payment)).body).toEqual(body);
  expect(await world.truth()).toMatchObject([
    { biller: 'tirta-jaya', legReference: 'LEG-1', amount: String(payment.total) },
  ]);
});

test('a used reff with other content is a duplicate', async () => {
  await world.tirta('bayar', await tirtaPayment(world, CUSTOMER('0000'), 'LEG-1'));

  expect((await world.tirta('bayar', await tirtaPayment(world, CUSTOMER('0001'), 'LEG-1'))).body.status).toBe(
    '94',
  );
  expect(await world.truth()).toHaveLength(1);
});

test('a wrong total is refused', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('0000'), 'LEG-1', { total: 1 });

  expect((await world.tirta('bayar', payment)).body).toMatchObject({ status: '13', reff: 'LEG-1' });
});

test.each([
  ['tagihan', { noPelanggan: '1234567', reff: 'q' }],
  ['tagihan', { noPelanggan: '12345678901', reff: 'q' }],
  [
    'bayar',
    {
      noPelanggan: '12345678',
      nomorInquiry: 'i',
      reff: 'r',
      lembar: 1,
      total: '84000',
      tanggalBuku: '20260714',
    },
  ],
  [
    'bayar',
    {
      noPelanggan: '12345678',
      nomorInquiry: 'i',
      reff: 'r',
      lembar: 1,
      total: 84_000,
      tanggalBuku: '20260230',
    },
  ],
  ['cek', {}],
])('a malformed %s is answered with 30: %j', async (action, message) => {
  expect((await world.tirta(action, message)).body.status).toBe('30');
});

test('a wrong signature is refused', async () => {
  expect((await world.post('/billers/tirta-jaya/cek', '{}', { 'X-Sign': 'AAAA' })).status).toBe(401);
});

test('what is signed and is not JSON is malformed', async () => {
  const sign = createHmac('sha256', 'tirta-secret').update('{"reff":').digest('base64');

  expect((await world.post('/billers/tirta-jaya/cek', '{"reff":', { 'X-Sign': sign })).body.status).toBe(
    '30',
  );
});

test.each([
  ['0014', '14'],
  ['0088', '88'],
])('ending %s is answered with %s at the inquiry and at a payment', async (ending, status) => {
  const payment = {
    noPelanggan: CUSTOMER(ending),
    nomorInquiry: 'none',
    reff: 'LEG-1',
    lembar: 1,
    total: 50_000,
    tanggalBuku: '20260714',
  };

  expect((await ask(ending)).status).toBe(status);
  expect((await world.tirta('bayar', payment)).body.status).toBe(status);
  expect(await world.truth()).toEqual([]);
});

test.each([
  ['1037', '05', '05', 0],
  ['1039', '68', '00', 1],
  ['1040', '68', '05', 0],
  ['1072', '13', '05', 0],
  ['3001', '00', '00', 1],
])('ending %s answers %s, then %s to the question after it', async (ending, first, later, paid) => {
  const { body } = await world.tirta('bayar', await tirtaPayment(world, CUSTOMER(ending), 'LEG-1'));

  expect(body.status).toBe(first);
  expect((await cek('LEG-1')).status).toBe(later);
  expect(await world.truth()).toHaveLength(paid);
});

test.each([
  ['1068', '00', 1],
  ['1069', '63', 0],
])('ending %s is silent; the question after it says %s', async (ending, later, paid) => {
  const payment = await tirtaPayment(world, CUSTOMER(ending), 'LEG-1');

  expect(await world.tirtaStaysSilent('bayar', payment)).toBe(true);
  expect((await cek('LEG-1')).status).toBe(later);
  expect(await world.truth()).toHaveLength(paid);
});

test('ending 0103 gives no answer to an inquiry', async () => {
  expect(await world.tirtaStaysSilent('tagihan', { noPelanggan: CUSTOMER('0103'), reff: 'q' })).toBe(true);
});

test('ending 1070 stays silent for a minute, then says paid', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('1070'), 'LEG-1');

  expect(await world.tirtaStaysSilent('bayar', payment)).toBe(true);
  expect(await world.tirtaStaysSilent('cek', { reff: 'LEG-1' })).toBe(true);
  world.clock.advance(60_000);
  expect((await cek('LEG-1')).status).toBe('00');
});

test('ending 1071 makes an offer for three seconds', async () => {
  expect((await ask('1071')).berlakuDetik).toBe(3);
});

test('ending 1091 pays and resets the connection', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('1091'), 'LEG-1');

  await expect(world.tirta('bayar', payment)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect((await cek('LEG-1')).status).toBe('00');
});

test('ending 1013 says another amount, and the true one when asked', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('1013'), 'LEG-1');

  expect((await world.tirta('bayar', payment)).body.total).not.toBe(payment.total);
  expect((await cek('LEG-1')).total).toBe(payment.total);
});

test('endings 1105 and 1106 break down; only 1106 has paid', async () => {
  const paid = await tirtaPayment(world, CUSTOMER('1106'), 'LEG-2');
  const lost = { ...paid, noPelanggan: CUSTOMER('1105'), reff: 'LEG-1' };

  expect((await world.tirta('bayar', lost)).status).toBe(500);
  expect((await world.tirta('bayar', paid)).status).toBe(500);
  expect((await cek('LEG-1')).status).toBe('63');
  expect((await cek('LEG-2')).status).toBe('00');
});

test('ending 1999 pays and answers with bytes that are not JSON', async () => {
  const payment = await tirtaPayment(world, CUSTOMER('1999'), 'LEG-1');

  await expect(world.tirta('bayar', payment)).rejects.toMatchObject({ name: 'SyntaxError' });
  expect((await cek('LEG-1')).status).toBe('00');
});

/** Pays and builds the order that gives the payment back. */
async function batalOf(ending: string, changes: Json = {}): Promise<Json> {
  const payment = await tirtaPayment(world, CUSTOMER(ending), 'LEG-1');
  expect((await world.tirta('bayar', payment)).body.status).toBe('00');
  const { noPelanggan, total } = payment;
  return { reff: 'REV-1', reffBayar: 'LEG-1', noPelanggan, total, ...changes };
}

const batal = async (order: Json): Promise<Json> => (await world.tirta('batal', order)).body;
const kinds = async () => (await world.truth()).map(({ kind, legReference }) => [kind, legReference]);

test('a payment is given back once, and the truth tells both', async () => {
  const order = await batalOf('0000');

  const body = await batal(order);

  expect(body).toEqual({
    status: '00',
    pesan: expect.any(String),
    reff: 'REV-1',
    reffBayar: 'LEG-1',
    total: order.total,
  });
  expect(await batal(order)).toEqual(body);
  expect((await batal({ ...order, reff: 'REV-2' })).status).toBe('40');
  expect((await cek('LEG-1')).status).toBe('41');
  expect(await kinds()).toEqual([
    ['paid', 'LEG-1'],
    ['reversed', 'LEG-1'],
  ]);
});

test('what was given back is remembered after a restart, and stands in the settlement file with both lines', async () => {
  const order = await batalOf('0000');
  await batal(order);

  await world.restart();

  expect((await batal(order)).status).toBe('00');
  expect(await kinds()).toHaveLength(2);
  const { body } = await world.settle('TJ01', '2026-07-14');
  const lines = world.content('TJ01', String(body.file)).trim().split('\n').slice(1);
  expect(lines.map((line) => line.split(';')[5])).toEqual(['00', 'RV', undefined]);
  expect(lines.at(-1)).toBe(`T;2;${String(order.total)}`);
});

test.each([
  ['of another customer', { noPelanggan: CUSTOMER('0001') }, '94'],
  ['of another amount', { total: 1 }, '94'],
  ['of an unknown payment', { reffBayar: 'LEG-2' }, '63'],
  ['without the payment', { reffBayar: undefined }, '30'],
])('an order %s gives nothing back', async (_, changes, status) => {
  expect((await batal(await batalOf('0000', changes))).status).toBe(status);
  expect(await kinds()).toEqual([['paid', 'LEG-1']]);
});

test('ending 1401 refuses to give back', async () => {
  expect((await batal(await batalOf('1401'))).status).toBe('40');
  expect(await kinds()).toEqual([['paid', 'LEG-1']]);
});

test('ending 1402 gives back and loses the first answer', async () => {
  const order = await batalOf('1402');
  await expect(batal(order)).rejects.toThrow('fetch failed');
  expect(await kinds()).toHaveLength(2);
  expect((await batal(order)).status).toBe('00');
  expect(await kinds()).toHaveLength(2);
});

test('ending 1403 loses the first order and does the second', async () => {
  const order = await batalOf('1403');
  expect((await world.tirta('batal', order)).status).toBe(500);
  expect(await kinds()).toHaveLength(1);
  expect((await batal(order)).status).toBe('00');
  expect(await kinds()).toHaveLength(2);
});
