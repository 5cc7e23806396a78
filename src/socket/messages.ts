import { formatIPv4, formatIPv6, parseIPv4, parseIPv6, type SocketAddress } from '../address.js';
import { errorName, integer, invalidArgument } from '../errors.js';
import { littleEndian } from '../options/memory.js';
import { readAddress } from './sockaddr.js';

/** Credentials of a process, unix(7). */
export interface Credentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Fields of the IP header. */
interface HeaderField {
  readonly type: 'IP_TTL' | 'IP_TOS' | 'IPV6_HOPLIMIT' | 'IPV6_TCLASS';
  readonly value: number;
}

/** What can be sent and received. */
type EitherWay =
  /**
   * Descriptors passed over a Unix socket. The receiver owns them: adopt or close each. With `MSG_PEEK` every look makes
   * new ones.
   */
  | { readonly type: 'SCM_RIGHTS'; readonly fds: readonly number[] }
  | ({ readonly type: 'SCM_CREDENTIALS' } & Credentials)
  /** The address a datagram was sent to, and the interface it came in on; when sending, the source to use. */
  | { readonly type: 'IPV6_PKTINFO'; readonly interfaceIndex: number; readonly address: string }
  | HeaderField
  /** Anything else, or what was cut to the control space (MSG_CTRUNC), as it came; or as it should go. */
  | { readonly type: 'raw'; readonly level: number; readonly cmsgType: number; readonly bytes: Uint8Array };

/** Who found the error that a message of `IP_RECVERR` tells; a number where this package has no name for it. */
export type ErrorOrigin = (typeof origins)[number] | number;

/** SO_EE_ORIGIN_…, linux/errqueue.h, in their order. */
const origins = ['none', 'local', 'icmp', 'icmp6', 'timestamping', 'zerocopy', 'txtime'] as const;

/** An error of the error queue (`MSG_ERRQUEUE`): struct sock_extended_err of ip(7) and ipv6(7). */
export interface ExtendedError {
  readonly type: 'IP_RECVERR' | 'IPV6_RECVERR';
  /** Name of the errno, as `ECONNREFUSED`; empty where it is 0, since not all that is queued has failed. */
  readonly code: string;
  /** Negative errno, as in Node. */
  readonly errno: number;
  readonly origin: ErrorOrigin;
  /** Type and code of the ICMP message (ee_type, ee_code); for other origins what those say there. */
  readonly icmpType: number;
  readonly icmpCode: number;
  /** ee_info: with `EMSGSIZE` the path MTU. */
  readonly info: number;
  /** ee_data. */
  readonly data: number;
  /** Who reported it, where somebody did. */
  readonly offender?: SocketAddress | undefined;
}

/** A control message as it can be sent. */
export type SendControlMessage =
  | EitherWay
  /** The source to use. */
  | { readonly type: 'IP_PKTINFO'; readonly interfaceIndex: number; readonly address: string }
  /** Cuts the data into datagrams of this many bytes, the last as long as what is left: udp(7). */
  | { readonly type: 'UDP_SEGMENT'; readonly segmentSize: number };

/** A control message as it is received. */
export type ReceivedControlMessage =
  | EitherWay
  /** The address a datagram was sent to, and this host's own that it came to: they differ for broadcast and multicast. */
  | {
      readonly type: 'IP_PKTINFO';
      readonly interfaceIndex: number;
      readonly address: string;
      readonly specificAddress: string;
    }
  /**
   * A descriptor of the sending process, pidfd_open(2), asked for with `SO_PASSPIDFD`. The receiver owns it: close it.
   * Below zero it is `-errno`: the kernel could not open one, for instance because the table of descriptors is full.
   */
  | { readonly type: 'SCM_PIDFD'; readonly fd: number }
  /** When the kernel received (or sent) the packet, in nanoseconds since 1970. */
  | { readonly type: 'SCM_TIMESTAMP' | 'SCM_TIMESTAMPNS'; readonly nanoseconds: bigint }
  /** Software time, and the raw hardware time; 0 where there is none. */
  | { readonly type: 'SCM_TIMESTAMPING'; readonly softwareNanoseconds: bigint; readonly hardwareNanoseconds: bigint }
  | ExtendedError
  /** Packets this socket had dropped when the datagram was queued, since it was opened (mod 2^32). Absent while none was. */
  | { readonly type: 'SO_RXQ_OVFL'; readonly dropped: number }
  /** The data is several datagrams of this many bytes each, the last perhaps shorter: udp(7). */
  | { readonly type: 'UDP_GRO'; readonly segmentSize: number }
  /** Bytes still in the receive queue, asked for with `TCP_INQ`. */
  | { readonly type: 'TCP_CM_INQ'; readonly queued: number };

