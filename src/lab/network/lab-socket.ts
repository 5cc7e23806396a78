import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { codeOf, invalidArgument } from '../../errors.js';
import {
  type ConnectProgress,
  type AddressInput,
  type OptionInput,
  type OptionValue,
  type ReadableOption,
  type ReceivedMessage,
  type SendOptions,
  type SettableOption,
  Socket,
  type SocketFilter,
  type SocketState,
  UsageError,
  type WaitOptions,
} from '../../index.js';
import { type Outcome, plain } from '../record/event.js';
import type { Json } from '../record/json.js';
import { patient } from '../record/patience.js';
import { type Attempt, returns } from '../record/recorder.js';
import type { Endpoint } from '../record/segment.js';
import type { BareHost } from './bare-host.js';

/** No call of a case may wait for ever. */
function bounded(): WaitOptions {
  return { timeoutMs: patient(5000) };
}

/** What bind(2) and connect(2) are given; an address or a port that is left out is the kernel's to choose. */
function addressArgument(address: AddressInput): Json {
  if ('path' in address) return { path: address.path ?? '' };
  const port = 'port' in address ? (address.port ?? 0) : 0;
  return { address: ('address' in address ? address.address : undefined) ?? '*', port };
}

export function checkName(name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > 100)
    throw invalidArgument('name', 'a text of 1 to 100 characters', name);
}

/** One that is given as undefined is a slip, as a misspelt field of a host, and would stand for any address. */
export function checkAddress(given: object): void {
  if ('address' in given && typeof given.address !== 'string')
    throw invalidArgument('address', 'an address', given.address);
}

/** Of a call that would have to wait. */
const again: Outcome = { ok: true, errno: 'EAGAIN' };

/** Calls {@link RecordedSocket.expect} can make. */
export type ExpectedCall = 'accept' | 'bind' | 'close' | 'connect' | 'listen' | 'recv' | 'send' | 'shutdown';

/** A call came to another result than the script expected. */
export class ExpectationError extends Error {
  constructor(what: string, expected: string, got: string) {
    super(`${what}: expected ${expected}, got ${got}`);
    this.name = 'ExpectationError';
  }
}

/** A result as a script expects it: `ok`, `5 bytes`, the data received, or `end of stream`. */
export function resultText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? endOfStream : value;
  return typeof value === 'number' ? bytes(value) : 'ok';
}

/** Data may be anything: control characters are written as JSON writes them. */
function visible(text: string): string {
  return /[\x00-\x1f\x7f-\x9f]/.test(text) ? JSON.stringify(text) : text;
}

/** Makes a call, and throws an {@link ExpectationError} unless it comes to `expected`. */
export async function expectResult(what: string, expected: string, call: () => unknown): Promise<void> {
  let got: string;
  try {
    got = resultText(await call());
  } catch (error) {
    got = codeOf(error);
  }
  if (got !== expected) throw new ExpectationError(what, visible(expected), visible(got));
}

/** Said of a stream that ended with FIN. */
export const endOfStream = 'end of stream';

/** A socket of a host whose every call is recorded with its result. Calls throw as those of {@link Socket} do. */
export class RecordedSocket<H extends BareHost = BareHost> {
  readonly host: H;
  readonly name: string;
  readonly socket: Socket;
  /** Still known when the socket is closed, and the peer's when it was reset: getpeername(2) does not know it any more. */
  #lastLocal: Endpoint | undefined;
  #lastRemote: Partial<Endpoint> | undefined;

  private constructor(host: H, name: string, socket: Socket) {
    this.host = host;
    this.name = name;
    this.socket = socket;
    // One that was accepted has its peer now, and a reset takes it away.
    this.#keepAddresses();
  }

  /** A socket made elsewhere becomes one of the host's: recorded, and closed with it. */
  static of<Of extends BareHost>(host: Of, name: string, socket: Socket): RecordedSocket<Of> {
    host.onClose(() => socket.close());
    checkName(name);
    return new RecordedSocket(host, name, socket);
  }

