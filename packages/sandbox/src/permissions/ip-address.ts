/** An IP address as numbers: 4 bytes, or 8 groups of 16 bits. Text without a port, a prefix or a zone. */
export type IpAddress =
  | { readonly family: 4; readonly parts: readonly number[] }
  | { readonly family: 6; readonly parts: readonly number[] };

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/**
 * Parses an address in its strict form: four decimal numbers without leading zeros, or a form that RFC 4291 allows.
 *
 * @returns undefined for anything else, including spellings that resolvers accept (`127.1`, `0x7f000001`), and zones.
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.2
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const parts = text.includes(':') ? parseIPv6(text) : parseIPv4(text);
  if (parts === undefined) return undefined;
  return { family: text.includes(':') ? 6 : 4, parts };
}

/** A range of addresses: those whose first `prefix` bits equal those of `network`. */
export interface IpRange {
  readonly network: IpAddress;
  readonly prefix: number;
}

/** Reads a range such as `10.0.0.0/8`, which must be well formed. */
export function ipRange(text: string): IpRange {
  const [address = '', prefix = ''] = text.split('/');
  const network = parseIpAddress(address);
  if (network === undefined) throw new RangeError(`Cannot use range "${text}": no address`);
  return { network, prefix: Number(prefix) };
}

/** True if the range contains the address. IPv4 inside IPv6 (`::ffff:127.0.0.1`) counts as IPv4. */
export function rangeHolds({ network, prefix }: IpRange, address: IpAddress): boolean {
  const { family, parts } = unmapped(address);
  if (family !== network.family) return false;
  const width = family === 4 ? 8 : 16;
  return network.parts.every((part, index) => {
    const bits = Math.min(width, Math.max(0, prefix - index * width));
    const shift = width - bits;
    return part >>> shift === parts[index]! >>> shift;
  });
}

function unmapped(address: IpAddress): IpAddress {
  const { family, parts } = address;
  if (family === 4 || parts[5] !== 0xffff || parts.slice(0, 5).some((part) => part !== 0)) {
    return address;
  }
  const [high = 0, low = 0] = parts.slice(6);
  return { family: 4, parts: [high >>> 8, high & 0xff, low >>> 8, low & 0xff] };
}

function parseIPv4(text: string): number[] | undefined {
  const match = IPV4.exec(text);
  if (match === null) return undefined;
  const texts = match.slice(1);
  const parts = texts.map(Number);
  // A leading zero means octal to some readers.
  return parts.every((part, index) => part <= 255 && String(part) === texts[index])
    ? parts
    : undefined;
}

function parseIPv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Groups between colons; the last may be an IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    if (isLast && index === pieces.length - 1 && piece.includes('.')) {
      const bytes = parseIPv4(piece);
      if (bytes === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      groups.push(a * 256 + b, c * 256 + d);
      continue;
    }
    if (!/^[0-9a-f]{1,4}$/i.test(piece)) return undefined;
    groups.push(Number.parseInt(piece, 16));
  }
  return groups;
}
