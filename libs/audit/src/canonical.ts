import { createHash } from 'node:crypto';
import { maskNumber } from '#lib/platform';

/** Whatever stands under such a name never reaches the trail. */
const SECRET =
  /secret|passw|token|signature|authorization|private_?key|api_?key|credential|otp|^seed$|^pan$|^pin$/i;
/** Numbers that lead to a person: their last four characters are kept. */
const PERSONAL_NUMBER = /customer_?(number|no)$|phone|msisdn|^nik$|npwp|^card/i;
const PERSONAL_TEXT = /customer_?name|holder|birth|street|home_?address/i;
const MASKED = '[masked]';
/** Digits as long as those of a card, with the blanks and dashes that people write between them. */
const CARD_LIKE = /\d(?:[ -]?\d){12,18}/g;
/** What is longer is told by its SHA-256: the rows it is about hold it whole. */
const CONTENT_MAX = 16_384;

/**
 * A value as the trail keeps it: one text for one meaning, whatever the order of its members; secrets, numbers of persons
 * and numbers of cards masked. What is too long is told by its length and SHA-256.
 */
export function canonicalOf(value: unknown): string {
  const text = JSON.stringify(inOneOrder(value, '')) ?? 'null';
  if (text.length <= CONTENT_MAX) return text;
  return JSON.stringify({ characters: text.length, sha256: createHash('sha256').update(text).digest('hex') });
}

/** A text of people or of the outside without the numbers of cards that may stand in it. */
export function withoutCards(text: string): string {
  return text.replace(CARD_LIKE, (found) => (isCardNumber(found) ? maskNumber(found) : found));
}

function inOneOrder(value: unknown, name: string): unknown {
  if (value === undefined || value === null) return null;
  if (SECRET.test(name)) return MASKED;
  if (PERSONAL_TEXT.test(name)) return MASKED;
  if (PERSONAL_NUMBER.test(name) && (typeof value === 'string' || typeof value === 'number'))
    return maskNumber(value.toString());
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (typeof value === 'string') return withoutCards(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one) => inOneOrder(one, name));
  const members = Object.entries(value as Readonly<Record<string, unknown>>)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, inOneOrder(member, key)]));
}

/** By the check digit that every number of a card has (ISO/IEC 7812-1, annex B). */
function isCardNumber(text: string): boolean {
  const digits = Array.from(text.replace(/\D/g, ''), Number);
  const sum = digits.reverse().reduce((total, digit, at) => {
    const doubled = at % 2 === 0 ? digit : digit * 2;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
