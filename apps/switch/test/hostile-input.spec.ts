import fc from 'fast-check';
import { customer, expectProblem, H2hClient, type PaymentBody } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { aConnection, written, type RawConnection } from '../../../test/support/raw-connection';

let world: Installation;
let app: RunningApp;
let client: H2hClient;
/** Connections that dribble their request; opened first, because they take their time to end. */
let dribbling: { head: RawConnection; body: RawConnection; payment: RawConnection };
let dribble: NodeJS.Timeout;
/** What is still to come of the payment that is sent too slowly. */
let lastByte: string;

beforeAll(async () => {
  world = await anInstallation();
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
  dribbling = {
    head: await aConnection(app.url),
    body: await aConnection(app.url),
    payment: await aConnection(app.url),
  };
  const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid', '0042'));
  const body = Buffer.from(JSON.stringify({ reference: 'LATE', inquiryId, total }));
  const payment = written('POST', '/v1/payments', client.headers('POST', '/v1/payments', body), body);
  dribbling.payment.send(payment.slice(0, -1));
  lastByte = payment.slice(-1);
  dribbling.head.send('POST /v1/payments HTTP/1.1\r\nHost: switch\r\n');
  dribbling.body.send('POST /v1/payments HTTP/1.1\r\nHost: switch\r\nContent-Length: 60000\r\n\r\n{');
  dribble = setInterval(() => {
    dribbling.head.send('X-More: 1\r\n');
    dribbling.body.send(' ');
  }, 500);
});
afterAll(async () => {
  clearInterval(dribble);
  await world.close();
});

const QUESTION = { reference: 'Q-1', product: 'pln-postpaid', customerNumber: '531100010000' };
const text = JSON.stringify(QUESTION);
const paymentCount = async () => {
  const [row] = await world.store.database.rows<{ n: string }>('SELECT COUNT(*) AS n FROM payment');
  return row?.n;
};

