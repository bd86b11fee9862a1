import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The billers' secrets, each made a key once. */
const keys = new Map<string, KeyObject>();

/** The HMAC of a text or of bytes under a secret. */
export function hmac(
  algorithm: 'sha256' | 'sha512',
  secret: string,
  content: Buffer | string,
  encoding: 'hex' | 'base64' | 'base64url',
): string {
  return createHmac(algorithm, keyOf(secret)).update(content).digest(encoding);
}

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known) return known;
  const key = createSecretKey(secret, 'utf8');
  keys.set(secret, key);
  return key;
}

/** The digest of a text or of bytes, in lower-case hex. */
export function digest(algorithm: 'md5' | 'sha256', content: Buffer | string): string {
  return hash(algorithm, content, 'hex');
}

/** Whether a header or a member is what it must be, compared without telling how much of it was right. */
export function isSame(given: unknown, expected: string): boolean {
  const ours = Buffer.from(expected);
  const theirs = Buffer.from(typeof given === 'string' ? given : '');
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}
