import { afterEach, expect, test } from 'vitest';
import type { OptionValues } from '../../src/options/types.js';
import { controlCodecs } from '../../src/socket/message-codecs.js';
import type { ReceivedControlMessage, SendControlMessage } from '../../src/socket/messages.js';
import type { OpenOptions } from '../../src/socket/open.js';
import { Socket } from '../../src/socket/socket.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { supports } from '../../src/options/supports.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { bound, codeOf, connection } from '../support/sockets.js';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0).reverse()) one.close();
});

function keep<T extends { close(): void }>(one: T): T {
  opened.push(one);
  return one;
}

function receiving(options: OptionValues, address = '127.0.0.1'): Socket<'IPv4' | 'IPv6'> {
  return keep(bound('dgram', address)).setOptions(options);
}

function sender(options: OptionValues = {}, settings: OpenOptions<'IPv4' | 'IPv6'> = {}): Socket<'IPv4' | 'IPv6'> {
  return keep(Socket.open({ type: 'dgram', options, ...settings }));
}

/** What comes with a message of a socket that is sent one. */
async function control(
  socket: Socket,
  flags: readonly 'MSG_ERRQUEUE'[] = [],
): Promise<readonly ReceivedControlMessage[]> {
  const message = await socket.recvmsg({ controlSize: 1024, flags, timeoutMs: 10_000 });
  return message.control;
}

test('IP_RECVORIGDSTADDR, SO_RCVMARK and SO_RCVPRIORITY tell destination, mark and priority', async (context) => {
  needs(
    context,
    supports('SO_RCVMARK') && supports('SO_RCVPRIORITY'),
    'this kernel is older than Linux 6.14',
    'kernel',
  );
  const receiver = receiving({ IP_RECVORIGDSTADDR: true, SO_RCVMARK: true, SO_RCVPRIORITY: true });
  const address = receiver.getsockname();
  sender({ SO_PRIORITY: 5 }).trySend('x', { address });
  const expected = [
    { type: 'SO_MARK', mark: 0 },
    { type: 'SO_PRIORITY', priority: 5 },
    { type: 'IP_ORIGDSTADDR', destination: address },
  ];
  expect(await control(receiver)).toEqual(expected);
});

test('SO_MARK and SO_PRIORITY are sent with one message', async (context) => {
  needs(
    context,
    supports('SO_RCVMARK') && supports('SO_RCVPRIORITY'),
    'this kernel is older than Linux 6.14',
    'kernel',
  );
  const receiver = receiving({ SO_RCVMARK: true, SO_RCVPRIORITY: true });
  const messages: SendControlMessage[] = [
    { type: 'SO_MARK', mark: 0xffff_fff0 },
    { type: 'SO_PRIORITY', priority: 4 },
  ];
  const send = () => sender().trySendmsg({ data: 'x', control: messages, address: receiver.getsockname() });
  needs(context, (await codeOf(send)) !== 'EPERM', 'to mark a packet takes CAP_NET_ADMIN or CAP_NET_RAW');
  expect(await control(receiver)).toEqual(messages);
});

test('what a datagram over IPv6 has beside its data', async (context) => {
  const options = { IPV6_RECVORIGDSTADDR: true, IPV6_FLOWINFO: true, IPV6_RECVHOPOPTS: true, IPV6_RECVDSTOPTS: true };
  const receiver = receiving(options, '::1');
  const address = receiver.getsockname();
  // Six bytes of padding, PadN: RFC 8200 section 4.2.
  const header = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
  const messages: SendControlMessage[] = [
    { type: 'IPV6_HOPOPTS', bytes: header },
    { type: 'IPV6_DSTOPTS', bytes: header },
  ];
  const from = sender({ IPV6_TCLASS: 32 }, { family: 'IPv6' });
  needs(
    context,
    (await codeOf(() => from.trySendmsg({ data: 'x', control: messages, address }))) !== 'EPERM',
    'extension headers take CAP_NET_RAW',
  );
  const received = await control(receiver);
  const flowInfo = received.find((one) => one.type === 'IPV6_FLOWINFO')?.flowInfo ?? 0;
  expect(flowInfo >> 20).toBe(32);
  const rest = header.subarray(1);
  expect(received.filter(({ type }) => type !== 'IPV6_FLOWINFO')).toEqual([
    { type: 'IPV6_HOPOPTS', bytes: Uint8Array.of(60, ...rest) },
    { type: 'IPV6_DSTOPTS', bytes: Uint8Array.of(17, ...rest) },
    { type: 'IPV6_ORIGDSTADDR', destination: address },
  ]);
});

