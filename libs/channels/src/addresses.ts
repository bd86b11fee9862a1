import { BlockList, isIP } from 'node:net';

/** Addresses and CIDR blocks as a list that can be asked; undefined where there is none. */
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

/** Whether an address is on a list. */
export function isListed(addresses: BlockList, ip: string): boolean {
  return addresses.check(ip, familyOf(ip));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
