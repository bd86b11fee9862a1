import { createHash, sign } from 'node:crypto';
import { fail, formatPaymentId, refusal } from '#lib/kernel';
import { SNAP_BANK } from '../../../test/support/seed';
import type { TestAccount } from '../../../test/support/snap-client';
import { aSwitch, type SwitchWorld } from '../../../test/support/switch-world';
import { anAccount, aSnapDoor, jakarta, type Told, type Unusual } from './a-snap-door';

/** Each switch of a profile: what a strict partner is refused, and how a lenient one is answered. */

let world: SwitchWorld;
beforeAll(async () => {
  world = await aSwitch();
});
afterAll(() => world.close());
beforeEach(() => {
  world.biller.behaviour = 'approves';
});

type Changes = NonNullable<Parameters<typeof aSnapDoor>[1]>;
type Standard = Parameters<NonNullable<Unusual['text']>>[0];

const NUMBER = { inquiryRequestId: 'any' };
const asked = (changes: Changes, unusual: Unusual = {}): Promise<Told> =>
  aSnapDoor(world, changes).call('inquiry', { ...anAccount(), ...NUMBER }, unusual);

const sha256 = (raw: Buffer, encoding: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(raw).digest(encoding);
const textOf = ({ method, target, token, raw, timestamp }: Standard, hash = sha256(raw)) =>
  `${method}:${target}:${token}:${hash}:${timestamp}`;

test.each<[string, Changes, Unusual, string]>([
  [
    'the signature in hex',
    { signing: { encodings: ['base64', 'hex'] } },
    { written: (text) => Buffer.from(text, 'base64').toString('hex') },
    '4012400',
  ],
  [
    'the signature without its padding',
    { signing: { encodings: ['base64', 'base64 unpadded'] } },
    { written: (text) => text.replace(/=+$/, '') },
    '4012400',
  ],
  [
    'the hash of the body in Base64',
    { signing: { bodyHash: 'base64' } },
    { text: (standard) => textOf(standard, sha256(standard.raw, 'base64')) },
    '4012400',
  ],
  [
    'the path signed without its query',
    { signing: { endpointUrl: 'path only' } },
    {
      query: '?b=2&a=1',
      text: (standard) => textOf({ ...standard, target: standard.target.split('?')[0] ?? '' }),
    },
    '4012400',
  ],
  [
    'the query signed in order',
    { signing: { endpointUrl: 'sorted query' } },
    {
      query: '?b=2&a=1',
      text: (standard) => textOf({ ...standard, target: standard.target.replace('?b=2&a=1', '?a=1&b=2') }),
    },
    '4012400',
  ],
  [
    'no token, and an empty slot for it',
    { token: { use: 'none' } },
    { headers: { authorization: undefined }, token: '', text: textOf },
    '4012401',
  ],
  [
    'a timestamp with milliseconds',
    { timestamp: { forms: ['offset', 'fraction'] } },
    { timestamp: '2026-07-14T12:00:00.000+07:00' },
    '4002401',
  ],
  [
    'a timestamp with Z',
    { timestamp: { forms: ['offset', 'utc'] } },
    { timestamp: '2026-07-14T05:00:00Z' },
    '4002401',
  ],
  [
    'a wider window',
    { timestamp: { skewMs: 900_000 } },
    { timestamp: '2026-07-14T12:10:00+07:00' },
    '4012400',
  ],
  [
    'letters in X-EXTERNAL-ID',
    { externalId: { characters: 'alphanumeric' } },
    { externalId: 'Ab1' },
    '4002401',
  ],
  [
    'a UUID as X-EXTERNAL-ID',
    { externalId: { characters: 'printable' } },
    { externalId: '0190d3f0-0000-7000-8000-000000000001' },
    '4002401',
  ],
  ['a longer X-EXTERNAL-ID', { externalId: { lengthMax: 40 } }, { externalId: '1'.repeat(40) }, '4002401'],
  ['any X-PARTNER-ID', { partnerId: { pinned: false } }, { headers: { 'x-partner-id': '88899' } }, '4012400'],
  ['any CHANNEL-ID', { channelId: { pinned: false } }, { headers: { 'channel-id': '6011' } }, '4012400'],
  [
    'a longer CHANNEL-ID',
    { channelId: { pinned: false, lengthMax: 20 } },
    { headers: { 'channel-id': '12345678901234567890' } },
    '4002401',
  ],
])('%s', async (_, changes, unusual, strictly) => {
  expect((await asked({}, unusual)).code).toBe(strictly);
  expect((await asked(changes, unusual)).code).toBe('2002400');
});

test.each([
  ['hashed', (standard: Standard) => textOf(standard)],
  ['blank', (standard: Standard) => textOf(standard, '')],
  [
    'dropped',
    ({ method, target, token, timestamp }: Standard) => `${method}:${target}:${token}:${timestamp}`,
  ],
])('what stands for no body: %s', async (emptyBody, text) => {
  for (const rule of ['hashed', 'blank', 'dropped']) {
    const { code } = await asked({ signing: { emptyBody: rule } }, { raw: Buffer.alloc(0), text });
    // Let in, and then told that there is no message.
    expect([rule, code]).toEqual([rule, rule === emptyBody ? '4002400' : '4012400']);
  }
});

test('a partner of the asymmetric scheme signs with its key and has no token', async () => {
  const text = ({ method, target, raw, timestamp }: Standard) =>
    `${method}:${target}:${sha256(raw)}:${timestamp}`;
  const unusual = { headers: { authorization: undefined }, text };
  const asymmetric = { signing: { scheme: 'asymmetric' } };
  expect((await asked(asymmetric, unusual)).code).toBe('2002400');
  expect((await asked(asymmetric, { ...unusual, text: (standard) => `${text(standard)}0` })).code).toBe(
    '4012400',
  );
});

test('an X-EXTERNAL-ID is unique within its service, or over all of them', async () => {
  for (const [scope, code] of [
    ['service', '2002500'],
    ['partner', '4092500'],
  ] as const) {
    const door = aSnapDoor(world, { externalId: { scope } });
    const order = await door.order(anAccount());
    const externalId = door.number();
    await door.call('inquiry', { ...anAccount(), ...NUMBER }, { externalId });
    expect((await door.call('payment', order, { externalId })).code).toBe(code);
  }
});

test('the very same question again is a conflict, or asked again', async () => {
  for (const [repeatedQuestion, same] of [
    ['conflict', '4092400'],
    ['asked again', '2002400'],
  ] as const) {
    const door = aSnapDoor(world, { externalId: { repeatedQuestion } });
    const externalId = door.number();
    const body = { ...anAccount(), ...NUMBER };
    await door.call('inquiry', body, { externalId });
    expect((await door.call('inquiry', body, { externalId })).code).toBe(same);
    expect((await door.call('inquiry', { ...body, language: 'ID' }, { externalId })).code).toBe('4092400');
  }
});

test('a profile may demand more, ask less, and shorten', async () => {
  const order = await aSnapDoor(world).order(anAccount());
  const demanding = aSnapDoor(world, {
    fields: { payment: { mandatory: ['trxDateTime'], lengths: { customerNo: 13 } } },
  });
  const missing = await demanding.call('payment', order);
  expect([missing.code, missing.body.responseMessage]).toEqual([
    '4002502',
    'Invalid Mandatory Field {trxDateTime}',
  ]);
  const long = await demanding.call('payment', { ...order, trxDateTime: jakarta(world.clock.now()) });
  expect([long.code, long.body.responseMessage]).toEqual(['4002501', 'Invalid Field Format {customerNo}']);
  expect((await aSnapDoor(world).call('payment', order)).code).toBe('2002500');
});

test('a company code may be padded with zeros', async () => {
  const body = { ...anAccount('10', '0'), ...NUMBER };
  expect((await aSnapDoor(world).call('inquiry', body)).code).toBe('4042412');
  const { code, body: told } = await aSnapDoor(world, { accounts: { padding: '0' } }).call('inquiry', body);
  expect(code).toBe('2002400');
  expect(told.virtualAccountData).toMatchObject({ virtualAccountNo: body.virtualAccountNo });
});

test('padding lost on the way is forgiven, and echoed as it came', async () => {
  const { customerNo } = anAccount();
  const body = { partnerServiceId: '88899', customerNo, virtualAccountNo: `88899${customerNo}`, ...NUMBER };
  const { code, body: told } = await aSnapDoor(world).call('inquiry', body);
  expect(code).toBe('2002400');
  expect(told.virtualAccountData).toMatchObject(body);
});

test('the longest prefix wins, and a rule may be of one company code', async () => {
  const rules = [
    { prefix: '', product: 'pln-postpaid' },
    { prefix: '10', product: 'nobody-sells-this' },
    { prefix: '', companyCode: '99999', product: 'nobody-sells-this' },
  ];
  const door = aSnapDoor(world, { accounts: { rules } });
  const customerOf = (prefix: string) => ({ ...anAccount(prefix), ...NUMBER });
  expect((await door.call('inquiry', customerOf(''))).code).toBe('2002400');
  expect((await door.call('inquiry', customerOf('10'))).code).toBe('4042412');
});

test.each([
  ['replayed', 'replayed', '2002500', '2002500'],
  ['inconsistent', 'replayed', '4042518', '2002500'],
  ['replayed', 'inconsistent', '2002500', '4042518'],
])('a repeat after success: an advice is %s, another one %s', async (advice, plain, told, toldPlain) => {
  const door = aSnapDoor(world, { repeatedPayment: { advice, plain } });
  const order = await door.order(anAccount());
  await door.call('payment', order);
  const again = await door.call('payment', { ...order, flagAdvise: 'Y' });
  expect([again.code, again.body.virtualAccountData?.paymentFlagStatus]).toEqual([told, '00']);
  expect((await door.call('payment', { ...order, flagAdvise: 'N' })).code).toBe(toldPlain);
});

test('however repeats are told, one of a payment that failed is told like the first', async () => {
  const door = aSnapDoor(world, { repeatedPayment: { advice: 'inconsistent', plain: 'inconsistent' } });
  world.biller.behaviour = 'declines';
  const order = await door.order(anAccount());
  const first = await door.call('payment', order);
  expect([first.code, first.body.virtualAccountData?.paymentFlagStatus]).toEqual(['4032505', '01']);
  expect((await door.call('payment', order)).body).toEqual(first.body);
});

test('a message that was refused may come again, corrected, under the same name and number', async () => {
  const door = aSnapDoor(world);
  const order = await door.order(anAccount());
  const externalId = door.number();
  const wrong = { ...order, paidAmount: { value: '1.00', currency: 'IDR' } };
  expect((await door.call('payment', wrong, { externalId })).code).toBe('4042513');
  expect((await door.call('payment', order, { externalId })).code).toBe('2002500');
});

test('a broken message about a payment that is paid is told so', async () => {
  const door = aSnapDoor(world);
  const order = await door.order(anAccount());
  await door.call('payment', order);
  const { code, body } = await door.call('payment', { paymentRequestId: order.paymentRequestId });
  expect([code, body.virtualAccountData?.paymentFlagStatus]).toEqual(['4042518', '00']);
});

test.each<[string, (other: TestAccount) => object, Unusual]>([
  ['whole', (other) => other, {}],
  ['with another amount', (other) => ({ ...other, paidAmount: { value: '1.00', currency: 'IDR' } }), {}],
  ['broken elsewhere', (other) => ({ ...other, paidAmount: null }), {}],
  ['broken itself', ({ customerNo }) => ({ customerNo, virtualAccountNo: undefined }), {}],
  ['under a used name', (other) => other, { externalId: '1' }],
])('a number that paid another account pays nobody else: the account is %s', async (_, change, unusual) => {
  const door = aSnapDoor(world);
  const [first, other] = [anAccount(), anAccount()];
  if (unusual.externalId) await door.call('payment', await door.order(anAccount()), unusual);
  const order = await door.order(first);
  const paid = await door.call('payment', order);
  expect(paid.code).toBe('2002500');
  const { code, body } = await door.call('payment', { ...order, ...change(other) }, unusual);
  const told = body.virtualAccountData;
  expect([code, told?.paymentFlagStatus]).toEqual(['4042500', '01']);
  expect(body.responseMessage).toBe('Invalid Transaction Status [paymentRequestId of another account]');
  expect(told).toMatchObject({ customerNo: other.customerNo });
  expect(told).not.toHaveProperty('virtualAccountName');
  expect(JSON.stringify(body)).not.toContain(paid.body.virtualAccountData?.additionalInfo?.paymentId);
  const { code: same, body: again } = await door.call('payment', {
    ...order,
    paidAmount: { value: '1.00', currency: 'IDR' },
  });
  expect([same, again.virtualAccountData?.paymentFlagStatus]).toEqual(['4042518', '00']);
});

test('a payment whose bill could not be asked for is not refused for good: its twin may be paying', async () => {
  const door = aSnapDoor(world);
  const paidAmount = (await door.order(anAccount())).paidAmount;
  const message = { ...anAccount(), paymentRequestId: door.number(), paidAmount };
  const silent = fail(refusal('BILLER_UNAVAILABLE', 'silent'));
  const inquiries = jest.spyOn(world.biller, 'inquire');
  let letGo: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (letGo = resolve));
  const bill = await world.biller.inquire();
  const reached = new Promise<void>((resolve) =>
    inquiries.mockImplementationOnce(async () => {
      resolve();
      await slow;
      return bill;
    }),
  );
  const first = door.call('payment', message);
  await reached;
  inquiries.mockImplementationOnce(() => Promise.resolve(silent as never));
  const second = await door.call('payment', message);
  letGo();
  inquiries.mockRestore();
  expect([second.code, second.body.virtualAccountData?.paymentFlagStatus]).toEqual(['5002501', '02']);
  expect([(await first).code, (await door.call('payment', message)).code]).toEqual(['2002500', '2002500']);
});

