import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeAttributes, readU32, text, u32 } from '../../src/netlink/attribute.js';
import { littleEndian } from '../../src/options/memory.js';
import { NetlinkExchange, type NetlinkTransport } from '../../src/netlink/exchange.js';
import { encodeMessage, HeaderFlag, MessageType } from '../../src/netlink/message.js';
import { NetlinkProtocol } from '../../src/netlink/connection.js';
import { compileFilter } from '../../src/netlink/filter.js';
import { inetRows, openSockDiag } from '../../src/netlink/sock-diag.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { done, int32, type Part, scripted } from '../support/netlink-script.js';

const ROW = 20;
const request = { name: 'REQUEST', type: ROW, parts: [Uint8Array.of(1, 2)] };

const row = (value: number, flags: number = HeaderFlag.MULTI): Part => ({ type: ROW, flags, parts: [int32(value)] });
// struct nlmsgerr with the header of the request only.
const error = (errno: number): Part => ({
  type: MessageType.ERROR,
  flags: HeaderFlag.CAPPED,
  parts: [int32(errno), new Uint8Array(16)],
});

function dumped(exchange: NetlinkExchange): number[] {
  let values: number[] = [];
  exchange.dump(request, () => {
    values = [];
    return (buffer, start, end) => void values.push(readU32(buffer.bytes.subarray(start, end)));
  });
  return values;
}

describe.runIf(littleEndian)('a netlink exchange', () => {
  test('sends a header with length, type, flags, sequence and port id 0', () => {
    const { exchange, sent } = scripted([[error(0)]]);
    exchange.acknowledged(request);
    expect([...(sent[0] ?? [])]).toEqual([18, 0, 0, 0, 20, 0, 0x05, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0]);
  });

  test('collects a dump over datagrams up to NLMSG_DONE', () => {
    const { exchange } = scripted([[row(1), row(2)], [row(3)], [done]]);
    expect(dumped(exchange)).toEqual([1, 2, 3]);
  });

  test('reads nothing behind NLMSG_DONE', () => {
    const { exchange } = scripted([[row(1), done, row(2)]]);
    expect(dumped(exchange)).toEqual([1]);
  });

  test('starts afresh when the kernel marks a dump as interrupted', () => {
    const { exchange, sent } = scripted(
      [[row(1), row(2, HeaderFlag.MULTI | HeaderFlag.DUMP_INTR)], [done]],
      [[row(3), done]],
    );
    expect(dumped(exchange)).toEqual([3]);
    expect(sent).toHaveLength(2);
  });

  test('gives up with EAGAIN when every dump was interrupted', () => {
    const interrupted = [[row(1, HeaderFlag.MULTI | HeaderFlag.DUMP_INTR), done]];
    const { exchange, sent } = scripted(...new Array<typeof interrupted>(20).fill(interrupted));
    expect(() => dumped(exchange)).toThrow(expect.objectContaining({ code: 'EAGAIN', syscall: 'REQUEST' }));
    expect(sent).toHaveLength(8);
  });

  test('throws the errno of a refused request under the name of the request', () => {
    const { exchange } = scripted([[error(-17)]]);
    const about = { ...request, context: { address: '192.168.0.1/24' } };
    expect(() => exchange.acknowledged(about)).toThrow(
      expect.objectContaining({ code: 'EEXIST', errno: -17, syscall: 'REQUEST', address: '192.168.0.1/24' }),
    );
  });

  test.each([
    ['without the request', HeaderFlag.CAPPED, new Uint8Array(16)],
    ['behind the request', 0, encodeMessage({ type: ROW, flags: 1, sequence: 1, parts: [Uint8Array.of(1, 2)] })],
  ])('passes on the sentence of an extended acknowledgement %s', (_, flags, echo) => {
    const attributes = encodeAttributes([text(1, 'No such thing'), u32(2, 20)]);
    const refusal = {
      type: MessageType.ERROR,
      flags: flags | HeaderFlag.ACK_TLVS,
      parts: [int32(-22), echo, attributes],
    };
    const { exchange } = scripted([[refusal]]);
    expect(() => exchange.acknowledged(request)).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        kernelMessage: 'No such thing',
        message: expect.stringContaining('No such thing'),
      }),
    );
  });

  test('throws the errno a dump ends with', () => {
    const { exchange } = scripted([
      [row(1), { type: MessageType.DONE, flags: HeaderFlag.MULTI, parts: [int32(-105)] }],
    ]);
    expect(() => dumped(exchange)).toThrow(expect.objectContaining({ code: 'ENOBUFS' }));
  });

  test('throws ENOBUFS at NLMSG_OVERRUN', () => {
    const { exchange } = scripted([[{ type: MessageType.OVERRUN }]]);
    expect(() => dumped(exchange)).toThrow(expect.objectContaining({ code: 'ENOBUFS' }));
  });

  test('skips NLMSG_NOOP', () => {
    const { exchange } = scripted([[{ type: MessageType.NOOP }, row(1), done]]);
    expect(dumped(exchange)).toEqual([1]);
  });

  test.each([
    ['an answer to another request', [[{ ...row(1), sequence: 7 }, done]]],
    ['an answer that ends early', [[row(1)]]],
  ])('refuses %s', (_, answer) => {
    const { exchange } = scripted(answer);
    expect(() => dumped(exchange)).toThrow(expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }));
  });

  test('refuses a row where an acknowledgement was due', () => {
    const { exchange } = scripted([[row(1)]]);
    expect(() => exchange.acknowledged(request)).toThrow(expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }));
  });

  test.each([
    ['a message shorter than its header', Uint8Array.of(15, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)],
    ['a message longer than its datagram', Uint8Array.of(17, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)],
    ['half a header', Uint8Array.of(16, 0, 0, 0)],
  ])('refuses %s', (_, datagram) => {
    const transport: NetlinkTransport = {
      port: 0,
      send() {},
      receive: (bytes) => (bytes.set(datagram), datagram.length),
      close() {},
    };
    expect(() => dumped(new NetlinkExchange(transport))).toThrow(
      expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
    );
  });

  test('refuses a datagram that was cut to the buffer', () => {
    const transport: NetlinkTransport = { port: 0, send() {}, receive: (bytes) => bytes.length + 1, close() {} };
    expect(() => dumped(new NetlinkExchange(transport))).toThrow(
      expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }),
    );
  });

  test('takes no message to another port', () => {
    const { exchange } = scripted([[{ ...row(1), port: 77 }, done]]);
    expect(() => dumped(exchange)).toThrow(expect.objectContaining({ code: 'ERR_NETLINK_PROTOCOL' }));
  });
});

