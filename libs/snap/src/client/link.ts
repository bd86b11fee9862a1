import { Pool } from 'undici';
import { OneCall, type Exchange } from '#lib/platform';
import { SNAP_SERVICES, type SnapService } from '../services';
import type { SnapPartner } from './partner';

/** What of a service's address is signed, and where it is called. */
export interface Endpoint {
  method: string;
  target: string;
}

/** The HTTP connections to one partner. It sends given bytes once, follows no redirect, and never repeats. */
export class SnapLink {
  private readonly pool: Pool;

  constructor(private readonly partner: SnapPartner) {
    this.pool = new Pool(partner.origin, {
      connections: partner.connectionsMax,
      pipelining: 1,
      maxResponseSize: partner.answerMaxBytes,
      // The total deadline of a call is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Method and path of a service at this partner. */
  endpoint(service: SnapService): Endpoint {
    const { prefix, version, versions, methods } = this.partner;
    const { method, path } = SNAP_SERVICES[service];
    return {
      method: methods?.[service] ?? method,
      target: `${prefix}/${versions?.[service] ?? version}/${path}`,
    };
  }

  /** Sends the very bytes that were signed; the whole answer is there within so many milliseconds, or lost. */
  send(
    { method, target }: Endpoint,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    withinMs: number,
    onSending?: () => void,
  ): Promise<Exchange> {
    if (withinMs <= 0) return Promise.resolve({ kind: 'not sent', reason: 'the deadline had passed' });
    return new Promise((resolve) => {
      this.pool.dispatch(
        {
          method,
          path: target,
          headers: { 'content-type': 'application/json', ...headers },
          body,
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