describe('bodies', () => {
  test.each(['/v1/payments', '/v1/inquiries'])('2 MB for %s are too large, signed or not', async (target) => {
    const body = Buffer.alloc(2_000_000, ' ');
    expectProblem(await client.call('POST', target, body), 413, 'REQUEST_TOO_LARGE');
    expectProblem(await client.call('POST', target, body, { secret: 'wrong' }), 413, 'REQUEST_TOO_LARGE');
  });

  test('a body of unknown length is cut off where it becomes too large', async () => {
    const connection = await aConnection(app.url);
    const headers = client.headers('POST', '/v1/inquiries', Buffer.alloc(0));
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    connection.send(
      `POST /v1/inquiries HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n${lines.join('\r\n')}\r\n\r\n`,
    );
    for (let chunks = 0; chunks < 5; chunks += 1) connection.send(`4000\r\n${' '.repeat(0x4000)}\r\n`);
    expect(await connection.until('formed')).toMatch(/^HTTP\/1\.1 413 [^]*"code":"REQUEST_TOO_LARGE"/);
    connection.cut();
  });

  test('64 KiB are read, one byte more is not', async () => {
    const fits = Buffer.from(text.padEnd(65_536));
    expect((await client.call('POST', '/v1/inquiries', fits)).status).toBe(200);
    const over = Buffer.from(text.padEnd(65_537));
    expectProblem(await client.call('POST', '/v1/inquiries', over), 413, 'REQUEST_TOO_LARGE');
  });

  const member = text.slice(1);
  test.each<[string, string | Buffer]>([
    ['no body', ''],
    ['text', 'hello'],
    ['half an object', text.slice(0, -1)],
    ['two objects', text + text],
    ['a list', `[${text}]`],
    ['null', 'null'],
    ['a comment', `/* hi */${text}`],
    ['single quotes', text.replaceAll('"', "'")],
    ['a trailing comma', text.replace('}', ',}')],
    ['NaN', text.replace('}', ',"billCount":NaN}')],
    ['a byte order mark', `\uFEFF${text}`],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"reference":"'), Buffer.of(0xc3, 0x28), Buffer.from(`",${member}`)]),
    ],
    [
      'an overlong encoding',
      Buffer.concat([Buffer.from('{"'), Buffer.of(0xc0, 0xaf), Buffer.from(`":1,${member}`)]),
    ],
    ['a name twice', `{"reference":"Q-0",${member}`],
    ['a name twice, once escaped', `{"\\u0072eference":"Q-0",${member}`],
    ['a name twice within', `{"terminal":{"id":"1","id":"2","name":"A","city":"B"},${member}`],
    ['__proto__', `{"__proto__":{"billCount":2},${member}`],
    ['__proto__ within', `{"extra":{"__proto__":"x"},${member}`],
    ['an escaped __proto__', `{"__pro\\u0074o__":{},${member}`],
    ['constructor', `{"constructor":{"prototype":{}},${member}`],
    ['depth', `{"extra":${'{"a":'.repeat(50)}1${'}'.repeat(50)},${member}`],
    ['bottomless depth', `{"a":${'['.repeat(60_000)}`],
    ['thousands of members', `{${Array.from({ length: 5_000 }, (_, n) => `"m${n}":1`).join(',')},${member}`],
    ['a number too large for any type', text.replace('}', `,"billCount":${'9'.repeat(400)}}`)],
    ['a control character', text.replace('Q-1', 'Q\u0001')],
    ['compressed JSON', Buffer.from('1f8b0800000000000003abae0500436fa39802000000', 'hex')],
    ['a form', 'reference=Q-1&product=pln-postpaid'],
    ['XML', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ])('%s is malformed, for an inquiry and for a payment', async (_, body) => {
    for (const target of ['/v1/inquiries', '/v1/payments']) {
      const answer = await client.call('POST', target, body);
      expect([answer.status, answer.body.code, answer.body.formed]).toEqual([
        400,
        'REQUEST_MALFORMED',
        false,
      ]);
      // The reader of an error must not be able to read the parser's mind, nor another customer's body.
      expect(answer.body.detail).not.toMatch(/Unexpected|position|passwd|at .*\.(js|ts)/);
    }
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=x',
  ])('the bytes count, not that they are called %s', async (type) => {
    const answer = await client.call('POST', '/v1/inquiries', text, { headers: { 'Content-Type': type } });
    expect(answer.status).toBe(200);
  });

  test('a Content-Type that is none is malformed', async () => {
    const answer = await client.call('POST', '/v1/inquiries', text, { headers: { 'Content-Type': '///' } });
    expectProblem(answer, 400, 'REQUEST_MALFORMED');
  });

  test('no body whatever brings the switch to its knees', async () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(json)),
      fc
        .record(
          {
            reference: fc.oneof(fc.string(), fc.constant('FUZZ')),
            inquiryId: fc.string({ unit: 'binary' }),
            total: fc.oneof(fc.string(), fc.bigInt().map(String), fc.double()),
            product: fc.string(),
            customerNumber: fc.string(),
            amount: fc.nat().map(String),
          },
          { requiredKeys: [] },
        )
        .map((object) => Buffer.from(JSON.stringify(object))),
    );
    const before = await paymentCount();
    const property = fc.asyncProperty(
      fc.constantFrom('inquiries', 'payments'),
      junk,
      async (target, body) => {
        const { status } = await client.call('POST', `/v1/${target}`, body);
        expect([400, 422]).toContain(status);
      },
    );
    await fc.assert(property, { numRuns: 300 });
    expect(await paymentCount()).toBe(before);
  });
});

