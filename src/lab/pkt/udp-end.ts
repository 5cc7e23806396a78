import { isWildcard, unmapped } from '../../index.js';
import type { LabSocket } from '../network/host.js';
import type { PktNetwork } from './settings.js';

/** An address and port as they are on the wire. */
interface End {
  readonly address: string;
  readonly port: number;
}

/** A UDP socket of a script: between whom its packets go. */
export class UdpEnd {
  readonly #socket: LabSocket;
  readonly #network: PktNetwork;
  #remote: End;
  #port = 0;

  constructor(socket: LabSocket, network: PktNetwork) {
    this.#socket = socket;
    this.#network = network;
    this.#remote = { address: network.remote, port: network.connectPort };
  }

  /** Where connect(2) or sendto(2) sends from now on. */
  sendsTo({ address, port }: End): void {
    this.#remote = { address: unmapped(address), port };
  }

  get remote(): End {
    return this.#remote;
  }

  /** The port is the last one it had, 0 where it had none. */
  get local(): End {
    const { socket } = this.#socket;
    const name = socket.closed ? undefined : socket.getsockname();
    const given = name !== undefined && 'port' in name && 'address' in name ? name : undefined;
    if (given !== undefined && given.port !== 0) this.#port = given.port;
    const isKnown = given !== undefined && !isWildcard(given.address);
    return { address: isKnown ? unmapped(given.address) : this.#network.local, port: this.#port };
  }
}
