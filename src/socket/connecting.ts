import { constants as os } from 'node:os';
import { check, oneOf, SystemCallError } from '../errors.js';
import { native } from '../native/load.js';
import { readOption } from '../options/access.js';
import { scratch } from '../options/scratch.js';
import { errorContext } from './error-context.js';
import { type AddressInput, constant, writeAddress } from './sockaddr.js';
import type { Endpoint } from './transfer.js';

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

/** connect(2). */
export function connectOnce(from: Endpoint, address: AddressInput): ConnectProgress {
  const length = writeAddress(from.family, address);
  const result = native.connect(from.fd, length);
  const progress = pending.get(result);
  if (progress !== undefined) return progress;
  if (result < 0) throw new SystemCallError(result, 'connect', errorContext(from.family, address));
  return 'done';
}

/**
 * What became of a connect(2) that went on in the background; `undefined` while it still does. Asked again, connect(2)
 * itself tells: still on its way (EALREADY), done (0 on Linux, EISCONN elsewhere and for whoever asks second), or failed,
 * with the errno; then the socket is as before and may connect again, __inet_stream_connect(). SO_ERROR would take the errno
 * away and leave the socket in between, where the next connect(2) is ECONNABORTED.
 */
export function connectOutcome(from: Endpoint, address: AddressInput): true | undefined {
  // Elsewhere a second connect(2) may try once more instead.
  const errno = process.platform === 'linux' ? 0 : readOption(from.fd, 'SO_ERROR');
  if (errno !== 0) throw new SystemCallError(-errno, 'connect', errorContext(from.family, address));
  const length = writeAddress(from.family, address);
  const result = native.connect(from.fd, length);
  if (pending.has(result)) return undefined;
  if (result < 0 && result !== -os.errno.EISCONN)
    throw new SystemCallError(result, 'connect', errorContext(from.family, address));
  return true;
}

const halves = { read: 'SHUT_RD', write: 'SHUT_WR', both: 'SHUT_RDWR' } as const;

/** A half of a connection, or both: see shutdown(2). */
export type Half = keyof typeof halves;

/** shutdown(2). */
export function shutDown(socket: Endpoint, half: Half): void {
  const how = constant(oneOf(halves, half, 'half'));
  check(native.shutdown(socket.fd, how), 'shutdown');
}

/** connect(2) with AF_UNSPEC: a sockaddr of zeros. */
export function disconnect(socket: Endpoint): void {
  const length = writeAddress('IPv4', {});
  scratch.bytes.fill(0, 0, length);
  check(native.connect(socket.fd, length), 'connect');
}
