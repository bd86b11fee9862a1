import { ManualClock, rupiah, SystemClock, type Clock } from '#lib/kernel';
import { aBank, partnerAt, type Reaction, type TestBank } from '../../test/a-bank';
import { SigningRules } from '../signature';
import { identityOf } from '../virtual-account';
import type { SnapPartner } from './partner';
import { SnapClient } from './snap-client';
import { VirtualAccounts, type HostedAccount } from './virtual-accounts';

const opened: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const LONG_MS = 20_000;
const SHORT_MS = 150;
const within = (ms: number) => new Date(Date.now() + ms);

async function bankThat(react: Reaction): Promise<TestBank> {
  const bank = await aBank(react);
  opened.push(bank);
  return bank;
}

function clientOf(partner: SnapPartner, clock: Clock = new SystemClock()): SnapClient {
  const client = new SnapClient(partner, clock);
  opened.unshift(client);
  return client;
}

const DONE = { status: 200, body: { responseCode: '2003000', responseMessage: 'Successful' } };
const ACCOUNT: HostedAccount = {
  identity: identityOf('88899', '0812000111'),
  name: 'TOP UP PPOB NUSANTARA',
  trxId: 'TOPUP-1',
  type: 'C',
  total: rupiah(1_000_000n),
  expiresAt: '2026-01-16T00:00:00+07:00',
};

