import { setTimeout as sleep } from 'node:timers/promises';
import { customer, H2hClient } from '../../../test/support/h2h-client';
import { BankLine, nextRrn, type BankProduct } from '../../../test/support/iso8583-client';
import { freePort } from '../../../test/support/ports';
import {
  anInstallation,
  expectSound,
  until,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';

let world: Installation;
let app: RunningApp;
let port: number;
let bank: BankLine;
/** Asked first, for it takes until the biller's time is up. */
let unheard: ReturnType<BankLine['send']>;

async function startSwitch(): Promise<RunningApp> {
  port = await freePort();
  return world.startSwitch(undefined, { ISO8583_PORT: String(port) });
}

beforeAll(async () => {
  world = await anInstallation();
  app = await startSwitch();
  bank = await BankLine.open(port);
  unheard = bank.send(bank.inquiry('pln-postpaid', customer('pln-postpaid', '0103')));
});
afterAll(async () => {
  bank.close();
  await world.close();
});

/** Rows of `payment` for one customer, through whatever channel. */
async function paymentsOf(customerNumber: string): Promise<number> {
  const [row] = await world.store.database.rows<{ n: string }>(
    'SELECT COUNT(*) AS n FROM payment WHERE customer_number = ?',
    [customerNumber],
  );
  return Number(row?.n);
}

test.each<[BankProduct, string]>([
  ['pln-postpaid', '0000'],
  ['pln-postpaid', '0003'],
  ['pdam-tirta-jaya', '0002'],
])('%s, ending %s, is asked for and paid once', async (product, ending) => {
  const number = customer(product, ending);
  const asked = bank.inquiry(product, number);
  const inquired = await bank.send(asked);
  expect(inquired).toMatchObject({
    code: '00',
    message: { mti: '0210', fields: { 37: asked.fields[37], 41: 'ATM00001' } },
  });
  expect(inquired.data).toMatchObject({ customerNumber: number, inquiryId: expect.stringMatching(/^inq_/) });
  const total = BigInt(inquired.data['amount'] ?? 0) + BigInt(inquired.data['adminFee'] ?? 0);
  expect(inquired.message.fields[4]).toBe(`${total}00`.padStart(12, '0'));

  const offer = {
    code: inquired.data['product'] ?? '',
    customerNumber: number,
    inquiryId: inquired.data['inquiryId'] ?? '',
    amount: inquired.message.fields[4] ?? '',
    rrn: asked.fields[37],
  };
  const paid = await bank.send(bank.payment(offer));
  expect(paid).toMatchObject({ code: '00', message: { fields: { 4: offer.amount, 37: offer.rrn } } });
  expect(paid.data['paymentId']).toMatch(/^T[0-9A-Z]{11}$/);
  expect(paid.data['billerReference']).toBeTruthy();
  expect(await world.truthOf(number)).toMatchObject([{ amount: inquired.data['amount'], kind: 'paid' }]);
});

test('a token is bought for an amount of its list, and stands in the answer', async () => {
  const number = customer('pln-prepaid', '0000');
  const offer = await bank.offer('pln-prepaid', number, { 4: '000002000000' });
  const paid = await bank.send(bank.payment(offer));
  expect(paid.code).toBe('00');
  expect(paid.data['token']?.replaceAll(/\D/g, '')).toHaveLength(20);
});

test('a bank without an RRN of its own gets the Payment ID there, and may ask by it', async () => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number, { 37: undefined });
  const first = bank.payment(offer, '0200', { 37: undefined });
  const paid = await bank.send(first);
  const paymentId = paid.data['paymentId'] ?? '';
  expect(paid).toMatchObject({ code: '00', message: { fields: { 37: paymentId } } });
  const repeats = [
    { ...first, mti: '0201' },
    bank.payment(offer, '0220', { 37: paymentId }),
    bank.payment(offer, '0220', {
      37: undefined,
      90: `0200${first.fields[11]}${first.fields[7]}${'0'.repeat(22)}`,
    }),
  ];
  for (const repeat of repeats)
    expect(await bank.send(repeat)).toMatchObject({ code: '00', data: { paymentId } });
  expect(await paymentsOf(number)).toBe(1);
});

