import { constants } from 'node:os';
import { check, SystemCallError, UsageError } from '../errors.js';
import { Frame } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { fileOf, isOpenOn } from '../native/open-file.js';
import { writeOption } from '../options/access.js';
import { readAddress, writeAddress } from '../socket/sockaddr.js';
import { u32Bytes } from './attribute.js';
import { NetlinkExchange, type NetlinkTransport } from './exchange.js';
import { NetlinkError } from './netlink-error.js';

const { AF_NETLINK, SOCK_RAW, MSG_TRUNC } = native.constants;

/** NETLINK_*: the part of the kernel that answers. */
export const NetlinkProtocol = { ROUTE: 0, SOCK_DIAG: 4 } as const;

// NETLINK_CAP_ACK: an error need not repeat the request. NETLINK_EXT_ACK: it may explain itself. Kernels without them
// (before 4.3 and 4.12) answer ENOPROTOOPT, and errors are told by their number alone.
const wishes = [10, 11] as const;

function wish(fd: number, optname: number): void {
  try {
    writeOption(fd, { level: 'SOL_NETLINK', optname, bytes: u32Bytes(1) });
  } catch (error) {
    if (!(error instanceof SystemCallError && error.code === 'ENOPROTOOPT')) throw error;
  }
}

/**
 * Lets nobody but the kernel (port id 0) send here: netlink_getsockbyportid() refuses others with ECONNREFUSED. Anybody with
 * CAP_NET_ADMIN could otherwise answer in its place. Returns the port id of the socket.
 */
function connectToKernel(fd: number): number {
  check(native.connect(fd, writeAddress('netlink', {})), 'connect');
  const own = readAddress(check(native.getsockname(fd), 'getsockname'));
  return own?.family === 'netlink' ? own.pid : 0;
}

class SocketTransport implements NetlinkTransport {
  readonly port: number;
  protected readonly fd: number;
  #isOpen = true;

  constructor(fd: number) {
    this.fd = fd;
    this.port = connectToKernel(fd);
  }

  send(request: Uint8Array): void {
    check(native.send(this.fd, request, 0, -1), 'send');
  }

  receive(bytes: Uint8Array): number {
    for (;;) {
      const length = native.recvfrom(this.fd, bytes, MSG_TRUNC ?? 0);
      if (length === -constants.errno.EAGAIN) return -1;
      if (length === -constants.errno.ENOBUFS) {
        throw new NetlinkError(
          length,
          'recv',
          {},
          'the receive buffer of the netlink socket overflowed, so part of the answer is lost',
        );
      }
      check(length, 'recv');
      const sender = readAddress(frame[Frame.length] ?? 0);
      if (sender?.family === 'netlink' && sender.pid === 0) return length;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    check(native.close(this.fd), 'close');
  }
}

/**
 * Opens a netlink socket in the network namespace the calling thread is in, and it stays there: the exchange speaks of
 * that namespace wherever the thread goes.
 */
export function openNetlink(protocol: number): NetlinkExchange {
  return new NetlinkExchange(openTransport(protocol, SocketTransport));
}

function openTransport<T>(protocol: number, Transport: new (fd: number) => T): T {
  if (process.platform !== 'linux')
    throw new UsageError('ERR_NOT_SUPPORTED', `netlink: not available on ${process.platform}`);
  const fd = check(native.socket(AF_NETLINK ?? 0, SOCK_RAW ?? 0, protocol), 'socket');
  try {
    for (const optname of wishes) wish(fd, optname);
    return new Transport(fd);
  } catch (error) {
    native.close(fd);
    throw error;
  }
}

/** Of a socket that is kept. Somebody else may have closed its descriptor meanwhile: who has the number now keeps it. */
class KeptTransport extends SocketTransport {
  readonly #file: string;

  constructor(fd: number) {
    super(fd);
    this.#file = fileOf(fd);
  }

  get isHeld(): boolean {
    return isOpenOn(this.fd, this.#file);
  }

  override close(): void {
    if (this.isHeld) super.close();
  }
}

/** Stays open when it is closed, unless an answer was left unread. */
class KeptExchange extends NetlinkExchange {
  readonly #transport: KeptTransport;
  readonly #forget: () => void;

  constructor(transport: KeptTransport, forget: () => void) {
    super(transport);
    this.#transport = transport;
    this.#forget = forget;
  }

  get isHeld(): boolean {
    return this.#transport.isHeld;
  }

  override close(): void {
    if (!this.isSound) this.end();
  }

  end(): void {
    this.#forget();
    super.close();
  }
}

/** Netlink sockets of one network namespace that are kept open, by protocol: to open one takes longer than to ask. */
export class NetlinkKeeper {
  readonly #open = new Map<number, KeptExchange>();

  has(protocol: number): boolean {
    return this.#open.get(protocol)?.isHeld === true;
  }

  take(protocol: number): NetlinkExchange {
    const known = this.#open.get(protocol);
    if (known?.isHeld === true) return known;
    const exchange = new KeptExchange(openTransport(protocol, KeptTransport), () => this.#open.delete(protocol));
    this.#open.set(protocol, exchange);
    return exchange;
  }

  /** What `work` asks the kernel for before it returns goes through these sockets. Without a keeper, through new ones. */
  static during<T>(keeper: NetlinkKeeper | undefined, work: () => T): T {
    const before = present;
    present = keeper;
    try {
      return work();
    } finally {
      present = before;
    }
  }

  close(): void {
    for (const exchange of this.#open.values()) exchange.end();
  }
}

let present: NetlinkKeeper | undefined;

/** An exchange for a call that is over when it returns: a new one, or the one that is kept for the namespace the thread is in. */
export function takeNetlink(protocol: number): NetlinkExchange {
  return present?.take(protocol) ?? openNetlink(protocol);
}
