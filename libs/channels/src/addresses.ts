import { BlockList, isIP } from 'node:net';

/**
 * The addresses that a channel may call from; undefined where it has agreed on none. An entry that is no address or
 * block lets nobody in.
 */
export function addressList(entries: readonly string[] | null): BlockList | undefined {
  if (entries === null) return undefined;
  const list = new BlockList();
  for (const entry of entries.filter(isAddressOrBlock)) {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** Whether a text is an address such as 10.0.0.7, or a block such as 10.0.0.0/24. */
export function isAddressOrBlock(text: string): boolean {
  const [address = '', bits = '0', ...rest] = text.split('/');
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax;
}

/** Whether an address is one of the list. What is no address, as a forwarded one may be, is not. */
export function isListed(addresses: BlockList, ip: string): boolean {
  return isIP(ip) !== 0 && addresses.check(ip, familyOf(ip));
}

/** Whether a host to listen on is this machine's own, which nobody else reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
