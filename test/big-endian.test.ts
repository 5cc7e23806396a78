import { describe, expect, test, vi } from 'vitest';
import { encodeAttributes, readU32, u32, u32Bytes } from '../src/netlink/attribute.js';
import { compileBytecode } from '../src/netlink/bytecode.js';
import { encodeInetRequest, InetRowDecoder } from '../src/netlink/inet-diag.js';
import { decodeError, encodeMessage, receiveBuffer, walkMessages } from '../src/netlink/message.js';
import {
  decodeAddress,
  decodeLink,
  decodeRoute,
  encodeAddress,
  encodeLink,
  encodeNeighbour,
} from '../src/netlink/rtnetlink.js';
import { parsePrefix } from '../src/netlink/ip-prefix.js';
import { decodeUnixRow, encodeUnixRequest } from '../src/netlink/unix-diag.js';
import { codecs } from '../src/options/codec.js';
import { decodeTcpInfo } from '../src/options/decode-tcp-info.js';
import type { Kind } from '../src/options/kinds.js';
import { memoryOf } from '../src/options/memory.js';
import { catalog } from '../src/options/catalog.js';
import { scratch } from '../src/options/scratch.js';
import { encodeControl, readControl, writeControl } from '../src/socket/control.js';
import type { SendControlMessage } from '../src/socket/messages.js';
import { readAddress, writeAddress } from '../src/socket/sockaddr.js';
import { controlCodecs } from '../src/socket/message-codecs.js';
import { readTimestampStats } from '../src/socket/timestamp-stats.js';

// All that reads or writes numbers takes the machine's order from here, and is told the other one. The bytes are typed by hand from
// the declarations in linux/*.h.
vi.mock('../src/options/memory.js', async (original) => ({
  ...(await original<typeof import('../src/options/memory.js')>()),
  littleEndian: false,
}));

const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const spec = { name: 'X', spec: { ...catalog.SO_BINDTODEVICE } };

/** Hexadecimal digits, with spaces where fields end. */
function bytes(text: string): number[] {
  return [...Buffer.from(text.replaceAll(' ', ''), 'hex')];
}

/** Structures are aligned to 8 bytes in memory. */
function holding(content: readonly number[], start = 16): ReturnType<typeof receiveBuffer> {
  const buffer = receiveBuffer(512);
  buffer.bytes.set(content, start);
  return buffer;
}

const isLinux = process.platform === 'linux';

