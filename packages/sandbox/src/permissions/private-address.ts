import { ipRange, type IpRange, parseIpAddress, rangeHolds } from './ip-address.js';

/**
 * Ranges that no grant of a name reaches: addresses that are not global in IANA's registry, and those that clouds use for their own services.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  // Shared address space of providers; the metadata service of Alibaba (100.100.100.200).
  '100.64.0.0/10',
  '127.0.0.0/8',
  // IBM's network for services of its cloud.
  '161.26.0.0/16',
  '166.8.0.0/14',
  // The host of a machine in Azure: certificates, health, agents.
  '168.63.129.16/32',
  // Link-local: the metadata services of most clouds answer here.
  '169.254.0.0/16',
  '172.16.0.0/12',
  // Protocol assignments; the metadata service of Oracle (192.0.0.192).
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

/**
 * Global addresses begin with 2000::/3. The list has everything else, and the ranges within it that are not global or that stand for an IPv4 address.
 *
 * @see https://www.iana.org/assignments/ipv6-address-space
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const IPV6 = [
  // Unspecified, loopback, IPv4 in every spelling (::127.0.0.1, ::ffff:0:127.0.0.1, 64:ff9b::7f00:1), discard-only.
  '::/3',
  // Protocols, among them Teredo, which stands for an IPv4 address.
  '2001::/23',
  '2001:db8::/32',
  // 6to4: any IPv4 address can be embedded in it.
  '2002::/16',
  '3fff::/20',
  // Unassigned; segment routing (5f00::/16).
  '4000::/2',
  // Unassigned; unique local (fc00::/7, the metadata service of EC2 among them), link-local, site-local, multicast.
  '8000::/1',
];

const PRIVATE = [...IPV4, ...IPV6].map(ipRange);
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(ipRange);

/**
 * True for every address outside the public internet, and for anything that is not an address.
 *
 * IPv4 addresses inside IPv6 (`::ffff:127.0.0.1`) count as the IPv4 address. A zone (`fe80::1%eth0`) names an interface of
 * this machine, which only a private address has.
 */
export function isPrivateAddress(address: string): boolean {
  return isIn(PRIVATE, address) ?? true;
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(LOOPBACK, address) ?? false;
}

/** Returns undefined for anything that is not an address. */
function isIn(ranges: readonly IpRange[], text: string): boolean | undefined {
  const address = parseIpAddress(text);
  return address && ranges.some((range) => rangeHolds(range, address));
}
