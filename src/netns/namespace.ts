import { closeSync, existsSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { check, invalidArgument, knownKeys, SystemCallError, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import { fileOf, isOpenOn } from '../native/open-file.js';
import { NetlinkKeeper, NetlinkProtocol } from '../netlink/connection.js';
import type { SocketQuery } from '../netlink/filter.js';
import type { SocketRow } from '../netlink/inet-diag.js';
import {
  addAddress,
  addNeighbour,
  addRoute,
  addVeth,
  type AddressSettings,
  deleteLink,
  deleteRoute,
  getLink,
  type LinkSettings,
  listAddresses,
  listLinks,
  listRoutes,
  type NeighbourSettings,
  removeAddress,
  removeNeighbour,
  type RouteSettings,
  setLink,
  settleLink,
} from '../netlink/route.js';
import type { Link, LinkAddress, Route } from '../netlink/rtnetlink.js';
import { listSockets } from '../netlink/sock-diag.js';
import type { SocketState } from '../netlink/state.js';
import { type AwaitedState, type StateTarget, type StateWaitOptions, waitForState } from '../netlink/wait-for-state.js';
import { readSysctl, writeSysctl } from './sysctl.js';

const CLONE_NEWNET = native.constants['CLONE_NEWNET'] ?? 0;
// Of the thread that opens it: /proc/self would be the main thread's, in a worker too.
const ownNamespace = '/proc/thread-self/ns/net';

/** Why namespaces cannot be reached here at all; `undefined` if they can. */
export function unreachable(): string | undefined {
  if (process.platform !== 'linux') return `not available on ${process.platform}`;
  if (existsSync(ownNamespace)) return undefined;
  return `there is no ${ownNamespace}: /proc is not mounted, or the kernel is without CONFIG_NET_NS`;
}

/** The thread could not go back to the namespace it came from. Nothing it does from here on reaches the network it should. */
export class NamespaceLostError extends Error {
  /** For a `switch`: names the error. */
  readonly code = 'ERR_NAMESPACE_LOST';

  constructor(cause: unknown) {
    super('this thread is stuck in a foreign network namespace: end the process', { cause });
    this.name = 'NamespaceLostError';
  }
}

let wereReached = false;

function requireNamespaces(): void {
  if (wereReached) return;
  const reason = unreachable();
  if (reason !== undefined) throw new UsageError('ERR_NOT_SUPPORTED', `network namespaces: ${reason}`);
  wereReached = true;
}

/** A descriptor of a namespace, and which namespace that is: the number may be another file's by the time it is closed. */
interface Held {
  readonly fd: number;
  readonly file: string;
  /** What asks the kernel about it. */
  readonly netlink: NetlinkKeeper;
}

function isHeld({ fd, file }: Held): boolean {
  return isOpenOn(fd, file);
}

function enter(fd: number): void {
  check(native.setns(fd, CLONE_NEWNET), 'setns');
}

/** Namespaces this thread can go back to. */
const returnable = new Set<string>();

/**
 * The namespace may belong to the user namespace outside, as in `unshare --user` or a container with the network of its host:
 * unshare(2) is allowed there, and setns(2) back is not (netns_install()). Into the namespace one is in, setns(2) says the same.
 */
function assertReturn(home: number, file: string): void {
  if (returnable.has(file)) return;
  enter(home);
  returnable.add(file);
}

/** Leaves this thread's namespace, runs `work` and goes back. A thread that is in `to` stays, which needs no rights. */
function andBack<T>(leave: () => void, work: () => T, to?: Held): T {
  const home = openSync(ownNamespace, 'r');
  try {
    const file = fileOf(home);
    const there = (): T => NetlinkKeeper.during(to?.netlink, work);
    if (file === to?.file && isHeld(to)) return there();
    assertReturn(home, file);
    leave();
    try {
      return there();
    } finally {
      goHome(home);
    }
  } finally {
    closeSync(home);
  }
}

// Thrown inside a finally on purpose: it outranks whatever the work came to.
function goHome(home: number): void {
  try {
    enter(home);
  } catch (error) {
    throw new NamespaceLostError(error);
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** One end of a veth pair to make, and the name of the other. */
export interface VethSettings {
  /** Of the end in this namespace, at most 15 bytes. */
  readonly name: string;
  /** Of the end in the other one. */
  readonly peerName: string;
  /** Bytes, of both ends. */
  readonly mtu?: number | undefined;
  /** Both ends are set up unless this is `false`. */
  readonly up?: boolean | undefined;
  /** As `02:00:00:00:00:01`. Default: the kernel chooses. */
  readonly hardwareAddress?: string | undefined;
  /** The same for the other end. */
  readonly peerHardwareAddress?: string | undefined;
}

/**
 * A network namespace of our own, network_namespaces(7): addresses, ports, links, routes and sysctls that touch nobody
 * else's. A socket stays in the namespace in which it was made, so one process can hold several hosts.
 *
 * The kernel removes the namespace when this object is closed and the last socket inside it is too.
 */
export class NetworkNamespace {
  readonly #held: Held;
  #isOpen = true;

  private constructor(fd: number) {
    this.#held = { fd, file: fileOf(fd), netlink: new NetlinkKeeper() };
    unclosed.register(this, this.#held, this);
  }

  /**
   * `unshare(2)` with CLONE_NEWNET - a new namespace, with `lo` up. The calling thread is back home when it returns.
   *
   * @throws {SystemCallError} `EPERM` - needs CAP_SYS_ADMIN, also over the present namespace, to come back: see `namespacesAvailable`;
   *   `ENOSPC` - there are as many as /proc/sys/user/max_net_namespaces allows.
   * @throws {UsageError} `ERR_NOT_SUPPORTED` - not Linux, or /proc is not mounted.
   */
  static create(): NetworkNamespace {
    requireNamespaces();
    return andBack(
      () => check(native.unshare(CLONE_NEWNET), 'unshare'),
      () => {
        const namespace = NetworkNamespace.current();
        try {
          NetlinkKeeper.during(namespace.#held.netlink, () => setLink('lo', { up: true }));
        } catch (error) {
          namespace.close();
          throw error;
        }
        return namespace;
      },
    );
  }

  /** The namespace the calling thread is in. */
  static current(): NetworkNamespace {
    requireNamespaces();
    return new NetworkNamespace(openSync(ownNamespace, 'r'));
  }

  /** Descriptor of the namespace, for setns(2) and `IFLA_NET_NS_FD`. It is closed with this object. */
  get fd(): number {
    if (!this.#isOpen) throw new UsageError('ERR_NAMESPACE_CLOSED', 'the network namespace is closed');
    return this.#held.fd;
  }

  /**
   * `setns(2)`, `work`, `setns(2)` back. `work` must be synchronous: after an `await` the thread is home again, and
   * sockets made then would be outside. Calls may be nested. A thread that is in there already makes no call, and needs no rights.
   *
   * @throws {UsageError} `ERR_ARGUMENT_INVALID` - `work` returned a promise.
   * @throws {SystemCallError} `EPERM` - needs CAP_SYS_ADMIN over both namespaces.
   * @throws {NamespaceLostError} the way back was lost meanwhile.
   */
  run<T>(work: () => T): T {
    const { fd } = this;
    if (typeof work !== 'function') throw invalidArgument('run', 'a function', work);
    const result = andBack(() => enter(fd), work, this.#held);
    if (isThenable(result)) {
      // Nobody else will look at it.
      Promise.resolve(result).catch(() => {});
      throw new UsageError(
        'ERR_ARGUMENT_INVALID',
        'run: the function returned a promise, but after an await the thread is home again',
      );
    }
    return result;
  }

  /** `work` asks over netlink alone. The socket for it stays in here, so that from the second time on the thread need not enter. */
  #ask<T>(protocol: number, work: () => T): T {
    void this.fd;
    const { netlink } = this.#held;
    return netlink.has(protocol) ? NetlinkKeeper.during(netlink, work) : this.run(work);
  }

  /** `listSockets` for the sockets in here. */
  listSockets(query: SocketQuery = {}): SocketRow[] {
    return this.#ask(NetlinkProtocol.SOCK_DIAG, () => listSockets(query));
  }

  /** `waitForState` for sockets in here: it is the one waiting call that looks at a namespace, and it stays with this one. */
  waitForState(target: StateTarget, state: 'gone', options?: StateWaitOptions): Promise<undefined>;
  waitForState(target: StateTarget, state: SocketState, options?: StateWaitOptions): Promise<SocketRow>;
  waitForState(target: StateTarget, state: AwaitedState, options?: StateWaitOptions): Promise<SocketRow | undefined> {
    // The promise hides in an object, because `run` refuses one.
    const { row } = this.run(() => ({ row: waitForState(target, state, options) }));
    return row;
  }

  /**
   * Lets go of the namespace. A second call does nothing.
   *
   * @throws {SystemCallError} `EBADF` - somebody else has closed the descriptor; who has the number now keeps it.
   */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    unclosed.unregister(this);
    this.#held.netlink.close();
    if (!isHeld(this.#held)) throw new SystemCallError(-constants.errno.EBADF, 'close');
    closeSync(this.#held.fd);
  }

  /** `close()`, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Makes a veth pair, one end here and one in `other`, both up and ready to send. It is gone with either namespace. */
  addVeth(other: NetworkNamespace, settings: VethSettings): void {
    if (!(other instanceof NetworkNamespace)) throw invalidArgument('other', 'a NetworkNamespace', other);
    knownKeys(settings, 'veth', ['name', 'peerName', 'mtu', 'up', 'hardwareAddress', 'peerHardwareAddress']);
    const { name, peerName, mtu, up = true, hardwareAddress, peerHardwareAddress } = settings;
    const peer = { name: peerName, mtu, hardwareAddress: peerHardwareAddress, namespaceFd: other.fd };
    this.#ask(NetlinkProtocol.ROUTE, () => addVeth({ name, mtu, hardwareAddress }, peer));
    if (!up) return;
    this.setLink(name, { up });
    other.setLink(peerName, { up });
    // The other end had its carrier when it was set up, and sends.
    this.settleLink(name);
  }

  /**
   * `RTM_NEWLINK` - sets a link up or down, or changes it.
   *
   * @throws {NetlinkError} `ENODEV`, `EPERM`, `EINVAL`.
   */
  setLink(name: string, settings: LinkSettings): void {
    this.#ask(NetlinkProtocol.ROUTE, () => setLink(name, settings));
  }

  /**
   * Waits until the end of a veth pair that was set up first sends, once the other is up too: until then the kernel drops without an
   * error what it is given, a SYN for example, which comes again after a second. The end that is set up last sends at once. Stops the
   * thread, as a rule for less than a millisecond. `addVeth` has done it.
   *
   * @throws {TimeoutError} the kernel has not come to it in 10 s.
   * @throws {NetlinkError} `ENODEV`.
   */
  settleLink(name: string): void {
    this.#ask(NetlinkProtocol.ROUTE, () => settleLink(name));
  }

  /**
   * `RTM_GETLINK` - a link by its name.
   *
   * @throws {NetlinkError} `ENODEV`.
   */
  getLink(name: string): Link {
    return this.#ask(NetlinkProtocol.ROUTE, () => getLink(name));
  }

  /** `RTM_GETLINK` - all links. */
  listLinks(): Link[] {
    return this.#ask(NetlinkProtocol.ROUTE, listLinks);
  }

  /**
   * `RTM_DELLINK` - removes a link; of a veth pair both ends.
   *
   * @throws {NetlinkError} `ENODEV`, `EPERM`, `EOPNOTSUPP` - as `lo`.
   */
  deleteLink(name: string): void {
    this.#ask(NetlinkProtocol.ROUTE, () => deleteLink(name));
  }

  /** As `addAddress('lo', '10.0.0.1/8')`. Without duplicate address detection unless asked for: nobody else is on our links. */
  addAddress(link: string, address: string, settings: AddressSettings = {}): void {
    knownKeys(settings, 'settings', ['duplicateDetection']);
    this.#ask(NetlinkProtocol.ROUTE, () =>
      addAddress(link, address, { ...settings, duplicateDetection: settings.duplicateDetection ?? false }),
    );
  }

  /**
   * `RTM_DELADDR` - takes an address, as `10.0.0.1/8`, off a link.
   *
   * @throws {NetlinkError} `EADDRNOTAVAIL`, `ENODEV`, `EPERM`.
   */
  removeAddress(link: string, address: string): void {
    this.#ask(NetlinkProtocol.ROUTE, () => removeAddress(link, address));
  }

  /** `RTM_GETADDR` - the addresses of all links. */
  listAddresses(): LinkAddress[] {
    return this.#ask(NetlinkProtocol.ROUTE, listAddresses);
  }

  /**
   * `RTM_NEWROUTE` - adds a route.
   *
   * @throws {NetlinkError} `EEXIST`, `ENETUNREACH` - no way to the gateway, `EPERM`.
   */
  addRoute(settings: RouteSettings): void {
    this.#ask(NetlinkProtocol.ROUTE, () => addRoute(settings));
  }

  /**
   * `RTM_DELROUTE` - removes a route.
   *
   * @throws {NetlinkError} `ESRCH` - no such route, `EPERM`.
   */
  deleteRoute(settings: RouteSettings): void {
    this.#ask(NetlinkProtocol.ROUTE, () => deleteRoute(settings));
  }

  /** `RTM_GETROUTE` - the routes. */
  listRoutes(): Route[] {
    return this.#ask(NetlinkProtocol.ROUTE, listRoutes);
  }

  /**
   * `RTM_NEWNEIGH` - a permanent neighbour: the hardware address of an IP address on a link.
   *
   * @throws {NetlinkError} `EPERM`, `ENODEV`.
   */
  addNeighbour(settings: NeighbourSettings): void {
    this.#ask(NetlinkProtocol.ROUTE, () => addNeighbour(settings));
  }

  /**
   * `RTM_DELNEIGH` - removes a neighbour.
   *
   * @throws {NetlinkError} `ENOENT`, `ENODEV`, `EPERM`.
   */
  removeNeighbour(settings: Omit<NeighbourSettings, 'hardwareAddress'>): void {
    this.#ask(NetlinkProtocol.ROUTE, () => removeNeighbour(settings));
  }

  /** Reads a sysctl below `net.`, as `net.ipv4.tcp_fin_timeout`. */
  sysctl(name: string): string {
    return this.run(() => readSysctl(name));
  }

  /**
   * Writes a sysctl below `net.`.
   *
   * @throws `ENOENT` - not one of this kernel or namespace, `EINVAL` - a value it refuses, `EACCES`.
   */
  setSysctl(name: string, value: string | number): void {
    this.run(() => writeSysctl(name, value));
  }
}

const unclosed = new FinalizationRegistry<Held>((held) => {
  // An exception here would end the process: neither closes what is not open any more.
  held.netlink.close();
  if (isHeld(held)) closeSync(held.fd);
  process.emitWarning('a NetworkNamespace was collected without being closed', { code: 'SOCKWISE_UNCLOSED_NAMESPACE' });
});
