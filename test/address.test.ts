import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatAddress,
  formatIPv4,
  formatIPv6,
  ipVersion,
  isLoopback,
  isWildcard,
  parseIPv4,
  parseIPv6,
  unmapped,
} from '../src/address.js';

function v4(text: string): number[] | undefined {
  const bytes = new Uint8Array(4);
  return parseIPv4(text, bytes) ? [...bytes] : undefined;
}

function v6(text: string): string | undefined {
  const bytes = new Uint8Array(16);
  return parseIPv6(text, bytes) ? Buffer.from(bytes).toString('hex') : undefined;
}

/** Text that is nearly an address: of the right characters, in any order. */
const nearlyIPv4 = fc.string({
  unit: fc.constantFrom('0', '1', '2', '5', '9', '.', '.', 'x', ' ', '-'),
  maxLength: 16,
});
const nearlyIPv6 = fc
  .array(fc.constantFrom('0', '1', 'f', 'ABCD', '12345', ':', ':', '::', '.', '1.2.3.4', 'g', ' '), { maxLength: 17 })
  .map((parts) => parts.join(''));
const groupsOfIPv6 = fc
  .array(fc.constantFrom('0', '00', 'a', 'ffff', '1.2.3.4', ''), { minLength: 6, maxLength: 9 })
  .map((parts) => parts.join(':'));

describe('parseIPv4', () => {
  test('takes exactly what node:net calls an IPv4 address', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), nearlyIPv4), (text) => (v4(text) !== undefined) === isIPv4(text)));
  });

  test('gives back the bytes it was formatted from', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(v4(formatIPv4(bytes))).toEqual([...bytes]);
      }),
    );
  });

  test.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '0x1.2.3.4',
    '1.2.3.4 ',
    '1..2.3',
    '127.1',
    '１.2.3.4',
  ])('refuses %j', (text) => {
    expect(v4(text)).toBeUndefined();
  });

  test('writes at the offset and nowhere else', () => {
    const bytes = new Uint8Array(8).fill(9);
    expect(parseIPv4('1.2.3.4', bytes, 2)).toBe(true);
    expect([...bytes]).toEqual([9, 9, 1, 2, 3, 4, 9, 9]);
  });
});

describe('parseIPv6', () => {
  test('takes exactly what node:net calls an IPv6 address without a zone', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), nearlyIPv6, groupsOfIPv6), (text) => {
        expect(v6(text) !== undefined).toBe(isIPv6(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('gives back the bytes it was formatted from', () => {
    const bytes = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(bytes, (values) => {
        expect(v6(formatIPv6(Uint8Array.from(values)))).toBe(Buffer.from(values).toString('hex'));
      }),
    );
  });

  test.each(['1.2.3.4::', '1:1.2.3.4::5', '1::2::3', ':::', ':', '1:', ':1', '::12345', '::1%lo', '::1.2.3', '::g'])(
    'refuses %j',
    (text) => {
      expect(v6(text)).toBeUndefined();
    },
  );

  test.each([
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('reads %s', (text, hex) => {
    expect(v6(text)).toBe(hex);
  });
});

describe('formatIPv6', () => {
  // RFC 5952 sections 4.1 to 4.3 and 5.
  test.each([
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['2001:DB8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['::FFFF:c000:0201', '::ffff:192.0.2.1'],
    ['::c000:0201', '::c000:201'],
  ])('writes %s as %s', (text, expected) => {
    const bytes = new Uint8Array(16);
    expect(parseIPv6(text, bytes)).toBe(true);
    expect(formatIPv6(bytes)).toBe(expected);
  });
});

describe('ipVersion', () => {
  test.each([
    '127.0.0.1',
    '::',
    'fe80::1%eth0',
    'fe80::1%eth0.5:0',
    '::1%',
    '::1%a b',
    '127.0.0.1%lo',
    '%lo',
    '',
    'a',
    '1.2',
  ])('%j: as isIP()', (text) => {
    expect(ipVersion(text)).toBe(isIP(text));
  });

  test('takes every name an interface can have for a zone, as isIP() does not', () => {
    expect([ipVersion('fe80::1%br_lan'), isIP('fe80::1%br_lan')]).toEqual([6, 0]);
  });

  test('is isIP()', () => {
    const zone = fc.constantFrom('', '%', '%lo', '%1', '%%', '% ', '%a%b');
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), nearlyIPv4, fc.ipV6(), nearlyIPv6), zone, (address, behind) => {
        expect(ipVersion(address + behind)).toBe(isIP(address + behind));
      }),
    );
  });
});

describe('kinds of address', () => {
  test.each(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0', '::ffff:0:0', '::%1'])(
    '%s is the wildcard',
    (address) => {
      expect(isWildcard(address)).toBe(true);
    },
  );

  test.each(['127.0.0.1', '::1', '::2', '', '*', '0', '0.0.0.1'])('%j is not the wildcard', (address) => {
    expect(isWildcard(address)).toBe(false);
  });

  test.each(['127.0.0.1', '127.255.255.254', '::1', '0::1', '::1%lo', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
    '%s is loopback',
    (address) => {
      expect(isLoopback(address)).toBe(true);
    },
  );

  test.each(['127.0.0.1.example', '127.', '128.0.0.1', '::', '::2', 'localhost', '::127.0.0.1'])(
    '%j is not loopback',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );

  test.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:0a00:1', '10.0.0.1'],
    ['0:0:0:0:0:FFFF:10.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.1'],
    ['fe80::1%lo', 'fe80::1%lo'],
    ['::ffff:1:10.0.0.1', '::ffff:1:10.0.0.1'],
  ])('%s unmapped is %s', (address, expected) => {
    expect(unmapped(address)).toBe(expected);
  });
});

describe('formatAddress', () => {
  test.each([
    [{ family: 'IPv4', address: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
    [{ family: 'IPv6', address: '::1', port: 80 }, '[::1]:80'],
    [{ family: 'IPv6', address: 'fe80::1', port: 80, scopeId: 2 }, '[fe80::1%2]:80'],
    [{ family: 'unix', path: '/run/s' }, '/run/s'],
    [{ family: 'unix', path: '\0name' }, '@name'],
    [{ family: 'unix', path: '' }, ''],
    [{ family: 'packet', protocol: 3, interfaceIndex: 2, hardwareAddress: '02:00:00:00:00:01' }, '02:00:00:00:00:01%2'],
    [{ family: 'packet', protocol: 3, interfaceIndex: 0 }, '*%0'],
    [{ family: 'netlink', pid: 0, groups: 0 }, 'netlink:0'],
    [{ family: 'vsock', cid: 2, port: 1024 }, 'vsock:2:1024'],
  ] as const)('%j is written %s', (address, expected) => {
    expect(formatAddress(address)).toBe(expected);
  });
});
