import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { Pool } from 'undici';
import { OneCall, setting, SettingError, type Exchange } from '#lib/platform';
import type { HttpJsonSpec } from './spec';

/** The HTTP connections to one biller. It signs, sends once, and follows no redirect; it never repeats. */
export class HttpLink {
  private readonly pool: Pool;
  private readonly basePath: string;
  private readonly key: KeyObject;

  /** @throws SettingError when the biller's address or secret is not in the environment, or is no address. */
  constructor(private readonly spec: HttpJsonSpec) {
    const url = addressOf(spec);
    const secret = setting(spec.secret, `the secret shared with biller ${spec.biller}`);
    this.key = createSecretKey(Buffer.from(secret, 'utf8'));
    this.basePath = url.pathname.replace(/\/$/, '');
    this.pool = new Pool(url.origin, {
      connections: spec.connectionsMax,
      // One request at a time on a connection, so that none fails for the sake of another.
      pipelining: 1,
      maxResponseSize: spec.answerMaxBytes,
      // The total deadline of a call is the only clock: per-read time-outs would let a dribble go on for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Posts a body and waits for the whole answer, at most so many milliseconds; waiting for a connection counts.
   * @param onSending called directly before the first byte is written.
   */
  post(path: string, body: object, withinMs: number, onSending?: () => void): Promise<Exchange> {
    if (withinMs <= 0) return Promise.resolve({ kind: 'not sent', reason: 'the deadline had passed' });
    const raw = JSON.stringify(body);
    const { algorithm, header, encoding } = this.spec.signature;
    const signature = createHmac(algorithm.slice('hmac-'.length), this.key).update(raw).digest(encoding);
    return new Promise((resolve) => {
      this.pool.dispatch(
        {
          method: 'POST',
          path: this.basePath + path,
          headers: { 'content-type': 'application/json', [header]: signature },
          body: raw,
        },
        new OneCall(withinMs, resolve, onSending),
      );
    });
  }

  /** Breaks off what is still under way; its outcome is then `lost`. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

function addressOf({ url: name, biller }: HttpJsonSpec): URL {
  const purpose = `the address of biller ${biller}`;
  const text = setting(name, purpose);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new SettingError(`${name}="${text}" is no http or https address: ${purpose}`);
  return new URL(text);
}