  bind(address: AddressInput): this {
    checkAddress(address);
    this.#call('bind', [addressArgument(address)], () => this.socket.bind(address));
    return this;
  }

  listen(backlog = 128): this {
    this.#call('listen', [backlog], () => this.socket.listen({ backlog }));
    return this;
  }

  /** Waits for a connection; the socket it gets is named after this one unless `name` is given. */
  async accept(name = `${this.name}.accepted`, wait = bounded()): Promise<RecordedSocket<H>> {
    const socket = await this.#wait('accept', [], () => this.socket.accept(wait));
    return RecordedSocket.of(this.host, name, socket);
  }

  /** The bare call: `undefined` if no connection waits. */
  tryAccept(name = `${this.name}.accepted`): RecordedSocket<H> | undefined {
    const outcomeOf = (socket: Socket | undefined): Outcome => (socket === undefined ? again : { ok: true });
    const socket = this.#call('accept', [], () => this.socket.tryAccept(), outcomeOf);
    return socket === undefined ? undefined : RecordedSocket.of(this.host, name, socket);
  }

  async connect(address: AddressInput, wait = bounded()): Promise<this> {
    checkAddress(address);
    await this.#wait('connect', [addressArgument(address)], () => this.socket.connect(address, wait));
    this.#keepAddresses();
    return this;
  }

  /** The bare call: false if it goes on in the background. */
  tryConnect(address: AddressInput): boolean {
    checkAddress(address);
    const outcomeOf = (now: ConnectProgress): Outcome => (now === 'done' ? { ok: true } : { ok: true, errno: now });
    const progress = this.#call(
      'connect',
      [addressArgument(address)],
      () => this.socket.connectOnce(address),
      outcomeOf,
    );
    // getpeername(2) has no answer in SYN_SENT.
    if ('port' in address && address.port !== undefined) this.#lastRemote = { port: address.port };
    this.#keepAddresses();
    return progress === 'done';
  }

  disconnect(): this {
    this.#call('connect', ['AF_UNSPEC'], () => this.socket.disconnect());
    this.#lastRemote = undefined;
    return this;
  }

  async send(data: string | Uint8Array, options: SendOptions & WaitOptions = {}): Promise<number> {
    checkData(data);
    return await this.#wait(
      'send',
      [Buffer.byteLength(data)],
      () => this.socket.send(data, { ...bounded(), ...options }),
      returns,
    );
  }

  /** The bare call: what the kernel took, `undefined` where it would block. */
  trySend(data: string | Uint8Array, options: SendOptions = {}): number | undefined {
    checkData(data);
    const outcomeOf = (taken: number | undefined): Outcome => (taken === undefined ? again : returns(taken));
    return this.#call('send', [Buffer.byteLength(data)], () => this.socket.trySend(data, options), outcomeOf);
  }

  /** Looks at what has come and leaves it there; returns how many bytes, 0 where there is none. */
  peek(): number {
    const look = (): number => this.socket.tryRecv({ flags: ['MSG_PEEK'] })?.length ?? 0;
    return this.#call('recv', ['MSG_PEEK'], look, (length) => (length === 0 ? again : returns(length)));
  }

  /** getsockname(2). */
  getsockname(): Endpoint {
    return this.#call('getsockname', [], () => this.local, returns);
  }

  /** What came, as text; empty at the end of the stream. */
  async recv(size = 65_536, wait = bounded()): Promise<string> {
    const got = await this.#wait(
      'recv',
      [],
      () => this.socket.recv({ size, ...wait }),
      (data) => returns(data.length),
    );
    return got.toString('latin1');
  }

  shutdown(half: 'read' | 'write' | 'both'): this {
    this.#call('shutdown', [half], () => this.socket.shutdown(half));
    return this;
  }

  setOption<N extends SettableOption>(name: N, value: OptionInput<N>): this {
    this.#call('setsockopt', [name, plain(value)], () => this.socket.setOption(name, value));
    return this;
  }

  getOption<N extends ReadableOption>(name: N): OptionValue<N> {
    return this.#call('getsockopt', [name], () => this.socket.getOption(name), returns);
  }

  close(): void {
    this.#keepAddresses();
    this.#call('close', [], () => this.socket.close());
  }

  /** Off the event loop, for SO_LINGER with seconds. Resolves with how long close(2) took. */
  async closeAsync(): Promise<number> {
    const begin = performance.now();
    this.#keepAddresses();
    await this.#wait('close', [], () => this.socket.closeAsync());
    return performance.now() - begin;
  }

  /**
   * Makes a call, and throws an {@link ExpectationError} unless it comes to `result`: `ok`, an error's code, `5 bytes` for a
   * send, for a recv the very data, or `end of stream`.
   */
  async expect<C extends ExpectedCall>(call: C, result: string, ...args: Parameters<RecordedSocket[C]>): Promise<void> {
    await expectResult(`${this.name}.${call}`, result, () => Reflect.apply(this[call], this, args));
  }

  /**
   * Waits until the kernel lists the connection in this state, CLOSED until it lists it no more. It may be closed already:
   * a TIME_WAIT belongs to no descriptor.
   */
  async waitForState(state: SocketState | 'CLOSED', deadlineMs?: number): Promise<void> {
    this.#keepAddresses();
    const filter = this.#filter();
    if (state === 'CLOSED') await this.host.waitUntilGone(filter, `${this.name} is gone`, deadlineMs);
    else await this.host.waitFor({ ...filter, state }, `${this.name} in ${state}`, deadlineMs);
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

  #keepAddresses(): void {
    if (this.socket.closed) return;
    const local = attempt(() => this.local);
    if (local === undefined || local.port === 0) return;
    this.#lastLocal = local;
    // Refused where there is no peer, or none any more.
    this.#lastRemote = attempt(() => this.remote) ?? this.#lastRemote;
  }

  /** What finds the socket in the table. A connection is found by all four, since a port may have several. */
  #filter(): SocketFilter {
    const [local, remote] = [this.#lastLocal, this.#lastRemote];
    if (local === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `${this.name} has no address`);
    if (remote?.port === undefined) return { localPort: local.port };
    const ports = { localPort: local.port, remotePort: remote.port };
    if (remote.address === undefined) return ports;
    return { ...ports, localAddress: local.address, remoteAddress: remote.address };
  }

  #attempt(name: string, args: readonly Json[]): Attempt {
    return { kind: 'call', host: this.host.name, actor: this.name, name, args };
  }

  #call<T>(name: string, args: readonly Json[], make: () => T, outcomeOf?: (value: T) => Outcome): T {
    return this.host.recorder.call(this.#attempt(name, args), make, outcomeOf);
  }

  #wait<T>(name: string, args: readonly Json[], make: () => Promise<T>, outcomeOf?: (value: T) => Outcome): Promise<T> {
    return this.host.recorder.wait(this.#attempt(name, args), make, outcomeOf);
  }
}