test('the same payment again, repeated or advised, on this line or another, is one payment with one answer', async () => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  const other = await BankLine.open(port);
  const types = ['0200', '0201', '0220', '0221'];
  const storm = Array.from({ length: 24 }, (_, n) => {
    const line = n % 2 === 0 ? bank : other;
    return line.send(line.payment(offer, types[n % 4]));
  });
  const answers = await Promise.all(storm);
  const ids = new Set(answers.map(({ data }) => data['paymentId']));
  expect(ids.size).toBe(1);
  for (const { code } of answers) expect(['00', '68']).toContain(code);
  expect(await bank.send(bank.payment(offer, '0221'))).toMatchObject({
    code: '00',
    message: { mti: '0230' },
  });
  expect(await world.truthOf(number)).toHaveLength(1);
  other.close();
});

test.each<[string, Record<number, string | undefined>, string]>([
  ['another amount', { 4: '000000100000' }, '94'],
  ['another bill', { 48: 'PI06053501CN12531199990000IQ05inq_1' }, '94'],
])('a known reference with %s is refused, and its payment stays', async (_, change, code) => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  const paid = await bank.send(bank.payment(offer));
  for (const type of ['0200', '0220']) {
    const refused = await bank.send(bank.payment(offer, type, change));
    expect(refused.code).toBe(code);
    expect(refused.data['paymentId']).toBe(paid.data['paymentId']);
  }
  expect(await bank.send(bank.payment(offer, '0201'))).toMatchObject({ code: '00', data: paid.data });
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each<[string, Record<number, string | undefined>]>([
  ['DE 18', { 18: '5999' }],
  ['DE 49', { 49: '840' }],
  ['DE 18', { 18: undefined }],
  ['DE 48', { 48: 'PI06053501CNxx531100010000' }],
])('a 30 names %s in DE 44', async (blamed, change) => {
  const { code, message } = await bank.send(bank.inquiry('pln-postpaid', '531100010000', change));
  expect({ code, text: message.fields[44] }).toEqual({ code: '30', text: expect.stringContaining(blamed) });
});

test.each<[string, (data: string) => Record<number, string>]>([
  ['without its inquiry', (data) => ({ 48: data.replace(/IQ.*$/, '') })],
  ['with a product that is not sold any more', (data) => ({ 48: data.replace('053501', '053599') })],
  ['with data that cannot be read', (data) => ({ 48: data.replace('CN', '??') })],
  ['from a counter of no agreed kind', () => ({ 18: '5999' })],
])('a payment that stands is not denied to a repeat or an advice %s', async (_, change) => {
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '0000'));
  const first = bank.payment(offer);
  const { data } = await bank.send(first);
  for (const type of ['0200', '0201', '0220', '0221'])
    expect(await bank.send(bank.payment(offer, type, change(first.fields[48] ?? '')))).toMatchObject({
      code: '00',
      data: { paymentId: data['paymentId'] },
    });
  for (const contrary of [{ 4: '000000000150' }, { 49: '840' }])
    expect(await bank.send(bank.payment(offer, '0221', contrary))).toMatchObject({
      code: '94',
      data: { paymentId: data['paymentId'] },
    });
});

test.each<[string, string | undefined]>([
  ['nothing', undefined],
  ['zeros', '0'.repeat(42)],
])(
  'an advice or a reversal that names its payment by %s does nothing, and is not final',
  async (_, named) => {
    const number = customer('pdam-tirta-jaya', '0000');
    const offer = await bank.offer('pdam-tirta-jaya', number, { 37: undefined });
    const advice = bank.payment(offer, '0220', { 37: undefined, 90: named });
    expect(await bank.send(advice)).toMatchObject({ code: '25', data: {} });
    if (named !== undefined)
      expect((await bank.send(bank.reversal(advice, '0420', { 37: undefined, 90: named }))).code).toBe('25');
    expect(await paymentsOf(number)).toBe(0);
  },
);

