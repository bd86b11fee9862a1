import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:http';
import type { BlockList } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenChannel } from '#lib/catalog';
import { addressList, isListed } from '../addresses';
import { certificateOfPeer, fingerprintOf, pinsOf } from '../pinned-certificates';
import type { Proxy } from './transport';

/** The proxy in front of each server, if there is one. */
const proxies = new WeakMap<
  object,
  { addresses: BlockList | undefined; certificateHeader: string | undefined }
>();

/** Has a server believe what its proxy says of callers. */
export function believe(proxy: Proxy | undefined, fastify: FastifyInstance): void {
  if (proxy)
    proxies.set(fastify.server satisfies Server, {
      addresses: addressList(proxy.addresses),
      certificateHeader: proxy.certificateHeader,
    });
}

/**
 * Whether a call comes with one of the certificates that are pinned to its channel; true where none is. That the caller
 * holds the certificate's key was proved by the handshake with us, or with the proxy that we believe.
 */
export function hasPinnedCertificate(request: FastifyRequest, channel: OpenChannel): boolean {
  const pins = pinsOf(channel);
  return pins.length === 0 || pins.includes(certificateOf(request) ?? 'none');
}

/** SHA-256 of the caller's certificate, lowercase hex; undefined where it has shown none. */
function certificateOf(request: FastifyRequest): string | undefined {
  const { socket } = request.raw;
  const proxy = proxies.get(request.server.server);
  // Behind a proxy the certificate of the connection is the proxy's own.
  if (proxy?.addresses && isListed(proxy.addresses, socket.remoteAddress ?? ''))
    return proxy.certificateHeader === undefined
      ? undefined
      : fingerprintOfPem(request.headers[proxy.certificateHeader]);
  return certificateOfPeer(socket);
}

/** One certificate and nothing else: the parser would take the first of two, which the caller may have put there. */
const ONE_CERTIFICATE = /^-----BEGIN CERTIFICATE-----[\w+/=\s]+-----END CERTIFICATE-----\s*$/;

function fingerprintOfPem(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  try {
    const pem = decodeURIComponent(header);
    return ONE_CERTIFICATE.test(pem) ? fingerprintOf(new X509Certificate(pem)) : undefined;
  } catch {
    return undefined;
  }
}