test('by the rules of RFC 2292 the same comes under names of its own', async (context) => {
  const options = {
    IPV6_2292PKTINFO: true,
    IPV6_2292HOPLIMIT: true,
    IPV6_2292HOPOPTS: true,
    IPV6_2292DSTOPTS: true,
    IPV6_2292RTHDR: true,
  };
  const receiver = receiving(options, '::1');
  const address = receiver.getsockname();
  const from = sender({}, { family: 'IPv6' });
  const fields: SendControlMessage[] = [
    { type: 'IPV6_2292PKTINFO', address: '::1', interfaceIndex: 1 },
    { type: 'IPV6_2292HOPLIMIT', value: 9 },
  ];
  from.trySendmsg({ data: 'x', control: fields, address });
  expect(await control(receiver)).toEqual(fields);
  const header = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
  const headers: SendControlMessage[] = [
    { type: 'IPV6_2292HOPOPTS', bytes: header },
    { type: 'IPV6_2292DSTOPTS', bytes: header },
  ];
  needs(
    context,
    (await codeOf(() => from.trySendmsg({ data: 'x', control: headers, address }))) !== 'EPERM',
    'extension headers take CAP_NET_RAW',
  );
  const rest = header.subarray(1);
  expect((await control(receiver)).slice(2)).toEqual([
    { type: 'IPV6_2292HOPOPTS', bytes: Uint8Array.of(60, ...rest) },
    { type: 'IPV6_2292DSTOPTS', bytes: Uint8Array.of(17, ...rest) },
  ]);
});

test('IP_PROTOCOL reaches the kernel, which refuses what is no protocol', async (context) => {
  needs(context, supports('IP_PROTOCOL'), 'this kernel is older than Linux 6.4', 'kernel');
  const address = receiving({}).getsockname();
  const send = (protocol: number) =>
    sender().trySendmsg({ data: 'x', control: [{ type: 'IP_PROTOCOL', protocol }], address });
  expect(send(17)).toBe(1);
  for (const protocol of [0, 256]) expect(await codeOf(() => send(protocol))).toBe('EINVAL');
});

test('the size of the largest fragment comes with a datagram', async (context) => {
  needs(context, canMakeNamespaces, 'only a host of its own has a loopback interface of a small MTU');
  const namespace = keep(NetworkNamespace.create());
  namespace.setLink('lo', { up: true, mtu: 1500 });
  const pair = (address: string, options: OptionValues) => {
    const receiver = keep(namespace.run(() => bound('dgram', address))).setOptions(options);
    const family = address === '::1' ? 'IPv6' : 'IPv4';
    const from = keep(namespace.run(() => Socket.open({ family, type: 'dgram' })));
    from.trySend(new Uint8Array(4000), { address: receiver.getsockname() });
    return control(receiver);
  };
  // Headers of IP included, in units of 8 bytes of data.
  expect(await pair('127.0.0.1', { IP_RECVFRAGSIZE: true })).toEqual([{ type: 'IP_RECVFRAGSIZE', size: 1500 }]);
  const [six] = await pair('::1', { IPV6_RECVFRAGSIZE: true });
  expect(six).toMatchObject({ type: 'IPV6_RECVFRAGSIZE', size: expect.any(Number) });
  expect(six?.type === 'IPV6_RECVFRAGSIZE' && six.size).toBeGreaterThan(1400);
});

test('IP options come as they were, and as those to answer with', async () => {
  const receiver = receiving({ IP_RECVOPTS: true, IP_RETOPTS: true });
  const options = Uint8Array.of(1, 1, 1, 0);
  sender().trySendmsg({
    data: 'x',
    control: [{ type: 'IP_RETOPTS', options }],
    address: receiver.getsockname(),
  });
  expect(await control(receiver)).toEqual([
    { type: 'IP_RECVOPTS', options },
    // Padding is none to answer with: ip_options_echo().
    { type: 'IP_RETOPTS', options: new Uint8Array(0) },
  ]);
});

