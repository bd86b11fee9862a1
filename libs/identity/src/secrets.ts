import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Crockford's letters: none is taken for another. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A secret that somebody carries: 256 random bits as Base64url. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What of a random secret is stored. A password needs more (`password-hash.ts`): it is not random. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** The token that a changing call must carry beside a session's: made of it, so that no other session has it. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('simpul csrf').digest('base64url');
}

/** Whether a call carries the CSRF token of its session; takes as long whatever it carries. */
export function isCsrfTokenOf(sessionToken: string, presented: string): boolean {
  return timingSafeEqual(hashOf(csrfTokenOf(sessionToken)), hashOf(presented));
}

/** An id of a row, sortable by time: `usr_…`. */
export function newId(prefix: string, at: Date): string {
  return `${prefix}_${at.getTime().toString(36)}${randomBytes(6).toString('hex')}`;
}

const CODE_LETTERS = 28;

/** A code on paper: 140 random bits, in seven groups of four such as `7K2Q-…`. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(CODE_LETTERS)].map((byte) => LETTERS.charAt(byte & 31));
  return letters.join('').replace(/.{4}(?=.)/g, '$&-');
}

/** A code on paper as it is compared: whatever the case, with or without dashes; undefined for what is none. */
export function recoveryCodeOf(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return letters.length === CODE_LETTERS && Array.from(letters).every((one) => LETTERS.includes(one))
    ? letters
    : undefined;
}
