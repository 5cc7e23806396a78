import { constants as os } from 'node:os';
import { check, type ErrorContext, int32Max, int32Min, integer, knownKeys, SystemCallError } from '../errors.js';
import { native } from '../native/load.js';
import { errorContext } from './error-context.js';
import { readAddress } from './sockaddr.js';
import type { Endpoint } from './transfer.js';

/** The argument of listen(2). */
export interface ListenOptions {
  /** Connections that may wait for accept; Linux admits one more, and cuts it to `net.core.somaxconn`,
   * which a negative one means too. Default 511. */
  readonly backlog?: number | undefined;
}

const wouldBlock = -os.errno.EAGAIN;

/** listen(2). */
export function listenOn(socket: Endpoint, settings: ListenOptions): void {
  knownKeys(settings, 'listen', ['backlog']);
  const backlog = integer(settings.backlog ?? 511, 'backlog', int32Min, int32Max);
  const result = native.listen(socket.fd, backlog);
  if (result < 0) throw new SystemCallError(result, 'listen', whereBound(socket));
}

/** The local address for an error, where there is one to be told: the descriptor may be what is wrong. */
function whereBound({ fd, family }: Endpoint): ErrorContext {
  const bound = readAddress(native.getsockname(fd));
  return bound === undefined ? {} : errorContext(family, bound);
}

/** accept4(2): the descriptor of a connection, or `undefined` if there is none. */
export function acceptFrom(listener: Endpoint): number | undefined {
  let fd = native.accept(listener.fd);
  // Gone before it was accepted: accept(2), error handling. The next one may be there.
  while (fd === -os.errno.ECONNABORTED) fd = native.accept(listener.fd);
  return fd === wouldBlock ? undefined : check(fd, 'accept');
}
