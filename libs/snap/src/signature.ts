import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import { decodeSignature, encodeSignature, SIGNATURE_ENCODINGS, type SignatureEncoding } from './encoding';
import { ENDPOINT_URL_FORMS, endpointUrl } from './endpoint-url';
import { minifiedHash } from './minify';

const HMAC_SHA512_BYTES = 64;
const RSA_BITS_MIN = 2048;

/** Spent where no key is known, so that a stranger's answer takes as long as a wrong signature. */
const NOBODY = createSecretKey(Buffer.from('no such partner'));

/** How a partner signs, where the standard is silent or partners differ. The defaults are the standard's letter. */
export const SigningRules = z.strictObject({
  /** HMAC-SHA512 with a token, or SHA256withRSA without one. */
  scheme: z.enum(['symmetric', 'asymmetric']).default('symmetric'),
  /** Which spellings of a signature are read. We write the first. */
  encodings: z.array(z.enum(SIGNATURE_ENCODINGS)).min(1).default(['base64']),
  /** How the hash of the body is written in the string to sign. */
  bodyHash: z.enum(['hex', 'base64']).default('hex'),
  /** What stands for no body: the hash of nothing, an empty slot, or not even a slot. */
  emptyBody: z.enum(['hashed', 'blank', 'dropped']).default('hashed'),
  endpointUrl: z.enum(ENDPOINT_URL_FORMS).default('as sent'),
});
export type SigningRules = z.infer<typeof SigningRules>;

/** What of a call is signed. */
export interface SignedCall {
  /** Upper case. */
  method: string;
  /** Path and query exactly as requested, the prefix included. */
  target: string;
  /** Without the word Bearer; empty where a partner calls without a token. */
  accessToken: string;
  /** The raw bytes as sent; empty where there is no body. */
  body: Buffer;
  /** X-TIMESTAMP exactly as sent. */
  timestamp: string;
}

/**
 * The text a transaction's signature is over.
 * @see SNAP, technical and security guide, signature: symmetric `METHOD:EndpointUrl:AccessToken:hash:timestamp`,
 * asymmetric the same without the token.
 */
export function stringToSign(call: SignedCall, rules: SigningRules): string {
  const { method, target, accessToken, body, timestamp } = call;
  let text = `${method}:${endpointUrl(target, rules.endpointUrl)}:`;
  if (rules.scheme === 'symmetric') text += `${accessToken}:`;
  if (body.length > 0 || rules.emptyBody === 'hashed') text += `${minifiedHash(body, rules.bodyHash)}:`;
  else if (rules.emptyBody === 'blank') text += ':';
  return text + timestamp;
}

/** The text a token call's signature is over: client id, a bar, the timestamp as sent. */
export function tokenStringToSign(clientKey: string, timestamp: string): string {
  return `${clientKey}|${timestamp}`;
}

/** The key of a client secret: its UTF-8 bytes, never decoded. */
export function clientSecretKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/**
 * Reads a partner's public key: X.509 SubjectPublicKeyInfo in PEM.
 * @throws RangeError for anything but RSA of at least 2048 bits.
 */
export function rsaPublicKey(pem: string): KeyObject {
  return strongRsa(createPublicKey(pem));
}

/**
 * Reads a private key in PEM.
 * @throws RangeError for anything but RSA of at least 2048 bits.
 */
export function rsaPrivateKey(pem: string): KeyObject {
  return strongRsa(createPrivateKey(pem));
}

function strongRsa(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa' || bitsOf(key) < RSA_BITS_MIN)
    throw new RangeError(`SNAP takes RSA keys of at least ${RSA_BITS_MIN} bits`);
  return key;
}

function bitsOf(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

/** HMAC-SHA512 of a text. */
export function signSymmetric(text: string, key: KeyObject, encoding: SignatureEncoding = 'base64'): string {
  return encodeSignature(createHmac('sha512', key).update(text).digest(), encoding);
}

/** SHA256withRSA (RSASSA-PKCS1-v1_5) of a text. */
export function signAsymmetric(text: string, key: KeyObject, encoding: SignatureEncoding = 'base64'): string {
  return encodeSignature(sign('sha256', Buffer.from(text), key), encoding);
}

/** Whether a text was signed with one of the secrets. Takes the same time wherever the first difference is. */
export function isSignedWithSecret(
  text: string,
  signature: string,
  keys: readonly KeyObject[],
  encodings: readonly SignatureEncoding[],
): boolean {
  const given = decodeSignature(signature, HMAC_SHA512_BYTES, encodings);
  let isRight = false;
  for (const key of keys.length > 0 ? keys : [NOBODY]) {
    const expected = createHmac('sha512', key).update(text).digest();
    if (given && timingSafeEqual(given, expected)) isRight = true;
  }
  return isRight && keys.length > 0;
}

/** Whether a text was signed with the private half of one of the keys. */
export function isSignedWithKey(
  text: string,
  signature: string,
  keys: readonly KeyObject[],
  encodings: readonly SignatureEncoding[],
): boolean {
  const bytes = Buffer.from(text);
  return keys.some((key) => {
    const given = decodeSignature(signature, Math.ceil(bitsOf(key) / 8), encodings);
    return given !== undefined && verify('sha256', bytes, key, given);
  });
}

/** Whether a transaction's signature is right, by the scheme agreed with its partner. */
export function isCallSigned(
  call: SignedCall,
  signature: string,
  keys: readonly KeyObject[],
  rules: SigningRules,
): boolean {
  const text = stringToSign(call, rules);
  return rules.scheme === 'symmetric'
    ? isSignedWithSecret(text, signature, keys, rules.encodings)
    : isSignedWithKey(text, signature, keys, rules.encodings);
}
