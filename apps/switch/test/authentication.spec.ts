import { expectProblem, H2hClient, signatureOf, type Unusual } from '../../../test/support/h2h-client';
import {
  anInstallation,
  expectSound,
  type Installation,
  type RunningApp,
} from '../../../test/support/processes';
import { channelSecret } from '../../../test/support/seed';

let world: Installation;
let app: RunningApp;
let client: H2hClient;

beforeAll(async () => {
  world = await anInstallation();
  await world.store.admin.run(
    'UPDATE channel SET allowed_ips = \'["10.0.0.0/8","2001:db8::1"]\' WHERE channel_id = ?',
    ['simpul-story'],
  );
  app = await world.startSwitch();
  client = new H2hClient(() => app.url);
});
afterAll(() => world.close());

const QUESTION = { reference: 'Q-1', product: 'pln-postpaid', customerNumber: '531100010000' };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

test('the published vector', () => {
  const body = Buffer.from('{"reference":"R-1","inquiryId":"inq_1","total":"152500"}');
  expect(signatureOf('dev-secret', 'POST', '/v1/payments', '2026-07-14T08:00:00+07:00', body)).toBe(
    '4PW9i+cZq1qgmxkG+SmXERRgIB+Xtu913ICBvWOCFx4=',
  );
});

test.each(['SECRET', 'SECOND_SECRET'] as const)('a call signed with the %s is let in', async (which) => {
  const secret = channelSecret('ppob-nusantara', which);
  expect((await client.call('GET', '/v1/balance', undefined, { secret })).status).toBe(200);
  expect((await client.call('POST', '/v1/inquiries', QUESTION, { secret })).status).toBe(200);
});

test.each(['X-Channel-Id', 'X-Timestamp', 'X-Signature'])('a call without %s is refused', async (name) => {
  const answer = await client.call('GET', '/v1/balance', undefined, { headers: { [name]: undefined } });
  expectProblem(answer, 401, 'SIGNATURE_INVALID');
});

test.each(['X-Channel-Id', 'X-Timestamp', 'X-Signature'])('%s sent twice is refused', async (name) => {
  const signed = client.headers('GET', '/v1/balance', Buffer.alloc(0));
  const twice = [signed[name] ?? '', signed[name] ?? ''];
  const answer = await client.call('GET', '/v1/balance', undefined, {
    headers: { ...signed, [name]: twice },
  });
  expectProblem(answer, 401, 'SIGNATURE_INVALID');
});

/** The headers of a rightful call, with one thing changed afterwards. */
const FORGERIES: [string, (signed: Record<string, string>) => Unusual['headers']][] = [
  ['an empty signature', (signed) => ({ ...signed, 'X-Signature': '' })],
  ['a truncated signature', (signed) => ({ ...signed, 'X-Signature': signed['X-Signature']?.slice(0, -4) })],
  ['no padding', (signed) => ({ ...signed, 'X-Signature': signed['X-Signature']?.replace('=', '') })],
  [
    'a signature in hexadecimal',
    (signed) => ({
      ...signed,
      'X-Signature': Buffer.from(signed['X-Signature'] ?? '', 'base64').toString('hex'),
    }),
  ],
  [
    'a signature in other case',
    (signed) => ({ ...signed, 'X-Signature': signed['X-Signature']?.toLowerCase() }),
  ],
  ['a channel that does not exist', (signed) => ({ ...signed, 'X-Channel-Id': 'nobody' })],
  ['a channel in other case', (signed) => ({ ...signed, 'X-Channel-Id': 'PPOB-NUSANTARA' })],
  ["another channel's name", (signed) => ({ ...signed, 'X-Channel-Id': 'warung-kecil' })],
  ['an object method as channel', (signed) => ({ ...signed, 'X-Channel-Id': 'constructor' })],
  ['a later timestamp', (signed) => ({ ...signed, 'X-Timestamp': inSeconds(1) })],
];

test.each(FORGERIES)('%s is refused', async (_, forge) => {
  const body = Buffer.from(JSON.stringify(QUESTION));
  const headers = forge(client.headers('POST', '/v1/inquiries', body));
  expectProblem(await client.call('POST', '/v1/inquiries', body, { headers }), 401, 'SIGNATURE_INVALID');
});