test('a payment that surely never reached its biller is refused in words that no bank takes for a time-out', async () => {
  const door = aSnapDoor(world);
  world.biller.behaviour = 'is not reached';
  const { code, body } = await door.call('payment', await door.order(anAccount()));
  expect([code, body.virtualAccountData?.paymentFlagStatus]).toEqual(['4032506', '01']);
});

test('an advice for a payment never seen is paid, or refused', async () => {
  for (const [unseenAdvice, code] of [
    ['refused', '4042501'],
    ['paid', '2002500'],
  ] as const) {
    const door = aSnapDoor(world, { repeatedPayment: { unseenAdvice } });
    const order = await door.order(anAccount());
    expect((await door.call('payment', { ...order, flagAdvise: 'Y' })).code).toBe(code);
    expect((await door.call('payment', order)).code).toBe('2002500');
    expect((await door.call('payment', { ...order, flagAdvise: 'Y' })).code).toBe('2002500');
  }
});

test('what is not known yet is 02, or 03 where a partner knows that', async () => {
  for (const pendingFlag of ['02', '03']) {
    world.biller.behaviour = 'pays and loses the answer';
    const door = aSnapDoor(world, { answers: { pendingFlag } });
    const { code, body } = await door.call('payment', await door.order(anAccount()));
    expect([code, body.virtualAccountData?.paymentFlagStatus]).toEqual(['2022500', pendingFlag]);
  }
});

