import { afterEach, expect, test } from 'vitest';
import { getOption, setOption, setOptions } from '../../src/handles/options.js';
import { Socket } from '../../src/socket/socket.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { codeOf } from '../support/sockets.js';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0).reverse()) one.close();
});

function keep<T extends { close(): void }>(one: T): T {
  opened.push(one);
  return one;
}

/** A host of its own, whose loopback interface is number 1. */
function host(): NetworkNamespace {
  const namespace = keep(NetworkNamespace.create());
  namespace.setLink('lo', { up: true });
  return namespace;
}

/** ETH_P_IP: what this host sends over the loopback interface comes back to it. */
function capturing(namespace: NetworkNamespace): Socket<'packet'> {
  const socket = keep(namespace.run(() => Socket.open({ family: 'packet', type: 'raw' })));
  return socket.bind({ protocol: 0x0800, interfaceIndex: 1 });
}

function sendOne(namespace: NetworkNamespace): void {
  using sender = namespace.run(() => Socket.open({ type: 'dgram' }));
  sender.trySend('x', { address: { address: '127.0.0.1', port: 9 } });
}

test('PACKET_STATISTICS counts packets since it was read last', async (context) => {
  needs(context, canMakeNamespaces, 'only a host of its own has no other traffic');
  const namespace = host();
  const socket = capturing(namespace);
  expect(getOption(socket, 'PACKET_STATISTICS')).toEqual({ packets: 0, drops: 0, freezes: 0 });
  sendOne(namespace);
  await socket.recv({ timeoutMs: 10_000 });
  expect(getOption(socket, 'PACKET_STATISTICS').packets).toBeGreaterThan(0);
  expect(getOption(socket, 'PACKET_STATISTICS')).toEqual({ packets: 0, drops: 0, freezes: 0 });
});

test('PACKET_FANOUT joins a group, in which PACKET_FANOUT_DATA is the program that picks the socket', async (context) => {
  needs(context, canMakeNamespaces, 'only a host of its own has no other traffic');
  const namespace = host();
  const [first, second] = [capturing(namespace), capturing(namespace)];
  for (const socket of [first, second]) {
    setOption(socket, 'PACKET_FANOUT', {
      groupId: 3,
      mode: 'PACKET_FANOUT_CBPF',
      flags: ['PACKET_FANOUT_FLAG_IGNORE_OUTGOING'],
    });
  }
  // Always the second of the group.
  setOption(first, 'PACKET_FANOUT_DATA', [{ code: 6, jt: 0, jf: 0, k: 1 }]);
  sendOne(namespace);
  expect((await second.recv({ timeoutMs: 10_000 })).length).toBeGreaterThan(0);
  expect(getOption(first, 'PACKET_STATISTICS').packets).toBe(0);
  // This group has classic programs only.
  expect(await codeOf(() => setOption(first, 'PACKET_FANOUT_DATA', 0))).toBe('EINVAL');
});

test('PACKET_FANOUT says how it spreads, with its flags, and has statistics of its own', (context) => {
  needs(context, canMakeNamespaces, 'it takes CAP_NET_RAW');
  const socket = capturing(host());
  setOption(socket, 'PACKET_FANOUT', {
    groupId: 65_535,
    mode: 'PACKET_FANOUT_HASH',
    flags: ['PACKET_FANOUT_FLAG_ROLLOVER', 'PACKET_FANOUT_FLAG_DEFRAG'],
    maxMembers: 2,
  });
  expect(getOption(socket, 'PACKET_FANOUT')).toEqual({
    groupId: 65_535,
    mode: 'PACKET_FANOUT_HASH',
    flags: ['PACKET_FANOUT_FLAG_ROLLOVER', 'PACKET_FANOUT_FLAG_DEFRAG'],
  });
  expect(getOption(socket, 'PACKET_ROLLOVER_STATS')).toEqual({ all: 0n, huge: 0n, failed: 0n });
});

