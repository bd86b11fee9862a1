import { generateKeyPairSync, hash } from 'node:crypto';
import {
  clientSecretKey,
  isCallSigned,
  isSignedWithKey,
  isSignedWithSecret,
  rsaPrivateKey,
  rsaPublicKey,
  signAsymmetric,
  SigningRules,
  signSymmetric,
  stringToSign,
  tokenStringToSign,
  type SignedCall,
} from './signature';

const STRICT = SigningRules.parse({});
const LENIENT = SigningRules.parse({ encodings: ['base64', 'base64 unpadded', 'hex'] });
const ASYMMETRIC = SigningRules.parse({ scheme: 'asymmetric' });
const KEY = clientSecretKey('dev-secret');
const NOTHING = Buffer.alloc(0);

const INQUIRY: SignedCall = {
  method: 'POST',
  target: '/openapi/v1.0/transfer-va/inquiry',
  accessToken: 'TOKEN123',
  timestamp: '2026-01-15T08:30:00+07:00',
  body: Buffer.from(
    String.raw`{ "partnerServiceId":"   88899", "customerNo":"0812000111", "virtualAccountNo":"   888990812000111",
      "inquiryRequestId":"INQ-0001", "additionalInfo":{ "note":"a\/b  c" } }`,
  ),
};
const REPORT: SignedCall = {
  ...INQUIRY,
  method: 'GET',
  target: '/openapi/v1.0/transfer-va/report?startDate=2026-01-01',
  body: NOTHING,
};
const SIGNATURE = '7r8JY2BZ0rsJkae7/BOsYR4chqUyOsvfw31l4+G4ykWBK2CnsXsUAm3OVeFWYshCPC4EKfmwKYduxkdoJRxbag==';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

test('the published vectors of the symmetric scheme', () => {
  expect(signSymmetric(stringToSign(INQUIRY, STRICT), KEY)).toBe(SIGNATURE);
  expect(signSymmetric(stringToSign(REPORT, STRICT), KEY)).toBe(
    'c/tvU4uNBrlzZTkgaA0ZOsbQCOPfhS5O9P7j/7oU4jN7C8IsplkcsDZjZZ4UTztnsVy4Vv1vJ5NPZhVG4pX2jw==',
  );
});

test.each<[string, Partial<SignedCall>]>([
  ['method', { method: 'PUT' }],
  ['path', { target: '/openapi/v1.0/transfer-va/payment' }],
  ['query', { target: `${INQUIRY.target}?x=1` }],
  ['token', { accessToken: 'TOKEN124' }],
  ['timestamp, though it names the same instant', { timestamp: '2026-01-15T01:30:00Z' }],
  ['body', { body: Buffer.from('{}') }],
  ['space within a value', { body: Buffer.from(INQUIRY.body.toString().replace('"   88899"', '"88899"')) }],
])('a changed %s breaks the signature', (_, change) => {
  expect(isCallSigned({ ...INQUIRY, ...change }, SIGNATURE, [KEY], STRICT)).toBe(false);
});

test('white space between the tokens of the body is not signed', () => {
  const body = Buffer.from(INQUIRY.body.toString().replaceAll(/\n\s*/g, '\r\n\t'));
  expect(isCallSigned({ ...INQUIRY, body }, SIGNATURE, [KEY], STRICT)).toBe(true);
});

test('either of two secrets is good while both are valid', () => {
  expect(isCallSigned(INQUIRY, SIGNATURE, [clientSecretKey('new'), KEY], STRICT)).toBe(true);
  expect(isCallSigned(INQUIRY, SIGNATURE, [clientSecretKey('new')], STRICT)).toBe(false);
  expect(isCallSigned(INQUIRY, SIGNATURE, [], STRICT)).toBe(false);
});

const HEX = Buffer.from(SIGNATURE, 'base64').toString('hex');

