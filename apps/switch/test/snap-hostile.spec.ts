import { customer } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { aConnection, written } from '../../../test/support/raw-connection';
import { SnapBankClient, type TestAccount } from '../../../test/support/snap-client';
import { aTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy';

/** What a bank's line, or a stranger's, does to the SNAP door: broken bodies, wrong addresses, two switches, no database. */

let world: Installation;
let app: RunningApp;
let bank: SnapBankClient;
let proxy: TcpProxy;
let cutOff: RunningApp;
let throughCutOff: SnapBankClient;
beforeAll(async () => {
  world = await anInstallation();
  proxy = await aTcpProxy(world.store.url);
  app = await world.startSwitch();
  cutOff = await world.startSwitch(proxy.url);
  bank = new SnapBankClient(() => app.url);
  throughCutOff = new SnapBankClient(() => cutOff.url);
});
afterAll(async () => {
  await world.close();
  proxy.close();
});

const account = (ending = '0000'): TestAccount => bank.account('10', customer('pln-postpaid', ending));
const paymentCount = async () => {
  const [row] = await world.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment');
  return row?.n;
};

const MESSAGE = {
  partnerServiceId: '   88899',
  customerNo: '10531100010000',
  virtualAccountNo: '   8889910531100010000',
  inquiryRequestId: 'Q-1',
  paymentRequestId: 'Q-1',
  paidAmount: { value: '1000.00', currency: 'IDR' },
};
const text = JSON.stringify(MESSAGE);
const member = text.slice(1);

describe('bodies', () => {
  test.each<[string, string | Buffer]>([
    ['no body', ''],
    ['text', 'hello'],
    ['half an object', text.slice(0, -1)],
    ['two objects', text + text],
    ['a list', `[${text}]`],
    ['null', 'null'],
    ['a comment', `/*hi*/${text}`],
    ['a trailing comma', text.replace(/\}$/, ',}')],
    ['a byte order mark', `\uFEFF${text}`],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xc3, 0x28), Buffer.from(`",${member}`)]),
    ],
    ['a name twice', `{"paymentRequestId":"Q-0",${member}`],
    ['a name twice, once escaped', `{"\\u0070aymentRequestId":"Q-0",${member}`],
    ['a name twice within', `{"additionalInfo":{"a":1,"a":2},${member}`],
    ['__proto__', `{"__proto__":{"paidAmount":1},${member}`],
    ['an escaped __proto__', `{"__pro\\u0074o__":{},${member}`],
    ['depth', `{"additionalInfo":${'{"a":'.repeat(50)}1${'}'.repeat(50)},${member}`],
    ['bottomless depth', `{"a":${'['.repeat(60_000)}`],
  ])('%s is a bad request, for an inquiry and for a payment', async (_, raw) => {
    const before = await paymentCount();
    // The published string to sign hashes the bytes without white space between tokens; these have none.
    for (const [path, service] of [
      ['transfer-va/inquiry', '24'],
      ['transfer-va/payment', '25'],
    ]) {
      const { status, body } = await bank.call(path ?? '', raw);
      expect([status, body.responseCode]).toEqual([400, `400${service}00`]);
    }
    expect(await paymentCount()).toBe(before);
  });

  test('a name that is escaped is the character it names', async () => {
    const one = account();
    const { paymentRequestId, paidAmount } = await bank.order(one);
    const plain = JSON.stringify({ ...one, paymentRequestId, paidAmount });
    const escaped = plain
      .replace('paymentRequestId', '\\u0070aymentRequestId')
      .replace(/"2026/, '"\\u0032026');
    expect((await bank.call('transfer-va/payment', escaped)).body.responseCode).toBe('2002500');
    expect((await bank.call('transfer-va/payment', plain)).body.virtualAccountData).toMatchObject({
      paymentRequestId,
      paymentFlagStatus: '00',
    });
  });

  test.each([
    ['another case', (number: string) => `${number}a`, (number: string) => `${number}A`],
    ['a space behind it', (number: string) => number, (number: string) => `${number} `],
    ['a leading zero', (number: string) => number, (number: string) => `0${number}`],
    ['a look-alike letter', (number: string) => `${number}a`, (number: string) => `${number}а`],
  ])('a number with %s is another number', async (_, first, second) => {
    const [one, two] = [account(), account()];
    const number = bank.number();
    const orderOf = async (whose: TestAccount, name: string) => {
      const { paidAmount } = await bank.order(whose, { inquiryRequestId: name });
      return bank.pay(whose, { paymentRequestId: name, paidAmount });
    };
    const answers = [await orderOf(one, first(number)), await orderOf(two, second(number))];
    expect(answers.map(({ body }) => body.responseCode)).toEqual(['2002500', '2002500']);
  });

  test('a number as a bare number is none', async () => {
    const { body } = await bank.call(
      'transfer-va/payment',
      text.replace('"paymentRequestId":"Q-1"', '"paymentRequestId":1'),
    );
    expect([body.responseCode, body.responseMessage]).toEqual([
      '4002501',
      'Invalid Field Format {paymentRequestId}',
    ]);
  });

  test('a message that is too large is a bad request of its service', async () => {
    const { status, body } = await bank.call('transfer-va/payment', Buffer.alloc(70_000, ' '));
    expect([status, body.responseCode]).toEqual([400, '4002500']);
  });
});

