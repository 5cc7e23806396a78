import { untried } from './sayings.js';
import { fchownSync } from 'node:fs';
import { destroySocket } from '../netlink/destroy-socket.js';
import { listSockets } from '../netlink/sock-diag.js';
import type { NetworkNamespace } from '../netns/namespace.js';
import { pause } from '../pause.js';
import { Socket } from '../socket/socket.js';
import { isMinisocket } from './conflict.js';
import type { Devices } from './devices.js';
import type { HeldSocket } from './held.js';
import { NotCopied } from './not-copied.js';

export type Copy = Socket<'IPv4' | 'IPv6'>;

/** What stands for the sockets in the way, in a namespace in which nothing else is. */
export interface Stand {
  /** Ends the processes that hold the originals, as far as sockets show it: all that they have is closed. */
  stopHolders(): void;
  /** SOCK_DESTROY of the connections. */
  destroyConnections(): void;
  close(): void;
}

interface Connection {
  readonly end: Copy;
  readonly peer: Copy;
}

const isConnected = ({ state }: HeldSocket): boolean => state === 'ESTABLISHED' || state === 'CLOSE_WAIT';

/** Whether the copy has to be a connection: one that is closing is held by a bound socket as well. */
function needsPeer(held: HeldSocket): boolean {
  return held.protocol === 'tcp' && (isConnected(held) || isMinisocket(held) !== false);
}

/** What two sockets are alike in if one copy can stand for both. */
export function kindOf({ state, family, localAddress, uid, v6only, options, inode, ...rest }: HeldSocket): string {
  return JSON.stringify([state, family, localAddress, uid, v6only, options, inode === 0, rest.interfaceIndex]);
}

// A busy listener's connections are alike; more kinds than this nobody would read about.
const mostCopies = 24;

/** A socket that stands for each kind. */
export function kindsOf(sockets: readonly HeldSocket[]): HeldSocket[] {
  return [...new Map(sockets.map((socket) => [kindOf(socket), socket])).values()];
}

/**
 * Copies of sockets in a namespace in which nothing else is: listeners, bound sockets and connections with the same addresses,
 * port, options and user. They get SO_REUSEADDR while they are made, so that none is in the way of the next, and their own
 * options at the end.
 *
 * @throws {NotCopied} for more of them than are worth the time.
 */
export class Copies implements Stand {
  readonly #namespace: NetworkNamespace;
  readonly #devices: Devices;
  readonly #open = new Map<HeldSocket, Copy>();
  readonly #connections = new Map<HeldSocket, Connection>();

  constructor(namespace: NetworkNamespace, devices: Devices, originals: readonly HeldSocket[]) {
    if (originals.length > mostCopies) throw new NotCopied(untried.tooManyKinds);
    this.#namespace = namespace;
    this.#devices = devices;
    try {
      this.#make(originals);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #make(originals: readonly HeldSocket[]): void {
    for (const { localAddress, interfaceIndex } of originals) this.#devices.addLocal(localAddress, interfaceIndex);
    this.#namespace.run(() => {
      for (const original of originals)
        if (needsPeer(original)) this.#connections.set(original, this.#connect(original));
      for (const original of originals) if (!needsPeer(original)) this.#open.set(original, this.#bound(original));
      // Before the options: in the world too the listener was there first.
      for (const [original, copy] of this.#open) if (original.state === 'LISTEN') copy.listen();
      for (const [original, copy] of this.#open) setOwn(copy, original);
      for (const [original, { end, peer }] of this.#connections) settle(original, end, peer);
    });
  }

  #connect(original: HeldSocket): Connection {
    const listener = this.#bound(original).listen();
    const peer = Socket.open({ family: original.family });
    try {
      // A connection on a device is reached from the device.
      this.#bind(peer, original);
      peer.tryConnect({ address: reachable(original), port: original.localPort });
      const end = attempt(() => listener.tryAccept());
      if (end === undefined) throw new NotCopied(untried.notAccepted);
      return { end, peer };
    } catch (error) {
      peer.close();
      throw error;
    } finally {
      listener.close();
    }
  }

  #bind(copy: Copy, { interfaceIndex }: HeldSocket): void {
    const device = this.#devices.nameOf(interfaceIndex);
    if (device !== undefined) copy.setOption('SO_BINDTODEVICE', device);
  }

