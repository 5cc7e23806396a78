import { formatIPv4, formatIPv6, type InternetAddress, parseIPv4, parseIPv6 } from '../address.js';
import { errorName, int32Max, integer, invalidArgument, uint32Max, UsageError } from '../errors.js';
import { littleEndian } from '../options/memory.js';
import {
  type ControlMessage,
  type DeviceMemory,
  type ExtendedError,
  type ExtensionHeader,
  type HeaderField,
  origins,
  type PacketAuxiliaryData,
  type PacketInfo6,
  packetStatuses,
  type ReceivedControlMessage,
  type SendControlMessage,
} from './messages.js';
import { ownBytesOf } from './payload.js';
import { elementsOf } from './payload.js';
import { readAddress } from './sockaddr.js';
import { readTimestampStats } from './timestamp-stats.js';

type Sent<T extends SendControlMessage['type']> = Extract<SendControlMessage, { type: T }>;

/** How a control message stands in memory, behind its header. */
export interface ControlCodec {
  readonly level: string;
  /** Another level at which the same message comes. */
  readonly alsoAt?: string;
  /** C name of the cmsg_type; the message's own name if absent. */
  readonly cmsgType?: string;
  /** Bytes `read` needs: where the control space ran out (MSG_CTRUNC) the kernel delivers a part. */
  readonly size: number;
  readonly read?: (view: DataView, bytes: Uint8Array) => ReceivedControlMessage;
  readonly write?: (message: never) => Uint8Array;
}

/** Byte by byte: memory this short has its place among V8's own objects, until somebody asks for its buffer. */
function int32s(...values: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = littleEndian ? i & 3 : 3 - (i & 3);
    bytes[i] = (values[i >> 2] ?? 0) >>> (8 * byte);
  }
  return bytes;
}

const nanosecondsPerSecond = 1_000_000_000n;

function readTime(view: DataView, offset: number, nanosecondsPerUnit: bigint): bigint {
  return (
    view.getBigInt64(offset, littleEndian) * nanosecondsPerSecond +
    view.getBigInt64(offset + 8, littleEndian) * nanosecondsPerUnit
  );
}

function headerField(type: HeaderField['type'], level: string): ControlCodec {
  return {
    level,
    size: 1,
    // IP_TOS comes as one byte, the others as an int: ip(7).
    read: (view, bytes) => ({ type, value: bytes.length < 4 ? (bytes[0] ?? 0) : view.getInt32(0, littleEndian) }),
    write: (message: HeaderField) => int32s(integer(message.value, type, 0, 255)),
  };
}

/** struct sock_extended_err, then the sockaddr of who reported it: SO_EE_OFFENDER, ip(7). */
function extendedError(type: ExtendedError['type'], level: string, addressSize: number): ControlCodec {
  return {
    level,
    size: 16 + addressSize,
    read: (view, bytes) => {
      const errno = 0 - view.getUint32(0, littleEndian);
      const origin = view.getUint8(4);
      const offender = readAddress(addressSize, bytes, view, 16);
      return {
        type,
        code: errno === 0 ? '' : errorName(errno),
        errno,
        origin: origins[origin] ?? origin,
        icmpType: view.getUint8(5),
        icmpCode: view.getUint8(6),
        info: view.getUint32(8, littleEndian),
        data: view.getUint32(12, littleEndian),
        ...(offender !== undefined && { offender }),
      };
    },
  };
}

/** A single number of 32 bits, under the name it has here. */
function uint32(level: string, read: (value: number) => ReceivedControlMessage): ControlCodec {
  return { level, size: 4, read: (view) => read(view.getUint32(0, littleEndian)) };
}

function writeUint32(value: number, name: string): Uint8Array<ArrayBuffer> {
  return int32s(integer(value, name, 0, uint32Max));
}

function extensionHeader(type: ExtensionHeader['type']): ControlCodec {
  return {
    level: 'IPPROTO_IPV6',
    size: 8,
    read: (_view, bytes) => ({ type, bytes }),
    write: ({ bytes }: ExtensionHeader) => new Uint8Array(ownBytesOf(bytes, `${type}: bytes`)),
  };
}