describe('values of options', () => {
  const memory = memoryOf(new ArrayBuffer(1024));

  function encoded(kind: Kind, value: unknown): number[] {
    memory.bytes.fill(0);
    const length = codecs[kind].encode?.(value as never, memory, 8, spec) ?? 0;
    return [...memory.bytes.slice(8, 8 + length)];
  }

  function decoded(kind: Kind, content: readonly number[], length = content.length): unknown {
    memory.bytes.fill(0).set(content, 8);
    return codecs[kind].decode?.(memory, 8, length, spec);
  }

  const there: readonly (readonly [Kind, unknown, string])[] = [
    ['bool', true, '00000001'],
    ['int', 0x01020304, '01020304'],
    ['int', -2, 'fffffffe'],
    ['uint', 0xfffffffe, 'fffffffe'],
    ['fd', 7, '00000007'],
    ['netIndex', 0x0102, '00000102'],
    ['uint64', 0x0102030405060708n, '0102030405060708'],
    ['linger', { on: true, seconds: 258 }, '00000001 00000102'],
    ['timeval', 258_000.772, '0000000000000102 0000000000000304'],
    ['ucred', { pid: 1, uid: 258, gid: 3 }, '00000001 00000102 00000003'],
    ['txtime', { clockId: 11, flags: 1 }, '0000000b 00000001'],
    ['filter', [{ code: 0x0102, jt: 3, jf: 4, k: 0x05060708 }], '0102 03 04 05060708'],
    ['portRange', { low: 0x0102, high: 0x0304 }, '03040102'],
    ['timestampingFlags', ['SOF_TIMESTAMPING_TX_HARDWARE', 'SOF_TIMESTAMPING_OPT_ID'], '00000081'],
    ['timestamping', { flags: ['SOF_TIMESTAMPING_TX_SOFTWARE'], bindPhc: 258 }, '00000002 00000102'],
    // struct fanout_args has its two halves the other way round there: type_flags, id.
    [
      'packetFanout',
      { groupId: 0x0102, mode: 'PACKET_FANOUT_CPU', flags: ['PACKET_FANOUT_FLAG_ROLLOVER'] },
      '1002 0102',
    ],
    ['icmpTypes', [0, 9], '00000201'],
    ['icmp6Types', [1, 33], `00000002 00000002 ${'00000000'.repeat(6)}`],
    [
      'repairWindow',
      { sndWl1: 1, sndWnd: 2, maxWindow: 3, rcvWnd: 4, rcvWup: 258 },
      '00000001 00000002 00000003 00000004 00000102',
    ],
  ];
  test.runIf(isLinux).for(there)('%s', ([kind, value, text]) => {
    expect(encoded(kind, value)).toEqual(bytes(text));
    expect(decoded(kind, bytes(text), kind === 'filter' ? 1 : undefined)).toEqual(value);
  });

  const asked: readonly (readonly [Kind, unknown, string])[] = [
    [
      'mreqn',
      { multicastAddress: '224.0.0.1', localAddress: '10.0.0.2', interfaceIndex: 258 },
      'e0000001 0a000002 00000102',
    ],
    ['multicastIf', { localAddress: '10.0.0.2', interfaceIndex: 258 }, '00000000 0a000002 00000102'],
    ['mreq6', { multicastAddress: 'ff02::1', interfaceIndex: 258 }, `ff02${'00'.repeat(13)}01 00000102`],
    [
      'groupReq',
      { interfaceIndex: 258, group: '224.0.0.1' },
      `00000102 00000000 0002 0000 e0000001 ${'00'.repeat(120)}`,
    ],
    [
      'groupSourceReq',
      { interfaceIndex: 258, group: '224.0.0.1', source: '10.0.0.2' },
      `00000102 00000000 0002 0000 e0000001 ${'00'.repeat(120)} 0002 0000 0a000002 ${'00'.repeat(120)}`,
    ],
    [
      'packetMreq',
      { interfaceIndex: 258, type: 'PACKET_MR_MULTICAST', hardwareAddress: '01:00:5e:00:00:01' },
      '00000102 0000 0006 01005e000001 0000',
    ],
    ['repairOptions', [{ code: 2, value: 1460 }], '00000002 000005b4'],
    ['filterOrFd', 258, '00000102'],
  ];
  test.runIf(isLinux).for(asked)('%s, which is only written', ([kind, value, text]) => {
    expect(encoded(kind, value)).toEqual(bytes(text));
  });

  const answered: readonly (readonly [Kind, unknown, string])[] = [
    ['int', 258, '0102'],
    ['gids', [1, 258], '00000001 00000102'],
    ['packetStatistics', { packets: 258, drops: 3, freezes: 0 }, '00000102 00000003'],
    ['packetRollover', { all: 258n, huge: 2n, failed: 3n }, '0000000000000102 0000000000000002 0000000000000003'],
    ['netlinkGroups', [1, 34], '00000001 00000002'],
    ['sockaddr', { address: '10.0.0.2', port: 258 }, `0002 0102 0a000002 ${'00'.repeat(8)}`],
  ];
  test.runIf(isLinux).for(answered)('%s, which is only read', ([kind, value, text]) => {
    expect(decoded(kind, bytes(text))).toEqual(value);
  });

  test('the question for subflows', () => {
    codecs.subflowAddresses.ask?.(memory);
    expect([...memory.bytes.slice(0, 16)]).toEqual(bytes('00000010 00000000 00000000 00000100'));
  });

  test('TCP_INFO', () => {
    const info = bytes(
      // The scales are two bit fields, the first at the high end; so are the flags: app-limited, 2 bits of fast open.
      `01 00 01 02 03 07 78 c0 00000102 ${'00000000'.repeat(23)} 0000000100000002 ffffffffffffffff ${'00000000'.repeat(30)} 0003 0004`,
    );
    // Words are read as the machine has them, so this machine's order inside each of them.
    const words = new Uint32Array(70);
    const view = new DataView(Uint8Array.from([...info, ...zeros(280 - info.length)]).buffer);
    for (let index = 0; index < 70; index++) words[index] = view.getUint32(4 * index);
    const content = new Uint8Array(words.buffer);
    content.set(info.slice(0, 8));
    const decodedInfo = decodeTcpInfo({ bytes: content }, 0, 280);
    expect(decodedInfo).toMatchObject({
      state: 'ESTABLISHED',
      sndWscale: 7,
      rcvWscale: 8,
      deliveryRateAppLimited: true,
      fastopenClientFail: 2,
      rtoUs: 258,
      pacingRate: 2 ** 32 + 2,
      maxPacingRate: Number.POSITIVE_INFINITY,
      totalRto: 3,
      totalRtoRecoveries: 4,
    });
  });
});