  #bound(original: HeldSocket): Copy {
    return bound(original, (copy) => this.#bind(copy, original));
  }

  stopHolders(): void {
    for (const copy of this.#open.values()) copy.close();
    for (const [original, { end }] of this.#connections) {
      // One that nobody has accepted is reset together with its listener.
      if (isConnected(original) && original.inode === 0) end.setOption('SO_LINGER', { on: true, seconds: 0 });
      end.close();
    }
  }

  /** What is only bound is closed, for what the kernel would look up is not there. */
  destroyConnections(): void {
    const ports = new Set([...this.#open.keys(), ...this.#connections.keys()].map(({ localPort }) => localPort));
    this.#namespace.run(() => {
      for (const row of [...ports].flatMap((localPort) => listSockets({ protocol: 'tcp', localPort }))) {
        if (row.state !== 'LISTEN' && row.state !== 'BOUND') destroySocket(row);
      }
    });
    for (const [original, copy] of this.#open) if (original.inode === 0) copy.close();
    for (const { end } of this.#connections.values()) end.close();
  }

  close(): void {
    for (const copy of this.#open.values()) copy.close();
    for (const { end, peer } of this.#connections.values()) {
      end.close();
      peer.close();
    }
  }
}

/** Where a connection to the socket goes: to the loopback address for a wildcard. */
function reachable({ localAddress }: HeldSocket): string {
  if (localAddress === '0.0.0.0') return '127.0.0.1';
  return localAddress === '::' ? '::1' : localAddress;
}

/** A copy that is bound with SO_REUSEADDR, of the original's user. */
export function bound(original: HeldSocket, prepare: (copy: Copy) => void = () => {}): Copy {
  const { protocol, family, localAddress, localPort, uid, v6only, options } = original;
  const copy = Socket.open({ family, type: protocol === 'tcp' ? 'stream' : 'dgram' });
  try {
    // Only SO_REUSEPORT asks for the user.
    if (options?.SO_REUSEPORT === true) giveTo(copy, uid);
    if (typeof v6only === 'boolean' && family === 'IPv6') copy.setOption('IPV6_V6ONLY', v6only);
    copy.setOptions({ SO_REUSEADDR: true, SO_REUSEPORT: options?.SO_REUSEPORT === true });
    prepare(copy);
    return copy.bind({ address: localAddress, port: localPort });
  } catch (error) {
    copy.close();
    throw error;
  }
}

/** The socket's user is that of its file, sockfs_setattr(). */
export function giveTo(copy: Copy, uid: number): void {
  if (uid === process.geteuid?.()) return;
  try {
    fchownSync(copy.fd, uid, -1);
  } catch (error) {
    throw new NotCopied(untried.otherUser, { cause: error });
  }
}

function setOwn(copy: Copy, { options }: HeldSocket): void {
  copy.setOptions({ SO_REUSEADDR: options?.SO_REUSEADDR === true, SO_REUSEPORT: options?.SO_REUSEPORT === true });
}

/** Leads a connection to the state of the original. It takes its options along. */
function settle(original: HeldSocket, end: Copy, peer: Copy): void {
  setOwn(end, original);
  switch (original.state) {
    case 'TIME_WAIT':
      end.close();
      peer.close();
      return;
    case 'FIN_WAIT2':
      end.close();
      return;
    case 'CLOSE_WAIT':
      peer.shutdown('write');
      return;
    default:
  }
}

const mostTries = 50;

/** The first result that is there. Over loopback that is at once, unless the machine is busy. */
export function attempt<Value>(look: () => Value | undefined): Value | undefined {
  for (let tries = 0; tries < mostTries; tries++) {
    const value = look();
    if (value !== undefined) return value;
    pause(1);
  }
  return undefined;
}
