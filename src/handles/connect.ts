import type * as net from 'node:net';
import { int32Max, integer, invalidArgument, knownKeys, TimeoutError, UsageError } from '../errors.js';
import type { OptionValues } from '../options/types.js';
import type { Socket } from '../socket/socket.js';
import { type AttemptSettings, type Destination, firstToAnswer, interleave } from './attempts.js';
import { familyOfAddress } from './bound.js';
import { keepOptions } from './keep.js';
import { needsDescriptors } from './runtime.js';
import { late } from './late.js';

type InternetFamily = 'IPv4' | 'IPv6';

interface AnyConnectOptions {
  /** Set on every socket that is tried, before bind(2) and connect(2). */
  readonly options?: OptionValues | undefined;
  /** Rejects with {@link TimeoutError} after this many milliseconds, the lookup included. */
  readonly timeoutMs?: number | undefined;
  /** How long an address may keep silent before the next is tried beside it. At least 10; default 250, RFC 8305 section 8. */
  readonly attemptDelayMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** In place of `dns.lookup`. */
  readonly lookup?: net.LookupFunction | undefined;
  /** Keeps the socket writable after the other side has ended, as in Node. */
  readonly allowHalfOpen?: boolean | undefined;
  /**
   * Keeps what `options` says though setNoDelay() and setKeepAlive() of the socket are called later, which many drivers do
   * by themselves: the kernel's values of TCP_NODELAY, SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT change by
   * setOption() only. Default true; false leaves the last word to those calls.
   */
  readonly keepOptions?: boolean | undefined;
}

/** A connection over TCP: its place, the options before its SYN, and how long it may take. */
export interface InternetConnectOptions extends AnyConnectOptions {
  /** A name or an IP address, an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly path?: undefined;
  /** Bound before connect(2); only addresses of its family are tried. */
  readonly localAddress?: string | undefined;
  /** Bound before connect(2); addresses are then tried one after the other, because one socket at a time can have it. */
  readonly localPort?: number | undefined;
  /** Only addresses of this family. */
  readonly family?: InternetFamily | undefined;
}

/** A connection to a Unix socket. */
export interface UnixConnectOptions extends AnyConnectOptions {
  /** A Unix socket instead of host and port: a path, or an abstract name behind a `\0`. */
  readonly path: string;
  readonly host?: undefined;
  readonly port?: undefined;
  readonly localAddress?: undefined;
  readonly localPort?: undefined;
  readonly family?: undefined;
}

/** Where to connect and how: over IP or to a Unix socket. */
export type ConnectOptions = InternetConnectOptions | UnixConnectOptions;

export const connectKeys = [
  'host',
  'port',
  'path',
  'localAddress',
  'localPort',
  'options',
  'family',
  'timeoutMs',
  'attemptDelayMs',
  'signal',
  'lookup',
  'allowHalfOpen',
  'keepOptions',
] as const satisfies readonly (keyof ConnectOptions)[];

const shortestDelayMs = 10;
export const versions = { IPv4: 4, IPv6: 6 } as const;

function invalid(message: string): UsageError {
  return new UsageError('ERR_ARGUMENT_INVALID', message);
}

export function checkSettings(settings: ConnectOptions): void {
  const {
    host,
    port,
    path,
    localAddress,
    localPort,
    family,
    timeoutMs,
    attemptDelayMs,
    signal,
    lookup,
    allowHalfOpen,
    keepOptions: keep,
  } = settings;
  if (path !== undefined) {
    for (const name of ['host', 'port', 'localAddress', 'localPort', 'family'] as const) {
      if (settings[name] !== undefined) throw invalid(`path cannot be combined with ${name}`);
    }
    if (path === '') throw new UsageError('ERR_ADDRESS_INVALID', 'path: empty');
  } else {
    if (typeof host !== 'string' || host === '') throw invalidArgument('host', 'a name or an address', host);
    if (host.startsWith('[')) {
      throw new UsageError(
        'ERR_ADDRESS_INVALID',
        `host: ${JSON.stringify(host)}: brackets belong to URLs, leave them out`,
      );
    }
    integer(port, 'port', 1, 65_535);
  }
  if (family !== undefined && !Object.hasOwn(versions, family)) throw invalidArgument('family', 'IPv4 or IPv6', family);
  if (localAddress !== undefined) familyOfAddress(localAddress, 'localAddress');
  if (localPort !== undefined) integer(localPort, 'localPort', 0, 65_535);
  if (timeoutMs !== undefined) integer(timeoutMs, 'timeoutMs', 0, int32Max);
  if (attemptDelayMs !== undefined) integer(attemptDelayMs, 'attemptDelayMs', shortestDelayMs, int32Max);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal);
  if (allowHalfOpen !== undefined && typeof allowHalfOpen !== 'boolean')
    throw invalidArgument('allowHalfOpen', 'a boolean', allowHalfOpen);
  if (keep !== undefined && typeof keep !== 'boolean') throw invalidArgument('keepOptions', 'a boolean', keep);
  if (lookup !== undefined && typeof lookup !== 'function')
    throw invalidArgument('lookup', 'a function as dns.lookup', lookup);
}