test.each([
  ['padded Base64', SIGNATURE, true, true],
  ['Base64 without padding', SIGNATURE.slice(0, -2), false, true],
  ['hex', HEX, false, true],
  ['upper-case hex', HEX.toUpperCase(), false, true],
  ['half of the padding', SIGNATURE.slice(0, -1), false, false],
  ['URL-safe Base64', SIGNATURE.replaceAll('+', '-').replaceAll('/', '_'), false, false],
  ['a line end behind it', `${SIGNATURE}\n`, false, false],
  ['a stray character in it', `${SIGNATURE.slice(0, 20)} ${SIGNATURE.slice(21)}`, false, false],
  ['padding in its middle', `${SIGNATURE.slice(0, 20)}=${SIGNATURE.slice(21)}`, false, false],
  ['more digits where padding belongs', `${SIGNATURE.slice(0, 86)}AA`, false, false],
  ['nothing', '', false, false],
  ['a truncated signature', SIGNATURE.slice(0, 40), false, false],
  ['a signature of another algorithm', hash('sha256', 'x', 'base64'), false, false],
])('%s is read by a strict profile: %#', (_, signature, byStrict, byLenient) => {
  expect(isCallSigned(INQUIRY, signature, [KEY], STRICT)).toBe(byStrict);
  expect(isCallSigned(INQUIRY, signature, [KEY], LENIENT)).toBe(byLenient);
});

test('the asymmetric scheme has no token in its text, and the private key signs it', () => {
  const text = stringToSign(INQUIRY, ASYMMETRIC);
  expect(text).toBe(
    'POST:/openapi/v1.0/transfer-va/inquiry:1cab39876cdc9643a954b1f4b3c4f304655a5874791c2229ef098829d9e3cc77:2026-01-15T08:30:00+07:00',
  );
  const signature = signAsymmetric(text, rsa.privateKey);
  expect(isCallSigned(INQUIRY, signature, [rsa.publicKey], ASYMMETRIC)).toBe(true);
  expect(isCallSigned({ ...INQUIRY, method: 'PUT' }, signature, [rsa.publicKey], ASYMMETRIC)).toBe(false);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(isCallSigned(INQUIRY, signature, [stranger.publicKey], ASYMMETRIC)).toBe(false);
  expect(isCallSigned(INQUIRY, signature, [stranger.publicKey, rsa.publicKey], ASYMMETRIC)).toBe(true);
});

test('a token call is signed over client id and timestamp', () => {
  const text = tokenStringToSign('client-1', '2026-01-15T08:30:00+07:00');
  expect(text).toBe('client-1|2026-01-15T08:30:00+07:00');
  for (const encoding of LENIENT.encodings) {
    const signature = signAsymmetric(text, rsa.privateKey, encoding);
    expect(isSignedWithKey(text, signature, [rsa.publicKey], LENIENT.encodings)).toBe(true);
    expect(isSignedWithKey(text, signature, [rsa.publicKey], ['base64'])).toBe(encoding === 'base64');
  }
  expect(isSignedWithSecret(text, signSymmetric(text, KEY), [KEY], ['base64'])).toBe(true);
});

test('what stands for no body is a rule of the partner', () => {
  const bodyless = { ...INQUIRY, body: NOTHING };
  const textBy = (rules: object) => stringToSign(bodyless, SigningRules.parse(rules));
  expect(textBy({})).toContain(
    ':TOKEN123:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:2026',
  );
  expect(textBy({ emptyBody: 'blank' })).toContain(':TOKEN123::2026');
  expect(textBy({ emptyBody: 'dropped' })).toContain(':TOKEN123:2026');
});

test('the hash of the body may be Base64, and the query may be left out', () => {
  const base64 = stringToSign(INQUIRY, SigningRules.parse({ bodyHash: 'base64' }));
  expect(base64).toContain(
    `:${Buffer.from('1cab39876cdc9643a954b1f4b3c4f304655a5874791c2229ef098829d9e3cc77', 'hex').toString('base64')}:`,
  );
  expect(stringToSign(REPORT, SigningRules.parse({ endpointUrl: 'path only' }))).toContain(
    'GET:/openapi/v1.0/transfer-va/report:TOKEN123:',
  );
});

test('a partner without a token keeps both colons', () => {
  expect(stringToSign({ ...INQUIRY, accessToken: '' }, STRICT)).toContain('/inquiry::1cab');
});

test('a short or foreign key is refused when it is read', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const { publicKey, privateKey } of [short, curve]) {
    expect(() => rsaPublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toThrow(
      RangeError,
    );
    expect(() => rsaPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(
      RangeError,
    );
  }
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(rsaPublicKey(pem).asymmetricKeyDetails?.modulusLength).toBe(2048);
});
