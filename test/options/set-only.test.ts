import { afterEach, expect, test, type TestContext } from 'vitest';
import { SystemCallError } from '../../src/errors.js';
import { native } from '../../src/native/load.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { writeOption, writeOptions } from '../../src/options/access.js';
import { catalog } from '../../src/options/catalog.js';
import type { SocketKind } from '../../src/options/socket-kinds.js';
import type { OptionSpec } from '../../src/options/spec.js';
import { openSocket, supports } from '../../src/options/supports.js';
import type { OptionName, SettableOption } from '../../src/options/types.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';

/** Structures of the UAPI headers, built by hand; `parts` are bytes, or 16 or 32 bits in the machine's order. */
const u16 = (value: number): number[] => [...new Uint8Array(Uint16Array.of(value).buffer)];
const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const zeros = (count: number): number[] => new Array<number>(count).fill(0);
const struct = (...parts: readonly number[][]): Uint8Array => Uint8Array.from(parts.flat());
const storage = (...address: number[]): number[] => [...u16(2), 0, 0, ...address, ...zeros(120)];

const loopback = 1;
const group4 = '239.1.2.7';
const [sender4, interface4] = ['127.0.0.5', '127.0.0.1'];
const own6 = [...zeros(15), 1];
const member4 = { multicastAddress: group4, localAddress: interface4 };
const member6 = { multicastAddress: 'ff02::77', interfaceIndex: loopback };
const source4 = { multicastAddress: group4, interfaceAddress: interface4, sourceAddress: sender4 };
const group = { interfaceIndex: loopback, group: group4 };
const source = { ...group, source: sender4 };
const group6 = { interfaceIndex: loopback, group: 'ff02::78' };
const source6 = { ...group6, source: 'fe80::5' };
const allGroups = { interfaceIndex: loopback, type: 'PACKET_MR_ALLMULTI' };
const program = [{ code: 6, jt: 0, jf: 0, k: 0 }];

/** ip_msfilter: group, interface, MCAST_INCLUDE, one sender. group_filter: the same for any family. */
const filter4 = struct([239, 1, 2, 7], [127, 0, 0, 1], u32(1), u32(1), [127, 0, 0, 5]);
const groupFilter = struct(u32(loopback), zeros(4), storage(239, 1, 2, 7), u32(1), u32(1), storage(127, 0, 0, 5));

const storage6 = (...address: number[]): number[] => [...u16(10), ...zeros(6), ...address, ...zeros(104)];
const all6 = [0xff, 2, ...zeros(13), 0x78];
const sender6 = [0xfe, 0x80, ...zeros(13), 5];
const groupFilter6 = struct(u32(loopback), zeros(4), storage6(...all6), u32(1), u32(1), storage6(...sender6));

/** tcp_md5sig: peer, flags, prefix, length of the key, interface, key; a key without length is a key to be removed. */
const md5 = (flags: number, prefix: number, key: readonly number[]): Uint8Array =>
  struct(storage(127, 0, 0, 1), [flags, prefix], u16(key.length), u32(0), [...key, ...zeros(80 - key.length)]);
const key = [1, 2, 3];

/** Not that of another run: the kernel keeps a label for 6 s after its last user, FL_MIN_LINGER. */
const label = process.pid & 0xfffff || 1;

/** in6_flowlabel_req: address, label in network order, IPV6_FL_A_GET or _PUT, IPV6_FL_S_EXCL, flags, expiry, linger. */
const flowLabel = (action: number, flags: number): Uint8Array =>
  struct(own6, [0, label >> 16, (label >> 8) & 0xff, label & 0xff], [action, 1], u16(flags), u16(60), u16(0), u32(0));

type Step = readonly [name: SettableOption, value: unknown, result: string];

/**
 * What has no example in the catalogue, since it takes an earlier call or cannot be read: calls in their order, on one socket.
 * A call that undoes another is made twice, and fails the second time: so the kernel read what was meant.
 */
