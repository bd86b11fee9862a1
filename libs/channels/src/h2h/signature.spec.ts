import { instantOf, isSignedBy, sign, signingKey, type SignedCall } from './signature';

const CALL: SignedCall = {
  method: 'POST',
  target: '/v1/payments',
  timestamp: '2026-07-14T08:00:00+07:00',
  body: Buffer.from('{"reference":"R-1","inquiryId":"inq_1","total":"152500"}'),
};
const KEY = signingKey('dev-secret');

test('the published vector', () => {
  expect(sign(CALL, KEY)).toBe('4PW9i+cZq1qgmxkG+SmXERRgIB+Xtu913ICBvWOCFx4=');
});

test('either of two secrets is good while both are valid', () => {
  const signature = sign(CALL, KEY);
  expect(isSignedBy(CALL, signature, [signingKey('new'), KEY])).toBe(true);
  expect(isSignedBy(CALL, signature, [signingKey('new')])).toBe(false);
  expect(isSignedBy(CALL, signature, [])).toBe(false);
});

test.each<[string, Partial<SignedCall>]>([
  ['method', { method: 'PUT' }],
  ['path', { target: '/v1/payments/' }],
  ['query', { target: '/v1/payments?x=1' }],
  ['timestamp', { timestamp: '2026-07-14T08:00:01+07:00' }],
  ['body', { body: Buffer.from('{"reference":"R-1","inquiryId":"inq_1","total":"152501"}') }],
  [
    'white space of the body',
    { body: Buffer.from('{"reference":"R-1", "inquiryId":"inq_1","total":"152500"}') },
  ],
])('a changed %s breaks the signature', (_, change) => {
  expect(isSignedBy({ ...CALL, ...change }, sign(CALL, KEY), [KEY])).toBe(false);
});

test.each([
  '',
  'x',
  '4PW9i+cZq1qgmxkG+SmXERRgIB+Xtu913ICBvWOCFx4',
  '4PW9i+cZq1qgmxkG+SmXERRgIB+Xtu913ICBvWOCFx4=\n',
])('the signature "%s" is not the right one', (signature) => {
  expect(isSignedBy(CALL, signature, [KEY])).toBe(false);
});

test('an instant needs its zone', () => {
  expect(instantOf('2026-07-14T08:00:00+07:00')?.toISOString()).toBe('2026-07-14T01:00:00.000Z');
  expect(instantOf('2026-07-14t01:00:00z')?.toISOString()).toBe('2026-07-14T01:00:00.000Z');
  expect(instantOf('2026-07-14T01:00:00.5Z')?.toISOString()).toBe('2026-07-14T01:00:00.500Z');
  for (const text of [
    '2026-07-14T08:00:00',
    '2026-07-14 08:00:00+07:00',
    '2026-13-14T08:00:00Z',
    'now',
    '1784000000',
  ])
    expect(instantOf(text)).toBeUndefined();
});
