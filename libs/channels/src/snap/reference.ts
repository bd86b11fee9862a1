import { createHash } from 'node:crypto';

/**
 * A partner's number of an inquiry or a payment as the books keep it: as it is where it fits, and else the SHA-256 of
 * it in hex. Two numbers that differ in anything, case and spaces too, stay two references.
 */
export function referenceOf(number: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(number) ? number : createHash('sha256').update(number).digest('hex');
}
