import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Spent on a channel we do not know, so that its answer takes as long as a wrong signature. */
const NOBODY = createSecretKey(Buffer.from('no such channel'));

/** What a channel signs: four lines joined by one LF, no LF at the end. */
export interface SignedCall {
  method: string;
  /** Path and query exactly as sent. */
  target: string;
  /** X-Timestamp exactly as sent. */
  timestamp: string;
  /** The raw bytes; empty where there is no body. */
  body: Buffer;
}

/** HMAC-SHA256 of a call under a key, in Base64 with padding. */
export function sign(call: SignedCall, key: KeyObject): string {
  const text = [call.method, call.target, call.timestamp, hash('sha256', call.body, 'hex')].join('\n');
  return createHmac('sha256', key).update(text).digest('base64');
}

/** Makes a signing key of a channel's secret: its UTF-8 bytes. */
export function signingKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/** Whether a signature is right under one of the keys. Takes the same time wherever the first difference is. */
export function isSignedBy(call: SignedCall, signature: string, keys: readonly KeyObject[]): boolean {
  const given = Buffer.from(signature, 'utf8');
  let isRight = false;
  for (const key of keys.length > 0 ? keys : [NOBODY]) {
    const expected = Buffer.from(sign(call, key), 'utf8');
    if (given.length === expected.length && timingSafeEqual(given, expected)) isRight = true;
  }
  return isRight && keys.length > 0;
}

/**
 * Reads an RFC 3339 instant with its offset; its section 5.6 lets T and Z be lower case.
 * @returns undefined for anything else, a missing zone included.
 */
export function instantOf(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i.test(text)) return undefined;
  const ms = Date.parse(text.toUpperCase());
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
