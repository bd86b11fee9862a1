import type { IncomingHttpHeaders } from 'node:http';
import type { OpenChannel } from '#lib/catalog';
import type { Served } from './profile';

/** A call of one service, as it came. */
export interface SnapCall {
  service: Served;
  /** Path without its query: the profile must serve the service there. */
  path: string;
  method: string;
  /** Path and query as requested. */
  target: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  ip: string;
  /** It has waited so long at the door that nothing may be formed of it any more. */
  isLate: boolean;
  /** Whether its connection shows a certificate that is pinned to a channel, where one is. */
  showsCertificateOf(channel: OpenChannel): boolean;
}

/**
 * A header that stands once; a missing or repeated one reads as empty.
 * @param name in lower case, as Node hands them over.
 */
export function header({ headers }: SnapCall, name: Lowercase<string>): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
