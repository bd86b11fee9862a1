import { aSimulator, type Json, plnPayment, type Simulator } from '../../test/a-simulator';

const IDPEL = (ending: string): string => `53110001${ending}`;

let world: Simulator;
beforeEach(async () => {
  world = await aSimulator();
});
afterEach(() => world.close());

const inquire = (ending: string): Promise<{ status: number; body: Json }> =>
  world.pln('inquiry', { product: 'postpaid', idpel: IDPEL(ending), trace: 't' });
const advise = async (ending: string, paymentRef: string): Promise<Json> =>
  (await world.pln('advice', { paymentRef, idpel: IDPEL(ending) })).body;

test('an inquiry shows who the subscriber is and what is owed', async () => {
  const { status, body } = await inquire('0000');

  expect(status).toBe(200);
  expect(body).toEqual({
    rc: '0000',
    message: expect.any(String),
    ref: expect.stringMatching(/^[0-9a-f]{32}$/),
    subscriber: {
      idpel: IDPEL('0000'),
      name: expect.stringMatching(/^[A-Z]+ [A-Z]+$/),
      tariff: expect.any(String),
      power: expect.stringMatching(/^\d+$/),
      unit: '53110',
    },
    outstanding: 1,
    bills: [
      {
        period: '202607',
        dueDate: '2026-07-20',
        amount: expect.stringMatching(/^\d+$/),
        penalty: '0',
        meterFrom: expect.stringMatching(/^\d{8}$/),
        meterTo: expect.stringMatching(/^\d{8}$/),
      },
    ],
  });
});

test('the same inquiry gives the same bill again', async () => {
  expect(await inquire('0003')).toEqual(await inquire('0003'));
});

test.each([
  ['0002', 2, ['202606', '202607']],
  ['0003', 3, ['202605', '202606', '202607']],
  ['0012', 12, ['202508', '202509', '202510', '202511']],
])('ending %s owes %i bills and shows the oldest four at most', async (ending, outstanding, periods) => {
  const { body } = await inquire(ending);
  const bills = body.bills as Json[];

  expect(body.outstanding).toBe(outstanding);
  expect(bills.map((bill) => bill.period)).toEqual(periods);
  expect(bills.filter((bill) => bill.period !== '202607').every((bill) => bill.penalty !== '0')).toBe(true);
});

test('a prepaid inquiry shows no bills, how much energy may be bought, and the amount asked for', async () => {
  const { body } = await world.pln('inquiry', {
    product: 'prepaid',
    idpel: '53110000012',
    amount: '50000',
    trace: 't',
  });

  expect(body).toMatchObject({
    rc: '0000',
    bills: [],
    amount: '50000',
    maxKwh: expect.stringMatching(/^\d+$/),
  });
});

test('a payment moves the money once and the answer names it', async () => {
  const payment = await plnPayment(world, IDPEL('0003'), 'LEG-1');

  const { body } = await world.pln('payment', payment);

  expect(body).toEqual({
    rc: '0000',
    message: expect.any(String),
    paymentRef: 'LEG-1',
    plnRef: 'EB26071400000001',
    amount: payment.amount,
    billCount: 3,
  });
  expect(await world.truth()).toEqual([
    {
      biller: 'pln',
      legReference: 'LEG-1',
      customerNumber: IDPEL('0003'),
      amount: payment.amount,
      kind: 'paid',
      at: '2026-07-14T08:10:21.000+07:00',
    },
  ]);
});

test('the oldest of several bills may be paid alone', async () => {
  const { body: offer } = await inquire('0003');
  const [oldest] = offer.bills as { amount: string; penalty: string }[];
  const amount = (BigInt(oldest!.amount) + BigInt(oldest!.penalty)).toString();

  const { body } = await world.pln(
    'payment',
    await plnPayment(world, IDPEL('0003'), 'LEG-1', { billCount: 1, amount }),
  );

  expect(body).toMatchObject({ rc: '0000', amount, billCount: 1 });
});

test('a token purchase brings twenty digits and parts that add up to what was paid', async () => {
  const idpel = '53110000002';
  const { body: offer } = await world.pln('inquiry', {
    product: 'prepaid',
    idpel,
    amount: '100000',
    trace: 't',
  });
  const payment = {
    product: 'prepaid',
    idpel,
    ref: offer.ref,
    paymentRef: 'TOKEN-1',
    billCount: 1,
    amount: '100000',
    settlementDate: '2026-07-14',
  };

  const { body } = await world.pln('payment', payment);
  const { body: advice } = await world.pln('advice', { paymentRef: 'TOKEN-1', idpel });

  expect(body).toMatchObject({ rc: '0000', amount: '100000', token: expect.stringMatching(/^\d{20}$/) });
  expect(body.kwh).toMatch(/^\d+\.\d$/);
  const parts = ['stampDuty', 'ppn', 'ppj', 'instalment', 'tokenAmount'].map((part) =>
    BigInt(body[part] as string),
  );
  expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(100_000n);
  expect(advice).toEqual(body);
});

test('the same payment again gets the first answer and moves nothing', async () => {
  const payment = await plnPayment(world, IDPEL('0000'), 'LEG-1');

  const first = await world.pln('payment', payment);
  const again = await world.pln('payment', payment);

  expect(again).toEqual(first);
  expect(await world.truth()).toHaveLength(1);
});

test('a used reference with other content is a duplicate and moves nothing', async () => {
  await world.pln('payment', await plnPayment(world, IDPEL('0000'), 'LEG-1'));

  const { body } = await world.pln('payment', await plnPayment(world, IDPEL('0001'), 'LEG-1'));

  expect(body.rc).toBe('0094');
  expect(await world.truth()).toHaveLength(1);
});