const sequences: readonly (readonly [socketKind: SocketKind, ...steps: Step[]])[] = [
  [
    'udp4',
    ['IP_ADD_MEMBERSHIP', member4, 'ok'],
    ['IP_BLOCK_SOURCE', source4, 'ok'],
    ['IP_BLOCK_SOURCE', source4, 'EADDRNOTAVAIL'],
    ['IP_UNBLOCK_SOURCE', source4, 'ok'],
    ['IP_UNBLOCK_SOURCE', source4, 'EADDRNOTAVAIL'],
    ['IP_DROP_MEMBERSHIP', member4, 'ok'],
    ['IP_DROP_MEMBERSHIP', member4, 'EADDRNOTAVAIL'],
  ],
  [
    'udp4',
    ['IP_ADD_SOURCE_MEMBERSHIP', source4, 'ok'],
    ['IP_DROP_SOURCE_MEMBERSHIP', { ...source4, sourceAddress: '127.0.0.6' }, 'EADDRNOTAVAIL'],
    ['IP_DROP_SOURCE_MEMBERSHIP', source4, 'ok'],
    ['IP_DROP_SOURCE_MEMBERSHIP', source4, 'EINVAL'],
  ],
  [
    'udp4',
    ['MCAST_JOIN_GROUP', group, 'ok'],
    ['MCAST_BLOCK_SOURCE', source, 'ok'],
    ['MCAST_BLOCK_SOURCE', source, 'EADDRNOTAVAIL'],
    ['MCAST_UNBLOCK_SOURCE', source, 'ok'],
    ['MCAST_UNBLOCK_SOURCE', source, 'EADDRNOTAVAIL'],
    ['MCAST_LEAVE_GROUP', group, 'ok'],
    ['MCAST_LEAVE_GROUP', group, 'EADDRNOTAVAIL'],
  ],
  [
    'udp4',
    ['MCAST_JOIN_SOURCE_GROUP', source, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source, 'EINVAL'],
  ],
  [
    'udp4',
    ['IP_MSFILTER', filter4, 'EINVAL'],
    ['IP_ADD_MEMBERSHIP', member4, 'ok'],
    ['IP_MSFILTER', filter4.subarray(0, 19), 'EINVAL'],
    ['IP_MSFILTER', filter4, 'ok'],
    ['IP_DROP_SOURCE_MEMBERSHIP', source4, 'ok'],
  ],
  [
    'udp4',
    ['MCAST_JOIN_GROUP', group, 'ok'],
    ['MCAST_MSFILTER', groupFilter.subarray(0, -1), 'EINVAL'],
    ['MCAST_MSFILTER', groupFilter, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source, 'ok'],
  ],
  // An IPv6 socket takes groups of both families, each at its own level.
  [
    'udp6',
    ['MCAST_JOIN_GROUP', group6, 'ok'],
    ['IPV6_DROP_MEMBERSHIP', { ...member6, multicastAddress: group6.group }, 'ok'],
    ['MCAST_JOIN_GROUP', group6, 'ok'],
    ['MCAST_BLOCK_SOURCE', source6, 'ok'],
    ['MCAST_BLOCK_SOURCE', source6, 'EADDRNOTAVAIL'],
    ['MCAST_UNBLOCK_SOURCE', source6, 'ok'],
    ['MCAST_LEAVE_GROUP', group6, 'ok'],
    ['MCAST_LEAVE_GROUP', group6, 'EADDRNOTAVAIL'],
    ['MCAST_JOIN_GROUP', group, 'ok'],
    ['IP_DROP_MEMBERSHIP', member4, 'ok'],
  ],
  [
    'udp6',
    ['MCAST_JOIN_SOURCE_GROUP', source6, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source6, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source6, 'EINVAL'],
  ],
  [
    'udp6',
    ['MCAST_MSFILTER', groupFilter6, 'EINVAL'],
    ['MCAST_JOIN_GROUP', group6, 'ok'],
    ['MCAST_MSFILTER', groupFilter6, 'ok'],
    ['MCAST_LEAVE_SOURCE_GROUP', source6, 'ok'],
  ],
  ['udp4', ['MCAST_JOIN_GROUP', group6, 'ENOPROTOOPT']],
  [
    'udp6',
    ['IPV6_ADD_MEMBERSHIP', member6, 'ok'],
    ['IPV6_DROP_MEMBERSHIP', member6, 'ok'],
    ['IPV6_DROP_MEMBERSHIP', member6, 'EADDRNOTAVAIL'],
  ],
  [
    'udp6',
    ['IPV6_PKTINFO', struct(own6, u32(loopback)).subarray(0, 19), 'EINVAL'],
    ['IPV6_PKTINFO', struct(own6, u32(loopback)), 'ok'],
  ],
  ['udp6', ['IPV6_NEXTHOP', struct(u16(10), zeros(6), own6, u32(0)), 'ENOPROTOOPT']],
  [
    'udp6',
    ['IPV6_FLOWLABEL_MGR', flowLabel(1, 0), 'ESRCH'],
    ['IPV6_FLOWLABEL_MGR', flowLabel(0, 1), 'ok'],
    ['IPV6_FLOWLABEL_MGR', flowLabel(1, 0), 'ok'],
    ['IPV6_FLOWLABEL_MGR', flowLabel(1, 0), 'ESRCH'],
  ],
  [
    'tcp4',
    ['TCP_MD5SIG', md5(0, 0, key).subarray(0, 215), 'EINVAL'],
    ['TCP_MD5SIG', md5(0, 0, key), 'ok'],
    ['TCP_MD5SIG', md5(0, 0, []), 'ok'],
    ['TCP_MD5SIG', md5(0, 0, []), 'ENOENT'],
  ],
  [
    'tcp4',
    // TCP_MD5SIG_FLAG_PREFIX; the key of another prefix is another.
    ['TCP_MD5SIG_EXT', md5(1, 24, key), 'ok'],
    ['TCP_MD5SIG_EXT', md5(1, 16, []), 'ENOENT'],
    ['TCP_MD5SIG_EXT', md5(1, 24, []), 'ok'],
  ],
  [
    'udp4',
    ['SO_ATTACH_REUSEPORT_CBPF', program, 'EINVAL'],
    ['SO_REUSEPORT', true, 'ok'],
    ['SO_ATTACH_REUSEPORT_CBPF', program, 'ok'],
    ['SO_DETACH_REUSEPORT_BPF', 0, 'ok'],
    ['SO_DETACH_REUSEPORT_BPF', 0, 'ENOENT'],
  ],
  ['udp4', ['SO_ATTACH_FILTER', program, 'ok'], ['SO_DETACH_FILTER', 0, 'ok'], ['SO_DETACH_FILTER', 0, 'ENOENT']],
  ['packet', ['PACKET_ADD_MEMBERSHIP', allGroups, 'ok'], ['PACKET_DROP_MEMBERSHIP', allGroups, 'ok']],
  // Outside a group that asks for a program.
  ['packet', ['PACKET_FANOUT_DATA', program, 'EINVAL'], ['PACKET_FANOUT_DATA', 0, 'EINVAL']],
  // tpacket_req: a block of one page, two frames. While there is a ring its layout stays.
  [
    'packet',
    ['PACKET_RX_RING', struct(u32(4096), u32(1), u32(2048), u32(3)), 'EINVAL'],
    ['PACKET_RX_RING', struct(u32(4096), u32(1), u32(2048), u32(2)), 'ok'],
    ['PACKET_VERSION', 1, 'EBUSY'],
  ],
  [
    'packet',
    ['PACKET_TX_RING', struct(u32(4096), u32(1), u32(2048), u32(3)), 'EINVAL'],
    ['PACKET_TX_RING', struct(u32(4096), u32(1), u32(2048), u32(2)), 'ok'],
    ['PACKET_LOSS', true, 'EBUSY'],
  ],
  ['netlink', ['NETLINK_ADD_MEMBERSHIP', 0, 'EINVAL'], ['NETLINK_DROP_MEMBERSHIP', 0, 'EINVAL']],
  // No whole number of tokens; none.
  ['tcp4', ['SO_DEVMEM_DONTNEED', Uint8Array.of(1), 'EINVAL']],
  ['udp4', ['IP_XFRM_POLICY', Uint8Array.of(1), 'EINVAL']],
  ['udp6', ['IPV6_XFRM_POLICY', Uint8Array.of(1), 'EINVAL']],
  // Descriptor 0 is there and no program; the highest is not there.
  ['tcp4', ['SO_ATTACH_BPF', 0, 'EINVAL'], ['SO_ATTACH_BPF', 2 ** 31 - 1, 'EBADF']],
  [
    'tcp4',
    ['SO_REUSEPORT', true, 'ok'],
    ['SO_ATTACH_REUSEPORT_EBPF', 0, 'EINVAL'],
    ['SO_ATTACH_REUSEPORT_EBPF', 2 ** 31 - 1, 'EBADF'],
  ],
  // No structure of theirs is one byte long.
  ...(['TCP_AO_ADD_KEY', 'TCP_AO_DEL_KEY', 'TCP_AO_INFO', 'TCP_AO_REPAIR'] as const).map(
    (name): readonly [SocketKind, Step] => ['tcp4', [name, Uint8Array.of(1), 'EINVAL']],
  ),
];

