import {
  type AddressInput,
  type OptionValue,
  type ReadableOption,
  type SendOptions,
  type SettableOption,
  Socket,
  type SocketState,
  type WaitOptions,
} from '../index.js';
import type { Host } from './host.js';
import type { Recorder } from './step.js';

/** No call of a case may wait for ever. */
const patience: WaitOptions = { timeoutMs: 5000 };

function shown(address: AddressInput): string {
  if ('path' in address) return address.path ?? '';
  const port = 'port' in address ? (address.port ?? 0) : 0;
  return `${('address' in address ? address.address : undefined) ?? '*'}:${port}`;
}

function shownValue(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? 'undefined';
}

/** A socket of a host whose every call is recorded with its result. Calls throw as those of {@link Socket} do. */
export class LabSocket {
  readonly host: Host;
  readonly name: string;
  readonly socket: Socket;
  readonly #recorder: Recorder;

  constructor(host: Host, name: string, socket: Socket, recorder: Recorder) {
    this.host = host;
    this.name = name;
    this.socket = socket;
    this.#recorder = recorder;
  }

  bind(address: AddressInput): this {
    this.#call(`bind(${shown(address)})`, () => this.socket.bind(address));
    return this;
  }

  listen(backlog = 128): this {
    this.#call(`listen(${backlog})`, () => this.socket.listen({ backlog }));
    return this;
  }

  /** Waits for a connection; the socket it gets is named after this one unless `name` is given. */
  async accept(name = `${this.name}.accepted`, wait = patience): Promise<LabSocket> {
    const socket = await this.#wait('accept()', () => this.socket.accept(wait));
    return this.host.record(name, socket);
  }

  async connect(address: AddressInput, wait = patience): Promise<this> {
    await this.#wait(`connect(${shown(address)})`, () => this.socket.connect(address, wait));
    return this;
  }

  /** The bare call: false if it goes on in the background. */
  tryConnect(address: AddressInput): boolean {
    const describe = (done: boolean): string => (done ? 'ok' : 'EINPROGRESS');
    return this.#call(`connect(${shown(address)})`, () => this.socket.tryConnect(address), describe);
  }

  disconnect(): this {
    this.#call('connect(AF_UNSPEC)', () => this.socket.disconnect());
    return this;
  }

  send(data: string | Uint8Array, options: SendOptions & WaitOptions = {}): Promise<number> {
    return this.#wait(`send(${data.length} bytes)`, () => this.socket.send(data, { ...patience, ...options }), bytes);
  }

  /** The bare call: what the kernel took, `undefined` where it would block. */
  trySend(data: string | Uint8Array, options: SendOptions = {}): number | undefined {
    const describe = (taken: number | undefined): string => (taken === undefined ? 'EAGAIN' : bytes(taken));
    return this.#call(`send(${data.length} bytes)`, () => this.socket.trySend(data, options), describe);
  }

  /** What came, as text; empty at the end of the stream. */
  async recv(size = 65_536, wait = patience): Promise<string> {
    const got = await this.#wait(
      'recv()',
      () => this.socket.recv({ size, ...wait }),
      (data) => bytes(data.length),
    );
    return got.toString('latin1');
  }

  shutdown(half: 'read' | 'write' | 'both'): this {
    this.#call(`shutdown(${half})`, () => this.socket.shutdown(half));
    return this;
  }

  setOption<N extends SettableOption>(name: N, value: OptionValue<N>): this {
    this.#call(`setsockopt(${name}, ${shownValue(value)})`, () => this.socket.setOption(name, value));
    return this;
  }

  getOption<N extends ReadableOption>(name: N): OptionValue<N> {
    return this.#call(`getsockopt(${name})`, () => this.socket.getOption(name), shownValue);
  }

  close(): void {
    this.#call('close()', () => this.socket.close());
  }

  /** Off the event loop, for SO_LINGER with seconds. Resolves with how long close(2) took. */
  async closeAsync(): Promise<number> {
    const begin = performance.now();
    await this.#wait('close()', () => this.socket.closeAsync());
    return performance.now() - begin;
  }

  /** Address and port of getsockname(2). */
  get local(): { address: string; port: number } {
    return internet(this.socket.getsockname());
  }

  /** Address and port of getpeername(2). */
  get remote(): { address: string; port: number } {
    return internet(this.socket.getpeername());
  }

  /** The TCP state of an open socket, from the socket itself. */
  get state(): SocketState {
    return this.socket.getOption('TCP_INFO').state;
  }

  #call<T>(what: string, make: () => T, describe?: (value: T) => string): T {
    return this.#recorder.call(this.host.name, `${this.name}.${what}`, make, describe);
  }

  #wait<T>(what: string, make: () => Promise<T>, describe?: (value: T) => string): Promise<T> {
    return this.#recorder.wait(this.host.name, `${this.name}.${what}`, make, describe);
  }
}

function bytes(count: number): string {
  return `${count} bytes`;
}

function internet(address: ReturnType<Socket['getsockname']>): { address: string; port: number } {
  if (address.family !== 'IPv4' && address.family !== 'IPv6')
    throw new TypeError(`a ${address.family} socket has no port`);
  return { address: address.address, port: address.port };
}