test('SCM_TXTIME says when to send, where SO_TXTIME allows it', async () => {
  const receiver = receiving({});
  const address = receiver.getsockname();
  const message = { data: 'x', control: [{ type: 'SCM_TXTIME', nanoseconds: 1n }] as const, address };
  expect(await codeOf(() => sender().trySendmsg(message))).toBe('EINVAL');
  expect(sender({ SO_TXTIME: { clockId: 1, flags: 0 } }).trySendmsg(message)).toBe(1);
  expect(String(await receiver.recv({ timeoutMs: 10_000 }))).toBe('x');
  for (const nanoseconds of [1, -1n, 2n ** 64n, undefined]) {
    const wrong = { data: 'x', control: [{ type: 'SCM_TXTIME', nanoseconds }] as never, address };
    expect(await codeOf(() => sender().trySendmsg(wrong))).toMatch(/ERR_(ARGUMENT_INVALID|OUT_OF_RANGE)/);
  }
});

test('a timestamp of what was sent is named by the number that SCM_TS_OPT_ID chose', async (context) => {
  const receiver = receiving({});
  const from = sender({
    SO_TIMESTAMPING: {
      flags: ['SOF_TIMESTAMPING_TX_SOFTWARE', 'SOF_TIMESTAMPING_SOFTWARE', 'SOF_TIMESTAMPING_OPT_ID'],
    },
  });
  const message = {
    data: 'x',
    control: [{ type: 'SCM_TS_OPT_ID', id: 4711 }] as const,
    address: receiver.getsockname(),
  };
  needs(
    context,
    (await codeOf(() => from.trySendmsg(message))) !== 'EINVAL',
    'this kernel is older than Linux 6.13',
    'kernel',
  );
  const [stamp, error] = await control(from, ['MSG_ERRQUEUE']);
  expect(stamp).toMatchObject({ type: 'SCM_TIMESTAMPING', softwareNanoseconds: expect.any(BigInt) });
  expect(error).toMatchObject({ type: 'IP_RECVERR', origin: 'timestamping', data: 4711 });
});

test('a timestamp of TCP has the measurements of the connection', async () => {
  const [client, accepted] = (await connection()).map(keep) as [Socket, Socket];
  client.setOption('SO_TIMESTAMPING', {
    flags: [
      'SOF_TIMESTAMPING_TX_ACK',
      'SOF_TIMESTAMPING_SOFTWARE',
      'SOF_TIMESTAMPING_OPT_STATS',
      'SOF_TIMESTAMPING_OPT_TSONLY',
    ],
  });
  client.trySend('hello');
  expect(String(await accepted.recv())).toBe('hello');
  const messages = await control(client, ['MSG_ERRQUEUE']);
  const stats = messages.find((one) => one.type === 'SCM_TIMESTAMPING_OPT_STATS')?.stats;
  expect(stats).toMatchObject({
    TCP_NLA_BYTES_SENT: 5,
    TCP_NLA_TOTAL_RETRANS: 0,
    TCP_NLA_SND_CWND: expect.any(Number),
  });
  expect(Object.keys(stats ?? {})).not.toContain('TCP_NLA_PAD');
});

test('SCM_INQ tells what is left of a Unix stream', async (context) => {
  needs(context, supports('SO_INQ'), 'this kernel is older than Linux 6.17', 'kernel');
  const [left, right] = Socket.pair();
  opened.push(left, right);
  right.setOption('SO_INQ', true);
  left.trySend('hello');
  expect(right.tryRecvmsg({ size: 2, controlSize: 64 })?.control).toEqual([{ type: 'SCM_INQ', queued: 3 }]);
});

test('PACKET_AUXDATA and PACKET_TX_TIMESTAMP come with packets', async (context) => {
  needs(context, canMakeNamespaces, 'it takes CAP_NET_RAW');
  const namespace = keep(NetworkNamespace.create());
  namespace.setLink('lo', { up: true });
  const socket = keep(namespace.run(() => Socket.open({ family: 'packet', type: 'raw' })));
  socket.bind({ protocol: 0x0800, interfaceIndex: 1 }).setOption('PACKET_AUXDATA', true);
  const from = keep(namespace.run(() => Socket.open({ type: 'dgram' })));
  from.trySend('abc', { address: { address: '127.0.0.1', port: 9 } });
  // 14 bytes of Ethernet, 20 of IP, 8 of UDP.
  expect(await control(socket)).toEqual([
    {
      type: 'PACKET_AUXDATA',
      status: expect.arrayContaining(['TP_STATUS_USER']),
      length: 45,
      capturedLength: 45,
      networkOffset: 14,
    },
  ]);
  socket.setOption('SO_TIMESTAMPING', { flags: ['SOF_TIMESTAMPING_TX_SOFTWARE', 'SOF_TIMESTAMPING_SOFTWARE'] });
  socket.trySend(new Uint8Array(60));
  expect(await control(socket, ['MSG_ERRQUEUE'])).toMatchObject([
    { type: 'SCM_TIMESTAMPING' },
    { type: 'PACKET_TX_TIMESTAMP', origin: 'timestamping' },
  ]);
});