test('grant_type is read where that was agreed', async () => {
  for (const [underscoredGrantType, code] of [
    [false, '4007302'],
    [true, '2007300'],
  ] as const) {
    const door = aSnapDoor(world, { token: { underscoredGrantType } });
    const timestamp = jakarta(world.clock.now());
    const text = `${SNAP_BANK.clientKey}|${timestamp}`;
    const signature = sign('sha256', Buffer.from(text), SNAP_BANK.privateKey).toString('base64');
    const headers = { 'x-client-key': SNAP_BANK.clientKey, 'x-signature': signature };
    const told = await door.call('token', { grant_type: 'client_credentials' }, { timestamp, headers });
    expect(told.code).toBe(code);
  }
});

test('32 and 33 spell their data as the partner does, and additionalInfo stands where it expects it', async () => {
  const door = aSnapDoor(world, {
    answers: { intrabankData: 'virtualAccountdata', additionalInfo: 'beside' },
  });
  const { body } = await door.call('inquiryIntrabank', { ...anAccount(), partnerReferenceNo: 'R-1' });
  expect(body['virtualAccountdata']).toMatchObject({ partnerReferenceNo: 'R-1' });
  expect(body['additionalInfo']).toMatchObject({ inquiryId: expect.stringMatching(/^inq_/) as unknown });
  const standard = await asked({ answers: { intrabankData: 'virtualAccountdata' } });
  expect(standard.body.virtualAccountData?.additionalInfo).toBeDefined();
});

