import { keyOf, prepareComputed } from './computed';
import type { Computed } from './spec';

/** Each by hand: printf '%s' <text> | openssl dgst ... */
test.each<[Computed, string]>([
  [{ algorithm: 'hmac-sha1', text: '{a}', encoding: 'hex' }, 'de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9'],
  [
    { algorithm: 'hmac-sha256', text: '{a}', encoding: 'base64' },
    '97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=',
  ],
  [{ algorithm: 'md5', text: '{a}', encoding: 'hex' }, '9e107d9d372bb6826bd81d3542a419d6'],
  [{ algorithm: 'md5', text: '{a}', encoding: 'hex-upper' }, '9E107D9D372BB6826BD81D3542A419D6'],
  [{ algorithm: 'sha1', text: '{a}' }, '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12'],
  [{ algorithm: 'base64', text: 'user:{b}' }, 'dXNlcjpwYXNz'],
])('%j', (one, made) => {
  const variables = { a: 'The quick brown fox jumps over the lazy dog', b: 'pass' };
  expect(prepareComputed(one, keyOf('key'), 'string')(variables)).toBe(made);
});

test('a token of HS256 has the text itself for its payload: the worked example of the dialect', () => {
  const body = '{"product":"paytv-satelit","customerNumber":"1234560000","trace":"T1"}';
  const token = prepareComputed({ algorithm: 'jwt-hs256', text: '{body}' }, keyOf('demo-secret'), 'string');
  expect(token({ body })).toBe(
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJwcm9kdWN0IjoicGF5dHYtc2F0ZWxpdCIsImN1c3RvbWVyTnVtYmVyIjoiMTIzNDU2MDAwMCIsInRyYWNlIjoiVDEifQ.dyZytl9Ar-eDkaPp-bKJY2hsf8133kuMRFATLfwrLKc',
  );
});
