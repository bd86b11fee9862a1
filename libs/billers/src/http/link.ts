import { Pool } from 'undici';
import { OneCall, setting, SettingError, type Exchange } from '#lib/platform';

/** A message as it goes out. */
export interface HttpMessage {
  method: 'GET' | 'POST' | 'PUT';
  /** With its query, below the biller's address. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** The HTTP connections to one biller. It sends once and follows no redirect; it never repeats. */
export class HttpLink {
  readonly basePath: string;
  private readonly pool: Pool;

  constructor(url: URL, limits: { connectionsMax: number; answerMaxBytes: number }) {
    this.basePath = url.pathname.replace(/\/$/, '');
    this.pool = new Pool(url.origin, {
      connections: limits.connectionsMax,
      // One request at a time on a connection, so that none fails for the sake of another.
      pipelining: 1,
      maxResponseSize: limits.answerMaxBytes,
      // The total deadline of a call is the only clock: per-read time-outs would let a dribble go on for ever.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * Sends a message and waits for the whole answer, at most so many milliseconds; waiting for a connection counts.
   * @param onSending called directly before the first byte is written.
   */
  send(message: HttpMessage, withinMs: number, onSending?: () => void): Promise<Exchange> {
    if (withinMs <= 0) return Promise.resolve({ kind: 'not sent', reason: 'the deadline had passed' });
    return new Promise((resolve) => {
      this.pool.dispatch(
        { ...message, path: this.basePath + message.path },
        new OneCall(withinMs, resolve, onSending),
      );
    });
  }

  /** Breaks off what is still under way; its outcome is then `lost`. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/**
 * The address that a setting holds.
 * @throws SettingError when it is not in the environment, or is no address.
 */
export function addressOf({ url: name, biller }: { url: string; biller: string }): URL {
  const purpose = `the address of biller ${biller}`;
  const text = setting(name, purpose);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new SettingError(`${name}="${text}" is no http or https address: ${purpose}`);
  return new URL(text);
}