const opened: number[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) native.close(fd);
});

function resultOf(fd: number, name: SettableOption, value: unknown): string {
  try {
    writeOption(fd, name, value as never);
    return 'ok';
  } catch (error) {
    if (error instanceof SystemCallError) return error.code;
    throw error;
  }
}

function takeSteps(context: TestContext, fd: number, steps: readonly Step[]): void {
  for (const [name, value, result] of steps) {
    // That there is no such option is a result as well.
    if (result !== 'ENOPROTOOPT') needs(context, supports(name), `this kernel does not know ${name}`, 'kernel');
    const got = resultOf(fd, name, value);
    const spec: OptionSpec = catalog[name];
    const capability = spec.needs?.find((need) => need.startsWith('CAP_'));
    if (capability !== undefined) needs(context, got !== 'EPERM', `${name} needs ${capability}`);
    expect([name, got]).toEqual([name, result]);
  }
}

for (const [socketKind, ...steps] of sequences) {
  const names = [...new Set(steps.map(([name]) => name))];
  test(names.join(', '), (context) => {
    const fd = openSocket(socketKind);
    needs(context, fd >= 0, `no ${socketKind} socket can be opened here`, 'kernel');
    opened.push(fd);
    takeSteps(context, fd, steps);
  });
}

test('a group is joined at the level of its family among other options too', (context) => {
  const fd = openSocket('udp6');
  needs(context, fd >= 0, 'this kernel has no IPv6', 'kernel');
  opened.push(fd);
  writeOptions(fd, { SO_PRIORITY: 1, MCAST_JOIN_GROUP: group6, IP_TTL: 9 });
  takeSteps(context, fd, [
    ['MCAST_LEAVE_GROUP', group6, 'ok'],
    ['MCAST_LEAVE_GROUP', group6, 'EADDRNOTAVAIL'],
  ]);
});