test('NETLINK_PKTINFO names the group a message was sent to', async () => {
  const socket = keep(Socket.open({ family: 'netlink', type: 'raw', options: { NETLINK_PKTINFO: true } }));
  socket.bind();
  // RTM_GETLINK of interface 1: struct nlmsghdr, struct ifinfomsg.
  const request = Buffer.alloc(32);
  request.writeUInt32LE(32, 0);
  request.writeUInt16LE(18, 4);
  request.writeUInt16LE(1, 6);
  request.writeInt32LE(1, 20);
  socket.trySend(request, { address: {} });
  expect(await control(socket)).toEqual([{ type: 'NETLINK_PKTINFO', group: 0 }]);
});

/** What no loopback interface delivers: the structures of the kernel's headers, by hand. */
test('messages that need hardware, a security module or another path', () => {
  const read = (name: keyof typeof controlCodecs, ...bytes: number[]) => {
    const memory = Uint8Array.from(bytes);
    return controlCodecs[name].read?.(new DataView(memory.buffer), memory);
  };
  const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
  expect(read('SCM_SECURITY', ...Buffer.from('unconfined\0'))).toEqual({ type: 'SCM_SECURITY', label: 'unconfined' });
  expect(read('SCM_WIFI_STATUS', ...u32(1))).toEqual({ type: 'SCM_WIFI_STATUS', acknowledged: true });
  expect(read('TLS_GET_RECORD_TYPE', 21)).toEqual({ type: 'TLS_GET_RECORD_TYPE', recordType: 21 });
  expect(read('IP_CHECKSUM', 0, 0, 0xab, 0xcd)).toEqual({ type: 'IP_CHECKSUM', checksum: 0xabcd });
  expect(read('NETLINK_LISTEN_ALL_NSID', ...u32(7))).toEqual({ type: 'NETLINK_LISTEN_ALL_NSID', namespaceId: 7 });
  expect(read('SCM_TIMESTAMPING_PKTINFO', ...u32(3), ...u32(1514), ...u32(0), ...u32(0))).toEqual({
    type: 'SCM_TIMESTAMPING_PKTINFO',
    interfaceIndex: 3,
    length: 1514,
  });
  expect(read('PACKET_AUXDATA', ...u32(0x51), ...u32(64), ...u32(60), 0, 0, 14, 0, 5, 0, 0, 0x81)).toEqual({
    type: 'PACKET_AUXDATA',
    status: ['TP_STATUS_USER', 'TP_STATUS_VLAN_VALID', 'TP_STATUS_VLAN_TPID_VALID'],
    length: 64,
    capturedLength: 60,
    networkOffset: 14,
    vlanTci: 5,
    vlanTpid: 0x8100,
  });
  expect(read('SCM_DEVMEM_DMABUF', ...u32(4096), ...u32(0), ...u32(1400), ...u32(9), ...u32(2), ...u32(0))).toEqual({
    type: 'SCM_DEVMEM_DMABUF',
    offset: 4096n,
    size: 1400,
    token: 9,
    dmabufId: 2,
  });
  const six = [10, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(15).fill(0), 1, 0, 0, 0, 0];
  expect(read('IPV6_PATHMTU', ...six, ...u32(1280))).toEqual({
    type: 'IPV6_PATHMTU',
    destination: { family: 'IPv6', address: '::1', port: 0 },
    mtu: 1280,
  });
  // An attribute of a later kernel, then one whose length says more than there is.
  expect(read('SCM_TIMESTAMPING_OPT_STATS', 5, 0, 99, 0, 7, 0, 0, 0, 8, 0, 8, 0, 10, 0, 0, 0, 64, 0, 1, 0)).toEqual({
    type: 'SCM_TIMESTAMPING_OPT_STATS',
    stats: { TCP_NLA_99: 7, TCP_NLA_SND_CWND: 10 },
  });
});
