import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { setting } from '#lib/platform';
import type { HttpJsonSpec } from './spec';

/** What came of one call. `not sent` only where no byte of it can have left. */
export type Exchange =
  | { kind: 'answer'; status: number; text: string }
  | { kind: 'not sent'; reason: string }
  | { kind: 'lost'; reason: string };

/** Errors of connecting, before a request is written. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The HTTP connections to one biller. It signs, sends once, and follows no redirect; it never repeats. */
export class HttpLink {
  private readonly pool: Pool;
  private readonly basePath: string;
  private readonly secret: string;

  /** @throws SettingError when the biller's address or secret is not in the environment. */
  constructor(private readonly spec: HttpJsonSpec) {
    const url = new URL(setting(spec.url, `the address of biller ${spec.biller}`));
    this.secret = setting(spec.secret, `the secret shared with biller ${spec.biller}`);
    this.basePath = url.pathname.replace(/\/$/, '');
    this.pool = new Pool(url.origin, {
      connections: spec.connectionsMax,
      pipelining: 1,
      maxResponseSize: spec.answerMaxBytes,
      // The total deadline below is the only clock: per-read time-outs would let a dribble go on for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Posts a body and waits for the whole answer, at most so many milliseconds. */
  async post(path: string, body: object, withinMs: number): Promise<Exchange> {
    if (withinMs <= 0) return { kind: 'not sent', reason: 'the deadline had passed' };
    const raw = JSON.stringify(body);
    const { algorithm, header, encoding } = this.spec.signature;
    const signature = createHmac(algorithm.slice('hmac-'.length), this.secret).update(raw).digest(encoding);
    try {
      const answer = await this.pool.request({
        method: 'POST',
        path: this.basePath + path,
        headers: { 'content-type': 'application/json', [header]: signature },
        body: raw,
        signal: AbortSignal.timeout(withinMs),
      });
      return { kind: 'answer', status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      const { code, name, message } = error as { code?: string; name: string; message: string };
      const reason = code ?? (name === 'TimeoutError' ? 'no answer in time' : message);
      return { kind: NEVER_CONNECTED.has(code ?? '') ? 'not sent' : 'lost', reason };
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
