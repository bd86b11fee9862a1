import { createHash } from 'node:crypto';

/** Crockford's base 32: no I, L, O or U, and its order is ASCII order, so ids sort by time. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUE = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

/** 2025-01-01T00:00:00Z; 30 bits of seconds last until 2059. */
const EPOCH_S = 1_735_689_600;
const SECONDS_MAX = 2 ** 30 - 1;

/** Processes that may draw at once: 5 bits. */
export const PAYMENT_ID_NODES = 32;
/** Ids one node may draw in one second: 15 bits. */
const COUNTER_MAX = 2 ** 15;

/** `P` for production, `T` for demo and test, so that a receipt from a drill cannot pass for a real one. */
export type PaymentIdPrefix = 'P' | 'T';

/**
 * Draws Payment IDs: prefix, 6 characters of seconds, 4 of node and counter scrambled under a key, 1 check character.
 * The key hides how many payments a second brings; all processes of an installation share it, because only then
 * does the permutation keep their ids apart. Uniqueness is finally the primary key's: on a clash draw again.
 */
export class PaymentIds {
  private readonly roundKeys: Uint32Array;
  private second = 0;
  private counter = 0;

  /** @throws RangeError when the node does not fit 5 bits. */
  constructor(
    private readonly prefix: PaymentIdPrefix,
    private readonly node: number,
    key: Buffer,
  ) {
    if (!Number.isInteger(node) || node < 0 || node >= PAYMENT_ID_NODES)
      throw new RangeError(`node ${node} is not between 0 and ${PAYMENT_ID_NODES - 1}`);
    const digest = createHash('sha256').update('payment-id').update(key).digest();
    this.roundKeys = Uint32Array.from({ length: 6 }, (_, round) => digest.readUInt32BE(round * 4));
  }

  /**
   * Draws the next id. Never repeats within this object: a clock that stands still or steps back
   * goes on counting in the last second used, and a full second borrows from the next.
   * @throws RangeError outside 2025 to 2059.
   */
  draw(now: Date): string {
    const nowSecond = Math.floor(now.getTime() / 1_000) - EPOCH_S;
    if (nowSecond > this.second) {
      this.second = nowSecond;
      this.counter = 0;
    } else if (this.counter === COUNTER_MAX) {
      this.second += 1;
      this.counter = 0;
    }
    if (nowSecond < 0 || this.second > SECONDS_MAX)
      throw new RangeError(`${now.toISOString()} is outside the years a Payment ID can tell`);
    const unique = this.scramble((this.node << 15) | this.counter, this.second);
    this.counter += 1;
    const body = this.prefix + base32(this.second, 6) + base32(unique, 4);
    return body + checkCharacter(body);
  }

  /** A Feistel network of six rounds over two halves of 10 bits: a permutation of 20 bits for every second. */
  private scramble(value: number, second: number): number {
    let left = value >>> 10;
    let right = value & 0x3ff;
    for (const key of this.roundKeys) {
      let mixed = Math.imul(right ^ key, 0x9e37_79b1) ^ Math.imul(second ^ (key >>> 7), 0x85eb_ca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35);
      [left, right] = [right, left ^ ((mixed >>> 20) & 0x3ff)];
    }
    return (left << 10) | right;
  }
}

/**
 * Between which texts the Payment IDs of a time lie, so that a range of the primary key finds them.
 * @throws RangeError outside 2025 to 2059.
 */
export function paymentIdsBetween(
  prefix: PaymentIdPrefix,
  from: Date,
  to: Date,
): { first: string; last: string } {
  const seconds = (instant: Date) => {
    const second = Math.floor(instant.getTime() / 1_000) - EPOCH_S;
    if (second < 0 || second > SECONDS_MAX)
      throw new RangeError(`${instant.toISOString()} is outside the years a Payment ID can tell`);
    return base32(second, 6);
  };
  return { first: `${prefix}${seconds(from)}00000`, last: `${prefix}${seconds(to)}ZZZZZ` };
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value, at = 0; at < length; at += 1, rest = Math.floor(rest / 32))
    text = ALPHABET.charAt(rest % 32) + text;
  return text;
}

/** Doubles in GF(32) with the polynomial x^5 + x^2 + 1. */
function double(value: number): number {
  const shifted = value << 1;
  return shifted & 0x20 ? shifted ^ 0x25 : shifted;
}

function remainder(text: string): number | undefined {
  let r = 0;
  for (const character of text) {
    const value = VALUE.get(character);
    if (value === undefined) return undefined;
    r = double(r) ^ value;
  }
  return r;
}

/**
 * The check character of the first 11: with it, r = 2·r XOR c over all 12 ends at 0. It finds every change
 * of one character and every swap of two unequal neighbours.
 * @throws RangeError when a character is not Crockford's.
 */
export function checkCharacter(body: string): string {
  const r = remainder(body);
  if (r === undefined) throw new RangeError(`"${body}" has a character outside the Payment ID alphabet`);
  return ALPHABET.charAt(double(r));
}

/** Whether a text is a Payment ID in its stored form: 12 characters, upper case, right check character. */
export function isPaymentId(text: string): boolean {
  return /^[PT][0-9A-Z]{11}$/.test(text) && remainder(text) === 0;
}

/** A payment's first letter and that of its reversal: production, then demo and test. */
const REVERSAL_LETTER: Readonly<Record<string, string>> = { P: 'R', T: 'X' };

/**
 * What a biller knows the reversal of a payment by: the Payment ID with another first letter and its own check
 * character. A payment has one such reference for ever, and no payment can ever be given it.
 * @throws RangeError when the text is no Payment ID.
 */
export function reversalReferenceOf(paymentId: string): string {
  return withLetter(paymentId, REVERSAL_LETTER);
}

/** A payment's first letter and that of the leg by which it is sent again: production, then demo and test. */
const RESEND_LETTER: Readonly<Record<string, string>> = { P: 'S', T: 'Y' };

/**
 * What a biller knows a payment by that is sent to it again: the Payment ID with another first letter and its own check
 * character. A payment has one such reference for ever, so it is sent again once at most.
 * @throws RangeError when the text is no Payment ID.
 */
export function resendReferenceOf(paymentId: string): string {
  return withLetter(paymentId, RESEND_LETTER);
}

function withLetter(paymentId: string, letters: Readonly<Record<string, string>>): string {
  const letter = isPaymentId(paymentId) ? letters[paymentId.charAt(0)] : undefined;
  if (letter === undefined) throw new RangeError(`"${paymentId}" is no Payment ID`);
  const body = letter + paymentId.slice(1, -1);
  return body + checkCharacter(body);
}

/** What a person typed, in stored form: upper case, no dashes or spaces, O read as 0, I and L as 1. */
export function normalizePaymentId(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

/** As printed on receipts: `P0TB-R006-15QG`. */
export function formatPaymentId(paymentId: string): string {
  return inFours(paymentId, '-');
}

/** A long number as people read it: groups of four with something between them, the last one as long as is left. */
export function inFours(text: string, between: string): string {
  let grouped = text.slice(0, 4);
  for (let at = 4; at < text.length; at += 4) grouped += between + text.slice(at, at + 4);
  return grouped;
}
