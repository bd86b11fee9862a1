import { BlockList, isIP } from 'node:net';

/** The addresses that a channel may call from; undefined where it has agreed on none. */
export function addressList(entries: readonly string[] | null): BlockList | undefined {
  if (entries === null) return undefined;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** Whether an address is one of the list. What is no address, as a forwarded one may be, is not. */
export function isListed(addresses: BlockList, ip: string): boolean {
  return isIP(ip) !== 0 && addresses.check(ip, familyOf(ip));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
