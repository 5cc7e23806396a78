import { constants as os } from 'node:os';
import type { AddressOf, Family } from '../address.js';
import {
  check,
  type ErrorContext,
  integer,
  invalidArgument,
  knownKeys,
  SystemCallError,
  UsageError,
} from '../errors.js';
import { data, frame, native } from '../native/load.js';
import { readOption, writeOptions } from '../options/access.js';
import type { OptionValues } from '../options/types.js';
import { takeOver } from './descriptor.js';
import { errorContext } from './error-context.js';
import { type PollEvent, pollBits, pollNow } from './poll.js';
import { type AddressInput, constant, domainOf, families, familyOf, readAddress, writeAddress } from './sockaddr.js';
import { Transfer } from './transfer.js';
import { type Origin, originAt } from './unclosed.js';
import { checkWait, waitKeys, type WaitOptions } from './wait-queue.js';

const socketTypes = {
  stream: 'SOCK_STREAM',
  dgram: 'SOCK_DGRAM',
  seqpacket: 'SOCK_SEQPACKET',
  raw: 'SOCK_RAW',
} as const;
export type SocketType = keyof typeof socketTypes;

const protocols = {
  tcp: 'IPPROTO_TCP',
  udp: 'IPPROTO_UDP',
  icmp: 'IPPROTO_ICMP',
  icmpv6: 'IPPROTO_ICMPV6',
  raw: 'IPPROTO_RAW',
  mptcp: 'IPPROTO_MPTCP',
} as const;
export type Protocol = keyof typeof protocols;

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

export interface AdoptOptions<F extends Family = Family> {
  /** The family the descriptor must have, so that its addresses have a type. Default: whichever it has. */
  readonly family?: F | undefined;
}

export interface PairOptions {
  /** Default `stream`. */
  readonly type?: SocketType | undefined;
}

export interface ListenOptions {
  /** Connections that may wait for accept; Linux admits one more, and cuts it to `net.core.somaxconn`,
   * which a negative one means too. Default 511. */
  readonly backlog?: number | undefined;
}

const halves = { read: 'SHUT_RD', write: 'SHUT_WR', both: 'SHUT_RDWR' } as const;

const int31 = 2 ** 31 - 1;
const wouldBlock = -os.errno.EAGAIN;
/** What connect(2) returns while the connection is on its way. */
const pending = new Map([
  [-os.errno.EINPROGRESS, 'EINPROGRESS'],
  [-os.errno.EALREADY, 'EALREADY'],
  [-os.errno.EINTR, 'EINTR'],
] as const);

/**
 * What one connect(2) came to: `done`, or on its way. `EINPROGRESS` - started by this call; `EALREADY` - by an earlier one;
 * `EINTR` - a signal came, and it goes on.
 */
export type ConnectProgress = 'done' | 'EINPROGRESS' | 'EALREADY' | 'EINTR';

function oneOf<T extends object>(table: T, value: unknown, name: string): T[keyof T] {
  if (typeof value !== 'string' || !Object.hasOwn(table, value)) {
    throw invalidArgument(name, `one of ${Object.keys(table).join(', ')}`, value);
  }
  return table[value as keyof T];
}

