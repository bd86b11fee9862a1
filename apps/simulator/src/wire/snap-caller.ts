import { createHash, createHmac, createPublicKey, randomBytes, timingSafeEqual, verify } from 'node:crypto';

import type { Clock } from '#lib/kernel';

/** How a partner goes by, and what it signs with. */
export type SnapPartner = {
  readonly clientKey: string;
  readonly clientSecret: string;
  readonly publicKey: string;
};

const TOKEN_LIFE_MS = 900_000;
const WINDOW_MS = 300_000;

/** One call as it came. */
export interface SnapCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly raw: Buffer;
}

/** Why a call is not let in: HTTP status, case and words of the answer. */
export type NotIn = { readonly status: number; readonly caseCode: string; readonly words: string };

/** A server's own reading of who calls over SNAP, from the standard alone. */
export class SnapCaller {
  private readonly tokens = new Map<string, number>();
  private readonly used = new Set<string>();

  constructor(
    private readonly partner: SnapPartner,
    private readonly clock: Clock,
  ) {}

  /** A token for who signs with the partner's private key. */
  token(call: SnapCall): string | NotIn {
    const [clientKey, timestamp] = [header(call, 'x-client-key'), header(call, 'x-timestamp')];
    const signature = Buffer.from(header(call, 'x-signature'), 'base64');
    const key = createPublicKey(this.partner.publicKey);
    const isSigned = verify('sha256', Buffer.from(`${clientKey}|${timestamp}`), key, signature);
    if (clientKey !== this.partner.clientKey || !isSigned || !this.isFresh(timestamp)) return UNAUTHORIZED;
    const token = randomBytes(24).toString('base64url');
    this.tokens.set(token, this.clock.now().getTime() + TOKEN_LIFE_MS);
    return token;
  }

  /** Why a call with a token is not let in; undefined for one that is. */
  objectionTo(call: SnapCall, service: string): NotIn | undefined {
    const token = header(call, 'authorization').replace(/^Bearer /i, '');
    if ((this.tokens.get(token) ?? 0) <= this.clock.now().getTime())
      return { status: 401, caseCode: '01', words: 'Invalid Token (B2B)' };
    const timestamp = header(call, 'x-timestamp');
    const digest = createHash('sha256').update(minified(call.raw)).digest('hex');
    const text = [call.method, call.path, token, digest, timestamp].join(':');
    const expected = createHmac('sha512', this.partner.clientSecret).update(text).digest('base64');
    const given = Buffer.from(header(call, 'x-signature'));
    const isSigned = given.length === expected.length && timingSafeEqual(given, Buffer.from(expected));
    if (!isSigned || !this.isFresh(timestamp)) return UNAUTHORIZED;
    const name = `${service} ${timestamp.slice(0, 10)} ${header(call, 'x-external-id')}`;
    if (this.used.has(name)) return { status: 409, caseCode: '00', words: 'Conflict' };
    this.used.add(name);
    return undefined;
  }

  private isFresh(timestamp: string): boolean {
    return Math.abs(this.clock.now().getTime() - Date.parse(timestamp)) <= WINDOW_MS;
  }
}

const UNAUTHORIZED: NotIn = { status: 401, caseCode: '00', words: 'Unauthorized. [Signature]' };

function header({ headers }: SnapCall, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** Without the white space between the tokens; what stands within strings stays. */
function minified(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replace(/("(?:[^"\\]|\\[^])*")|[ \t\r\n]+/g, '$1');
  return Buffer.from(text, 'latin1');
}