/** The port ids of the netlink sockets of a protocol in this thread's namespace, /proc/net/netlink. */
function portsOf(protocol: number): number[] {
  return readFileSync('/proc/thread-self/net/netlink', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, number, port]) => Number(number) === protocol && port !== '0')
    .map(([, , port]) => Number(port));
}

test('answers come from the kernel alone, not from another process of the namespace', (context) => {
  needs(context, canMakeNamespaces, 'without CAP_NET_ADMIN nobody can send such messages');
  using namespace = NetworkNamespace.create();
  namespace.run(() => {
    using listener = Socket.open().bind({ address: '127.0.0.1' }).listen();
    using exchange = openSockDiag();
    using spoofer = Socket.open({ family: 'netlink', type: 'raw', protocol: NetlinkProtocol.SOCK_DIAG });
    // An end of the table, for each sequence number that may be asked for.
    const attempts = portsOf(NetlinkProtocol.SOCK_DIAG).flatMap((pid) =>
      [1, 2, 3, 4].map((sequence) => {
        const message = encodeMessage({
          type: MessageType.DONE,
          flags: HeaderFlag.MULTI,
          sequence,
          parts: [int32(0)],
        });
        new DataView(message.buffer).setUint32(12, pid, littleEndian);
        return codeOfSend(() => spoofer.trySend(message, { address: { pid } }));
      }),
    );
    expect(attempts).toHaveLength(4);
    const rows = inetRows(exchange, compileFilter({}));
    expect(rows.map(({ localPort }) => localPort)).toEqual([listener.getsockname().port]);
    expect(new Set(attempts)).toEqual(new Set(['ECONNREFUSED']));
  });
});

function codeOfSend(send: () => unknown): unknown {
  try {
    return send();
  } catch (error) {
    return (error as { code?: string }).code;
  }
}