describe('addresses', () => {
  const pairs = [
    ['IPv4', { family: 'IPv4', address: '10.0.0.2', port: 258 }, `0002 0102 0a000002 ${'00'.repeat(8)}`],
    [
      'IPv6',
      { family: 'IPv6', address: '::1', port: 258, flowInfo: 3, scopeId: 772 },
      `000a 0102 00000003 ${'00'.repeat(15)}01 00000304`,
    ],
    [
      'packet',
      { family: 'packet', protocol: 0x0806, interfaceIndex: 258, hardwareAddress: '02:00:00:00:00:01', packetType: 0 },
      '0011 0806 00000102 0000 00 06 020000000001 0000',
    ],
    ['netlink', { family: 'netlink', pid: 258, groups: 3 }, '0010 0000 00000102 00000003'],
    ['vsock', { family: 'vsock', cid: 258, port: 772 }, '0028 0000 00000304 00000102 00000000'],
  ] as const;
  test.runIf(isLinux).for(pairs)('of family %s', ([family, address, text]) => {
    const length = writeAddress(family, address);
    expect([...scratch.bytes.slice(0, length)]).toEqual(bytes(text));
    expect(readAddress(length)).toEqual(address);
  });
});

describe.runIf(isLinux)('control messages', () => {
  const sent: readonly (readonly [SendControlMessage, string])[] = [
    [{ type: 'SCM_RIGHTS', fds: [1, 258] }, '0000000000000018 00000001 00000001 00000001 00000102'],
    [
      { type: 'SCM_CREDENTIALS', pid: 1, uid: 258, gid: 3 },
      '000000000000001c 00000001 00000002 00000001 00000102 00000003 00000000',
    ],
    [
      { type: 'IP_PKTINFO', interfaceIndex: 258, address: '10.0.0.2' },
      '000000000000001c 00000000 00000008 00000102 0a000002 00000000 00000000',
    ],
    [
      { type: 'IPV6_PKTINFO', interfaceIndex: 258, address: '::1' },
      `0000000000000024 00000029 00000032 ${'00'.repeat(15)}01 00000102 00000000`,
    ],
    [{ type: 'UDP_SEGMENT', segmentSize: 258 }, '0000000000000012 00000011 00000067 0102 000000000000'],
    [{ type: 'IP_TTL', value: 64 }, '0000000000000014 00000000 00000002 00000040 00000000'],
    [{ type: 'SO_MARK', mark: 258 }, '0000000000000014 00000001 00000024 00000102 00000000'],
    [{ type: 'SCM_TXTIME', nanoseconds: 258n }, '0000000000000018 00000001 0000003d 0000000000000102'],
    [{ type: 'IPV6_FLOWINFO', flowInfo: 258 }, '0000000000000014 00000029 0000000b 00000102 00000000'],
  ];
  test.for(sent)('%o is sent', ([message, text]) => {
    const memory = memoryOf(new ArrayBuffer(128));
    const length = writeControl(encodeControl([message]), memory, 0);
    expect([...memory.bytes.slice(0, length)]).toEqual(bytes(text));
  });

  const received = [
    [{ type: 'SCM_RIGHTS', fds: [1, 258] }, '0000000000000018 00000001 00000001 00000001 00000102'],
    [
      { type: 'SCM_CREDENTIALS', pid: 1, uid: 258, gid: 3 },
      '000000000000001c 00000001 00000002 00000001 00000102 00000003 00000000',
    ],
    [{ type: 'IP_TOS', value: 16 }, '0000000000000011 00000000 00000001 10 00000000000000'],
    [
      { type: 'SCM_TIMESTAMPNS', nanoseconds: 2_000_000_258n },
      '0000000000000020 00000001 00000023 0000000000000002 0000000000000102',
    ],
  ] as const;
  test.for(received)('%o is received', ([message, text]) => {
    const memory = memoryOf(new ArrayBuffer(128));
    memory.bytes.set(bytes(text));
    expect(readControl(bytes(text).length, memory, 0)).toEqual([message]);
  });

  const bodies = [
    [
      'IP_RECVERR',
      '0000006f 02 03 01 00 00000102 00000003 0002 0000 0a000002 0000000000000000',
      {
        errno: -111,
        code: 'ECONNREFUSED',
        origin: 'icmp',
        icmpType: 3,
        icmpCode: 1,
        info: 258,
        data: 3,
        offender: { family: 'IPv4', address: '10.0.0.2', port: 0 },
      },
    ],
    [
      'PACKET_AUXDATA',
      '00000011 00000102 00000003 0000 0304 0506 8100 0000',
      { length: 258, capturedLength: 3, networkOffset: 772, vlanTci: 0x0506 },
    ],
    [
      'SCM_DEVMEM_DMABUF',
      '0000000000000102 00000003 00000004 00000005 00000000',
      { offset: 258n, size: 3, token: 4, dmabufId: 5 },
    ],
    ['IPV6_PATHMTU', `000a 0000 00000000 ${'00'.repeat(15)}01 00000000 000005dc`, { mtu: 1500 }],
    ['IP_CHECKSUM', '00000102', { checksum: 258 }],
  ] as const;
  test.for(bodies)('%s', ([type, text, expected]) => {
    const content = Uint8Array.from(bytes(text));
    expect(controlCodecs[type].read?.(new DataView(content.buffer), content)).toMatchObject(expected);
  });

  test('statistics of a timestamp', () => {
    // TCP_NLA_BUSY has 8 bytes, TCP_NLA_TOTAL_RETRANS 4.
    const content = Uint8Array.from(bytes('000c 0001 0000000000000102 0008 0005 00000304'));
    const stats = readTimestampStats(new DataView(content.buffer));
    expect(stats).toEqual({ TCP_NLA_BUSY: 258, TCP_NLA_TOTAL_RETRANS: 772 });
  });
});

