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

test('ending 0014 is unknown and 0088 is paid already, at the inquiry and at a payment', async () => {
  for (const [ending, rc] of [
    ['0014', '0014'],
    ['0088', '0088'],
  ] as const) {
    expect((await inquire(ending)).body).toEqual({ rc, message: expect.any(String) });
    const payment = {
      product: 'prepaid',
      idpel: IDPEL(ending),
      ref: 'a'.repeat(32),
      paymentRef: `LEG-${ending}`,
      billCount: 0,
      amount: '20000',
      settlementDate: '2026-07-14',
    };
    expect((await world.pln('payment', payment)).body.rc).toBe(rc);
  }
  expect(await world.truth()).toEqual([]);
});

test('ending 0103 gives no answer to an inquiry', async () => {
  expect(
    await world.plnStaysSilent('inquiry', { product: 'postpaid', idpel: IDPEL('0103'), trace: 't' }),
  ).toBe(true);
});

test('ending 1037 declines for good', async () => {
  const payment = await plnPayment(world, IDPEL('1037'), 'LEG-1');

  expect((await world.pln('payment', payment)).body.rc).toBe('0005');
  expect((await advise('1037', 'LEG-1')).rc).toBe('0005');
  expect(await world.truth()).toEqual([]);
});

test('ending 1039 says in process, and the advice says paid', async () => {
  const payment = await plnPayment(world, IDPEL('1039'), 'LEG-1');

  expect((await world.pln('payment', payment)).body.rc).toBe('0068');
  expect((await world.pln('payment', payment)).body.rc).toBe('0068');
  expect(await advise('1039', 'LEG-1')).toMatchObject({ rc: '0000', amount: payment.amount });
  expect(await world.truth()).toHaveLength(1);
});

test('ending 1040 says in process, and the advice says declined', async () => {
  const payment = await plnPayment(world, IDPEL('1040'), 'LEG-1');

  expect((await world.pln('payment', payment)).body.rc).toBe('0068');
  expect((await advise('1040', 'LEG-1')).rc).toBe('0005');
  expect(await world.truth()).toEqual([]);
});

test('ending 1068 is silent and paid', async () => {
  const payment = await plnPayment(world, IDPEL('1068'), 'LEG-1');

  expect(await world.plnStaysSilent('payment', payment)).toBe(true);
  expect(await advise('1068', 'LEG-1')).toMatchObject({ rc: '0000', amount: payment.amount });
  expect(await world.truth()).toHaveLength(1);
});

test('ending 1069 is silent and never saw the payment', async () => {
  const payment = await plnPayment(world, IDPEL('1069'), 'LEG-1');

  expect(await world.plnStaysSilent('payment', payment)).toBe(true);
  expect((await advise('1069', 'LEG-1')).rc).toBe('0063');
  expect(await world.truth()).toEqual([]);
});

test('ending 1070 stays silent to an advice for a minute, then says paid', async () => {
  const payment = await plnPayment(world, IDPEL('1070'), 'LEG-1');
  const question = { paymentRef: 'LEG-1', idpel: IDPEL('1070') };

  expect(await world.plnStaysSilent('payment', payment)).toBe(true);
  expect(await world.truth()).toHaveLength(1);
  world.clock.advance(59_999);
  expect(await world.plnStaysSilent('advice', question)).toBe(true);
  world.clock.advance(1);
  expect((await advise('1070', 'LEG-1')).rc).toBe('0000');
});

test('ending 1071 makes an offer for three seconds, and only that one', async () => {
  expect((await inquire('1071')).body.validSeconds).toBe(3);
  expect((await inquire('1068')).body).not.toHaveProperty('validSeconds');
  expect((await world.pln('payment', await plnPayment(world, IDPEL('1071'), 'LEG-1'))).body.rc).toBe('0000');
});

test('ending 1072 refuses because the bill has changed', async () => {
  const payment = await plnPayment(world, IDPEL('1072'), 'LEG-1');

  expect((await world.pln('payment', payment)).body.rc).toBe('0013');
  expect((await advise('1072', 'LEG-1')).rc).toBe('0005');
  expect(await world.truth()).toEqual([]);
});

test('ending 1091 pays and resets the connection', async () => {
  const payment = await plnPayment(world, IDPEL('1091'), 'LEG-1');

  await expect(world.pln('payment', payment)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect((await advise('1091', 'LEG-1')).rc).toBe('0000');
  expect(await world.truth()).toHaveLength(1);
});

test('ending 1013 pays what was asked and says another amount; the advice says the true one', async () => {
  const payment = await plnPayment(world, IDPEL('1013'), 'LEG-1');

  const { body } = await world.pln('payment', payment);

  expect(body.rc).toBe('0000');
  expect(body.amount).not.toBe(payment.amount);
  expect((await advise('1013', 'LEG-1')).amount).toBe(payment.amount);
  expect((await world.truth())[0]?.amount).toBe(payment.amount);
});

test('ending 1105 breaks down at an inquiry and at a payment, which it then knows nothing of', async () => {
  const payment = {
    product: 'prepaid',
    idpel: IDPEL('1105'),
    ref: 'a'.repeat(32),
    paymentRef: 'LEG-1',
    billCount: 0,
    amount: '20000',
    settlementDate: '2026-07-14',
  };

  expect((await inquire('1105')).status).toBe(500);
  expect((await world.pln('payment', payment)).status).toBe(500);
  expect((await advise('1105', 'LEG-1')).rc).toBe('0063');
  expect(await world.truth()).toEqual([]);
});

test('ending 1106 breaks down after it has paid', async () => {
  const payment = await plnPayment(world, IDPEL('1106'), 'LEG-1');

  expect((await world.pln('payment', payment)).status).toBe(500);
  expect((await advise('1106', 'LEG-1')).rc).toBe('0000');
  expect(await world.truth()).toHaveLength(1);
});

test('ending 1999 pays and answers with bytes that are not JSON', async () => {
  const payment = await plnPayment(world, IDPEL('1999'), 'LEG-1');

  await expect(world.pln('payment', payment)).rejects.toMatchObject({ name: 'SyntaxError' });
  expect((await advise('1999', 'LEG-1')).rc).toBe('0000');
  expect(await world.truth()).toHaveLength(1);
});

test('ending 3nnn is in process while it waits, to advice and repeat alike, and pays once', async () => {
  const payment = await plnPayment(world, IDPEL('3100'), 'LEG-1');

  const paid = world.pln('payment', payment);
  let seen = await advise('3100', 'LEG-1');
  while (seen.rc === '0063') seen = await advise('3100', 'LEG-1');
  const repeated = await world.pln('payment', payment);
  const answer = await paid;

  expect(seen.rc).toBe('0068');
  expect(repeated.body.rc).toBe('0068');
  expect(answer.body.rc).toBe('0000');
  expect((await advise('3100', 'LEG-1')).rc).toBe('0000');
  expect(await world.truth()).toHaveLength(1);
});
