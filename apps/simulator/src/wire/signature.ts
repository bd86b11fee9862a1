import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether a header carries the HMAC-SHA256 of these bytes under the secret, in the encoding of the dialect. */
export function isSigned(
  body: Buffer,
  header: string | undefined,
  secret: string,
  encoding: 'hex' | 'base64',
): boolean {
  const expected = Buffer.from(createHmac('sha256', secret).update(body).digest(encoding));
  const given = Buffer.from(header ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