describe('addresses and methods', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v2/products'],
    ['GET', '/v1/products/'],
    ['GET', '/V1/products'],
    ['GET', '//v1/products'],
    ['GET', '/v1/../v1/products'],
    ['GET', '/v1/payments/x/y'],
    ['GET', '/.git/config'],
    ['PUT', '/v1/payments'],
    ['PATCH', '/v1/products'],
    ['DELETE', '/v1/payments/T00000000000'],
    ['OPTIONS', '/v1/payments'],
    ['TRACE', '/v1/products'],
    ['GET', '/v1/inquiries'],
    ['POST', '/v1/balance'],
    ['POST', '/health'],
  ])('%s %s does not exist', async (method, target) => {
    expectProblem(await client.call(method, target), 404, 'ENDPOINT_UNKNOWN');
  });

  test.each(['/v1/payments/%zz', '/v1/payments/%', `/v1/payments/${'x'.repeat(500)}`])(
    '%s is no path',
    async (target) => {
      expectProblem(await client.get(target), 400, 'REQUEST_MALFORMED');
    },
  );

  test.each([
    'GET /v1/products?x=1',
    'GET /v1/balance?x=1',
    'POST /v1/inquiries?x=1',
    'POST /v1/payments?x=1',
  ])('%s asks for something unknown', async (call) => {
    const [method = '', target = ''] = call.split(' ');
    const body = method === 'POST' ? QUESTION : undefined;
    expectProblem(await client.call(method, target, body), 400, 'REQUEST_MALFORMED', 'x');
  });

  test('HEAD says what GET would, without a body', async () => {
    const head = await client.call('HEAD', '/v1/balance');
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await client.call('HEAD', '/v1/balance', undefined, { secret: 'wrong' })).status).toBe(401);
    expect((await client.call('HEAD', '/v1/inquiries')).status).toBe(404);
  });

  test('reading changes nothing', async () => {
    const tables = ['payment', 'payment_leg', 'payment_event', 'inquiry', 'journal', 'posting', 'deposit'];
    const state = () => world.store.database.rows(`CHECKSUM TABLE ${tables.join(', ')}`);
    const before = await state();
    for (const target of ['/v1/products', '/v1/balance', '/v1/mutations', '/v1/payments?status=IN_PROGRESS'])
      for (const method of ['GET', 'HEAD']) expect((await client.call(method, target)).status).toBe(200);
    expect(await state()).toEqual(before);
  });

  test('no answer may be kept or guessed at, and none tells what we run on', async () => {
    for (const target of ['/v1/balance', '/v1/nothing', '/v1/payments/%zz']) {
      const { headers } = await client.get(target);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      expect(headers).not.toHaveProperty('server');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });
});

