import { randomBytes } from 'node:crypto';
import type { SecretBox } from '#lib/platform';

const PLACE = 'snap.access-token';
const OPENED_MAX = 1_000;

/** What a token says, once it is open. */
export interface TokenContent {
  channelId: string;
  expiresAt: Date;
}

/**
 * Tokens that carry what they say, sealed under the data key: every switch can open every token, before and after a
 * restart, and none of them is kept anywhere. An earlier token stays good until it expires.
 */
export class TokenSeal {
  /** Tokens that were opened lately: a partner calls with one for a quarter of an hour. */
  private readonly opened = new Map<string, TokenContent>();

  constructor(private readonly box: SecretBox) {}

  /** Makes a token of a partner. */
  issue(channelId: string, expiresAt: Date): string {
    // Two tokens of the same moment differ by themselves: each is sealed with a number of its own.
    const content = [channelId, expiresAt.getTime(), randomBytes(6).toString('hex')].join(' ');
    return this.box.seal(content, PLACE).toString('base64url');
  }

  /** @returns undefined for whatever is no token of ours. */
  open(token: string): TokenContent | undefined {
    const known = this.opened.get(token);
    if (known) return known;
    const content = this.unsealed(token);
    if (!content) return undefined;
    if (this.opened.size >= OPENED_MAX) this.opened.clear();
    this.opened.set(token, content);
    return content;
  }

  private unsealed(token: string): TokenContent | undefined {
    if (!/^[A-Za-z0-9_-]{1,2048}$/.test(token)) return undefined;
    let content: string;
    try {
      content = this.box.open(Buffer.from(token, 'base64url'), PLACE);
    } catch {
      return undefined;
    }
    const [channelId = '', expiresAt] = content.split(' ');
    return { channelId, expiresAt: new Date(Number(expiresAt)) };
  }
}
