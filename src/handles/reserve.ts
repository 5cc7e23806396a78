import type * as net from 'node:net';
import type { InternetAddress } from '../address.js';
import { invalidArgument, knownKeys, UsageError } from '../errors.js';
import { native } from '../native/load.js';
import type { OptionValues } from '../options/types.js';
import type { Socket } from '../socket/socket.js';
import { openBound } from './bound.js';
import { checkServer, serve, type ServeOptions } from './listen.js';

/** The address whose port is reserved, and the options of the socket that holds it. */
export interface ReserveOptions {
  /** An IP address, not a name. Default `::`, where there is no IPv6 `0.0.0.0`. */
  readonly address?: string | undefined;
  /** Default 0: the kernel chooses one. */
  readonly port?: number | undefined;
  /** Set before bind(2). `SO_REUSEADDR` is the reservation's own, `SO_REUSEPORT` would share the port. */
  readonly options?: OptionValues | undefined;
}

/** How a server listens on a reserved port. */
export interface ReservationListenOptions extends ServeOptions {
  /** Set before listen(2). */
  readonly options?: OptionValues | undefined;
}

function refuseSharing(options: OptionValues | undefined): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null)
    throw invalidArgument('options', 'an object of values by C name', options);
  for (const name of ['SO_REUSEADDR', 'SO_REUSEPORT']) {
    if (name in options) {
      throw new UsageError(
        'ERR_ARGUMENT_INVALID',
        `options: ${name} decides who else gets the port; a reservation sets it itself`,
      );
    }
  }
}

/** The name of the interface of a link-local address; its index where it has none any more. */
function zoneOf(scopeId: number): string {
  const name = native.if_indextoname(scopeId);
  return typeof name === 'string' ? name : String(scopeId);
}

/** A port that is ours though nobody listens on it yet. See {@link reservePort}. */
export class PortReservation {
  /** With its zone, as `fe80::1%eth0`, where it is link-local. */
  readonly address: string;
  /** The reserved port, 1 to 65535. */
  readonly port: number;
  /** Of the address that is reserved. */
  readonly family: 'IPv4' | 'IPv6';
  readonly #socket: Socket;

  /** Takes the bound `socket` over. */
  constructor(socket: Socket, { address, port, family, scopeId }: InternetAddress) {
    this.#socket = socket;
    this.address = scopeId === undefined ? address : `${address}%${zoneOf(scopeId)}`;
    this.port = port;
    this.family = family;
  }

  /** True until it is released or a server has it. */
  get held(): boolean {
    return !this.#socket.closed;
  }

  /**
   * `listen(2)` - makes a server of Node's listen on the reserved port. A mistake in the arguments leaves the
   * reservation as it was; after a failed listen(2) it is released.
   *
   * The listener has `SO_REUSEADDR` on, as Node's own have: without it listen(2) fails while connections of an earlier
   * listener are in TIME_WAIT.
   */
  async listen<S extends net.Server>(server: S, settings: ReservationListenOptions = {}): Promise<S> {
    knownKeys(settings, 'reservation.listen', ['options', 'backlog', 'signal']);
    refuseSharing(settings.options);
    checkServer(server, settings);
    const socket = this.#socket;
    if (settings.options !== undefined) socket.setOptions(settings.options);
    socket.setOption('SO_REUSEADDR', true);
    return await serve(socket, server, settings);
  }

  /** `close(2)` - gives the port back. A second call, or one after {@link listen}, does nothing. */
  release(): void {
    this.#socket.close();
  }

  /** `release()`, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * `bind(2)` - takes a TCP port without listening, so that nobody else can: not with `SO_REUSEADDR` (which every listener
 * of Node's has), not with `SO_REUSEPORT`. It can be held as long as wanted, then handed to a server.
 *
 * A socket bound with `SO_REUSEADDR` on lets others with the option bind the same port until one listens. So the option
 * is on for bind(2) alone, where it is needed to get past TIME_WAIT, and off right after: bind(2) of others asks for it
 * on both sides (inet_csk_bind_conflict). In the microseconds between bind(2) and the second setsockopt(2) a process that
 * has the option on can bind the port as well; then whoever listens first has it, and listen(2) of the other fails with
 * `EADDRINUSE`.
 *
 * @throws {SystemCallError} `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` and others of bind(2).
 */
export function reservePort(settings: ReserveOptions = {}): PortReservation {
  knownKeys(settings, 'reservePort', ['address', 'port', 'options']);
  const { address, port, options } = settings;
  refuseSharing(options);
  let bound: InternetAddress | undefined;
  const socket = openBound({ address, port }, options, (candidate, to) => {
    candidate.setOption('SO_REUSEADDR', true).bind(to).setOption('SO_REUSEADDR', false);
    const name = candidate.getsockname();
    if (name.family === 'IPv4' || name.family === 'IPv6') bound = name;
  });
  if (bound === undefined) throw new UsageError('ERR_NOT_SUPPORTED', 'reservePort: the socket has no internet address');
  return new PortReservation(socket, bound);
}