test('a 94 that formed nothing carries no Payment ID', async () => {
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '0000'));
  expect((await bank.send(bank.payment(offer))).code).toBe('00');
  expect(await bank.send(bank.payment({ ...offer, rrn: nextRrn() }))).toMatchObject({ code: '94', data: {} });
});

test('an advice of a payment that never came here pays it once', async () => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  const advised = await bank.send(bank.payment(offer, '0220'));
  expect(advised).toMatchObject({ code: '00', message: { mti: '0230' } });
  expect(await bank.send(bank.payment(offer, '0200'))).toMatchObject({ code: '00', data: advised.data });
  expect(await world.truthOf(number)).toHaveLength(1);
});

test.each<[string, string, string]>([
  ['1037', 'declined by the biller', '05'],
  ['1072', 'whose bill has changed', '13'],
])('a payment ending %s, %s, says so', async (ending, _, code) => {
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', ending));
  const answer = await bank.send(bank.payment(offer));
  expect(answer.code).toBe(code);
  expect(answer.data['paymentId']).toBeTruthy();
  expect((await bank.send(bank.payment(offer, '0221'))).code).toBe(code);
});

test.each<[string, string]>([
  ['0014', '14'],
  ['0088', '88'],
])('an inquiry ending %s is answered %s', async (ending, code) => {
  expect(await bank.send(bank.inquiry('pln-postpaid', customer('pln-postpaid', ending)))).toMatchObject({
    code,
    data: {},
  });
});

test('what the biller leaves open is in progress, until advice knows', async () => {
  const number = customer('pln-postpaid', '1039');
  const offer = await bank.offer('pln-postpaid', number);
  const open = await bank.send(bank.payment(offer));
  expect(open).toMatchObject({ code: '68', data: { paymentId: expect.stringMatching(/^T/) } });
  expect(open.data['billerReference']).toBeUndefined();
  const worker = await world.startWorker('+10s');
  const known = await until(
    () => bank.send(bank.payment(offer, '0221')),
    ({ code }) => code !== '68',
  );
  await worker.end('SIGTERM');
  expect(known).toMatchObject({ code: '00', data: { paymentId: open.data['paymentId'] } });
});

test('a reversal takes a payment back once, and says so as often as it is asked', async () => {
  const number = customer('pdam-tirta-jaya', '0000');
  const offer = await bank.offer('pdam-tirta-jaya', number);
  const payment = bank.payment(offer);
  expect((await bank.send(payment)).code).toBe('00');
  for (const type of ['0400', '0401', '0420', '0421'])
    expect(await bank.send(bank.reversal(payment, type))).toMatchObject({ code: '00' });
  const kinds = (await world.truthOf(number)).map(({ kind }) => kind);
  expect(kinds).toEqual(['paid', 'reversed']);
  expect((await bank.send(bank.payment(offer, '0201'))).code).toBe('17');
});

test('a reversal is refused where nothing can be undone: another sum, an unknown payment, a product that stays sold', async () => {
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '0000'));
  const payment = bank.payment(offer);
  expect((await bank.send(bank.reversal(payment))).code).toBe('25');
  expect((await bank.send(payment)).code).toBe('00');
  expect((await bank.send(bank.reversal(payment, '0400', { 4: '000000000100' }))).code).toBe('13');
  expect((await bank.send(bank.reversal(payment))).code).toBe('57');
});

test('a reversal without an RRN finds its payment by the original data', async () => {
  const offer = await bank.offer('pdam-tirta-jaya', customer('pdam-tirta-jaya', '0000'), { 37: undefined });
  const payment = bank.payment(offer, '0200', { 37: undefined });
  expect((await bank.send(payment)).code).toBe('00');
  expect((await bank.send(bank.reversal(payment, '0420', { 37: undefined }))).code).toBe('00');
});

