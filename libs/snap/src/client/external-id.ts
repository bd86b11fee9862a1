import { createHash, randomBytes } from 'node:crypto';

/**
 * A fresh X-EXTERNAL-ID: random digits, so that two processes of ours never write the same one on a day.
 * @param length how many digits the partner takes: 36 by the standard, and 32 where it may be asked for again as
 * `originalExternalId`.
 */
export function newExternalId(length: number): string {
  const random = BigInt(`0x${randomBytes(length).toString('hex')}`).toString();
  return random.slice(-length).padStart(length, '0');
}

/**
 * The X-EXTERNAL-ID of one call that has a name: the same name gives the same digits, so that a partner knows a repeat.
 * @param name what the call is known by, such as its service and the payment's reference.
 */
export function externalIdOf(name: string, length: number): string {
  const hash = createHash('sha512').update(name).digest('hex');
  return BigInt(`0x${hash}`).toString().slice(-length).padStart(length, '0');
}
