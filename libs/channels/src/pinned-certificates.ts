import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { OpenChannel } from '#lib/catalog';

/** The credentials that pin certificates to a channel: two, so that one can be changed without a pause. */
const PINS = ['certificateSha256', 'secondCertificateSha256'] as const;

/** The fingerprints that are pinned to a channel, lowercase hex; none where any caller may come. */
export function pinsOf({ credentials }: OpenChannel): string[] {
  return PINS.flatMap((name) => credentials.get(name) ?? []).map(plainHex);
}

/** SHA-256 of the certificate that the other end of a TLS connection has shown and proved; undefined where it has none. */
export function certificateOfPeer(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { fingerprint256 } = socket.getPeerCertificate() as { fingerprint256?: string };
  return fingerprint256 === undefined ? undefined : plainHex(fingerprint256);
}

/** `AB:CD` and `abcd` are the same fingerprint. */
export function plainHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