function originalDestination(type: 'IP_ORIGDSTADDR' | 'IPV6_ORIGDSTADDR', level: string, option: string): ControlCodec {
  return {
    level,
    cmsgType: option,
    size: 16,
    read: (view, bytes) => ({ type, destination: internet(bytes, view) }),
  };
}

function internet(bytes: Uint8Array, view: DataView, size = bytes.length): InternetAddress {
  return readAddress(size, bytes, view) as InternetAddress;
}

function deviceMemory(type: DeviceMemory['type']): ControlCodec {
  return {
    level: 'SOL_SOCKET',
    size: 24,
    read: (view) => ({
      type,
      offset: view.getBigUint64(0, littleEndian),
      size: view.getUint32(8, littleEndian),
      token: view.getUint32(12, littleEndian),
      dmabufId: view.getUint32(16, littleEndian),
    }),
  };
}

function readAuxiliaryData(view: DataView): PacketAuxiliaryData {
  const bits = view.getUint32(0, littleEndian);
  const status = packetStatuses.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return {
    type: 'PACKET_AUXDATA',
    status,
    length: view.getUint32(4, littleEndian),
    capturedLength: view.getUint32(8, littleEndian),
    networkOffset: view.getUint16(14, littleEndian),
    ...(status.includes('TP_STATUS_VLAN_VALID') && { vlanTci: view.getUint16(16, littleEndian) }),
    ...(status.includes('TP_STATUS_VLAN_TPID_VALID') && { vlanTpid: view.getUint16(18, littleEndian) }),
  };
}

/** struct in6_pktinfo, RFC 3542 section 6. */
function packetInfo6(type: PacketInfo6['type']): ControlCodec {
  return {
    level: 'IPPROTO_IPV6',
    size: 20,
    read: (view, bytes) => ({ type, address: formatIPv6(bytes, 0), interfaceIndex: view.getInt32(16, littleEndian) }),
    write: ({ interfaceIndex, address }: PacketInfo6) => {
      const bytes = new Uint8Array(20);
      if (typeof address !== 'string' || !parseIPv6(address, bytes))
        throw invalidArgument(`${type}: address`, 'an IPv6 address', address);
      bytes.set(int32s(integer(interfaceIndex, `${type}: interfaceIndex`, 0, int32Max)), 16);
      return bytes;
    },
  };
}

