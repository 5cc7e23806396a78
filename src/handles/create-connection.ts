import type * as net from 'node:net';
import { check, knownKeys, TimeoutError } from '../errors.js';
import type { Socket } from '../socket/socket.js';
import { type AttemptObserver, type Destination, firstToAnswer } from './attempts.js';
import {
  attemptSettings,
  checkSettings,
  connectKeys,
  type ConnectOptions,
  destinations,
  type InternetConnectOptions,
  versions,
} from './connect.js';
import { Hold } from './hold.js';
import { keepOptions } from './keep.js';
import { type ConnectingHandle, type ConnectRequest, dropHandle, onEachHandle, onOpening } from './node-internals.js';
import { type ClientPlace, clientPlace, samePlace } from './place.js';
import { exemptFromPresets } from './preset.js';
import { needsDescriptors } from './runtime.js';
import { late } from './late.js';

/** {@link ConnectOptions} that leave the place to the caller of `.connect()`. */
export interface LaterConnectOptions extends Omit<InternetConnectOptions, 'host' | 'port'> {
  readonly host?: undefined;
  readonly port?: undefined;
}

/** {@link ConnectOptions}, or the same without a place, which a call of `.connect()` names. */
export type CreateConnectionOptions = ConnectOptions | LaterConnectOptions;

/** One connect() of a socket, until it has connected, failed or been replaced. */
interface Connecting {
  readonly settings: ConnectOptions;
  readonly stop: AbortController;
  /** Where to, from the lookup on. */
  found: Promise<readonly Destination[]> | undefined;
  /** The address Node will ask the handle to connect to, once it is known. */
  first: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** What Node has asked a handle for. */
interface Asked {
  readonly handle: ConnectingHandle;
  readonly request: ConnectRequest;
  /** Gives the handle its own calls back. */
  readonly restore: () => void;
}

type ConnectListener = () => void;

function isLater(settings: CreateConnectionOptions): settings is LaterConnectOptions {
  const { host, port, path } = settings;
  return host === undefined && port === undefined && path === undefined;
}

/** What `settings` and a call of connect() say together; the call has the last word. */
function combined(settings: CreateConnectionOptions, place: ClientPlace): ConnectOptions {
  const { host: _host, port: _port, path: _path, ...rest } = settings;
  const { host, port, path, ...call } = place;
  if (path !== undefined) {
    const { localAddress: _address, localPort: _local, family: _family, ...anywhere } = rest;
    return { ...anywhere, path };
  }
  const named = Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined));
  return { ...rest, ...named, host, port };
}

function versionOf({ family }: Destination): number {
  return family === 'unix' ? 0 : versions[family];
}

/** The arguments of Node's `connectionAttempt` events. */
function eventArguments(to: Destination): [address: string, port?: number, family?: number] {
  return to.family === 'unix' ? [to.path] : [to.address, to.port, versionOf(to)];
}

/**
 * A net.Socket whose connect() tries addresses with sockets of ours. Node does the rest as it always does: it makes a
 * handle, asks for the lookup, and has the handle connect. There our attempts start, and the handle gets the descriptor of
 * the one that succeeds. So every event, and what is written, read and set meanwhile, is Node's to see to.
 * Made when it is first needed, since net.Socket is loaded then.
 */
