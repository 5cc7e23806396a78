import type * as net from 'node:net';
import { integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';
import { keepOptions } from './keep.js';
import { bottomHandle, type ConnectingHandle, onEachHandle, onOpening } from './node-internals.js';
import { clientPlace, samePlace } from './place.js';
import { needsDescriptors } from './runtime.js';
import { late } from './late.js';

interface AnyPresetSettings {
  /** Set on each socket that connects there, before bind(2) and connect(2). */
  readonly options: OptionValues;
  /** As in {@link connect}: false lets the client's setNoDelay() and setKeepAlive() overwrite the options. */
  readonly keepOptions?: boolean | undefined;
}

/** Options for connections to one host and port. */
export interface InternetPresetSettings extends AnyPresetSettings {
  /** As the client names it: a name is not looked up, so a client that does so itself (grpc-js) wants the address here. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly path?: undefined;
}

/** Options for connections to one Unix socket. */
export interface UnixPresetSettings extends AnyPresetSettings {
  /** A Unix socket instead of host and port. */
  readonly path: string;
  readonly host?: undefined;
  readonly port?: undefined;
}

/** Options, and the destination whose connections get them. */
export type PresetSettings = InternetPresetSettings | UnixPresetSettings;

function checkPreset(settings: PresetSettings): void {
  knownKeys(settings, 'presetOptions', ['host', 'port', 'path', 'options', 'keepOptions']);
  const { host, port, path, options, keepOptions: keep } = settings;
  if (path === undefined) {
    if (typeof host !== 'string' || host === '') throw invalidArgument('host', 'a name or an address', host);
    integer(port, 'port', 1, 65_535);
  } else {
    if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'the path of a Unix socket', path);
    if (host !== undefined || port !== undefined)
      throw new UsageError('ERR_ARGUMENT_INVALID', 'path cannot be combined with host or port');
  }
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  if (keep !== undefined && typeof keep !== 'boolean') throw invalidArgument('keepOptions', 'a boolean', keep);
}

const presets = new Set<ConnectionPreset>();

/** Options for the connections to one place, until it ends. See {@link presetOptions}. */
export class ConnectionPreset {
  readonly #settings: PresetSettings;
  #sockets = 0;

  constructor(settings: PresetSettings) {
    this.#settings = settings;
  }

  /** How many sockets have been given the options: 0 if the client names the place otherwise, or does not use `node:net`. */
  get sockets(): number {
    return this.#sockets;
  }

  /** Ends the preset: sockets made from now on are Node's alone. Those there are keep their options. */
  end(): void {
    presets.delete(this);
    if (presets.size === 0) unpatch();
  }

  /** `end()`, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** @internal */
  fits(place: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly path?: string | undefined;
  }): boolean {
    return samePlace(this.#settings, place);
  }

  /** @internal Gives each handle that `socket` connects with a descriptor of ours. */
  applyTo(socket: net.Socket): void {
    const seen = (handle: ConnectingHandle): void => this.#supply(socket, handle);
    const made = bottomHandle(socket);
    // A TLSSocket has its first handle from the start.
    if (made !== undefined) seen(made);
    const unhook = onEachHandle(socket, seen);
    const done = (): void => {
      socket.off('connect', done).off('close', done);
      unhook();
    };
    socket.on('connect', done).on('close', done);
  }

  #supply(socket: net.Socket, handle: ConnectingHandle): void {
    // Somebody else's descriptor: a BoundSocket, or `new net.Socket({ fd })`.
    if (handle.fd !== undefined && handle.fd >= 0) return;
    const restore = onOpening(handle, (name, args) => {
      // A Pipe is asked for (request, path).
      const family = name.endsWith('6') ? 'IPv6' : name === 'connect' && args.length === 2 ? 'unix' : 'IPv4';
      let opened: Socket;
      try {
        opened = Socket.open({ family, options: this.#settings.options });
      } catch (error) {
        // Node has an errno only for an error of a handle; this one knows the option. It takes the place of the attempt.
        onOpening(handle, () => 0);
        process.nextTick(() => socket.destroy(error as Error));
        return 0;
      }
      const result = handle.open(opened.fd);
      restore();
      if (result < 0) {
        opened.close();
        return result;
      }
      opened.detach();
      this.#sockets++;
      if (this.#settings.keepOptions ?? true) keepOptions(socket, this.#settings.options);
      return Number(handle[name]?.(...args));
    });
  }
}

type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;

/** Sockets of ours, which have options of their own. */
const exempt = new WeakSet<net.Socket>();

/** Leaves `socket` alone, whatever it connects to. */
export function exemptFromPresets(socket: net.Socket): void {
  exempt.add(socket);
}

/** Puts back what {@link patch} has replaced; false where somebody has replaced ours since, which then only passes on. */
let restoreConnect: (() => boolean) | undefined;

function patch(): void {
  if (restoreConnect !== undefined) return;
  const below = late.net.Socket.prototype.connect as Connect;
  const connect: Connect = function (...args) {
    if (presets.size > 0 && !exempt.has(this)) {
      const place = clientPlace(args);
      for (const preset of presets) if (preset.fits(place)) preset.applyTo(this);
    }
    return below.apply(this, args);
  };
  late.net.Socket.prototype.connect = connect;
  restoreConnect = () => {
    if ((late.net.Socket.prototype.connect as unknown) !== connect) return false;
    late.net.Socket.prototype.connect = below;
    return true;
  };
}

function unpatch(): void {
  if (restoreConnect?.() === true) restoreConnect = undefined;
}

/**
 * Sets `options` on every socket of `node:net` and `node:tls` that this thread connects to one place, before its bind(2)
 * and connect(2), until the preset ends: for clients that have no way to be given a socket (redis, grpc-js).
 *
 * ```js
 * using preset = presetOptions({ host: 'cache.internal', port: 6379, options: { TCP_USER_TIMEOUT: 4000 } });
 * ```
 *
 * While there is a preset, `net.Socket.prototype.connect` is replaced: Node has no hook between the choice of an address
 * and connect(2) (the channel `net.client.socket` names the socket before it has a descriptor). Each socket that goes to
 * the place is made by us and given to Node's own handle, which then connects, for each address it tries. All else is
 * Node's: lookup, order and timing of the attempts, events, errors. Connections are told apart by the place alone, not by
 * who makes them, so that a client may reconnect from wherever it is called. Another thread, and a client that makes its
 * connections in native code, are not reached: see {@link ConnectionPreset.sockets}.
 *
 * Sockets of {@link connect}, {@link createConnection} and {@link connector} have the options of their own only.
 *
 * @throws {UsageError} `ERR_SOCKET_BUSY` - there is a preset for this place. Options that the kernel refuses are the
 * `'error'` of the socket, a {@link SystemCallError} of setsockopt(2).
 */
export function presetOptions(settings: PresetSettings): ConnectionPreset {
  needsDescriptors('presetOptions', 'connect');
  checkPreset(settings);
  for (const preset of presets) {
    if (preset.fits(settings)) {
      const place = settings.path ?? `${settings.host}:${settings.port}`;
      throw new UsageError('ERR_SOCKET_BUSY', `presetOptions: ${place} has a preset already; end that one first`);
    }
  }
  const preset = new ConnectionPreset({ ...settings });
  presets.add(preset);
  patch();
  return preset;
}