test('a call carries a token, signs the bytes it sends, and names itself anew each time', async () => {
  const bank = await bankThat(() => DONE);
  const client = clientOf(bank.partner);

  await client.call('inquiryVa', { a: 'é / "x"  y' }, within(LONG_MS));
  await client.call('inquiryVa', { a: 1 }, within(LONG_MS));

  expect(bank.tokenCalls.map(({ isSigned, raw }) => [isSigned, raw])).toEqual([
    [true, '{"grantType":"client_credentials"}'],
  ]);
  expect(bank.calls.map(({ isSigned, method, path }) => [isSigned, method, path])).toEqual([
    [true, 'POST', '/openapi/v1.0/transfer-va/inquiry-va'],
    [true, 'POST', '/openapi/v1.0/transfer-va/inquiry-va'],
  ]);
  const [first, second] = bank.calls.map(({ headers }) => headers);
  expect(first).toMatchObject({
    authorization: 'Bearer token-1',
    'x-partner-id': '88899',
    'channel-id': '95231',
    'content-type': 'application/json',
  });
  expect(first?.['x-timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00$/);
  expect(first?.['x-external-id']).toMatch(/^\d{32}$/);
  expect(second?.['x-external-id']).not.toBe(first?.['x-external-id']);
});

test('a partner of the asymmetric scheme gets no token and a signature of our key', async () => {
  const bank = await bankThat(() => DONE);
  const signing = SigningRules.parse({ scheme: 'asymmetric' });

  await clientOf({ ...bank.partner, signing }).call('inquiryVa', {}, within(LONG_MS));

  expect(bank.tokenCalls).toEqual([]);
  expect(bank.calls.map(({ isSigned }) => isSigned)).toEqual([true]);
});

test('version, method and prefix are the partner’s', async () => {
  const bank = await bankThat(() => DONE);
  const client = clientOf({
    ...bank.partner,
    prefix: '/snap',
    versions: { report: 'v2.0' },
    methods: { inquiryVa: 'PUT' },
  });

  await client.call('report', {}, within(LONG_MS));
  await client.call('inquiryVa', {}, within(LONG_MS));
  await client.call('deleteVa', {}, within(LONG_MS));

  expect(bank.calls.map(({ method, path, isSigned }) => [method, path, isSigned])).toEqual([
    ['POST', '/snap/v2.0/transfer-va/report', true],
    ['PUT', '/snap/v1.0/transfer-va/inquiry-va', true],
    ['DELETE', '/snap/v1.0/transfer-va/delete-va', true],
  ]);
});

test.each([
  ['a string', '900'],
  ['a number', 900],
])('a token is shared, and renewed before it expires; its life is %s', async (_, expiresIn) => {
  const bank = await bankThat(() => DONE);
  bank.tokenAnswer = (nth) => ({
    status: 200,
    body: { accessToken: `token-${nth}`, tokenType: 'bearer', expiresIn },
  });
  const clock = new ManualClock(new Date());
  const client = clientOf(bank.partner, clock);
  const call = () => client.call('inquiryVa', {}, new Date(clock.now().getTime() + LONG_MS));

  await Promise.all([call(), call(), call()]);
  expect(bank.tokenCalls.length).toBe(1);
  clock.advance(839_000);
  await call();
  expect(bank.tokenCalls.length).toBe(1);
  clock.advance(2_000);
  await call();
  expect(bank.tokenCalls.length).toBe(2);
  expect(bank.calls.at(-1)?.headers.authorization).toBe('Bearer token-2');
});

test('a token that is not taken any more is fetched anew, once', async () => {
  const bank = await bankThat(({ headers }) =>
    headers.authorization === 'Bearer token-1'
      ? { status: 401, body: { responseCode: '4013001', responseMessage: 'Invalid Token (B2B)' } }
      : DONE,
  );
  const client = clientOf(bank.partner);

  expect((await client.call('inquiryVa', {}, within(LONG_MS))).kind).toBe('done');
  expect(bank.calls.length).toBe(2);

  const stubborn = await bankThat(() => ({ status: 401, body: { responseCode: '4013001' } }));
  const refused = await clientOf(stubborn.partner).call('inquiryVa', {}, within(LONG_MS));
  expect(refused.kind).toBe('refused');
  expect(stubborn.calls.length).toBe(2);
});

test.each([
  ['refused', { status: 401, body: { responseCode: '4017300' } }],
  ['without a token', { status: 200, body: { tokenType: 'Bearer' } }],
  ['of a kind we do not speak', { status: 200, body: { accessToken: 'x', tokenType: 'Mac' } }],
  ['not JSON', { status: 200, body: '<html>' }],
])('without a token nothing is sent: the answer is %s', async (_, answer) => {
  const bank = await bankThat(() => DONE);
  bank.tokenAnswer = () => answer;

  const outcome = await clientOf(bank.partner).call('createVa', {}, within(LONG_MS));

  expect(outcome.kind).toBe('not sent');
  expect(JSON.stringify(outcome)).not.toContain('html');
  expect(bank.calls).toEqual([]);
});

test('where nobody listens nothing was sent', async () => {
  const outcome = await clientOf(partnerAt('http://127.0.0.1:1')).call('createVa', {}, within(LONG_MS));
  expect(outcome.kind).toBe('not sent');
});

test.each<[string, ReturnType<Reaction>]>([
  ['silence', 'silent'],
  ['a broken connection', 'reset'],
  ['a server error', { status: 500, body: { responseCode: '5002701' } }],
  ['a time-out of theirs', { status: 504, body: { responseCode: '5042700' } }],
  ['an error page', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['too many requests', { status: 429, body: { responseCode: '4292700' } }],
  ['a conflict', { status: 409, body: { responseCode: '4092700' } }],
  ['a redirect', { status: 302, body: { responseCode: '3022700' } }],
  ['an empty 200', { status: 200, body: '' }],
  ['a 200 without a code', { status: 200, body: { ok: true } }],
  ['a success told with a refusal’s status', { status: 400, body: { responseCode: '2002700' } }],
  ['a refusal told with 200', { status: 200, body: { responseCode: '4042712' } }],
  ['a code of another shape', { status: 200, body: { responseCode: '00' } }],
])('%s leaves the outcome unknown', async (_, answer) => {
  const bank = await bankThat(() => answer);
  const client = clientOf(bank.partner);
  await client.call('inquiryVa', {}, within(SHORT_MS));

  const outcome = await client.call('updateVa', {}, within(SHORT_MS));

  expect(outcome.kind).toBe('unknown');
});

test.each([
  [200, '2002700', 'done'],
  [200, 2002700, 'done'],
  [202, '2022700', 'in progress'],
  [404, '4042712', 'refused'],
  [404, '4042718', 'refused'],
  [403, '4032715', 'refused'],
  [400, '4002702', 'refused'],
])('HTTP %d with %p is %s', async (status, responseCode, kind) => {
  const bank = await bankThat(() => ({ status, body: { responseCode } }));
  expect((await clientOf(bank.partner).call('createVa', {}, within(LONG_MS))).kind).toBe(kind);
});

test.each([
  [200, '2002500', '00', 'done'],
  [202, '2022500', '00', 'done'],
  [200, '2002500', '01', 'refused'],
  [200, '2002500', '02', 'unknown'],
  [200, '2002500', undefined, 'unknown'],
  [404, '4042518', '00', 'done'],
  [404, '4042518', '01', 'refused'],
  [404, '4042514', '01', 'refused'],
])('a payment answered HTTP %d, %s, flag %s is %s', async (status, responseCode, flag, kind) => {
  const body = { responseCode, virtualAccountData: { paymentFlagStatus: flag } };
  const bank = await bankThat(() => ({ status, body }));
  const accounts = new VirtualAccounts(clientOf(bank.partner));
  const notice = {
    identity: ACCOUNT.identity,
    name: 'BUDI',
    paymentRequestId: 'TX0000000001',
    paid: rupiah(152_500n),
    at: '2026-01-15T08:30:00+07:00',
    referenceNo: '1',
  };

  expect((await accounts.notifyPaid(notice, true, within(LONG_MS))).kind).toBe(kind);
  expect(bank.calls[0]?.body).toMatchObject({
    paymentRequestId: 'TX0000000001',
    paidAmount: { value: '152500.00', currency: 'IDR' },
    flagAdvise: 'Y',
  });
});

test('an account whose making was lost is asked for before it is made again', async () => {
  const made: unknown[] = [];
  const bank = await bankThat(({ path, body }) => {
    if (path.endsWith('inquiry-va'))
      return made.length > 0 ? DONE : { status: 404, body: { responseCode: '4043012' } };
    made.push(body['trxId']);
    return 'reset';
  });
  const accounts = new VirtualAccounts(clientOf(bank.partner));

  expect((await accounts.create(ACCOUNT, within(LONG_MS))).kind).toBe('done');
  expect(made).toEqual(['TOPUP-1']);
  expect(bank.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['create-va', 'inquiry-va']);
});

test('an account that was surely not made is made once more, under the same number', async () => {
  const bank = await bankThat(({ path }) => {
    if (path.endsWith('inquiry-va')) return { status: 404, body: { responseCode: '4043012' } };
    return bank.calls.length === 1
      ? { status: 500, body: { responseCode: '5002700' } }
      : { status: 200, body: { responseCode: '2002700' } };
  });

  const outcome = await new VirtualAccounts(clientOf(bank.partner)).create(ACCOUNT, within(LONG_MS));

  expect(outcome.kind).toBe('done');
  const [first, , second] = bank.calls;
  expect(second?.raw).toBe(first?.raw);
  expect(second?.headers['x-external-id']).not.toBe(first?.headers['x-external-id']);
});

test('an account nobody can speak about stays unknown, and is not made again', async () => {
  const bank = await bankThat(() => ({ status: 500, body: { responseCode: '5002700' } }));
  const outcome = await new VirtualAccounts(clientOf(bank.partner)).create(ACCOUNT, within(LONG_MS));
  expect(outcome.kind).toBe('unknown');
  expect(bank.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['create-va', 'inquiry-va']);
});

test('every service of a hosted account names it as it stands', async () => {
  const bank = await bankThat(({ path }) => ({
    status: 200,
    body: { responseCode: path.endsWith('report') ? '2003500' : '2002900' },
  }));
  const accounts = new VirtualAccounts(clientOf(bank.partner));

  await accounts.update(ACCOUNT, within(LONG_MS));
  await accounts.updateStatus(ACCOUNT, true, within(LONG_MS));
  await accounts.remove(ACCOUNT, within(LONG_MS));
  await accounts.report(ACCOUNT.identity.partnerServiceId, '2026-01-15', within(LONG_MS));
  await accounts.notifyIntrabank(
    ACCOUNT.identity,
    { partnerReferenceNo: 'R-1', paymentRequestId: 'P-1' },
    'Success',
    within(LONG_MS),
  );

  expect(bank.calls.map(({ method, path, isSigned }) => [method, path.split('/').at(-1), isSigned])).toEqual([
    ['PUT', 'update-va', true],
    ['PUT', 'update-status', true],
    ['DELETE', 'delete-va', true],
    ['POST', 'report', true],
    ['POST', 'notify-payment-intrabank', true],
  ]);
  expect(bank.calls[0]?.body).toMatchObject({ virtualAccountNo: '   888990812000111', trxId: 'TOPUP-1' });
  expect(bank.calls[1]?.body['paidStatus']).toBe('Y');
});