test('references of two billers never meet', async () => {
  const { body: offer } = await world.pln(
    'inquiry',
    { product: 'prepaid', idpel: IDPEL('0000'), trace: 't' },
    'story',
  );
  const payment = {
    product: 'prepaid',
    idpel: IDPEL('0000'),
    ref: offer.ref,
    paymentRef: 'LEG-1',
    billCount: 0,
    amount: '20000',
    settlementDate: '2026-07-14',
  };
  await world.pln('payment', await plnPayment(world, IDPEL('0000'), 'LEG-1'));

  const { body } = await world.pln('payment', payment, 'story');

  expect(body.rc).toBe('0000');
  expect((await world.truth()).map((row) => row.biller)).toEqual(['pln', 'story']);
});

test.each([
  ['another amount', { amount: '1' }],
  ['fewer bills than the amount covers', { billCount: 1 }],
  ['more bills than were shown', { billCount: 4 }],
  ['no bill at all', { billCount: 0 }],
  ['a reference no inquiry gave', { ref: 'f'.repeat(32) }],
])('a payment with %s is refused as 0013 and moves nothing', async (_what, changes) => {
  const { body } = await world.pln('payment', await plnPayment(world, IDPEL('0003'), 'LEG-1', changes));

  expect(body).toEqual({ rc: '0013', message: expect.any(String), paymentRef: 'LEG-1' });
  expect(await world.truth()).toEqual([]);
});

test.each([
  ['inquiry', { product: 'postpaid', idpel: '5311000100', trace: 't' }],
  ['inquiry', { product: 'postpaid', idpel: '53110001000', trace: 't' }],
  ['inquiry', { product: 'gas', idpel: IDPEL('0000'), trace: 't' }],
  ['inquiry', { product: 'prepaid', idpel: IDPEL('0000'), amount: 50_000, trace: 't' }],
  ['payment', { product: 'postpaid', idpel: IDPEL('0000') }],
  ['advice', { idpel: IDPEL('0000') }],
])('a malformed %s is answered with 0030: %j', async (action, message) => {
  expect(await world.pln(action, message)).toMatchObject({ status: 200, body: { rc: '0030' } });
});

test('a payment with a date that does not exist is malformed', async () => {
  const payment = await plnPayment(world, IDPEL('0000'), 'LEG-1', { settlementDate: '2026-02-30' });

  expect((await world.pln('payment', payment)).body.rc).toBe('0030');
});

test('a wrong signature is refused before anything is read', async () => {
  const answer = await world.post('/billers/pln/inquiry', '{}', { 'X-Signature': '0'.repeat(64) });

  expect(answer.status).toBe(401);
  expect(answer.body.message).toMatch(/X-Signature/);
});

test('an advice about another customer, or about nothing, knows no such payment', async () => {
  await world.pln('payment', await plnPayment(world, IDPEL('0000'), 'LEG-1'));

  expect((await advise('0001', 'LEG-1')).rc).toBe('0063');
  expect((await advise('0000', 'LEG-2')).rc).toBe('0063');
});

test('a biller that does not exist is named in the refusal', async () => {
  expect(await world.post('/billers/gaz/inquiry', '{}', {})).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('pln, story') },
  });
});

test.each(['/billers/gas-nusantara/payments/', '/billers/gas-nusantara/payments/%E0%A4', '/billers/pln'])(
  'nobody answers at %s',
  async (address) => {
    expect((await world.get(address)).status).toBe(404);
  },
);

test('a body above 64 KiB is refused', async () => {
  const answer = await world.post('/billers/pln/inquiry', 'x'.repeat(64 * 1024 + 1), { 'X-Signature': 'x' });

  expect(answer.status).toBe(413);
});

/** Asks about a meter, and buys for it what it was asked for. */
async function buyToken(
  idpel: string,
  amount: string,
  paymentRef: string,
): Promise<{ asked: Json; paid: Json }> {
  const asked = (await world.pln('inquiry', { product: 'prepaid', idpel, amount, trace: 't' })).body;
  const settlementDate = '2026-07-14';
  const order = {
    product: 'prepaid',
    idpel,
    ref: asked.ref,
    paymentRef,
    billCount: 0,
    amount,
    settlementDate,
  };
  return { asked, paid: (await world.pln('payment', order)).body };
}

/** Invented meters: one of 900 VA, and one for which two tokens were made and never given out. */
const OF_900_VA = '14270010006';
const WITH_UNSOLD = '14270010003';

test('more energy than the meter may take is refused, and nothing is paid', async () => {
  const { asked, paid } = await buyToken(OF_900_VA, '1000000', 'LEG-1');
  expect(asked).toMatchObject({ subscriber: { power: '900' }, maxKwh: '648' });
  expect(paid).toEqual({ rc: '0047', message: expect.any(String), paymentRef: 'LEG-1' });
  expect(await world.truth()).toEqual([]);
  const less = await buyToken(OF_900_VA, '500000', 'LEG-2');
  expect(less.paid.rc).toBe('0000');
});

test('a token that was made and never given out is given out for its amount, once, and told again by advice', async () => {
  const first = await buyToken(WITH_UNSOLD, '20000', 'LEG-1');
  expect(first.asked.unsold).toEqual(['20000', '50000']);
  expect(first.paid).toMatchObject({
    rc: '0000',
    buyingOption: '1',
    token: expect.stringMatching(/^\d{20}$/),
  });
  await world.restart();
  const told = (await world.pln('advice', { paymentRef: 'LEG-1', idpel: WITH_UNSOLD })).body;
  expect(told.token).toBe(first.paid.token);

  const second = await buyToken(WITH_UNSOLD, '20000', 'LEG-2');
  expect(second.asked.unsold).toEqual(['50000']);
  expect(second.paid.buyingOption).toBe('0');
  expect(second.paid.token).not.toBe(first.paid.token);
});
