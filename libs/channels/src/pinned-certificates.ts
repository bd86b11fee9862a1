import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { OpenChannel } from '#lib/catalog';

/** The credentials that pin certificates to a channel: two, so that one can be changed without a pause. */
const PINS = ['certificateSha256', 'secondCertificateSha256'] as const;

/** The fingerprints that are pinned to a channel, lowercase hex; none where any caller may come. */
export function pinsOf({ credentials }: OpenChannel): string[] {
  // Most channels have no credential at all, and this is asked at every call.
  if (credentials.size === 0) return [];
  return PINS.flatMap((name) => credentials.get(name) ?? []).map(plainHex);
}

/**
 * SHA-256 of the certificate that the other end of a TLS connection has shown and proved; undefined where it has none
 * that is valid now.
 */
export function certificateOfPeer(socket: Socket): string | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return certificate && fingerprintOf(certificate);
}

/** SHA-256 of a certificate, lowercase hex; undefined outside of the time it is valid in, by the machine's clock. */
export function fingerprintOf({ fingerprint256, validFrom, validTo }: X509Certificate): string | undefined {
  const now = Date.now();
  const isValid = Date.parse(validFrom) <= now && now <= Date.parse(validTo);
  return isValid ? plainHex(fingerprint256) : undefined;
}

/** `AB:CD` and `abcd` are the same fingerprint. */
function plainHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
