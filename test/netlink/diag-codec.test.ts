import { describe, expect, test } from 'vitest';
import { littleEndian } from '../../src/options/memory.js';
import { encodeInetRequest, InetRowDecoder } from '../../src/netlink/inet-diag.js';
import { receiveBuffer } from '../../src/netlink/message.js';
import { decodeUnixRow, encodeUnixRequest } from '../../src/netlink/unix-diag.js';

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

function holding(bytes: readonly number[]): ReturnType<typeof receiveBuffer> {
  const buffer = receiveBuffer(256);
  buffer.bytes.set(bytes, 16);
  return buffer;
}

// struct inet_diag_msg of 127.0.0.1:80 to 127.0.0.2:4660, in FIN_WAIT2 with a TIME_WAIT timer.
const row = [
  2,
  5,
  3,
  1,
  0,
  80,
  0x12,
  0x34,
  127,
  0,
  0,
  1,
  ...zeros(12),
  127,
  0,
  0,
  2,
  ...zeros(12),
  7,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  0x60,
  0xea,
  0,
  0,
  3,
  0,
  0,
  0,
  4,
  0,
  0,
  0,
  0xe8,
  3,
  0,
  0,
  9,
  0,
  0,
  0,
];

describe.runIf(littleEndian)('inet_diag codec', () => {
  test('a request carries family, protocol, extensions and states', () => {
    const [header, attributes] = encodeInetRequest({
      family: 2,
      protocol: 'tcp',
      details: { info: true, congestion: true, memory: true, tos: true },
      states: 0x0802,
    });
    // INFO 2, CONG 4, TOS 5, TCLASS 6, SKMEMINFO 7: bit n - 1
    expect([...(header ?? [])]).toEqual([2, 6, 0b0111_1010, 0, 2, 8, 0, 0, ...zeros(48)]);
    expect(attributes).toHaveLength(0);
  });

  test('a name carries ports in network order, and no cookie as all ones', () => {
    const id = {
      localPort: 80,
      remotePort: 0x1234,
      localAddress: Uint8Array.of(127, 0, 0, 1),
      remoteAddress: Uint8Array.of(127, 0, 0, 2),
      interfaceIndex: 3,
    };
    const [header] = encodeInetRequest({ family: 2, protocol: 'udp', details: {}, states: 0xffff_ffff, id });
    expect([...(header ?? [])]).toEqual([
      2,
      17,
      0,
      0,
      255,
      255,
      255,
      255,
      0,
      80,
      0x12,
      0x34,
      127,
      0,
      0,
      1,
      ...zeros(12),
      127,
      0,
      0,
      2,
      ...zeros(12),
      3,
      0,
      0,
      0,
      ...new Array<number>(8).fill(255),
    ]);
  });

  test('a protocol number above 255 travels in INET_DIAG_REQ_PROTOCOL', () => {
    const [header, attributes] = encodeInetRequest({ family: 2, protocol: 'mptcp', details: {}, states: 1 });
    expect(header?.[1]).toBe(6);
    expect([...(attributes ?? [])]).toEqual([8, 0, 3, 0, 6, 1, 0, 0]);
  });

  test('a row without attributes', () => {
    expect(new InetRowDecoder('tcp').decode(holding(row), 16, 16 + 72)).toEqual({
      protocol: 'tcp',
      family: 'IPv4',
      state: 'FIN_WAIT2',
      localAddress: '127.0.0.1',
      localPort: 80,
      remoteAddress: '127.0.0.2',
      remotePort: 0x1234,
      receiveQueue: 3,
      sendQueue: 4,
      timer: { kind: 'time-wait', remainingMs: 60_000, retransmits: 1 },
      uid: 1000,
      inode: 9,
      interfaceIndex: 7,
      cookie: 0x2_0000_0001n,
    });
  });

  test('a row with shutdown, v6only, mark, cgroup id and congestion', () => {
    const attributes = [
      5,
      0,
      8,
      0,
      2,
      0,
      0,
      0, // SHUTDOWN: SEND_SHUTDOWN
      5,
      0,
      11,
      0,
      1,
      0,
      0,
      0, // SKV6ONLY
      8,
      0,
      15,
      0,
      42,
      0,
      0,
      0, // MARK
      12,
      0,
      21,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0, // CGROUP_ID
      9,
      0,
      4,
      0,
      0x72,
      0x65,
      0x6e,
      0x6f,
      0,
      0,
      0,
      0, // CONG: reno
    ];
    const decoded = new InetRowDecoder('tcp').decode(holding([...row, ...attributes]), 16, 16 + 72 + attributes.length);
    expect(decoded).toMatchObject({
      shutdown: { read: false, write: true },
      v6only: true,
      mark: 42,
      cgroupId: 1n,
      congestion: 'reno',
    });
  });

  test('TCP_CLOSE is BOUND for TCP, and CLOSE for UDP', () => {
    const closed = holding(row.with(1, 7));
    expect(new InetRowDecoder('tcp').decode(closed, 16, 88).state).toBe('BOUND');
    expect(new InetRowDecoder('udp').decode(closed, 16, 88).state).toBe('CLOSE');
  });

  test.each([
    ['too short', row, 71],
    ['in a state nobody knows', row.with(1, 99), 72],
  ])('a row %s is an error', (_, bytes, length) => {
    expect(() => new InetRowDecoder('tcp').decode(holding(bytes), 16, 16 + length)).toThrow(
      expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
    );
  });
});

