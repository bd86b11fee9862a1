import { customer, H2hClient } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { SnapBankClient } from '../../../test/support/snap-client';

/** A bank over SNAP, on whole processes: token, inquiry, payment, repeats, status. */

let world: Installation;
let app: RunningApp;
let bank: SnapBankClient;
beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  bank = new SnapBankClient(() => app.url);
});
afterAll(() => world.close());

const POSTPAID = '10';
const account = (ending = '0000') => bank.account(POSTPAID, customer('pln-postpaid', ending));

test('a token is given to who holds the private key', async () => {
  const { status, body, headers } = await bank.askToken();
  expect(status).toBe(200);
  expect(body).toMatchObject({ responseCode: '2007300', tokenType: 'Bearer', expiresIn: '900' });
  expect(body.accessToken?.length).toBeLessThanOrEqual(2048);
  expect(headers).toMatchObject({ 'x-client-key': 'client-bank-nusa', 'content-type': 'application/json' });
  expect(headers['x-timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/);
});

test('a bill is asked for, and its parts add up to what the customer pays', async () => {
  const three = account('0003');
  const { status, body, headers } = await bank.inquire(three, { inquiryRequestId: 'INQ-3' });
  expect([status, body.responseCode]).toEqual([200, '2002400']);
  const data = body.virtualAccountData;
  expect(data).toMatchObject({ ...three, inquiryRequestId: 'INQ-3', inquiryStatus: '00', freeTexts: [] });
  expect(data?.billDetails).toHaveLength(3);
  const sum = data?.billDetails?.reduce(
    (total, { billAmount }) => total + BigInt(billAmount.value.slice(0, -3)),
    0n,
  );
  expect(data?.totalAmount).toEqual({ value: `${sum}.00`, currency: 'IDR' });
  expect(headers['x-timestamp']).toBeDefined();
});

test('the same bill is the same offer at every door', async () => {
  const number = customer('pln-postpaid', '0002');
  const h2h = new H2hClient(() => app.url);
  const { total } = await h2h.offer('pln-postpaid', number);
  const { paidAmount } = await bank.order(bank.account(POSTPAID, number));
  expect(paidAmount.value).toBe(`${total}.00`);
});

test.each([
  [
    'whose number is a bare number',
    (raw: string) => raw.replace(/"paymentRequestId":"(\d+)"/, '"paymentRequestId":$1'),
  ],
  ['that breaks off', (raw: string) => raw.slice(0, -3)],
])('a message %s is refused without a word about the payment that stands', async (_, spoil) => {
  const one = account();
  const order = await bank.order(one);
  expect((await bank.pay(one, order)).body.responseCode).toBe('2002500');
  const { status, text } = await bank.call(
    'transfer-va/payment',
    spoil(JSON.stringify({ ...one, ...order })),
  );
  expect(status).toBe(400);
  expect(text).not.toContain('paymentFlagStatus');
});

test('a bill is paid once, however often the bank says so', async () => {
  const one = account();
  const order = await bank.order(one);
  const first = await bank.pay(one, order);
  expect([first.status, first.body.responseCode]).toEqual([200, '2002500']);
  const paid = first.body.virtualAccountData;
  expect(paid).toMatchObject({ ...one, ...order, paymentFlagStatus: '00' });
  expect(paid?.additionalInfo?.paymentId).toMatch(/^T[0-9A-Z]{11}$/);

  const again = await bank.pay(one, order);
  expect(again.text).toBe(first.text);
  const advice = await bank.pay(one, { ...order, flagAdvise: 'Y' });
  expect([advice.status, advice.body.responseCode]).toEqual([200, '2002500']);

  expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
});

test('the same message again under the same X-EXTERNAL-ID is inconsistent, which a bank reads as success', async () => {
  const one = account();
  const order = await bank.order(one);
  const externalId = bank.number();
  const first = await bank.pay(one, order, { externalId });
  const again = await bank.pay(one, order, { externalId });
  expect([again.status, again.body.responseCode]).toEqual([404, '4042518']);
  expect(again.body.virtualAccountData).toEqual(first.body.virtualAccountData);
});

test('404-18 is never said of a payment that did not succeed', async () => {
  const declined = account('1037');
  const order = await bank.order(declined);
  const externalId = bank.number();
  const first = await bank.pay(declined, order, { externalId });
  expect(first.status).toBe(403);
  expect(first.body.virtualAccountData?.paymentFlagStatus).toBe('01');
  const again = await bank.pay(declined, order, { externalId });
  expect(again.text).toBe(first.text);
  expect((await bank.pay(declined, { ...order, flagAdvise: 'Y' })).body.responseCode).toBe(
    first.body.responseCode,
  );
  const other = await bank.pay(declined, { ...order, paidAmount: { value: '1000.00', currency: 'IDR' } });
  expect([other.status, other.body.responseCode]).toEqual([404, '4042500']);
  expect(other.body.virtualAccountData?.paymentFlagStatus).toBe('01');
});

test('a payment whose outcome is not known is in progress, then what it came to', async () => {
  const silent = account('1039');
  const order = await bank.order(silent);
  const externalId = bank.number();
  const first = await bank.pay(silent, order, { externalId });
  expect([first.status, first.body.responseCode]).toEqual([202, '2022500']);
  expect(first.body.virtualAccountData?.paymentFlagStatus).toBe('02');
  for (const unusual of [{ externalId }, {}]) {
    const again = await bank.pay(silent, { ...order, flagAdvise: 'Y' }, unusual);
    expect([again.status, again.body.virtualAccountData?.paymentFlagStatus]).toEqual([202, '02']);
  }
  const other = await bank.pay(silent, { ...order, paidAmount: { value: '1000.00', currency: 'IDR' } });
  expect([other.status, other.body.responseCode]).toEqual([202, '2022500']);
  const status = await bank.status(silent, { paymentRequestId: order.paymentRequestId });
  expect([status.status, status.body.virtualAccountData?.paymentFlagStatus]).toEqual([200, '03']);

  const worker = await world.startWorker();
  const ended = await until(
    () => bank.status(silent, { paymentRequestId: order.paymentRequestId }),
    ({ body }) => body.virtualAccountData?.paymentFlagStatus !== '03',
  );
  expect(ended.body).toMatchObject({
    responseCode: '2002600',
    virtualAccountData: { paymentFlagStatus: '00' },
  });
  expect((await bank.pay(silent, order)).body.responseCode).toBe('2002500');
  await worker.end('SIGTERM');
});

test('an X-EXTERNAL-ID is used once a day and service, but never denies a payment that exists', async () => {
  const one = account();
  const externalId = bank.number();
  const question = { ...one, inquiryRequestId: bank.number() };
  expect((await bank.call('transfer-va/inquiry', question, { externalId })).status).toBe(200);
  const again = await bank.call('transfer-va/inquiry', question, { externalId });
  expect([again.status, again.body.responseCode]).toEqual([409, '4092400']);
  expect(again.body.virtualAccountData).toMatchObject({ ...one, inquiryStatus: '01' });

  const [first, second] = [await bank.order(one), await bank.order(account())];
  const paid = await bank.pay(one, first, { externalId });
  expect(paid.body.responseCode).toBe('2002500');
  const other = await bank.pay(account(), second, { externalId });
  expect([other.status, other.body.responseCode]).toEqual([409, '4092500']);
  const elsewhere = bank.number();
  await bank.pay(account(), second, { externalId: elsewhere });
  expect((await bank.pay(one, first, { externalId: elsewhere })).body).toMatchObject({
    responseCode: '4042518',
    virtualAccountData: { paymentFlagStatus: '00' },
  });
});

test('of several payments of one moment under one X-EXTERNAL-ID one is formed; the others are free under another', async () => {
  const accounts = Array.from({ length: 6 }, () => account());
  const orders = await Promise.all(accounts.map((one) => bank.order(one)));
  const pay = (externalId: (index: number) => string) =>
    Promise.all(
      accounts.map((one, index) => bank.pay(one, orders[index] ?? {}, { externalId: externalId(index) })),
    );
  const shared = bank.number();
  const codes = (await pay(() => shared)).map(({ body }) => body.responseCode);
  expect(codes.toSorted()).toEqual(['2002500', ...Array.from({ length: 5 }, () => '4092500')]);

  const own = accounts.map(() => bank.number());
  for (const { body } of await pay((index) => own[index] ?? '')) expect(body.responseCode).toBe('2002500');
  for (const { customerNo } of accounts) expect(await world.truthOf(customerNo.slice(2))).toHaveLength(1);
});

test('a payment under a name that another payment has used up is not formed, also at another switch', async () => {
  const elsewhere = await world.startSwitch();
  const there = new SnapBankClient(() => elsewhere.url);
  const accounts = [account(), account(), account()] as const;
  const [first, second, third] = await Promise.all(accounts.map((one) => bank.order(one)));
  const externalId = bank.number();
  expect((await bank.pay(accounts[0], first ?? {}, { externalId })).body.responseCode).toBe('2002500');
  expect((await bank.pay(accounts[1], second ?? {}, { externalId })).body.responseCode).toBe('4092500');
  expect((await there.pay(accounts[2], third ?? {}, { externalId })).body.responseCode).toBe('4092500');
  expect((await bank.pay(accounts[1], second ?? {})).body.responseCode).toBe('2002500');
  expect((await there.pay(accounts[2], third ?? {})).body.responseCode).toBe('2002500');
  for (const { customerNo } of accounts) expect(await world.truthOf(customerNo.slice(2))).toHaveLength(1);
  await elsewhere.end('SIGTERM');
});

test('the same payment several times at one moment is formed once, whatever its messages are called', async () => {
  const one = account();
  const order = await bank.order(one);
  const shared = bank.number();
  const names = [shared, shared, shared, bank.number(), bank.number()];
  const answers = await Promise.all(names.map((externalId) => bank.pay(one, order, { externalId })));
  for (const { body } of answers) expect(['2002500', '4042518', '2022500']).toContain(body.responseCode);
  expect(answers.map(({ body }) => body.responseCode)).toContain('2002500');
  expect(new Set(answers.map(({ body }) => body.virtualAccountData?.additionalInfo?.paymentId)).size).toBe(1);
  expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
});

test('a payment without an inquiry asks for the bill itself', async () => {
  const one = account();
  const { paidAmount } = await bank.order(one);
  const paymentRequestId = bank.number();
  const first = await bank.pay(one, { paymentRequestId, paidAmount });
  expect(first.body.responseCode).toBe('2002500');
  expect((await bank.pay(one, { paymentRequestId, paidAmount })).text).toBe(first.text);
  expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
});

test('a token is bought for what the customer chose, with the inquiry and without', async () => {
  const meter = bank.account('11', customer('pln-prepaid'));
  const order = await bank.order(meter, { amount: { value: '20000.00', currency: 'IDR' } });
  expect(order.paidAmount.value).toBe('22500.00');
  const { body } = await bank.pay(meter, order);
  expect(body.responseCode).toBe('2002500');
  expect(JSON.stringify(body.virtualAccountData?.['freeTexts'])).toMatch(/TOKEN \d/);
  const unchosen = await bank.inquire(meter);
  expect(unchosen.body).toMatchObject({
    responseCode: '4002402',
    responseMessage: 'Invalid Mandatory Field {amount}',
    virtualAccountData: { inquiryReason: { english: 'Choose an amount first' } },
  });
  const unsold = await bank.inquire(meter, { amount: { value: '21000.00', currency: 'IDR' } });
  expect(unsold.body.responseCode).toBe('4042413');
  expect(JSON.stringify(unsold.body.virtualAccountData?.['inquiryReason'])).not.toMatch(/\d/);
  const direct = await bank.pay(meter, { paymentRequestId: bank.number(), paidAmount: order.paidAmount });
  expect(direct.body.responseCode).toBe('2002500');
});

test.each([
  ['another amount', { paidAmount: { value: '1000.00', currency: 'IDR' } }, '4042513'],
  ['a total that differs', { totalAmount: { value: '1000.00', currency: 'IDR' } }, '4042513'],
  ['sen', { paidAmount: { value: '1000.50', currency: 'IDR' } }, '4002501'],
  ['an amount without decimals', { paidAmount: { value: '1000', currency: 'IDR' } }, '4002501'],
  ['an amount in dollars', { paidAmount: { value: '1000.00', currency: 'USD' } }, '4002501'],
  ['no amount', { paidAmount: null }, '4002502'],
])('%s is refused and forms nothing', async (_, change, code) => {
  const one = account();
  const order = await bank.order(one);
  const { status, body } = await bank.pay(one, { ...order, ...change });
  expect([String(status), body.responseCode]).toEqual([code.slice(0, 3), code]);
  expect(body.virtualAccountData).toMatchObject({ ...one, paymentFlagStatus: '01' });
  expect((await bank.pay(one, order)).body.responseCode).toBe('2002500');
});

test.each([
  ['a customer the biller does not know', '10', '0014', '4042412'],
  ['a bill that is paid already', '10', '0088', '4042414'],
  ['a biller that is silent', '10', '0103', '5042400'],
  ['a product nobody has agreed on', '77', '0000', '4042412'],
])('an inquiry about %s', async (_, prefix, ending, code) => {
  const { status, body } = await bank.inquire(bank.account(prefix, customer('pln-postpaid', ending)));
  expect([String(status), body.responseCode]).toEqual([code.slice(0, 3), code]);
  expect(body.virtualAccountData?.inquiryStatus).toBe('01');
});

test('an offer that has expired, and an inquiry about another account, are not paid', async () => {
  const expires = account('1071');
  const order = await bank.order(expires);
  await until(
    () => bank.pay(expires, { ...order, paidAmount: { value: '1.00', currency: 'IDR' } }),
    ({ body }) => body.responseCode === '4042519',
  );
  expect((await bank.pay(expires, order)).body.responseCode).toBe('4042519');
  const other = await bank.pay(account(), await bank.order(account()));
  expect(other.body.responseCode).toBe('4042501');
});

test('one bill at two doors at once is paid once', async () => {
  const number = customer('pln-postpaid', '3050');
  const one = bank.account(POSTPAID, number);
  const h2h = new H2hClient(() => app.url);
  const [order, offer] = [await bank.order(one), await h2h.offer('pln-postpaid', number)];
  const [bySnap, byH2h] = await Promise.all([bank.pay(one, order), h2h.pay(offer)]);
  const paid = [bySnap.body.responseCode === '2002500', byH2h.body.status === 'PAID'];
  expect(paid.filter(Boolean)).toHaveLength(1);
  if (!paid[0]) expect([bySnap.status, bySnap.body.responseCode]).toEqual([404, '4042500']);
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('64 messages of one payment at once pay once, and none of them is told it failed', async () => {
  const one = account('3020');
  const order = await bank.order(one);
  await bank.currentToken();
  const answers = await Promise.all(Array.from({ length: 64 }, () => bank.pay(one, order)));
  const codes = new Set(answers.map(({ body }) => body.responseCode));
  expect([...codes].filter((code) => !['2002500', '2022500'].includes(code))).toEqual([]);
  expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
});

test('services 32, 33 and 36: the shape in which a channel pays at a bank', async () => {
  const one = account();
  const partnerReferenceNo = bank.number();
  const inquiry = await bank.call('transfer-va/inquiry-intrabank', { ...one, partnerReferenceNo });
  expect(inquiry.body.responseCode).toBe('2003200');
  const { inquiryRequestId, totalAmount } = inquiry.body.virtualAccountData ?? {};
  const order = { ...one, partnerReferenceNo, inquiryRequestId, paidAmount: totalAmount };
  const paid = await bank.call('transfer-va/payment-intrabank', order);
  expect(paid.body.responseCode).toBe('2003300');
  const status = await bank.call('transfer/status', {
    serviceCode: '33',
    originalPartnerReferenceNo: partnerReferenceNo,
  });
  expect(status.body).toMatchObject({ responseCode: '2003600', latestTransactionStatus: '00' });
  expect((await bank.call('transfer-va/payment-intrabank', order)).body.responseCode).toBe('2003300');
  const unknown = await bank.call('transfer/status', {
    serviceCode: '33',
    originalPartnerReferenceNo: 'nobody',
  });
  expect(unknown.body.responseCode).toBe('4043601');
});

test('a status is asked by the number of the payment, and only of the account it paid', async () => {
  const one = account();
  const order = await bank.order(one);
  expect((await bank.status(one, { inquiryRequestId: order.paymentRequestId })).body.responseCode).toBe(
    '4042601',
  );
  await bank.pay(one, order);
  const known = await bank.status(one, { inquiryRequestId: order.paymentRequestId });
  expect(known.body).toMatchObject({
    responseCode: '2002600',
    virtualAccountData: { paymentFlagStatus: '00', paidAmount: order.paidAmount },
  });
  expect((await bank.status(account(), { paymentRequestId: order.paymentRequestId })).body.responseCode).toBe(
    '4042601',
  );
  expect((await bank.status(one, {})).body.responseCode).toBe('4002602');
});

test('a long number, and one with spaces, are numbers like any other', async () => {
  const one = account();
  const paymentRequestId = `${'x'.repeat(60)} äö ${'y'.repeat(60)}`;
  const { paidAmount } = await bank.order(one, { inquiryRequestId: paymentRequestId });
  const paid = await bank.pay(one, { paymentRequestId, paidAmount });
  expect(paid.body.virtualAccountData).toMatchObject({ paymentRequestId, paymentFlagStatus: '00' });
  expect((await bank.status(one, { paymentRequestId })).body.responseCode).toBe('2002600');
  expect((await bank.status(one, { paymentRequestId: `${paymentRequestId} ` })).body.responseCode).toBe(
    '4042601',
  );
});

test('the books are sound, and no log holds a secret or a whole number', async () => {
  await expectSound(world);
  expect(world.logsOf('switch')).toContain('"SNAP message"');
  expect(world.logsOf('switch')).not.toMatch(/88899105311\d/);
});
