import { randomBytes } from 'node:crypto';

import type { Clock } from '#lib/kernel';

import { isSame } from './signature';

/** Whether this is the user with the secret, over HTTP Basic. */
export function isBasic(header: unknown, user: string, secret: string): boolean {
  return isSame(header, `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`);
}

/** How far a caller's clock may be from ours. */
const WINDOW_MS = 300_000;

/** Whether a timestamp with an offset is of now. */
export function isFresh(clock: Clock, timestamp: unknown): boolean {
  if (typeof timestamp !== 'string' || !/T.*(Z|[+-]\d\d:\d\d)$/.test(timestamp)) return false;
  return Math.abs(clock.now().getTime() - Date.parse(timestamp)) <= WINDOW_MS;
}

/** Seconds that a token is good for. */
export const TOKEN_SECONDS = 900;
const TOKENS_MAX = 10_000;

/** Bearer tokens that one biller gave out. */
export class Tokens {
  private readonly goodUntil = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** A new one; the old ones stay good until they end. */
  give(): string {
    const token = randomBytes(24).toString('base64url');
    const oldest = this.goodUntil.size >= TOKENS_MAX ? this.goodUntil.keys().next().value : undefined;
    if (oldest !== undefined) this.goodUntil.delete(oldest);
    this.goodUntil.set(token, this.clock.now().getTime() + TOKEN_SECONDS * 1_000);
    return token;
  }

  /** Whether a header carries a token that is good. */
  isGood(header: unknown): boolean {
    const [, token = ''] = /^Bearer (.+)$/i.exec(typeof header === 'string' ? header : '') ?? [];
    return (this.goodUntil.get(token) ?? 0) > this.clock.now().getTime();
  }
}