const anycast = { multicastAddress: 'fd00::77', interfaceIndex: loopback };
const anycastSteps: readonly Step[] = [
  ['IPV6_JOIN_ANYCAST', anycast, 'ok'],
  ['IPV6_LEAVE_ANYCAST', { ...anycast, multicastAddress: 'fd00::78' }, 'ENOENT'],
  ['IPV6_LEAVE_ANYCAST', anycast, 'ok'],
  ['IPV6_LEAVE_ANYCAST', anycast, 'ENOENT'],
];

test('IPV6_JOIN_ANYCAST, IPV6_LEAVE_ANYCAST', (context) => {
  needs(context, canMakeNamespaces, 'only a router takes any anycast address, and this process can make none');
  const router = NetworkNamespace.create();
  try {
    router.setSysctl('net.ipv6.conf.all.forwarding', 1);
    const fd = router.run(() => openSocket('udp6'));
    needs(context, fd >= 0, 'this kernel has no IPv6', 'kernel');
    opened.push(fd);
    takeSteps(context, fd, anycastSteps);
  } finally {
    router.close();
  }
});

test('what can be set and has no example is set here, or beside a connection', () => {
  const here = new Set(
    [...sequences.flatMap(([, ...steps]) => steps), ...anycastSteps].map(([name]): OptionName => name),
  );
  const missing = Object.entries<OptionSpec>(catalog)
    .filter(
      ([, { access, example, needs: what }]) =>
        access !== 'get' && example === undefined && !what?.includes('TCP_REPAIR'),
    )
    .filter(([name]) => !here.has(name as OptionName));
  expect(missing.map(([name]) => name)).toEqual([]);
});
