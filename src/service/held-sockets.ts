import { formatAddress } from '../address.js';
import { Socket } from '../socket/socket.js';
import type { ActivatedSocket } from './activation.js';

/** The listening sockets that a supervisor keeps open, each by the place its program asked for. */
export class HeldSockets {
  readonly #byPlace = new Map<string, Socket>();
  /** From a service manager: nobody has asked for them yet. */
  readonly #passed: Socket[] = [];

  constructor(passed: readonly ActivatedSocket[]) {
    for (const { fd } of passed) this.#passed.push(Socket.adopt(fd));
  }

  /** The socket for a place, or one that was passed and is bound where that place is. */
  find(place: string, bound: string | undefined): Socket | undefined {
    const held = this.#byPlace.get(place);
    if (held !== undefined || bound === undefined) return held;
    const index = this.#passed.findIndex((socket) => boundTo(socket).includes(bound));
    const [passed] = index < 0 ? [] : this.#passed.splice(index, 1);
    if (passed !== undefined) this.#byPlace.set(place, passed);
    return passed;
  }

  /** Keeps a socket, in place of another one if the program has bound anew. */
  keep(place: string, fd: number): void {
    this.release(place);
    this.#byPlace.set(place, Socket.adopt(fd));
  }

  release(place: string): boolean {
    this.#byPlace.get(place)?.close();
    return this.#byPlace.delete(place);
  }

  get places(): string[] {
    return [...this.#byPlace.keys()];
  }

  /** Closes what was passed and not asked for, and returns where it was bound. */
  releaseUnused(): string[] {
    return this.#passed.splice(0).map((socket) => {
      const [where = ''] = boundTo(socket);
      socket.close();
      return where;
    });
  }

  close(): void {
    this.releaseUnused();
    for (const place of this.places) this.release(place);
  }
}

/** Where a socket is bound, and for the IPv4 wildcard also that of IPv6, which Node's servers ask for. */
function boundTo(socket: Socket): string[] {
  const name = socket.getsockname();
  if (name.family === 'unix') return [name.path];
  const bound = formatAddress(name);
  return name.family === 'IPv4' && name.address === '0.0.0.0' ? [bound, `[::]:${name.port}`] : [bound];
}