describe('netlink', () => {
  test('a message and its attributes', () => {
    const message = encodeMessage({
      type: 0x14,
      flags: 0x301,
      sequence: 258,
      parts: [encodeAttributes([u32(3, 0x01020304), { type: 5, value: [u32(1, 2)] }])],
    });
    expect([...message]).toEqual(
      bytes('00000024 0014 0301 00000102 00000000 0008 0003 01020304 000c 8005 0008 0001 00000002'),
    );
    const seen: number[] = [];
    walkMessages(holding([...message], 0), message.length, (...numbers) => seen.push(...numbers) > 0);
    expect(seen).toEqual([0x14, 0x301, 258, 16, 36]);
    expect(readU32(u32Bytes(258))).toBe(258);
  });

  test('an error and where it is', () => {
    // nlmsgerr: errno, the header of the request; then NLMSGERR_ATTR_OFFS.
    const content = bytes('ffffffea 00000010 0014 0005 00000001 00000000 0008 0002 00000018');
    expect(decodeError(holding(content), 0x300, 16, 16 + content.length)).toEqual({ errno: -22, offset: 24 });
  });

  test('a filter', () => {
    const program = compileBytecode([
      [[{ kind: 'port', side: 'local', compare: 'equal', port: 258 }]],
      [[{ kind: 'address', side: 'remote', address: Uint8Array.of(10, 0, 0, 2), prefixLength: 32 }]],
      [[{ kind: 'interface', index: 258 }]],
      [[{ kind: 'mark', mark: 258, mask: 3 }]],
      [[{ kind: 'cgroup', id: 258n }]],
    ]);
    // Each instruction is code, yes, no; a test that fails goes on 4 bytes behind the end, at 60.
    expect([...program]).toEqual(
      bytes(
        '0b 08 003c 00 00 0102  08 10 0034 02 20 0000 ffffffff 0a000002  09 08 0024 00000102  0a 0c 001c 00000102 00000003  0d 0c 0010 0000000000000102',
      ),
    );
  });

  test('the request for a socket, whose cookie is two words, the lower first', () => {
    const [request] = encodeInetRequest({
      family: 2,
      protocol: 'tcp',
      details: {},
      states: 0x0402,
      id: {
        localPort: 80,
        remotePort: 258,
        localAddress: Uint8Array.of(10, 0, 0, 1),
        remoteAddress: Uint8Array.of(10, 0, 0, 2),
        interfaceIndex: 3,
        cookie: 0x01020304_05060708n,
      },
    });
    expect([...(request ?? [])]).toEqual(
      bytes(
        `02 06 00 00 00000402 0050 0102 0a000001 ${'00'.repeat(12)} 0a000002 ${'00'.repeat(12)} 00000003 05060708 01020304`,
      ),
    );
  });

  test('the row of a socket', () => {
    const row = bytes(
      `02 01 01 02 0050 0102 0a000001 ${'00'.repeat(12)} 0a000002 ${'00'.repeat(12)} 00000003 05060708 01020304
       0000012c 00000004 00000005 000003e8 00000102 0008 000f 00000203 000c 0015 0000000000000304`.replaceAll('\n', ''),
    );
    expect(new InetRowDecoder('tcp').decode(holding(row), 16, 16 + row.length)).toMatchObject({
      localAddress: '10.0.0.1',
      localPort: 80,
      remoteAddress: '10.0.0.2',
      remotePort: 258,
      interfaceIndex: 3,
      cookie: 0x01020304_05060708n,
      timer: { kind: 'retransmit', remainingMs: 300, retransmits: 2 },
      receiveQueue: 4,
      sendQueue: 5,
      uid: 1000,
      inode: 258,
      mark: 515,
      cgroupId: 772n,
    });
  });

  test('unix sockets', () => {
    expect([...encodeUnixRequest(0x0402, false)]).toEqual(
      bytes('01 00 0000 00000402 00000000 00000057 00000000 00000000'),
    );
    const row = bytes('01 01 0a 00 00000102 05060708 01020304 000c 0004 00000003 00000080');
    expect(decodeUnixRow(holding(row), 16, 16 + row.length)).toMatchObject({
      state: 'LISTEN',
      inode: 258,
      cookie: 0x01020304_05060708n,
      receiveQueue: 3,
      sendQueue: 128,
    });
  });

  test('links, addresses, routes, neighbours', () => {
    const flat = (parts: readonly Uint8Array[]): number[] => parts.flatMap((part) => [...part]);
    const prefix = parsePrefix('10.0.0.2/24', 'address');
    expect(flat(encodeLink(258, { up: true, mtu: 1500 }))).toEqual(
      bytes('00 00 0000 00000102 00000001 00000001 0008 0004 000005dc'),
    );
    expect(flat(encodeAddress(258, prefix, true))).toEqual(
      bytes('02 18 00 00 00000102 0008 0002 0a000002 0008 0001 0a000002'),
    );
    expect(flat(encodeNeighbour(258, prefix, Uint8Array.of(2, 0, 0, 0, 0, 1)))).toEqual(
      bytes('02 00 0000 00000102 0080 00 00 0008 0001 0a000002 000a 0002 020000000001 0000'),
    );
    const link = bytes('00 00 0001 00000102 00010001 00000000 0008 0004 000005dc');
    expect(decodeLink(holding(link), 16, 16 + link.length)).toMatchObject({
      index: 258,
      isUp: true,
      hasCarrier: true,
      mtu: 1500,
    });
    const address = bytes('02 18 00 00 00000102 0008 0002 0a000002');
    expect(decodeAddress(holding(address), 16, 16 + address.length)).toMatchObject({
      address: '10.0.0.2',
      interfaceIndex: 258,
    });
    const route = bytes('02 18 00 00 fe 03 fd 01 00000000 0008 0001 0a000000 0008 0004 00000102 0008 0006 00000003');
    expect(decodeRoute(holding(route), 16, 16 + route.length)).toMatchObject({
      to: '10.0.0.0/24',
      interfaceIndex: 258,
      metric: 3,
    });
  });
});