describe.runIf(littleEndian)('unix_diag codec', () => {
  test('a request carries states and what to show', () => {
    expect([...encodeUnixRequest(0x402, false)]).toEqual([
      1,
      0,
      0,
      0,
      2,
      4,
      0,
      0,
      0,
      0,
      0,
      0,
      1 + 2 + 4 + 16 + 64,
      0,
      0,
      0,
      ...zeros(8),
    ]);
    expect(encodeUnixRequest(0x402, true)[12]).toBe(1 + 2 + 4 + 16 + 32 + 64);
  });

  const message = [1, 1, 10, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];

  test.each([
    ['a path without its NUL', [0x2f, 0x61, 0], '/a'],
    ['a path that came without', [0x2f, 0x61], '/a'],
    ['an abstract name with every byte', [0, 0x61, 0], '\0a\0'],
  ])('%s', (_, name, path) => {
    const attributes = [4 + name.length, 0, 0, 0, ...name, ...zeros(-name.length & 3)];
    expect(decodeUnixRow(holding([...message, ...attributes]), 16, 32 + attributes.length)).toEqual({
      protocol: 'unix',
      type: 'stream',
      state: 'LISTEN',
      path,
      inode: 5,
      receiveQueue: 0,
      sendQueue: 0,
      cookie: 0x2_0000_0001n,
    });
  });

  test('peer, queues, user and shutdown', () => {
    const attributes = [
      8, 0, 2, 0, 6, 0, 0, 0, 12, 0, 4, 0, 7, 0, 0, 0, 8, 0, 0, 0, 8, 0, 7, 0, 0xe8, 3, 0, 0, 5, 0, 6, 0, 3, 0, 0, 0,
    ];
    expect(decodeUnixRow(holding([...message, ...attributes]), 16, 32 + attributes.length)).toMatchObject({
      peerInode: 6,
      receiveQueue: 7,
      sendQueue: 8,
      uid: 1000,
      shutdown: { read: true, write: true },
    });
  });

  test('a row too short, or of an unknown type, is an error', () => {
    for (const [bytes, end] of [
      [message, 31],
      [message.with(1, 9), 32],
    ] as const) {
      expect(() => decodeUnixRow(holding(bytes), 16, end)).toThrow(
        expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
      );
    }
  });
});