test.each<[string, Record<number, string | undefined>, string]>([
  ['a bill of another kind', { 48: 'PI06060001CN0870110000IQ05inq_1' }, '48'],
  ['no inquiry', { 48: 'PI06053501CN12531100010000' }, '92'],
  ['an inquiry that is not there', { 48: 'PI06053501CN12531100010000IQ05inq_1' }, '48'],
  ['a product that is not sold', { 48: 'PI06999999CN12531100010000IQ05inq_1' }, '12'],
  ['half a rupiah', { 4: '000000000150' }, '30'],
  ['another currency', { 49: '840' }, '30'],
  ['a counter of no agreed kind', { 18: '5999' }, '30'],
  ['a private field that cannot be read', { 48: 'PI06053501CNxx531100010000' }, '30'],
  ['a processing code of another trade', { 3: '010000' }, '40'],
  ['another amount than offered', { 4: '000000100000' }, '13'],
  ['nothing at all', { 4: '000000000000' }, '13'],
  ['another institution', { 32: '9990017' }, '63'],
])('a payment of %s is refused and forms nothing', async (_, change, code) => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  expect(await bank.send(bank.payment(offer, '0200', change))).toMatchObject({ code, data: {} });
  expect(await paymentsOf(number)).toBe(0);
  // The reference stayed free.
  expect((await bank.send(bank.payment(offer))).code).toBe('00');
});

test('an offer that has expired is not paid', async () => {
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '1071'));
  await sleep(3_100);
  expect((await bank.send(bank.payment(offer))).code).toBe('54');
});

test('RRNs that look alike are payments of their own', async () => {
  const unlike = ['QWERTY000001', 'qwerty000001', 'QWERTY000001X'.slice(1), 'Q WERTY00001'];
  const ids = new Set<string | undefined>();
  for (const rrn of unlike) {
    const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '0000'), { 37: rrn });
    ids.add((await bank.send(bank.payment(offer))).data['paymentId']);
  }
  expect(ids.size).toBe(unlike.length);
});

test.each<[string, { customerNumber?: string; code?: string }]>([
  ['another customer', { customerNumber: '531100010001' }],
  ['another product', { code: '053502' }],
])('an offer pays nothing for %s', async (_, change) => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  expect((await bank.send(bank.payment({ ...offer, ...change }))).code).toBe('48');
  expect(await paymentsOf(number)).toBe(0);
  expect((await bank.send(bank.payment(offer))).code).toBe('00');
});

test('an offer is one bank’s own', async () => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number);
  const other = await BankLine.open(port, { channel: 'bank-cerita' });
  expect((await other.send(other.payment(offer))).code).toBe('48');
  other.close();
});

test('nothing is done before sign-on, and nobody signs on under a name that is not known', async () => {
  const line = await BankLine.open(port, { signOn: false });
  const offer = await bank.offer('pln-postpaid', customer('pln-postpaid', '0000'));
  expect((await line.send(line.payment(offer))).code).toBe('01');
  line.close();
  await expect(BankLine.open(port, { channel: '1234567' })).rejects.toThrow('answered 63');
});

test('after sign-off nothing is done; an echo is answered all the same', async () => {
  const line = await BankLine.open(port);
  await line.link.signOff(5_000);
  expect(await line.link.echo(5_000)).toEqual({ ok: true, value: undefined });
  line.close();
});