test('PACKET_ADD_MEMBERSHIP takes hardware addresses, and refuses what is none', async (context) => {
  needs(context, canMakeNamespaces, 'it takes CAP_NET_RAW');
  const socket = capturing(host());
  const group = { interfaceIndex: 1, type: 'PACKET_MR_MULTICAST', hardwareAddress: '01:00:5e:00:00:01' } as const;
  setOption(socket, 'PACKET_ADD_MEMBERSHIP', group);
  setOption(socket, 'PACKET_DROP_MEMBERSHIP', group);
  expect(await codeOf(() => setOption(socket, 'PACKET_ADD_MEMBERSHIP', { ...group, interfaceIndex: 99 }))).toBe(
    'ENODEV',
  );
  for (const wrong of [{ hardwareAddress: '1:2' }, { type: 'PACKET_MR_ALL' }, { interfaceIndex: -1 }, { alen: 6 }]) {
    const code = await codeOf(() => setOption(socket, 'PACKET_ADD_MEMBERSHIP', { ...group, ...wrong } as never));
    expect(code).toBe('interfaceIndex' in wrong ? 'ERR_OUT_OF_RANGE' : 'ERR_ARGUMENT_INVALID');
  }
});

test('NETLINK_LIST_MEMBERSHIPS names the groups joined, by option and by bind', () => {
  const socket = keep(Socket.open({ family: 'netlink', type: 'raw', protocol: 0 }));
  expect(getOption(socket, 'NETLINK_LIST_MEMBERSHIPS')).toEqual([]);
  socket.bind({ groups: 0b101 });
  setOption(socket, 'NETLINK_ADD_MEMBERSHIP', 33);
  expect(getOption(socket, 'NETLINK_LIST_MEMBERSHIPS')).toEqual([1, 3, 33]);
  setOption(socket, 'NETLINK_DROP_MEMBERSHIP', 3);
  expect(getOption(socket, 'NETLINK_LIST_MEMBERSHIPS')).toEqual([1, 33]);
});

test('ICMP_FILTER drops messages of its types', async (context) => {
  needs(context, canMakeNamespaces, 'it takes CAP_NET_RAW');
  const namespace = host();
  const raw = () => keep(namespace.run(() => Socket.open({ type: 'raw', protocol: 'icmp' })));
  const [sender, open, filtered] = [raw(), raw(), raw()];
  setOption(filtered, 'ICMP_FILTER', [8]);
  expect(getOption(filtered, 'ICMP_FILTER')).toEqual([8]);
  // Echo request 1 of id 0, with its checksum; the kernel answers with type 0.
  sender.trySend(Uint8Array.of(8, 0, 0xf7, 0xfe, 0, 0, 0, 1), { address: { address: '127.0.0.1' } });
  const typeOf = async (socket: Socket) => (await socket.recv({ timeoutMs: 10_000 }))[20];
  expect(await typeOf(open)).toBe(8);
  expect(await typeOf(filtered)).toBe(0);
});

test('SO_GET_FILTER reads the program that SO_ATTACH_FILTER attached', () => {
  const socket = keep(Socket.open({ type: 'dgram' }));
  expect(getOption(socket, 'SO_GET_FILTER')).toEqual([]);
  // Load the length, keep that much.
  const program = [
    { code: 0x80, jt: 0, jf: 0, k: 0 },
    { code: 0x16, jt: 0, jf: 0, k: 0 },
  ];
  setOption(socket, 'SO_ATTACH_FILTER', program);
  expect(getOption(socket, 'SO_GET_FILTER')).toEqual(program);
});

test('SO_TIMESTAMPING is set by the names of its flags, by numbers for those without, and without a clock', () => {
  const socket = keep(Socket.open({ type: 'dgram' }));
  setOption(socket, 'SO_TIMESTAMPING', { flags: ['SOF_TIMESTAMPING_OPT_CMSG', 16] });
  expect(getOption(socket, 'SO_TIMESTAMPING')).toEqual({
    flags: ['SOF_TIMESTAMPING_SOFTWARE', 'SOF_TIMESTAMPING_OPT_CMSG'],
    bindPhc: 0,
  });
  setOptions(socket, { SO_TIMESTAMPING: { flags: [] } });
  expect(getOption(socket, 'SO_TIMESTAMPING')).toEqual({ flags: [], bindPhc: 0 });
});