function protocolNumber(family: Family, protocol: Protocol | number): number {
  if (typeof protocol === 'number') {
    const number = integer(protocol, 'protocol', 0, family === 'packet' ? 0xffff : int31);
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

/**
 * A socket with one method for each system call, under its name; `F` is its family, which its addresses have. Descriptors are close-on-exec and non-blocking;
 * nothing else is set behind the caller.
 *
 * Calls that may have to wait come twice: `accept` returns a promise, `tryAccept` makes the bare call and returns
 * `undefined` where it would block. Waiting calls of one direction are served in the order they were made.
 */
export class Socket<F extends Family = Family> extends Transfer<F> {
  /**
   * `socket(2)` - opens a socket, then sets `options`.
   *
   * @throws {SystemCallError} `EPERM` - raw and packet sockets need CAP_NET_RAW; `EMFILE`, `EPROTONOSUPPORT` and others.
   */
  static open<F extends Family = 'IPv4'>(settings: OpenOptions<F> = {}): Socket<F> {
    knownKeys(settings, 'Socket.open', ['family', 'type', 'protocol', 'options']);
    const { family = 'IPv4' as F, type = 'stream', protocol = 0, options } = settings;
    const domain = constant(oneOf(families, family, 'family'));
    const typeNumber = constant(oneOf(socketTypes, type, 'type'));
    const fd = check(native.socket(domain, typeNumber, protocolNumber(family, protocol)), 'socket');
    if (options !== undefined) {
      try {
        writeOptions(fd, options);
      } catch (error) {
        native.close(fd);
        throw error;
      }
    }
    return new Socket(fd, family, originAt(Socket, 'open'));
  }

  /** `socketpair(2)` - two connected Unix sockets. */
  static pair(settings: PairOptions = {}): [Socket<'unix'>, Socket<'unix'>] {
    knownKeys(settings, 'Socket.pair', ['type']);
    const { type = 'stream' } = settings;
    check(native.socketpair(domainOf('unix'), constant(oneOf(socketTypes, type, 'type')), 0), 'socketpair');
    const [first = -1, second = -1] = frame;
    return [new Socket(first, 'unix', originAt(Socket, 'pair')), new Socket(second, 'unix', originAt(Socket, 'pair'))];
  }

  /**
   * Takes ownership of a descriptor made elsewhere, and makes it close-on-exec and non-blocking (which also holds for its
   * duplicates: O_NONBLOCK belongs to the open file, fcntl(2)).
   *
   * @throws {SystemCallError} `EBADF`, `ENOTSOCK` - not a socket; {@link UsageError} for one of another family than
   * `family`. It is left alone.
   */
  static adopt<F extends Family = Family>(fd: number, settings: AdoptOptions<F> = {}): Socket<F> {
    knownKeys(settings, 'Socket.adopt', ['family']);
    const { family: expected } = settings;
    if (expected !== undefined) oneOf(families, expected, 'family');
    const descriptor = integer(fd, 'fd', 0, int31);
    const domain = readOption(descriptor, 'SO_DOMAIN');
    const family = familyOf(domain);
    if (family === undefined)
      throw new UsageError('ERR_NOT_SUPPORTED', `fd ${fd}: sockets of domain ${domain} have no addresses here`);
    if (expected !== undefined && family !== expected)
      throw new UsageError('ERR_ARGUMENT_INVALID', `fd ${fd}: its family is ${family}, not ${expected}`);
    return new Socket(takeOver(descriptor), family as F, originAt(Socket, 'adopt'));
  }

  /**
   * `bind(2)` - gives the socket its local address. What is left out is the wildcard: port 0 lets the kernel choose.
   *
   * @throws {SystemCallError} `EADDRINUSE`, `EADDRNOTAVAIL` - not an address of this host, `EACCES` - a port below
   * `ip_unprivileged_port_start`, `EINVAL` - bound already.
   */
  bind(address: AddressInput = {}): this {
    const length = writeAddress(this.family, address);
    const result = native.bind(this.fd, length);
    if (result < 0) throw new SystemCallError(result, 'bind', errorContext(this.family, address));
    return this;
  }

  /**
   * `listen(2)` - starts accepting connections. On a listener a second call only changes the backlog.
   *
   * @throws {SystemCallError} `EADDRINUSE` - sockets with `SO_REUSEADDR` may share an address, only one of them may listen.
   */
  listen(settings: ListenOptions = {}): this {
    knownKeys(settings, 'listen', ['backlog']);
    const backlog = integer(settings.backlog ?? 511, 'backlog', -(2 ** 31), int31);
    const result = native.listen(this.fd, backlog);
    if (result < 0) throw new SystemCallError(result, 'listen', this.#whereBound());
    return this;
  }

  /** `accept4(2)`, waiting for a connection. */
  async accept(wait: WaitOptions = {}): Promise<Socket<F>> {
    knownKeys(wait, 'accept', waitKeys);
    // Taken now: the event that brings the connection has none of the caller's frames.
    const origin = originAt(this, 'accept');
    return await this.readiness.call('read', 'accept', () => this.#accept(origin), wait);
  }

  /** `accept4(2)` - the next connection of the queue, or `undefined` if there is none. */
  tryAccept(): Socket<F> | undefined {
    return this.#accept();
  }

  /**
   * `connect(2)`, waiting until the connection stands or has failed. After a timeout or an abort the attempt goes on in
   * the kernel: close the socket.
   *
   * A Unix listener whose queue is full is not waited for: a non-blocking connect(2) fails with `EAGAIN` at once, and
   * nothing tells when there is room, connect(2) ERRORS.
   *
   * @throws {SystemCallError} `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `EADDRNOTAVAIL`, `ENOENT` and others.
   */
  async connect(address: AddressInput, wait: WaitOptions = {}): Promise<this> {
    knownKeys(wait, 'connect', waitKeys);
    checkWait(wait);
    if (this.connectOnce(address) !== 'done')
      await this.readiness.call('write', 'connect', () => this.#connected(address), wait);
    return this;
  }

  /** `connect(2)` - true if it is done, false if it goes on in the background: the socket becomes writable then. */
  tryConnect(address: AddressInput): boolean {
    return this.connectOnce(address) === 'done';
  }

  /**
   * `connect(2)`, once - as {@link tryConnect}, and tells what the kernel said of a connection that is on its way. Called
   * again it tells what became of it; after a failure, which it throws, the next call starts anew.
   *
   * @throws {SystemCallError} `EISCONN` - connected, and a call has said so before; what {@link connect} throws.
   */
  connectOnce(address: AddressInput): ConnectProgress {
    const length = writeAddress(this.family, address);
    const result = native.connect(this.fd, length);
    const progress = pending.get(result);
    if (progress !== undefined) return progress;
    if (result < 0) throw new SystemCallError(result, 'connect', errorContext(this.family, address));
    return 'done';
  }

  /**
   * `connect(2)` with AF_UNSPEC: dissolves the association. A TCP connection is reset; an address and port given to bind
   * stay, one the kernel chose is released though getsockname(2) goes on reporting it.
   */
  disconnect(): this {
    const length = writeAddress('IPv4', {});
    data.fill(0, 0, length);
    check(native.connect(this.fd, length), 'connect');
    return this;
  }

  /**
   * `fcntl(2)` F_DUPFD_CLOEXEC - another Socket for the same open socket, with a descriptor of its own, as dup(2): the connection
   * ends when the last is closed, {@link shutdown} and options are shared.
   *
   * @throws {SystemCallError} `EMFILE` - no descriptor is left.
   */
  dup(): Socket<F> {
    return new Socket(check(native.dup(this.fd), 'fcntl'), this.family, originAt(this, 'dup'));
  }

  /** `getsockname(2)` - the local address. */
  getsockname(): AddressOf<F> {
    return this.#name(native.getsockname(this.fd), 'getsockname');
  }

  /** `getpeername(2)` - the remote address. @throws {SystemCallError} `ENOTCONN`. */
  getpeername(): AddressOf<F> {
    return this.#name(native.getpeername(this.fd), 'getpeername');
  }

  /**
   * `poll(2)`, waiting until one of `events` holds, and takes nothing: `POLLIN` - data, a connection to accept, or the end of
   * the stream; `POLLPRI` - urgent data; `POLLOUT` - room to send, or connected; `POLLRDHUP` - the peer has sent FIN (Linux).
   * `POLLERR` - a pending error or an entry of the error queue - and `POLLHUP` - both halves are closed - are reported whether
   * asked for or not. Resolves with those that hold.
   */
  async poll(events: readonly PollEvent[], wait: WaitOptions = {}): Promise<Set<PollEvent>> {
    knownKeys(wait, 'poll', waitKeys);
    const sum = pollBits(events);
    const attempt = (): Set<PollEvent> | undefined => {
      const ready = pollNow(this.fd, sum);
      return ready.size === 0 ? undefined : ready;
    };
    return await this.readiness.call('poll', 'poll', attempt, wait);
  }

  /** `poll(2)` - those of `events`, and of `POLLERR` and `POLLHUP`, that hold now; empty if none does. */
  tryPoll(events: readonly PollEvent[]): Set<PollEvent> {
    return pollNow(this.fd, pollBits(events));
  }

  /**
   * `shutdown(2)` - ends one half of the connection, or both. For TCP `write` sends FIN; it never lingers. `read` stops a
   * listener.
   */
  shutdown(half: keyof typeof halves): this {
    check(native.shutdown(this.fd, constant(oneOf(halves, half, 'half'))), 'shutdown');
    return this;
  }

  /** The local address for an error, where there is one to be told: the descriptor may be what is wrong. */
  #whereBound(): ErrorContext {
    const bound = readAddress(native.getsockname(this.fd));
    return bound === undefined ? {} : errorContext(this.family, bound);
  }

  #accept(origin?: Origin): Socket<F> | undefined {
    let fd = native.accept(this.fd);
    // Gone before it was accepted: accept(2), error handling. The next one may be there.
    while (fd === -os.errno.ECONNABORTED) fd = native.accept(this.fd);
    if (fd === wouldBlock) return undefined;
    return new Socket(check(fd, 'accept'), this.family, origin ?? originAt(this, 'tryAccept'));
  }

  #name(length: number, syscall: string): AddressOf<F> {
    const address = readAddress(check(length, syscall));
    if (address === undefined) throw new UsageError('ERR_NOT_SUPPORTED', `${syscall}: an address of an unknown family`);
    return address as AddressOf<F>;
  }

  /**
   * What became of a connect(2) that went on in the background; `undefined` while it still does. Asked again, connect(2)
   * itself tells: still on its way (EALREADY), done (0 on Linux, EISCONN elsewhere and for whoever asks second), or failed,
   * with the errno; then the socket is as before and may connect again, __inet_stream_connect(). SO_ERROR would take the errno
   * away and leave the socket in between, where the next connect(2) is ECONNABORTED.
   */
  #connected(address: AddressInput): true | undefined {
    // Elsewhere a second connect(2) may try once more instead.
    const errno = process.platform === 'linux' ? 0 : readOption(this.fd, 'SO_ERROR');
    if (errno !== 0) throw new SystemCallError(-errno, 'connect', errorContext(this.family, address));
    const length = writeAddress(this.family, address);
    const result = native.connect(this.fd, length);
    if (pending.has(result)) return undefined;
    if (result < 0 && result !== -os.errno.EISCONN)
      throw new SystemCallError(result, 'connect', errorContext(this.family, address));
    return true;
  }
}