/** A control message in the form this package knows. */
export type ControlMessage = SendControlMessage | ReceivedControlMessage;

type Sent<T extends SendControlMessage['type']> = Extract<SendControlMessage, { type: T }>;

/** How a control message stands in memory, behind its header. */
export interface ControlCodec {
  readonly level: string;
  /** C name of the cmsg_type; the message's own name if absent. */
  readonly cmsgType?: string;
  /** Bytes `read` needs: where the control space ran out (MSG_CTRUNC) the kernel delivers a part. */
  readonly size: number;
  readonly read?: (view: DataView<ArrayBuffer>, bytes: Uint8Array) => ReceivedControlMessage;
  readonly write?: (message: never) => Uint8Array;
}

function int32s(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Int32Array.from(values).buffer);
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
      if (!Array.isArray(fds)) throw invalidArgument('SCM_RIGHTS: fds', 'an array of descriptors', fds);
      integer(fds.length, 'SCM_RIGHTS: number of descriptors', 1, 253);
      return int32s(...fds.map((fd) => integer(fd, 'SCM_RIGHTS: descriptor', 0, 2 ** 31 - 1)));
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
        integer(pid, 'SCM_CREDENTIALS: pid', 0, 2 ** 31 - 1),
        integer(uid, 'SCM_CREDENTIALS: uid', 0, 2 ** 32 - 1),
        integer(gid, 'SCM_CREDENTIALS: gid', 0, 2 ** 32 - 1),
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
    write: ({ interfaceIndex, address }: Sent<'IP_PKTINFO'>) => {
      const bytes = new Uint8Array(12);
      bytes.set(int32s(integer(interfaceIndex, 'IP_PKTINFO: interfaceIndex', 0, 2 ** 31 - 1)));
      // ipi_spec_dst is the source to send from; ipi_addr is ignored, ip(7).
      if (typeof address !== 'string' || !parseIPv4(address, bytes, 4))
        throw invalidArgument('IP_PKTINFO: address', 'an IPv4 address', address);
      return bytes;
    },
  },
  IPV6_PKTINFO: {
    level: 'IPPROTO_IPV6',
    size: 20,
    read: (view, bytes) => ({
      type: 'IPV6_PKTINFO',
      address: formatIPv6(bytes, 0),
      interfaceIndex: view.getInt32(16, littleEndian),
    }),
    write: ({ interfaceIndex, address }: Sent<'IPV6_PKTINFO'>) => {
      const bytes = new Uint8Array(20);
      if (typeof address !== 'string' || !parseIPv6(address, bytes))
        throw invalidArgument('IPV6_PKTINFO: address', 'an IPv6 address', address);
      bytes.set(int32s(integer(interfaceIndex, 'IPV6_PKTINFO: interfaceIndex', 0, 2 ** 31 - 1)), 16);
      return bytes;
    },
  },
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
    write: ({ segmentSize }: Sent<'UDP_SEGMENT'>) =>
      new Uint8Array(Uint16Array.of(integer(segmentSize, 'UDP_SEGMENT: segmentSize', 1, 65_535)).buffer),
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
  IPV6_TCLASS: headerField('IPV6_TCLASS', 'IPPROTO_IPV6'),
};