function connectionClass(): new (settings: CreateConnectionOptions) => net.Socket {
  return class Connection extends late.net.Socket {
    readonly #settings: CreateConnectionOptions;
    #current: Connecting | undefined;
    /** createConnection() has called connect(), and nobody else yet. */
    #early = false;
    readonly #hold = new Hold();

    constructor(settings: CreateConnectionOptions) {
      super({ allowHalfOpen: settings.allowHalfOpen ?? false });
      this.#settings = settings;
      exemptFromPresets(this);
      // Not by the constructor of net.Socket: it would call _destroy() of an object that has no fields yet.
      if (settings.signal !== undefined) late.stream.addAbortSignal(settings.signal, this);
      if (isLater(settings) || this.destroyed) return;
      this.#begin(settings);
      this.#early = true;
    }

    override connect(options: net.SocketConnectOpts, listener?: ConnectListener): this;
    override connect(port: number, host: string, listener?: ConnectListener): this;
    override connect(port: number, listener?: ConnectListener): this;
    override connect(path: string, listener?: ConnectListener): this;
    override connect(...args: unknown[]): this {
      const settings = combined(this.#settings, clientPlace(args));
      checkSettings(settings);
      const listener = args.at(-1);
      if (typeof listener === 'function') this.once('connect', listener as ConnectListener);
      const early = this.#early;
      this.#early = false;
      const joins = !this.destroyed && this.#current !== undefined && samePlace(this.#current.settings, settings);
      if (joins && this.connecting) return this;
      if (joins && early) {
        // It connected before the caller, who waits for the events, has asked for it.
        process.nextTick(() => this.#announce());
        return this;
      }
      this.#begin(settings);
      return this;
    }

    override ref(): this {
      this.#hold.hold(true);
      this.#current?.timer?.ref();
      return super.ref();
    }

    override unref(): this {
      this.#hold.hold(false);
      this.#current?.timer?.unref();
      return super.unref();
    }

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
      this.#stop();
      super._destroy(error, callback);
    }

    #announce(): void {
      if (this.destroyed) return;
      this.emit('connect');
      this.emit('ready');
    }

    /** Ends the attempts; their sockets are closed. */
    #stop(): void {
      clearTimeout(this.#current?.timer);
      this.#current?.stop.abort();
    }

    #begin(settings: ConnectOptions): void {
      this.#stop();
      if (this.connecting) dropHandle(this);
      const { host = '', port = 0, path, timeoutMs } = settings;
      const current: Connecting = {
        settings,
        stop: new AbortController(),
        found: undefined,
        first: path ?? (late.net.isIP(host) === 0 ? undefined : host),
        timer: undefined,
      };
      this.#current = current;
      const unhook = onEachHandle(this, (handle) => {
        const restore = onOpening(handle, (_call, [request, address, at]) => {
          // A connect() before this one is asked of the new handle too: lookupAndConnect() waits for the next tick.
          if (address !== current.first || (path === undefined && at !== port)) return 0;
          current.first = undefined;
          this.#try(current, { handle, restore, request: request as ConnectRequest });
          return 0;
        });
      });
      try {
        if (path !== undefined) super.connect({ path });
        // One address is enough for Node: it asks the handle to connect once, and the attempts are ours.
        else super.connect({ host, port, autoSelectFamily: false, lookup: this.#lookup(current) });
      } finally {
        unhook();
      }
      if (timeoutMs !== undefined) {
        current.timer = setTimeout(() => this.destroy(new TimeoutError('connect', timeoutMs)), timeoutMs);
        if (!this.#hold.isHeld) current.timer.unref();
      }
    }

    /** For Node, which emits `'lookup'` for the address it is given. */
    #lookup(current: Connecting): net.LookupFunction {
      const later = (work: () => void): void => this.#later(current, work);
      return (host, _options, callback) => {
        current.found = destinations(current.settings, current.stop.signal);
        current.found.then(
          ([first, ...others]) =>
            later(() => {
              if (first === undefined || first.family === 'unix') return;
              current.first = first.address;
              callback(null, first.address, versionOf(first));
              for (const other of others) this.emit('lookup', null, ...eventArguments(other), host);
            }),
          (error) => later(() => callback(error, '')),
        );
      };
    }

    #try(current: Connecting, asked: Asked): void {
      const { settings, stop } = current;
      const observer: AttemptObserver = {
        // Node has told of the first itself.
        started: (to, index) => {
          if (index > 0) this.#later(current, () => this.emit('connectionAttempt', ...eventArguments(to)));
        },
        failed: (to, error) =>
          this.#later(current, () => this.emit('connectionAttemptFailed', ...eventArguments(to), error)),
      };
      const attempts = { ...attemptSettings(settings), observer, hold: this.#hold };
      current.found ??= destinations(settings, stop.signal);
      current.found
        .then((to) => firstToAnswer(to, attempts, stop.signal))
        .then(
          (socket) =>
            this.#later(
              current,
              () => this.#joined(socket, current, asked),
              () => socket.close(),
            ),
          (error: Error) => this.#later(current, () => this.destroy(error)),
        );
    }

    /** Calls `work` on the stack of nobody's promise, where what a listener throws is an uncaught exception as always. */
    #later(current: Connecting, work: () => void, otherwise: () => void = () => {}): void {
      process.nextTick(() => (current.stop.signal.aborted ? otherwise() : work()));
    }

    #joined(socket: Socket, current: Connecting, { handle, restore, request }: Asked): void {
      clearTimeout(current.timer);
      restore();
      try {
        check(handle.open(socket.fd), 'open');
      } catch (error) {
        socket.close();
        this.destroy(error as Error);
        return;
      }
      socket.detach();
      const { options, keepOptions: keep = true } = current.settings;
      if (keep) keepOptions(this, options);
      request.oncomplete(0, handle, request, true, true);
    }
  };
}

let Connection: ReturnType<typeof connectionClass> | undefined;

/**
 * `socket(2)`, the options, `bind(2)`, `connect(2)` - returns a net.Socket at once, which connects as one of
 * net.createConnection() does: `connecting` is true, `'lookup'`, `'connect'`, `'ready'` and `'error'` follow, and what is
 * written meanwhile is sent then. As with {@link connect} each address is tried with a socket of its own that has the
 * options and the local address from before its SYN, one beside the other as RFC 8305 says.
 *
 * For clients that take a stream and call `.connect()` on it themselves (pg) leave `host`, `port` and `path` out: the
 * socket then waits for that call. Where both name a place, a call that names the same joins the attempts under way, and
 * one that names another replaces them.
 *
 * As in Node `signal` destroys the socket with an `AbortError` whenever it is aborted, also after `'connect'`. `timeoutMs`
 * ends an attempt to connect, the lookup included, with a {@link TimeoutError}.
 *
 * @throws {UsageError} for settings that do not fit. All else is an `'error'` event: {@link SystemCallError} with the
 * call that failed and its address; {@link ConnectError} if several addresses failed.
 */
export function createConnection(settings: CreateConnectionOptions = {}): net.Socket {
  needsDescriptors('createConnection', 'connect');
  knownKeys(settings, 'createConnection', connectKeys);
  checkSettings(isLater(settings) ? { ...settings, host: 'localhost', port: 1 } : settings);
  Connection ??= connectionClass();
  return new Connection(settings);
}
