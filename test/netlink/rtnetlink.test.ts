import { describe, expect, test } from 'vitest';
import { littleEndian } from '../../src/options/memory.js';
import { parseAddress, parsePrefix } from '../../src/netlink/ip-prefix.js';
import { receiveBuffer } from '../../src/netlink/message.js';
import {
  decodeAddress,
  decodeLink,
  decodeRoute,
  encodeAddress,
  encodeLink,
  encodeNeighbour,
  encodeRoute,
  encodeVeth,
} from '../../src/netlink/rtnetlink.js';

const joined = (parts: readonly Uint8Array[]): number[] => [...Buffer.concat(parts)];
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

function decoded<T>(
  decode: (buffer: ReturnType<typeof receiveBuffer>, start: number, end: number) => T,
  bytes: readonly number[],
): T {
  const buffer = receiveBuffer(256);
  buffer.bytes.set(bytes, 16);
  return decode(buffer, 16, 16 + bytes.length);
}

describe.runIf(littleEndian)('rtnetlink codec', () => {
  test('up is a flag and a mask; nothing is changed without', () => {
    expect(joined(encodeLink(3, { up: true }))).toEqual([0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    expect(joined(encodeLink(3, { up: false }))).toEqual([0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(joined(encodeLink(3, { mtu: 1400 }))).toEqual([0, 0, 0, 0, 3, ...zeros(11), 8, 0, 4, 0, 0x78, 5, 0, 0]);
  });

  test('the mode of IPv6 addresses is a byte in IFLA_AF_SPEC, under its family', () => {
    // IFLA_AF_SPEC, nested; AF_INET6, nested; IFLA_INET6_ADDR_GEN_MODE
    const nested = (mode: number): number[] => [16, 0, 26, 0x80, 12, 0, 10, 0x80, 5, 0, 8, 0, mode, 0, 0, 0];
    expect(joined(encodeLink(3, { addrGenMode: 'none' })).slice(16)).toEqual(nested(1));
    expect(joined(encodeLink(3, { addrGenMode: 'random' })).slice(16)).toEqual(nested(3));
    const header = [0, 0, 0, 0, 2, ...zeros(11)];
    expect(decoded(decodeLink, [...header, ...nested(0)]).addrGenMode).toBe('eui64');
    expect(decoded(decodeLink, [...header, ...nested(2)]).addrGenMode).toBe('stable_secret');
    expect(decoded(decodeLink, header)).not.toHaveProperty('addrGenMode');
  });

  test('a veth pair nests the peer, an ifinfomsg and its attributes, in IFLA_LINKINFO', () => {
    expect(joined(encodeVeth({ name: 'a' }, { name: 'b', namespaceFd: 9 }))).toEqual([
      ...zeros(16),
      6,
      0,
      3,
      0,
      0x61,
      0,
      0,
      0,
      56,
      0,
      18,
      0x80, // IFLA_LINKINFO
      9,
      0,
      1,
      0,
      0x76,
      0x65,
      0x74,
      0x68,
      0,
      0,
      0,
      0, // IFLA_INFO_KIND: veth
      40,
      0,
      2,
      0x80, // IFLA_INFO_DATA
      36,
      0,
      1,
      0, // VETH_INFO_PEER
      ...zeros(16),
      6,
      0,
      3,
      0,
      0x62,
      0,
      0,
      0,
      8,
      0,
      28,
      0,
      9,
      0,
      0,
      0, // IFLA_NET_NS_FD
    ]);
  });

  test('an address is sent as local and as address; IFA_F_NODAD on request', () => {
    const prefix = parsePrefix('10.0.0.1/8', 'address');
    const plain = [2, 8, 0, 0, 4, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1, 8, 0, 1, 0, 10, 0, 0, 1];
    expect(joined(encodeAddress(4, prefix, true))).toEqual(plain);
    expect(joined(encodeAddress(4, prefix, false))).toEqual([...plain, 8, 0, 8, 0, 2, 0, 0, 0]);
  });

  test('a route has the scope of the link without a gateway, and of the universe with one', () => {
    const to = parsePrefix('10.0.0.0/8', 'to');
    expect(joined(encodeRoute({ to, interfaceIndex: 2 }, 'add'))).toEqual([
      2, 8, 0, 0, 254, 3, 253, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0, 8, 0, 4, 0, 2, 0, 0, 0,
    ]);
    const gateway = parseAddress('10.0.0.1', 'via');
    expect(joined(encodeRoute({ to: { ...to, length: 0 }, gateway }, 'add'))).toEqual([
      2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 8, 0, 5, 0, 10, 0, 0, 1,
    ]);
    expect(joined(encodeRoute({ to }, 'delete')).slice(0, 12)).toEqual([2, 8, 0, 0, 254, 0, 255, 0, 0, 0, 0, 0]);
  });

  test('a neighbour is permanent', () => {
    const address = parseAddress('10.0.0.2', 'address');
    expect(joined(encodeNeighbour(2, address, Uint8Array.of(2, 0, 0, 0, 0, 9)))).toEqual([
      2, 0, 0, 0, 2, 0, 0, 0, 0x80, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 2, 10, 0, 2, 0, 2, 0, 0, 0, 0, 9, 0, 0,
    ]);
  });

  test('decodes a link', () => {
    const bytes = [
      0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 7, 0, 3, 0, 0x6c, 0x6f, 0, 0, 8, 0, 4, 0, 0xdc, 5, 0, 0, 10, 0, 1,
      0, 2, 0, 0, 0, 0, 0xab, 0, 0, 5, 0, 16, 0, 6, 0, 0, 0,
    ];
    expect(decoded(decodeLink, bytes)).toEqual({
      index: 2,
      name: 'lo',
      isUp: true,
      hasCarrier: true,
      operState: 'UP',
      mtu: 1500,
      hardwareAddress: '02:00:00:00:00:ab',
    });
  });

  test('decodes an address, of a point-to-point link the near end', () => {
    const bytes = [2, 32, 0x40, 0, 3, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 2, 8, 0, 2, 0, 10, 0, 0, 1];
    expect(decoded(decodeAddress, bytes)).toEqual({
      family: 'IPv4',
      address: '10.0.0.1',
      prefixLength: 32,
      interfaceIndex: 3,
      isTentative: true,
    });
  });

  test('a route of another table, or of another type than unicast, is left out', () => {
    const route = [2, 8, 0, 0, 254, 3, 253, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0];
    expect(decoded(decodeRoute, route)).toEqual({ family: 'IPv4', to: '10.0.0.0/8' });
    expect(decoded(decodeRoute, route.with(4, 255))).toBeUndefined();
    expect(decoded(decodeRoute, route.with(7, 2))).toBeUndefined();
  });

  test.each([decodeLink, decodeAddress, decodeRoute])('%o refuses a message too short', (decode) => {
    expect(() => decoded<unknown>(decode, [2, 0, 0, 0])).toThrow(
      expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
    );
  });
});