/** Every control message but the raw ones, by name. */
export const controlCodecs: { readonly [T in Exclude<ControlMessage['type'], 'raw'>]: ControlCodec } = {
  SCM_RIGHTS: {
    level: 'SOL_SOCKET',
    size: 4,
    read: (view, bytes) => {
      const fds: number[] = [];
      for (let offset = 0; offset + 4 <= bytes.length; offset += 4) fds.push(view.getInt32(offset, littleEndian));
      return { type: 'SCM_RIGHTS', fds };
    },
    // SCM_MAX_FD is 253, unix(7).
    write: ({ fds }: Sent<'SCM_RIGHTS'>) => {
      const own = elementsOf(fds, 'SCM_RIGHTS', 'descriptors', 1, 253);
      return int32s(...own.map((fd) => integer(fd, 'SCM_RIGHTS: descriptor', 0, int32Max)));
    },
  },
  SCM_CREDENTIALS: {
    level: 'SOL_SOCKET',
    size: 12,
    read: (view) => ({
      type: 'SCM_CREDENTIALS',
      pid: view.getInt32(0, littleEndian),
      uid: view.getUint32(4, littleEndian),
      gid: view.getUint32(8, littleEndian),
    }),
    write: ({ pid, uid, gid }: Sent<'SCM_CREDENTIALS'>) =>
      int32s(
        integer(pid, 'SCM_CREDENTIALS: pid', 0, int32Max),
        integer(uid, 'SCM_CREDENTIALS: uid', 0, uint32Max),
        integer(gid, 'SCM_CREDENTIALS: gid', 0, uint32Max),
      ),
  },
  IP_PKTINFO: {
    level: 'IPPROTO_IP',
    size: 12,
    read: (view, bytes) => ({
      type: 'IP_PKTINFO',
      interfaceIndex: view.getInt32(0, littleEndian),
      specificAddress: formatIPv4(bytes, 4),
      address: formatIPv4(bytes, 8),
    }),
    write: ({ interfaceIndex, address, specificAddress = address }: Sent<'IP_PKTINFO'>) => {
      const bytes = new Uint8Array(12);
      bytes.set(int32s(integer(interfaceIndex, 'IP_PKTINFO: interfaceIndex', 0, int32Max)));
      // ipi_spec_dst is the source to send from; ipi_addr is ignored, ip(7).
      if (typeof specificAddress !== 'string' || !parseIPv4(specificAddress, bytes, 4))
        throw invalidArgument('IP_PKTINFO: address', 'an IPv4 address', specificAddress);
      return bytes;
    },
  },
  IPV6_PKTINFO: packetInfo6('IPV6_PKTINFO'),
  IPV6_2292PKTINFO: packetInfo6('IPV6_2292PKTINFO'),
  SCM_TIMESTAMP: {
    level: 'SOL_SOCKET',
    size: 16,
    read: (view) => ({ type: 'SCM_TIMESTAMP', nanoseconds: readTime(view, 0, 1000n) }),
  },
  SCM_TIMESTAMPNS: {
    level: 'SOL_SOCKET',
    size: 16,
    read: (view) => ({ type: 'SCM_TIMESTAMPNS', nanoseconds: readTime(view, 0, 1n) }),
  },
  SCM_TIMESTAMPING: {
    level: 'SOL_SOCKET',
    size: 48,
    // Three timespecs, the second unused: Documentation/networking/timestamping.rst section 2.1.
    read: (view) => ({
      type: 'SCM_TIMESTAMPING',
      softwareNanoseconds: readTime(view, 0, 1n),
      hardwareNanoseconds: readTime(view, 32, 1n),
    }),
  },
  SCM_PIDFD: {
    level: 'SOL_SOCKET',
    size: 4,
    read: (view) => ({ type: 'SCM_PIDFD', fd: view.getInt32(0, littleEndian) }),
  },
  IP_RECVERR: extendedError('IP_RECVERR', 'IPPROTO_IP', 16),
  IPV6_RECVERR: extendedError('IPV6_RECVERR', 'IPPROTO_IPV6', 28),
  SO_RXQ_OVFL: {
    level: 'SOL_SOCKET',
    size: 4,
    read: (view) => ({ type: 'SO_RXQ_OVFL', dropped: view.getUint32(0, littleEndian) }),
  },
  UDP_GRO: {
    level: 'IPPROTO_UDP',
    size: 4,
    read: (view) => ({ type: 'UDP_GRO', segmentSize: view.getInt32(0, littleEndian) }),
  },
  UDP_SEGMENT: {
    level: 'IPPROTO_UDP',
    size: 2,
    // A __u16, udp_cmsg_send(). 0 is taken for no message at all.
    write: ({ segmentSize }: Sent<'UDP_SEGMENT'>) => {
      const bytes = new Uint8Array(2);
      new DataView(bytes.buffer).setUint16(
        0,
        integer(segmentSize, 'UDP_SEGMENT: segmentSize', 1, 65_535),
        littleEndian,
      );
      return bytes;
    },
  },
  TCP_CM_INQ: {
    level: 'IPPROTO_TCP',
    // TCP_CM_INQ is another name of TCP_INQ, linux/tcp.h.
    cmsgType: 'TCP_INQ',
    size: 4,
    read: (view) => ({ type: 'TCP_CM_INQ', queued: view.getInt32(0, littleEndian) }),
  },
  IP_TTL: headerField('IP_TTL', 'IPPROTO_IP'),
  IP_TOS: headerField('IP_TOS', 'IPPROTO_IP'),
  IPV6_HOPLIMIT: headerField('IPV6_HOPLIMIT', 'IPPROTO_IPV6'),
  IPV6_2292HOPLIMIT: headerField('IPV6_2292HOPLIMIT', 'IPPROTO_IPV6'),
  IPV6_TCLASS: headerField('IPV6_TCLASS', 'IPPROTO_IPV6'),
  SO_MARK: {
    ...uint32('SOL_SOCKET', (mark) => ({ type: 'SO_MARK', mark })),
    write: ({ mark }: Sent<'SO_MARK'>) => writeUint32(mark, 'SO_MARK: mark'),
  },
  SO_PRIORITY: {
    ...uint32('SOL_SOCKET', (priority) => ({ type: 'SO_PRIORITY', priority })),
    write: ({ priority }: Sent<'SO_PRIORITY'>) => writeUint32(priority, 'SO_PRIORITY: priority'),
  },
  SCM_TXTIME: {
    level: 'SOL_SOCKET',
    // SCM_TXTIME is another name of SO_TXTIME, asm-generic/socket.h.
    cmsgType: 'SO_TXTIME',
    size: 8,
    write: ({ nanoseconds }: Sent<'SCM_TXTIME'>) => {
      if (typeof nanoseconds !== 'bigint') throw invalidArgument('SCM_TXTIME: nanoseconds', 'a bigint', nanoseconds);
      if (BigInt.asUintN(64, nanoseconds) !== nanoseconds)
        throw new UsageError('ERR_OUT_OF_RANGE', `SCM_TXTIME: expected 64 bits unsigned, got ${nanoseconds}`);
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, nanoseconds, littleEndian);
      return bytes;
    },
  },
  SCM_TS_OPT_ID: {
    level: 'SOL_SOCKET',
    size: 4,
    write: ({ id }: Sent<'SCM_TS_OPT_ID'>) => writeUint32(id, 'SCM_TS_OPT_ID: id'),
  },
  SCM_TIMESTAMPING_PKTINFO: {
    level: 'SOL_SOCKET',
    size: 8,
    read: (view) => ({
      type: 'SCM_TIMESTAMPING_PKTINFO',
      interfaceIndex: view.getUint32(0, littleEndian),
      length: view.getUint32(4, littleEndian),
    }),
  },
  SCM_TIMESTAMPING_OPT_STATS: {
    level: 'SOL_SOCKET',
    size: 0,
    read: (view) => ({ type: 'SCM_TIMESTAMPING_OPT_STATS', stats: readTimestampStats(view) }),
  },
  SCM_SECURITY: {
    level: 'SOL_SOCKET',
    alsoAt: 'IPPROTO_IP',
    size: 0,
    read: (_view, bytes) => ({ type: 'SCM_SECURITY', label: Buffer.from(bytes).toString().replace(/\0$/, '') }),
  },
  SCM_WIFI_STATUS: {
    ...uint32('SOL_SOCKET', (status) => ({ type: 'SCM_WIFI_STATUS', acknowledged: status !== 0 })),
    cmsgType: 'SO_WIFI_STATUS',
  },
  SCM_INQ: { ...uint32('SOL_SOCKET', (queued) => ({ type: 'SCM_INQ', queued })), cmsgType: 'SO_INQ' },
  SCM_DEVMEM_DMABUF: deviceMemory('SCM_DEVMEM_DMABUF'),
  SCM_DEVMEM_LINEAR: deviceMemory('SCM_DEVMEM_LINEAR'),
  IP_ORIGDSTADDR: originalDestination('IP_ORIGDSTADDR', 'IPPROTO_IP', 'IP_RECVORIGDSTADDR'),
  IP_RECVOPTS: {
    level: 'IPPROTO_IP',
    size: 1,
    read: (_view, bytes) => ({ type: 'IP_RECVOPTS', options: bytes }),
  },
  IP_RETOPTS: {
    level: 'IPPROTO_IP',
    size: 0,
    read: (_view, bytes) => ({ type: 'IP_RETOPTS', options: bytes }),
    write: ({ options }: Sent<'IP_RETOPTS'>) => new Uint8Array(ownBytesOf(options, 'IP_RETOPTS: options')),
  },
  IP_PROTOCOL: {
    level: 'IPPROTO_IP',
    size: 4,
    // The kernel refuses what is no protocol.
    write: ({ protocol }: Sent<'IP_PROTOCOL'>) => int32s(integer(protocol, 'IP_PROTOCOL: protocol', 0, int32Max)),
  },
  TLS_GET_RECORD_TYPE: {
    level: 'SOL_TLS',
    size: 1,
    read: (view) => ({ type: 'TLS_GET_RECORD_TYPE', recordType: view.getUint8(0) }),
  },
  TLS_SET_RECORD_TYPE: {
    level: 'SOL_TLS',
    size: 1,
    write: ({ recordType }: Sent<'TLS_SET_RECORD_TYPE'>) =>
      Uint8Array.of(integer(recordType, 'TLS_SET_RECORD_TYPE: recordType', 0, 255)),
  },
  IP_RECVFRAGSIZE: uint32('IPPROTO_IP', (size) => ({ type: 'IP_RECVFRAGSIZE', size })),
  IP_CHECKSUM: { level: 'IPPROTO_IP', size: 4, read: (view) => ({ type: 'IP_CHECKSUM', checksum: view.getUint32(0) }) },
  IPV6_ORIGDSTADDR: originalDestination('IPV6_ORIGDSTADDR', 'IPPROTO_IPV6', 'IPV6_RECVORIGDSTADDR'),
  IPV6_RECVFRAGSIZE: uint32('IPPROTO_IPV6', (size) => ({ type: 'IPV6_RECVFRAGSIZE', size })),
  IPV6_FLOWINFO: {
    level: 'IPPROTO_IPV6',
    size: 4,
    read: (view) => ({ type: 'IPV6_FLOWINFO', flowInfo: view.getUint32(0) }),
    write: ({ flowInfo }: Sent<'IPV6_FLOWINFO'>) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, integer(flowInfo, 'IPV6_FLOWINFO: flowInfo', 0, 0x0fff_ffff));
      return bytes;
    },
  },
  IPV6_PATHMTU: {
    level: 'IPPROTO_IPV6',
    // struct ip6_mtuinfo, RFC 3542 section 11.4: a sockaddr_in6, then the MTU.
    size: 32,
    read: (view, bytes) => ({
      type: 'IPV6_PATHMTU',
      destination: internet(bytes, view, 28),
      mtu: view.getUint32(28, littleEndian),
    }),
  },
  IPV6_HOPOPTS: extensionHeader('IPV6_HOPOPTS'),
  IPV6_DSTOPTS: extensionHeader('IPV6_DSTOPTS'),
  IPV6_RTHDR: extensionHeader('IPV6_RTHDR'),
  IPV6_RTHDRDSTOPTS: extensionHeader('IPV6_RTHDRDSTOPTS'),
  IPV6_2292HOPOPTS: extensionHeader('IPV6_2292HOPOPTS'),
  IPV6_2292DSTOPTS: extensionHeader('IPV6_2292DSTOPTS'),
  IPV6_2292RTHDR: extensionHeader('IPV6_2292RTHDR'),
  PACKET_AUXDATA: { level: 'SOL_PACKET', size: 20, read: readAuxiliaryData },
  PACKET_TX_TIMESTAMP: extendedError('PACKET_TX_TIMESTAMP', 'SOL_PACKET', 0),
  NETLINK_PKTINFO: uint32('SOL_NETLINK', (group) => ({ type: 'NETLINK_PKTINFO', group })),
  NETLINK_LISTEN_ALL_NSID: {
    level: 'SOL_NETLINK',
    size: 4,
    read: (view) => ({ type: 'NETLINK_LISTEN_ALL_NSID', namespaceId: view.getInt32(0, littleEndian) }),
  },
};