test('a bank that hangs up before its answer finds its payment', async () => {
  const number = customer('pln-postpaid', '3050');
  const line = await BankLine.open(port);
  const offer = await line.offer('pln-postpaid', number);
  const lost = line.send(line.payment(offer));
  await until(
    async () => paymentsOf(number),
    (count) => count === 1,
  );
  line.socket.destroy();
  await expect(lost).rejects.toThrow('no answer');
  const found = await until(
    () => bank.send(bank.payment(offer, '0220')),
    ({ code }) => code !== '68',
  );
  expect(found.code).toBe('00');
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('one bill over two doors has one offer, and is paid once', async () => {
  const number = customer('pln-postpaid', '3050');
  const h2h = new H2hClient(() => app.url);
  const [theirs, offered] = [
    await h2h.offer('pln-postpaid', number),
    await bank.offer('pln-postpaid', number),
  ];
  expect(offered.amount).toBe(`${theirs.total}00`.padStart(12, '0'));
  const [byJson, byLine] = await Promise.all([
    h2h.pay(theirs, `TWO-DOORS-${number}`),
    bank.send(bank.payment(offered)),
  ]);
  const isPaid = [byJson.status === 200, byLine.code === '00'];
  expect(isPaid.filter(Boolean)).toHaveLength(1);
  if (!isPaid[1]) expect(byLine.code).toBe('94');
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('many messages on one line are answered as they are ready, each to its own', async () => {
  const slow = await bank.offer('pln-postpaid', customer('pln-postpaid', '3100'));
  const quick = await Promise.all(
    Array.from({ length: 10 }, async () => bank.offer('pln-postpaid', customer('pln-postpaid', '0000'))),
  );
  const order: string[] = [];
  const send = async (name: string, offer: (typeof quick)[number]) => {
    const { code, message } = await bank.send(bank.payment(offer));
    order.push(name);
    expect(code).toBe('00');
    expect(message.fields[37]).toBe(offer.rrn);
  };
  await Promise.all([send('slow', slow), ...quick.map((offer) => send('quick', offer))]);
  expect(order.at(-1)).toBe('slow');
});

test('a switch killed in the middle of a payment is asked again, and one payment is all there is', async () => {
  const number = customer('pln-postpaid', '1068');
  const victimPort = await freePort();
  const victim = await world.startSwitch(undefined, { ISO8583_PORT: String(victimPort) });
  const line = await BankLine.open(victimPort);
  const offer = await line.offer('pln-postpaid', number);
  const lost = line.send(line.payment(offer)).catch(() => undefined);
  // Formed is not sent yet: what the biller never saw is rightly declined.
  await until(
    async () => world.truthOf(number),
    ({ length }) => length === 1,
  );
  await victim.end('SIGKILL');
  await lost;
  const worker = await world.startWorker('+1m');
  const known = await until(
    () => bank.send(bank.payment(offer, '0221')),
    ({ code }) => code !== '68',
  );
  await worker.end('SIGTERM');
  expect(known.code).toBe('00');
  expect(await world.truthOf(number)).toHaveLength(1);
});

test('a switch that is stopped answers what is in hand', async () => {
  const number = customer('pln-postpaid', '3100');
  const stoppedPort = await freePort();
  const stopped = await world.startSwitch(undefined, { ISO8583_PORT: String(stoppedPort) });
  const line = await BankLine.open(stoppedPort);
  const offer = await line.offer('pln-postpaid', number);
  const inHand = line.send(line.payment(offer));
  await until(
    async () => paymentsOf(number),
    (count) => count === 1,
  );
  const ended = stopped.end('SIGTERM');
  expect((await inHand).code).toBe('00');
  expect(await ended).toEqual({ code: 0, signal: null });
});

test('an inquiry ending 0103, which its biller does not answer, is answered 91', async () => {
  expect(await unheard).toMatchObject({ code: '91', data: {} });
});

test('no log shows a card, a customer or private data, and each answered payment is found by its Payment ID', async () => {
  const number = customer('pln-postpaid', '0000');
  const offer = await bank.offer('pln-postpaid', number, { 2: '6278901234567894' });
  const { data } = await bank.send(bank.payment(offer, '0200', { 2: '6278901234567894' }));
  const answered = () =>
    world
      .logsOf('switch')
      .split('\n')
      .filter(
        (line) => line.includes(`"paymentId":"${data['paymentId']}"`) && line.includes('message answered'),
      );
  // Logs are written in portions.
  const lines = await until(
    () => Promise.resolve(answered()),
    ({ length }) => length > 0,
  );
  expect(lines).toHaveLength(1);
  const log = world.logsOf('switch');
  expect(log).not.toContain('6278901234567894');
  expect(log).not.toContain(number);
  expect(lines[0]).toContain('627890******7894');
});

test('all of this left the books sound', async () => {
  await expectSound(world);
});
