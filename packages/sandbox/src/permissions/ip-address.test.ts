import { BlockList, isIP } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ipRange, parseIpAddress, rangeHolds } from './ip-address.js';

const part = fc.oneof(
  fc.constantFrom('', '0', '00', '01', '1', '255', '256', 'ff', 'ffff', '10000', 'g', '::', '%'),
  fc.nat(300).map(String),
  fc.nat(0xffff).map((value) => value.toString(16)),
);
const almostAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
  fc.array(part, { maxLength: 10 }).map((parts) => parts.join(':')),
  fc
    .tuple(fc.array(part, { maxLength: 8 }), fc.ipV4())
    .map(([parts, v4]) => [...parts, v4].join(':')),
);

describe('parseIpAddress()', () => {
  it('takes what Node takes, zones aside', () => {
    fc.assert(
      fc.property(almostAddress, (text) => {
        const family = text.includes('%') ? 0 : isIP(text);
        expect(parseIpAddress(text)?.family ?? 0).toBe(family);
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    '127.1',
    '0x7f.0.0.1',
    '127.0.0.01',
    '2130706433',
    'fe80::1%eth0',
    '1::2::3',
    ':1',
    '[::1]',
  ])('does not take %s', (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });
});

describe('rangeHolds()', () => {
  it.each([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '100.64.0.0/10',
    'fc00::/7',
    '64:ff9b:1::/48',
    '::/96',
    '2001::/23',
  ])('agrees with Node about %s', (range) => {
    const [network = '', prefix = ''] = range.split('/');
    const list = new BlockList();
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
    const near = fc
      .nat(0xffff)
      .map(
        (value) =>
          `${network.split(/[.:]/)[0]}${network.includes(':') ? `::${value.toString(16)}` : `.16.0.${value % 256}`}`,
      );
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), near), (text) => {
        const address = parseIpAddress(text);
        if (address === undefined) return;
        const expected = list.check(text, address.family === 4 ? 'ipv4' : 'ipv6');
        expect(rangeHolds(ipRange(range), address)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