/** The one family that can be used, if `family` or the local address leaves no choice. */
function onlyFamily({ family, localAddress }: ConnectOptions): InternetFamily | undefined {
  if (localAddress === undefined) return family;
  const local = familyOfAddress(localAddress, 'localAddress');
  if (family !== undefined && family !== local)
    throw invalid(`localAddress: ${localAddress} is ${local}, family says ${family}`);
  return local;
}

function toDestination(address: string, port: number): Destination {
  return { family: familyOfAddress(address, 'lookup'), address, port };
}

/** What a lookup found: one address as `dns.lookup` gives it without `all`, or several as with it. */
function addressesOf(found: unknown): readonly string[] {
  const several: readonly unknown[] = Array.isArray(found) ? found : [{ address: found }];
  return several.map((one) => {
    const address = typeof one === 'object' && one !== null && 'address' in one ? one.address : undefined;
    if (typeof address === 'string') return address;
    throw invalidArgument('lookup', 'an address or an array of { address, family } as its result', found);
  });
}

function resolve(
  host: string,
  family: InternetFamily | undefined,
  lookup: net.LookupFunction,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return new Promise((done, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    // ADDRCONFIG as in net.connect: no address of a family this host has none of.
    const asked =
      family === undefined ? { all: true, hints: late.dns.ADDRCONFIG } : { all: true, family: versions[family] };
    lookup(host, asked, (error, found) => {
      signal.removeEventListener('abort', onAbort);
      if (error) return reject(error);
      // The lookup may call from anywhere: what is thrown here would end the process.
      try {
        done(addressesOf(found));
      } catch (mistake) {
        reject(mistake);
      }
    });
  });
}

/** Where to connect, in the order to try. */
export async function destinations(settings: ConnectOptions, signal: AbortSignal): Promise<readonly Destination[]> {
  const { host = '', port = 0, path, lookup = late.dns.lookup } = settings;
  if (path !== undefined) return [{ family: 'unix', path }];
  const family = onlyFamily(settings);
  const literal = late.net.isIP(host) !== 0;
  const found = literal ? [host] : await resolve(host, family, lookup, signal);
  const usable = found
    .map((address) => toDestination(address, port))
    .filter((to) => family === undefined || to.family === family);
  if (usable.length === 0)
    throw new UsageError('ERR_ADDRESS_INVALID', `host: ${host} has no ${family ?? 'IP'} address`);
  return interleave(usable);
}

/** Runs `work` with a signal that is aborted with `signal` or after `timeoutMs`. */
async function within<T>({ signal, timeoutMs }: ConnectOptions, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop.abort(new TimeoutError('connect', timeoutMs)), timeoutMs);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

export function attemptSettings({
  options,
  localAddress,
  localPort,
  attemptDelayMs = 250,
}: ConnectOptions): AttemptSettings {
  // One socket at a time can have a local port.
  return { options, localAddress, localPort, attemptDelayMs: localPort ? undefined : attemptDelayMs };
}

/** A connected socket, not yet Node's: the caller owns it. */
export async function connectSocket(settings: ConnectOptions): Promise<Socket> {
  needsDescriptors('connect', 'connect');
  knownKeys(settings, 'connect', connectKeys);
  checkSettings(settings);
  return await within(settings, async (stop) => {
    const to = await destinations(settings, stop);
    stop.throwIfAborted();
    return await firstToAnswer(to, attemptSettings(settings), stop);
  });
}

/** Gives a connected socket to Node. It is closed if Node does not take it. */
export function adopted(
  socket: Socket,
  { options, allowHalfOpen = false, keepOptions: keep = true }: ConnectOptions,
): net.Socket {
  let taken: net.Socket;
  try {
    taken = new late.net.Socket({ allowHalfOpen, fd: socket.fd, readable: true, writable: true });
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.detach();
  if (keep) keepOptions(taken, options);
  return taken;
}

/**
 * `socket(2)`, the options, `bind(2)`, `connect(2)` - resolves with a connected net.Socket. `'connect'` and `'ready'` are
 * past: they are not emitted.
 *
 * A name with several addresses is tried as RFC 8305 says, with a socket for each attempt that has all the options and
 * the local address. (Node's own connect() drops them with the first address: its second attempt is a new socket.)
 *
 * @throws {SystemCallError} the attempt's failure, with the call and its address; {@link ConnectError} if several
 * failed, each in `errors`; {@link TimeoutError}; the signal's reason; the error of the lookup; {@link UsageError} for a
 * lookup that finds no addresses.
 */
export async function connect(settings: ConnectOptions): Promise<net.Socket> {
  return adopted(await connectSocket(settings), settings);
}
