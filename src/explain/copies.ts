import { fchownSync } from 'node:fs';
import { unmapped } from '../address.js';
import { destroySocket } from '../netlink/destroy-socket.js';
import { listSockets } from '../netlink/sock-diag.js';
import type { NetworkNamespace } from '../netns/namespace.js';
import { Socket } from '../socket/socket.js';
import { isMinisocket } from './conflict.js';
import type { HeldSocket } from './held.js';

/** Why a socket cannot be copied. */
export class NotCopied extends Error {
  override readonly name = 'NotCopied';
}

type Copy = Socket<'IPv4' | 'IPv6'>;

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
function kindOf({ state, family, localAddress, uid, v6only, options, inode }: HeldSocket): string {
  return JSON.stringify([state, family, localAddress, uid, v6only, options, inode === 0]);
}

// A busy listener's connections are alike; more kinds than this nobody would read about.
const MOST_COPIES = 24;

/** A socket that stands for each kind. @throws {NotCopied} for more kinds than are worth the time. */
export function kindsOf(sockets: readonly HeldSocket[]): HeldSocket[] {
  const kinds = new Map(sockets.map((socket) => [kindOf(socket), socket]));
  if (kinds.size > MOST_COPIES) throw new NotCopied(`there are ${kinds.size} kinds of sockets on the port`);
  return [...kinds.values()];
}

/** Makes an address one of the namespace's. Those of the loopback network are everywhere. */
export function addLocal(namespace: NetworkNamespace, address: string): void {
  const plain = unmapped(address);
  if (plain.includes('%') || plain.toLowerCase().startsWith('fe80:'))
    throw new NotCopied(`${address} needs its interface`);
  if (/^(0\.0\.0\.0|::|::1|127\..*)$/.test(plain)) return;
  const known = namespace.listAddresses().some((one) => one.address === plain);
  if (!known) namespace.addAddress('lo', `${plain}/${plain.includes(':') ? 128 : 32}`);
}

/**
 * Copies of sockets in a namespace in which nothing else is: listeners, bound sockets and connections with the same addresses,
 * port, options and user. They get SO_REUSEADDR while they are made, so that none is in the way of the next, and their own
 * options at the end.
 */
export class Copies {
  readonly #namespace: NetworkNamespace;
  readonly #open = new Map<HeldSocket, Copy>();
  readonly #connections = new Map<HeldSocket, Connection>();

  constructor(namespace: NetworkNamespace, originals: readonly HeldSocket[]) {
    this.#namespace = namespace;
    try {
      this.#make(originals);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #make(originals: readonly HeldSocket[]): void {
    for (const original of originals) {
      if (original.interfaceIndex !== 0) throw new NotCopied('a socket is bound to a device');
      addLocal(this.#namespace, original.localAddress);
    }
    this.#namespace.run(() => {
      for (const original of originals)
        if (needsPeer(original)) this.#connections.set(original, this.#connect(original));
      for (const original of originals) if (!needsPeer(original)) this.#open.set(original, bound(original));
      // Before the options: in the world too the listener was there first.
      for (const [original, copy] of this.#open) if (original.state === 'LISTEN') copy.listen();
      for (const [original, copy] of this.#open) setOwn(copy, original);
      for (const [original, { end, peer }] of this.#connections) settle(original, end, peer);
    });
  }

  #connect(original: HeldSocket): Connection {
    const listener = bound(original).listen();
    const peer = Socket.open({ family: original.family });
    try {
      peer.tryConnect({ address: reachable(original), port: original.localPort });
      const end = attempt(() => listener.tryAccept());
      if (end === undefined) throw new NotCopied('a copy of a connection was not accepted in time');
      return { end, peer };
    } catch (error) {
      peer.close();
      throw error;
    } finally {
      listener.close();
    }
  }

  /** Ends the processes that hold the originals, as far as sockets show it: all that they have is closed. */
  stopHolders(): void {
    for (const copy of this.#open.values()) copy.close();
    for (const [original, { end }] of this.#connections) {
      // One that nobody has accepted is reset together with its listener.
      if (isConnected(original) && original.inode === 0) end.setOption('SO_LINGER', { on: true, seconds: 0 });
      end.close();
    }
  }

  /** SOCK_DESTROY of the connections. What is only bound is closed, for what the kernel would look up is not there. */
  destroyConnections(protocol: 'tcp' | 'udp', port: number): void {
    this.#namespace.run(() => {
      for (const row of listSockets({ protocol, localPort: port })) {
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

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Where a connection to the socket goes: to the loopback address for a wildcard. */
function reachable({ localAddress }: HeldSocket): string {
  if (localAddress === '0.0.0.0') return '127.0.0.1';
  return localAddress === '::' ? '::1' : localAddress;
}

function bound({ protocol, family, localAddress, localPort, uid, v6only, options }: HeldSocket): Copy {
  const copy = Socket.open({ family, type: protocol === 'tcp' ? 'stream' : 'dgram' });
  try {
    // The socket's user is that of its file, sockfs_setattr().
    if (uid !== process.geteuid?.()) fchownSync(copy.fd, uid, -1);
    if (typeof v6only === 'boolean' && family === 'IPv6') copy.setOption('IPV6_V6ONLY', v6only);
    copy.setOptions({ SO_REUSEADDR: true, SO_REUSEPORT: options?.SO_REUSEPORT === true });
    return copy.bind({ address: localAddress, port: localPort });
  } catch (error) {
    copy.close();
    throw error;
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

const TRIES = 50;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** The first result that is there. Over loopback that is at once, unless the machine is busy. */
function attempt<Value>(look: () => Value | undefined): Value | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const value = look();
    if (value !== undefined) return value;
    Atomics.wait(pause, 0, 0, 1);
  }
  return undefined;
}