test('36 finds a payment by the Payment ID as it stands on the slip', async () => {
  const door = aSnapDoor(world);
  const { body } = await door.call('payment', await door.order(anAccount()));
  const paymentId = body.virtualAccountData?.additionalInfo?.paymentId ?? '';
  const printed = formatPaymentId(paymentId);
  for (const originalReferenceNo of [paymentId, printed, printed.toLowerCase()]) {
    const told = await door.call('transferStatus', { serviceCode: '33', originalReferenceNo });
    expect([told.code, told.body['originalReferenceNo']]).toEqual(['2003600', paymentId]);
  }
  const other = await door.call('transferStatus', { serviceCode: '33', originalReferenceNo: 'T1RV' });
  expect(other.code).toBe('4043601');
});

test('a partner may take fewer bills and texts', async () => {
  const door = aSnapDoor(world, { answers: { billsMax: 2, freeTextsMax: 0 } });
  const order = await door.order(anAccount());
  const { body } = await door.call('payment', order);
  expect(body.virtualAccountData?.billDetails).toHaveLength(2);
  expect(body.virtualAccountData).toMatchObject({ freeTexts: [], paymentFlagStatus: '00' });
});

test('prefix and version are the profile’s, each service may have its own, and may be left out', async () => {
  const door = aSnapDoor(world, { prefix: '/snap', version: 'v1.1', versions: { status: 'v2.0' } });
  expect((await door.call('inquiry', { ...anAccount(), ...NUMBER })).code).toBe('2002400');
  expect((await door.call('status', { ...anAccount(), ...NUMBER })).code).toBe('4042601');
  const closed = aSnapDoor(world, { services: ['token', 'payment'] });
  expect((await closed.call('inquiry', { ...anAccount(), ...NUMBER })).code).toBe('4032401');
});

test('a profile that names a field the standard does not have is refused by name', () => {
  expect(() => aSnapDoor(world, { fields: { payment: { mandatory: ['paidAmonut'] } } })).toThrow(
    /fields\.payment.*paidAmonut/,
  );
  expect(() => aSnapDoor(world, { signing: { scheme: 'guess' } })).toThrow(/signing\.scheme/);
});

test('the day of an X-EXTERNAL-ID may end before midnight', async () => {
  const door = aSnapDoor(world, { externalId: { dayEndsAt: '12:30' } });
  const externalId = door.number();
  const token = door.seal.issue('bank-nusa', new Date(world.clock.now().getTime() + 7_200_000));
  const ask = () => door.call('inquiry', { ...anAccount(), ...NUMBER }, { externalId, token });
  expect((await ask()).code).toBe('2002400');
  // 12:00 in Jakarta.
  world.clock.advance(30 * 60_000);
  expect((await ask()).code).toBe('4092400');
  world.clock.advance(1_000);
  expect((await ask()).code).toBe('2002400');
});

test('whatever the profile, the books are sound', async () => {
  await expect(world.expectSound()).resolves.toBeUndefined();
});
