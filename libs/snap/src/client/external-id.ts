import { randomBytes } from 'node:crypto';

/**
 * A fresh X-EXTERNAL-ID: random digits, so that two processes of ours never write the same one on a day.
 * @param length how many digits the partner takes: 36 by the standard, and 32 where it may be asked for again as
 * `originalExternalId`.
 */
export function newExternalId(length: number): string {
  const random = BigInt(`0x${randomBytes(length).toString('hex')}`).toString();
  return random.slice(-length).padStart(length, '0');
}
