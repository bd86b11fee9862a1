import { fail, ok, type Clock, type Result } from '#lib/kernel';
import { BareNumber, readSnapObject } from '../json';
import { signAsymmetric, tokenStringToSign } from '../signature';
import { snapTimestamp } from '../timestamp';
import { textIn } from './answer';
import type { SnapLink } from './link';
import type { SnapPartner } from './partner';

const DEPTH_MAX = 8;

interface Kept {
  token: string;
  /** Not used from then on. */
  staleAtMs: number;
}

/**
 * The token of one partner: fetched once, shared by all calls, renewed before it expires.
 * @see SNAP, access token B2B.
 */
export class AccessTokens {
  private kept: Kept | undefined;
  private fetching: Promise<Result<string, string>> | undefined;

  constructor(
    private readonly partner: SnapPartner,
    private readonly link: SnapLink,
    private readonly clock: Clock,
  ) {}

  /** @returns the token, or why there is none. No secret and no answer is quoted in it. */
  async current(withinMs: number): Promise<Result<string, string>> {
    if (this.kept && this.clock.now().getTime() < this.kept.staleAtMs) return ok(this.kept.token);
    this.fetching ??= this.fetch(withinMs).finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  /** The partner does not take this token any more. */
  forget(token: string): void {
    if (this.kept?.token === token) this.kept = undefined;
  }

  private async fetch(withinMs: number): Promise<Result<string, string>> {
    const { clientKey, privateKey, signing, refreshBeforeMs } = this.partner;
    const asked = this.clock.now();
    const timestamp = snapTimestamp(asked);
    const exchange = await this.link.send(
      this.link.endpoint('token'),
      {
        'X-TIMESTAMP': timestamp,
        'X-CLIENT-KEY': clientKey,
        'X-SIGNATURE': signAsymmetric(
          tokenStringToSign(clientKey, timestamp),
          privateKey,
          signing.encodings[0],
        ),
      },
      Buffer.from('{"grantType":"client_credentials"}'),
      withinMs,
    );
    if (exchange.kind !== 'answer') return fail(exchange.reason);
    const read = readSnapObject(Buffer.from(exchange.text), DEPTH_MAX);
    if (!read.ok) return fail(`HTTP ${exchange.status}: ${read.error}`);
    if (exchange.status < 200 || exchange.status > 299)
      return fail(`refused with ${textIn(read.value, 'responseCode') ?? exchange.status}`);
    const token = read.value['accessToken'];
    const tokenType = textIn(read.value, 'tokenType') ?? 'Bearer';
    if (typeof token !== 'string' || token === '') return fail('the answer has no accessToken');
    if (!/^bearer(token)?$/i.test(tokenType)) return fail('the token is no bearer token');
    const lifeMs = lifeOf(read.value['expiresIn']);
    // A short-lived token is used for half of its life at least.
    const usableMs = Math.max(lifeMs - refreshBeforeMs, lifeMs / 2);
    this.kept = { token, staleAtMs: asked.getTime() + usableMs };
    return ok(token);
  }
}

/** Seconds as text or as a number; the standard's 900 where the answer does not say. */
function lifeOf(expiresIn: unknown): number {
  const text = expiresIn instanceof BareNumber ? expiresIn.text : expiresIn;
  const seconds = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 900;
  return seconds * 1_000;
}
