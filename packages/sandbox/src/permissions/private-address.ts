import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Ranges that no grant of a name reaches. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local: the metadata services of clouds answer here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** @see https://www.iana.org/assignments/iana-ipv6-special-registry */
const IPV6: readonly (readonly [network: string, prefix: number])[] = [
  // Unspecified, loopback, and IPv4-compatible addresses such as ::127.0.0.1.
  ['::', 96],
  // Translation to IPv4: any private IPv4 address can stand behind these.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new BlockList();
for (const [network, prefix] of IPV4) blocked.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of IPV6) blocked.addSubnet(network, prefix, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * True for every address that is not one of the public internet, and for what is not an address.
 *
 * IPv4 addresses inside of IPv6 (`::ffff:127.0.0.1`) count as the IPv4 address.
 */
export function isPrivateAddress(address: string): boolean {
  return !isIPv4(address) && !isPlainIPv6(address) ? true : contains(blocked, address);
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return (isIPv4(address) || isPlainIPv6(address)) && contains(loopback, address);
}

/** A zone (`fe80::1%eth0`) names an interface of this machine, which only a private address has. */
function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%');
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
