import { constants as os } from 'node:os';
import type { Family } from '../address.js';
import { check, int32Max, integer, invalidArgument, knownKeys, oneOf, UsageError } from '../errors.js';
import { frame, native } from '../native/load.js';
import { readOption, writeOptions } from '../options/access.js';
import type { OptionValues } from '../options/types.js';
import { constant, domainOf, families, familyOf } from './sockaddr.js';
import { placeOfOwner } from './unclosed.js';

const socketTypes = {
  stream: 'SOCK_STREAM',
  dgram: 'SOCK_DGRAM',
  seqpacket: 'SOCK_SEQPACKET',
  raw: 'SOCK_RAW',
} as const;
/** A type of socket(2): `SOCK_STREAM`, `SOCK_DGRAM`, `SOCK_SEQPACKET` or `SOCK_RAW`. */
export type SocketType = keyof typeof socketTypes;

const protocols = {
  tcp: 'IPPROTO_TCP',
  udp: 'IPPROTO_UDP',
  icmp: 'IPPROTO_ICMP',
  icmpv6: 'IPPROTO_ICMPV6',
  raw: 'IPPROTO_RAW',
  mptcp: 'IPPROTO_MPTCP',
} as const;
/** A protocol of IP by name, protocols(5). */
export type Protocol = keyof typeof protocols;

/** Which socket socket(2) makes, and the options it has from the start. */
export interface OpenOptions<F extends Family = Family> {
  /** Default `IPv4`. */
  readonly family?: F | undefined;
  /** Default `stream`. */
  readonly type?: SocketType | undefined;
  /**
   * The name or number of an IP protocol; on packet sockets the number of an Ethernet type, in host byte order; on
   * netlink sockets that of a netlink family. Default 0.
   */
  readonly protocol?: Protocol | number | undefined;
  /** Set before the socket is returned, so before bind and connect. */
  readonly options?: OptionValues | undefined;
}

/** What is known of a descriptor that a Socket adopts. */
export interface AdoptOptions<F extends Family = Family> {
  /** The family the descriptor must have, so that its addresses have a type. Default: whichever it has. */
  readonly family?: F | undefined;
}

/** Which sockets socketpair(2) makes. */
export interface PairOptions {
  /** Default `stream`. */
  readonly type?: SocketType | undefined;
}

/** A descriptor that no Socket owns yet, and what its addresses are. */
interface Opened<F extends Family> {
  readonly fd: number;
  readonly family: F;
}

function protocolNumber(family: Family, protocol: Protocol | number): number {
  if (typeof protocol === 'number') {
    const number = integer(protocol, 'protocol', 0, family === 'packet' ? 0xffff : int32Max);
    // packet(7): in network byte order.
    return family === 'packet' ? ((number & 0xff) << 8) | (number >> 8) : number;
  }
  const name = oneOf(protocols, protocol, 'protocol');
  // The names are of IP protocols: to a packet socket 6 is an Ethernet type, to a netlink socket another family.
  if (family !== 'IPv4' && family !== 'IPv6') {
    throw invalidArgument('protocol', `a number, on ${family} sockets`, protocol);
  }
  return constant(name);
}

/** socket(2), and setsockopt(2) for each of the options. */
export function openDescriptor<F extends Family>(settings: OpenOptions<F>): Opened<F> {
  knownKeys(settings, 'Socket.open', ['family', 'type', 'protocol', 'options']);
  const { family = 'IPv4' as F, type = 'stream', protocol = 0, options } = settings;
  const domain = constant(oneOf(families, family, 'family'));
  const typeNumber = constant(oneOf(socketTypes, type, 'type'));
  const fd = check(native.socket(domain, typeNumber, protocolNumber(family, protocol)), 'socket');
  if (options === undefined) return { fd, family };
  try {
    writeOptions(fd, options);
  } catch (error) {
    native.close(fd);
    throw error;
  }
  return { fd, family };
}

/** socketpair(2). */
export function openPair(settings: PairOptions): [number, number] {
  knownKeys(settings, 'Socket.pair', ['type']);
  const { type = 'stream' } = settings;
  check(native.socketpair(domainOf('unix'), constant(oneOf(socketTypes, type, 'type')), 0), 'socketpair');
  const [first = -1, second = -1] = frame;
  return [first, second];
}

/** Puts a descriptor from outside into the care of this environment, close-on-exec and non-blocking. */
export function adoptDescriptor<F extends Family>(given: number, settings: AdoptOptions<F>): Opened<F> {
  knownKeys(settings, 'Socket.adopt', ['family']);
  const { family: expected } = settings;
  if (expected !== undefined) oneOf(families, expected, 'family');
  const fd = integer(given, 'fd', 0, int32Max);
  const domain = readOption(fd, 'SO_DOMAIN');
  const family = familyOf(domain);
  if (family === undefined)
    throw new UsageError('ERR_NOT_SUPPORTED', `fd ${fd}: sockets of domain ${domain} have no addresses here`);
  if (expected !== undefined && family !== expected)
    throw new UsageError('ERR_ARGUMENT_INVALID', `fd ${fd}: its family is ${family}, not ${expected}`);
  takeOver(fd);
  return { fd, family: family as F };
}

function takeOver(fd: number): void {
  const owned = native.own(fd);
  if (owned === -os.errno.EEXIST) {
    const place = placeOfOwner(fd);
    throw new UsageError(
      'ERR_SOCKET_BUSY',
      `descriptor ${fd}: another Socket owns it${place === undefined ? '' : `, opened at\n${place}`}`,
    );
  }
  check(owned, 'fcntl');
}