function checkData(data: unknown): void {
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) throw invalidArgument('data', 'a text or bytes', data);
}

function bytes(count: number): string {
  return `${count} bytes`;
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** An address with a port: a datagram's sender may have none. */
export function internet(address: ReceivedMessage['address']): Endpoint {
  if (address?.family !== 'IPv4' && address?.family !== 'IPv6')
    throw new TypeError(`a ${address?.family ?? 'nameless'} socket has no port`);
  return { address: address.address, port: address.port };
}

/**
 * Clears O_NONBLOCK, which belongs to the open file: libuv does so for what a child gets as its standard input
 * (uv__process_child_init()).
 */
export function makeBlocking({ host, name, socket }: RecordedSocket): void {
  // The child does so before it finds that there is no such program.
  spawnSync('/proc/self/no-such-file', [], { stdio: [socket.fd, 'ignore', 'ignore'] });
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${socket.fd}`, 'utf8'))?.[1] ?? '';
  const O_NONBLOCK = 0o4000;
  const blocking = (Number.parseInt(flags, 8) & O_NONBLOCK) === 0;
  if (!blocking) throw new Error(`O_NONBLOCK is still set: ${flags}`);
  host.called('fcntl', ['F_SETFL', 'without O_NONBLOCK'], { actor: name });
}
