import { ipRange, type IpRange, parseIpAddress, rangeHolds } from './ip-address.js';

/** Ranges that no grant of a name reaches. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local: the metadata services of clouds answer here.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** @see https://www.iana.org/assignments/iana-ipv6-special-registry */
const IPV6 = [
  // Unspecified, loopback, and IPv4-compatible addresses such as ::127.0.0.1.
  '::/96',
  // Translation to IPv4: any private IPv4 address can stand behind these.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

const PRIVATE = [...IPV4, ...IPV6].map(ipRange);
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(ipRange);

/**
 * True for every address that is not one of the public internet, and for what is not an address.
 *
 * IPv4 addresses inside of IPv6 (`::ffff:127.0.0.1`) count as the IPv4 address. A zone (`fe80::1%eth0`) names an interface of
 * this machine, which only a private address has.
 */
export function isPrivateAddress(address: string): boolean {
  return isIn(PRIVATE, address) ?? true;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(LOOPBACK, address) ?? false;
}

/** undefined for what is not an address. */
function isIn(ranges: readonly IpRange[], text: string): boolean | undefined {
  const address = parseIpAddress(text);
  return address && ranges.some((range) => rangeHolds(range, address));
}