test.each<[string, string, string, string]>([
  ['another method', 'PUT', '/v1/inquiries', JSON.stringify(QUESTION)],
  ['another path', 'POST', '/v1/payments', JSON.stringify(QUESTION)],
  ['a query', 'POST', '/v1/inquiries?x=1', JSON.stringify(QUESTION)],
  ['a body that was changed', 'POST', '/v1/inquiries', JSON.stringify({ ...QUESTION, billCount: 2 })],
  ['a body with other white space', 'POST', '/v1/inquiries', JSON.stringify(QUESTION, null, 1)],
  ['no body', 'POST', '/v1/inquiries', ''],
])('a signature over %s is refused', async (_, method, target, body) => {
  const headers = client.headers(method, target, Buffer.from(body));
  const answer = await client.call('POST', '/v1/inquiries', QUESTION, { headers });
  expectProblem(answer, 401, 'SIGNATURE_INVALID');
});

test('a stranger cannot tell an unknown channel from a wrong signature', async () => {
  const wrong = await client.call('GET', '/v1/balance', undefined, { secret: 'wrong' });
  const unknown = await client.call('GET', '/v1/balance', undefined, {
    headers: { 'X-Channel-Id': 'nobody' },
  });
  expect(unknown.text).toBe(wrong.text);
});

test.each([-299, 299])('a clock that is %s s off is let in', async (seconds) => {
  // The way here takes time too, so the border is not asked for to the second.
  const timestamp = inSeconds(seconds - Math.sign(seconds) * 15);
  expect((await client.call('GET', '/v1/balance', undefined, { timestamp })).status).toBe(200);
});

test.each([-315, 315, -86_400, 86_400 * 365])('a clock that is %s s off is refused', async (seconds) => {
  const answer = await client.call('GET', '/v1/balance', undefined, { timestamp: inSeconds(seconds) });
  expectProblem(answer, 401, 'TIMESTAMP_OUTSIDE_WINDOW');
});

test.each([
  ['+07:00', 7],
  ['+09:00', 9],
  ['-05:00', -5],
])('the same instant told in zone %s is let in', async (offset, hours) => {
  const timestamp = inSeconds(hours * 3_600).replace('Z', offset);
  expect((await client.call('GET', '/v1/balance', undefined, { timestamp })).status).toBe(200);
});

test.each([
  ['no zone', () => inSeconds(0).replace('Z', '')],
  ['a space for the T', () => inSeconds(0).replace('T', ' ')],
  ['seconds since 1970', () => String(Math.floor(Date.now() / 1_000))],
  ['words', () => 'now'],
])('a timestamp with %s is refused even when it is signed', async (_, timestamp) => {
  const answer = await client.call('GET', '/v1/balance', undefined, { timestamp: timestamp() });
  expectProblem(answer, 401, 'TIMESTAMP_OUTSIDE_WINDOW');
});

test('whoever may not sign learns nothing of the clock', async () => {
  const stale = { timestamp: inSeconds(-4_000), secret: 'wrong' };
  expectProblem(await client.call('GET', '/v1/balance', undefined, stale), 401, 'SIGNATURE_INVALID');
});

test('the query is signed as it was sent, not as it reads', async () => {
  const sent = '/v1/payments?reference=NO%2DSUCH';
  expectProblem(await client.get(sent), 404, 'PAYMENT_UNKNOWN');
  const headers = client.headers('GET', '/v1/payments?reference=NO-SUCH', Buffer.alloc(0));
  expectProblem(await client.call('GET', sent, undefined, { headers }), 401, 'SIGNATURE_INVALID');
});

test('a channel with an allow-list is refused from anywhere else', async () => {
  const story = new H2hClient(() => app.url, 'simpul-story');
  expectProblem(await story.get('/v1/balance'), 401, 'SIGNATURE_INVALID');
});

test('what was refused left nothing behind, and the books are sound', async () => {
  const body = JSON.stringify({ reference: 'X', inquiryId: 'inq_1', total: '1' });
  await client.call('POST', '/v1/payments', body, { secret: 'wrong' });
  const [count] = await world.store.database.rows<{ payments: string; inquiries: string }>(
    'SELECT (SELECT COUNT(*) FROM payment) AS payments, (SELECT COUNT(*) FROM inquiry) AS inquiries',
  );
  // The two inquiries are those of the two good secrets.
  expect(count).toEqual({ payments: '0', inquiries: '2' });
  await expectSound(world);
});