describe('addresses', () => {
  test.each([
    ['an unknown service', 'transfer-va/create-va', 'POST', '4040002'],
    ['nothing', '', 'POST', '4040002'],
    ['a trailing slash', 'transfer-va/payment/', 'POST', '4040002'],
    ['another method', 'transfer-va/payment', 'PUT', '4052500'],
    ['a GET', 'transfer-va/status', 'GET', '4052600'],
    ['a path that is none', 'transfer-va/%zz', 'POST', '4000000'],
  ])('%s is refused in the words of SNAP', async (_, path, method, code) => {
    const { status, body, headers } = await bank.call(path, undefined, { method });
    expect([String(status), body.responseCode]).toEqual([code.slice(0, 3), code]);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-timestamp']).toBeDefined();
  });

  test('a body that is packed is not read', async () => {
    const { body } = await bank.call('transfer-va/payment', text, {
      headers: { 'Content-Encoding': 'gzip' },
    });
    expect(body.responseCode).toBe('4002500');
  });

  test('broken HTTP behind a payment in hand closes the connection without a word about it', async () => {
    const slow = account('3080');
    const body = Buffer.from(JSON.stringify({ ...slow, ...(await bank.order(slow)) }));
    const connection = await aConnection(app.url);
    connection.send(`${written('POST', '/openapi/v1.0/transfer-va/payment', {}, body)}not HTTP\r\n\r\n`);
    expect(await connection.closed()).not.toContain('paymentFlagStatus":"01"');
  });
});

describe('two switches', () => {
  test('a token of one is good at the other, and after a restart', async () => {
    const token = await bank.currentToken();
    const there = await throughCutOff.inquire(account(), {}, { token });
    expect(there.status).toBe(200);
    const later = await world.startSwitch();
    const after = await new SnapBankClient(() => later.url).inquire(account(), {}, { token });
    expect(after.status).toBe(200);
    await later.end('SIGTERM');
  });

  test('64 messages of one payment over two switches pay once, and none is told it failed', async () => {
    const one = account('3020');
    const order = await bank.order(one);
    await Promise.all([bank.currentToken(), throughCutOff.currentToken()]);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, n) => (n % 2 === 0 ? bank : throughCutOff).pay(one, order)),
    );
    const codes = new Set(answers.map(({ body }) => body.responseCode));
    expect([...codes].filter((code) => !['2002500', '2022500'].includes(code))).toEqual([]);
    expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
  });

  test('an X-EXTERNAL-ID that was used at one is used at the other', async () => {
    const externalId = bank.number();
    const question = { ...account(), inquiryRequestId: bank.number() };
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        (n % 2 === 0 ? bank : throughCutOff).call('transfer-va/inquiry', question, { externalId }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.responseCode === '4092400')).toHaveLength(15);
  });
});

test('while the database is silent no payment is told it failed, and afterwards it is paid once', async () => {
  const one = account();
  const order = await bank.order(one);
  await throughCutOff.currentToken();
  await proxy.inject('freeze');
  const calls = [throughCutOff.pay(one, order), throughCutOff.inquire(one)].map((call) =>
    call.then(({ body }) => body.responseCode).catch(() => 'closed without an answer'),
  );
  const [paid, asked] = await Promise.all(calls);
  expect(['closed without an answer', '2022500']).toContain(paid);
  expect(['closed without an answer', '5002401']).toContain(asked);
  await proxy.inject('thaw');
  await until(
    () => bank.pay(one, { ...order, flagAdvise: 'Y' }),
    ({ body }) => body.responseCode === '2002500',
  );
  expect(await world.truthOf(one.customerNo.slice(2))).toHaveLength(1);
});

test('a biller that is slower than the bank waits is answered for in time, as in progress', async () => {
  const slow = account('3900');
  const order = await bank.order(slow);
  const { status, body } = await bank.pay(slow, order);
  expect([status, body.responseCode, body.virtualAccountData?.paymentFlagStatus]).toEqual([
    202,
    '2022500',
    '02',
  ]);
  const worker = await world.startWorker();
  await until(
    () => bank.pay(slow, { ...order, flagAdvise: 'Y' }),
    (answer) => answer.body.responseCode === '2002500',
  );
  await worker.end('SIGTERM');
});

test('the books are sound', () => expectSound(world));
