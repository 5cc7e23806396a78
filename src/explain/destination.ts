import { untried } from './sayings.js';
import { destroySocket } from '../netlink/destroy-socket.js';
import { listSockets } from '../netlink/sock-diag.js';
import type { NetworkNamespace } from '../netns/namespace.js';
import { Socket } from '../socket/socket.js';
import { attempt, bound, type Copy, type Stand } from './copies.js';
import type { Endpoint } from './world.js';
import type { HeldSocket } from './held.js';
import { NotCopied } from './not-copied.js';

/** A server where the request connects to, and the connections to it that are in the way. */
export class Destination implements Stand {
  readonly #namespace: NetworkNamespace;
  readonly #listener: Copy;
  readonly #ends: Copy[] = [];
  readonly #peers: Copy[] = [];

  constructor(namespace: NetworkNamespace, to: Endpoint) {
    this.#namespace = namespace;
    const family = to.address.includes(':') ? 'IPv6' : 'IPv4';
    this.#listener = namespace.run(() => Socket.open({ family, options: { SO_REUSEADDR: true } }));
    try {
      this.#listener.bind(to).listen();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #connect(end: Copy): Copy {
    this.#ends.push(end);
    end.tryConnect(this.#listener.getsockname());
    const peer = attempt(() => this.#listener.tryAccept());
    if (peer === undefined) throw new NotCopied(untried.notAccepted);
    this.#peers.push(peer);
    return peer;
  }

  /** So many connections from ports that connect() chooses. */
  connect(count: number): void {
    const { family } = this.#listener;
    this.#namespace.run(() => {
      for (let i = 0; i < count; i++) this.#connect(Socket.open({ family }));
    });
  }

  /** The connection that has the four-tuple of the request, in the state of the original. */
  copy(original: HeldSocket): void {
    this.#namespace.run(() => {
      const end = bound(original);
      const peer = this.#connect(end);
      switch (original.state) {
        case 'TIME_WAIT':
          end.close();
          peer.close();
          return;
        case 'FIN_WAIT2':
          if (original.inode === 0) end.close();
          else end.shutdown('write');
          return;
        case 'CLOSE_WAIT':
          peer.shutdown('write');
          return;
        default:
      }
    });
  }

  stopHolders(): void {
    for (const end of this.#ends) end.close();
  }

  destroyConnections(): void {
    this.#namespace.run(() => {
      for (const row of listSockets({ protocol: 'tcp' })) if (row.state !== 'LISTEN') destroySocket(row);
    });
  }

  close(): void {
    for (const socket of [this.#listener, ...this.#ends, ...this.#peers]) socket.close();
  }
}