describe('below HTTP', () => {
  test.each([
    ['nonsense', 'hello\r\n\r\n'],
    ['a header without end', `GET /v1/products HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    [
      'two lengths',
      'POST /v1/payments HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /v1/payments HTTP/1.1\r\nHost: s\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a broken chunk', 'POST /v1/payments HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
    [
      'a line feed in a header',
      'GET /v1/products HTTP/1.1\r\nHost: s\r\nX-Channel-Id: a\nb: c\u0000\r\n\r\n',
    ],
  ])('%s is answered with a problem and the connection closed', async (_, bytes) => {
    const connection = await aConnection(app.url);
    connection.send(bytes);
    const answer = await connection.closed();
    expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      code: 'REQUEST_MALFORMED',
      formed: false,
    });
  });

  test('nonsense behind a payment is not answered in its place, and the payment goes on', async () => {
    const number = customer('pln-postpaid', '3050');
    const { inquiryId, total } = await client.offer('pln-postpaid', number);
    const body = Buffer.from(JSON.stringify({ reference: 'BEFORE', inquiryId, total }));
    const connection = await aConnection(app.url);
    connection.send(
      written('POST', '/v1/payments', client.headers('POST', '/v1/payments', body), body) + 'hello\r\n\r\n',
    );
    expect(await connection.closed()).toBe('');
    const { body: paid } = await until(
      () => client.get<PaymentBody>('/v1/payments?reference=BEFORE'),
      (answer) => answer.body.final && answer.status !== 404,
    );
    expect(paid.status).toBe('PAID');
    expect(await world.truthOf(number)).toHaveLength(1);
  });

  test.each([
    ['no Host', 'GET /v1/balance HTTP/1.1\r\n\r\n'],
    ['an expectation nobody knows', 'POST /v1/payments HTTP/1.1\r\nHost: s\r\nExpect: foo\r\n\r\n'],
    ['a GET with a body', 'GET /v1/balance HTTP/1.1\r\nHost: s\r\nContent-Length: 2\r\n\r\n{}'],
    [
      'a body in gzip',
      'POST /v1/payments HTTP/1.1\r\nHost: s\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}',
    ],
  ])('%s is refused before anything is read', async (_, bytes) => {
    const connection = await aConnection(app.url);
    connection.send(bytes);
    expect(await connection.closed()).toMatch(
      /^HTTP\/1\.1 400 [^]*"code":"REQUEST_MALFORMED"[^]*"formed":false/,
    );
  });

  test('two payments sent in one breath are answered in their order', async () => {
    const connection = await aConnection(app.url);
    const offers = [
      await client.offer('pln-postpaid', customer('pln-postpaid', '3080')),
      await client.offer('pln-postpaid', customer('pln-postpaid')),
    ];
    const bytes = offers.map(({ inquiryId, total }, index) => {
      const body = Buffer.from(JSON.stringify({ reference: `BREATH-${index}`, inquiryId, total }));
      return written('POST', '/v1/payments', client.headers('POST', '/v1/payments', body), body);
    });
    connection.send(bytes.join(''));
    const answers = await connection.until('"reference":"BREATH-1"');
    expect(answers.indexOf('BREATH-0')).toBeLessThan(answers.indexOf('BREATH-1'));
    connection.cut();
  });

  test('a payment that arrives byte by byte is one payment', async () => {
    const number = customer('pln-postpaid');
    const { inquiryId, total } = await client.offer('pln-postpaid', number);
    const body = Buffer.from(JSON.stringify({ reference: 'BY-BYTE', inquiryId, total }));
    const bytes = written('POST', '/v1/payments', client.headers('POST', '/v1/payments', body), body);
    const connection = await aConnection(app.url);
    for (const byte of bytes) {
      connection.send(byte);
      // A turn of its own for each, so that no two share a packet by chance alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await connection.until('"reference":"BY-BYTE"')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await world.truthOf(number)).toHaveLength(1);
    connection.cut();
  });

  test.each([
    ['too small', -10],
    ['nothing at all', -1_000],
  ])('a Content-Length that is %s forms nothing, whatever was signed', async (_, by) => {
    const { inquiryId, total } = await client.offer('pln-postpaid', customer('pln-postpaid'));
    const reference = `LYING-${by}`;
    const body = Buffer.from(JSON.stringify({ reference, inquiryId, total }));
    const announced = Math.max(0, body.length + by);
    for (const signed of [body, body.subarray(0, announced)]) {
      const honest = written('POST', '/v1/payments', client.headers('POST', '/v1/payments', signed), body);
      const connection = await aConnection(app.url);
      connection.send(honest.replace(`Content-Length: ${body.length}`, `Content-Length: ${announced}`));
      expect(await connection.closed()).not.toMatch(/HTTP\/1\.1 20/);
    }
    expect((await client.get(`/v1/payments?reference=${reference}`)).status).toBe(404);
  });

  test('who dribbles a request is cut off, and everybody else is served meanwhile', async () => {
    expect((await client.get('/v1/balance')).status).toBe(200);
    expect(await dribbling.head.closed()).toMatch(/^HTTP\/1\.1 503 [^]*"final":false,"formed":false/);
  });

  test('a body that is late is never denied: the connection closes without an answer, and nothing is paid', async () => {
    expect(await dribbling.body.closed()).toBe('');
    dribbling.payment.send(lastByte);
    expect(await dribbling.payment.closed()).toBe('');
    expect((await client.get('/v1/payments?reference=LATE')).status).toBe(404);
  });
});

test('no customer, and no signature, is named in full in the log', async () => {
  const number = customer('pln-prepaid');
  const offer = await client.offer('pln-prepaid', number);
  const { body } = await client.pay(offer);
  const broken = await client.call('POST', '/v1/payments', `{"customerNumber":"${number}"`);
  expect(broken.status).toBe(400);
  const signed = client.headers('GET', '/v1/balance', Buffer.alloc(0), { secret: 'wrong' });
  await client.call('GET', '/v1/balance', undefined, { headers: signed });
  // The log is written in portions; the last call's line has everything before it.
  const log = await until(
    async () => app.log(),
    (lines) =>
      lines.lastIndexOf('/v1/balance') > lines.indexOf(body.paymentId) && lines.includes(body.paymentId),
  );
  for (const secret of [
    number,
    offer.customerName,
    body.receipt?.fields['token'] ?? '?',
    signed['X-Signature'] ?? '?',
  ])
    expect(log).not.toContain(secret);
});

test('the books are sound', () => expectSound(world));
