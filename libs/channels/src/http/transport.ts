import { SettingError, tlsFromEnvironment, type TlsMaterial } from '#lib/platform';
import { isAddressOrBlock, isLoopback } from '../addresses';

/** A proxy in front of us. What its headers say of a caller is believed from its addresses alone. */
export interface Proxy {
  /** Addresses or CIDR blocks. */
  addresses: string[];
  /** The header in which it hands on the caller's certificate, as URL-encoded PEM; undefined: it hands on none. */
  certificateHeader: string | undefined;
}

/** How the HTTP server is reached: by TLS of its own, behind a proxy, or in the plain on this machine. */
export interface Transport {
  tls: TlsMaterial | undefined;
  proxy: Proxy | undefined;
}

/** Plain HTTP, and nobody in between. */
export const PLAIN: Transport = { tls: undefined, proxy: undefined };

/**
 * Reads how the HTTP server is reached: `HTTP_TLS_CERTIFICATE_FILE` and `HTTP_TLS_KEY_FILE`, or `HTTP_PROXY_ADDRESSES`
 * (comma between them) and `HTTP_PROXY_CERTIFICATE_HEADER`.
 * @param where the address it listens on, and whether this is production: there, plain HTTP that others can reach is
 * refused.
 * @throws SettingError naming what is wrong and what to do.
 */
export function transportFromEnvironment(
  { host, isProduction }: { host: string; isProduction: boolean },
  now: Date,
): Transport {
  const tls = tlsFromEnvironment('HTTP', now);
  const proxy = proxyFromEnvironment();
  if (isProduction && !tls && !proxy && !isLoopback(host))
    throw new SettingError(
      `HTTP_HOST is ${host}, and secrets must not go there in the plain: give HTTP_TLS_CERTIFICATE_FILE and ` +
        'HTTP_TLS_KEY_FILE, or name the proxy that speaks TLS for us in HTTP_PROXY_ADDRESSES',
    );
  return { tls, proxy };
}

function proxyFromEnvironment(): Proxy | undefined {
  const addresses = (process.env.HTTP_PROXY_ADDRESSES ?? '').split(',').flatMap((one) => one.trim() || []);
  const header = process.env.HTTP_PROXY_CERTIFICATE_HEADER?.toLowerCase() || undefined;
  if (addresses.length === 0) {
    if (header === undefined) return undefined;
    throw new SettingError(
      'HTTP_PROXY_CERTIFICATE_HEADER is set and HTTP_PROXY_ADDRESSES is not: anybody could send that header',
    );
  }
  for (const address of addresses)
    if (!isAddressOrBlock(address))
      throw new SettingError(
        `HTTP_PROXY_ADDRESSES: "${address}" is no address such as 10.0.0.7 or 10.0.0.0/24`,
      );
  return { addresses, certificateHeader: header };
}
