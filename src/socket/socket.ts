import type { AddressOf, Family } from '../address.js';
import { check, knownKeys, SystemCallError } from '../errors.js';
import { native } from '../native/load.js';
import { readOption, writeOption, writeOptions } from '../options/access.js';
import type {
  OptionInput,
  OptionValue,
  OptionValues,
  RawOption,
  RawRead,
  ReadableOption,
  SettableOption,
} from '../options/types.js';
import { type BatchMessage, MessageBatch, type ReceivedMessage } from './batch.js';
import * as batches from './batch-transfer.js';
import { type ConnectProgress, connectOnce, connectOutcome, disconnect, type Half, shutDown } from './connecting.js';
import { errorContext } from './error-context.js';
import { sendMessageOpening, sendOpening } from './fast-open.js';
import { receiveKind } from './flags.js';
import { acceptFrom, type ListenOptions, listenOn } from './listening.js';
import type { AdoptOptions, OpenOptions, PairOptions } from './open.js';
import { adoptDescriptor, openDescriptor, openPair } from './open.js';
import type { Payload } from './payload.js';
import { type PollEvent, pollBits, pollNow, pollUnlessNone } from './poll.js';
import { Readiness, Wait } from './readiness.js';
import { type AddressInput, addressFrom, writeAddress } from './sockaddr.js';
import * as transfer from './transfer.js';
import { closedError, forget, lostError, type Origin, originAt, watchOver } from './unclosed.js';
import { checkWait, waitKeys, type WaitOptions } from './wait-queue.js';

type Receiving = transfer.TransferOptions & WaitOptions;

/**
 * A socket with one method for each system call, under its name; `F` is its family, which its addresses have. Descriptors are
 * close-on-exec and non-blocking; nothing else is set behind the caller.
 *
 * Calls that may have to wait come twice: `accept` returns a promise, `tryAccept` makes the bare call and returns
 * `undefined` where it would block. Waiting calls of one direction are served in the order they were made.
 */
export class Socket<F extends Family = Family> {
  /** Of its addresses, SO_DOMAIN. */
  readonly family: F;
  #fd: number;
  readonly #origin: Origin;

  /** `origin` is what is named if the socket is never closed. */
  protected constructor(fd: number, family: F, origin: Origin) {
    this.#fd = fd;
    this.family = family;
    this.#origin = origin;
    watchOver(this, fd, origin);
  }

  /**
   * `socket(2)` - opens a socket, then sets `options`.
   *
   * @throws {SystemCallError} `EPERM` - raw and packet sockets need CAP_NET_RAW; `EMFILE`, `EPROTONOSUPPORT` and others.
   */
  static open<F extends Family = 'IPv4'>(settings: OpenOptions<F> = {}): Socket<F> {
    const { fd, family } = openDescriptor(settings);
    return new Socket(fd, family, originAt(Socket, 'open'));
  }

  /** `socketpair(2)` - two connected Unix sockets. @throws {SystemCallError} `EMFILE` - no two descriptors are left. */
  static pair(settings: PairOptions = {}): [Socket<'unix'>, Socket<'unix'>] {
    const [first, second] = openPair(settings);
    return [new Socket(first, 'unix', originAt(Socket, 'pair')), new Socket(second, 'unix', originAt(Socket, 'pair'))];
  }

  /**
   * Takes ownership of a descriptor made elsewhere, and makes it close-on-exec and non-blocking (which also holds for its
   * duplicates: O_NONBLOCK belongs to the open file, fcntl(2)).
   *
   * @throws {SystemCallError} `EBADF`, `ENOTSOCK` - not a socket; {@link UsageError} for one of another family than
   * `family`. It is left alone.
   */
  static adopt<F extends Family = Family>(fd: number, settings: AdoptOptions<F> = {}): Socket<F> {
    const opened = adoptDescriptor(fd, settings);
    return new Socket(opened.fd, opened.family, originAt(Socket, 'adopt'));
  }

  /**
   * The descriptor. It stays this object's: close it here, or take it with {@link detach}. If others close it while a call
   * waits, the kernel forgets what was waited for: the call ends by its timeout, its signal or {@link close} alone.
   */
  get fd(): number {
    if (this.#fd < 0) throw closedError();
    if (this.#origin.isLost) throw lostError(this.#fd);
    return this.#fd;
  }

  /** True also where somebody else closed the descriptor, once another Socket has its number: see `SOCKWISE_TWO_OWNERS`. */
  get closed(): boolean {
    return this.#fd < 0 || this.#origin.isLost;
  }

  /**
   * `getsockopt(2)` - reads one option by its C name, or `{ level, optname, length }` as bytes.
   *
   * @throws {SystemCallError} `ENOPROTOOPT`, `EOPNOTSUPP` - not an option of this socket or this kernel.
   */
  getOption<N extends ReadableOption>(name: N): OptionValue<N>;
  getOption(raw: RawRead): Buffer;
  getOption(name: ReadableOption | RawRead): unknown {
    return readOption(this.fd, name as ReadableOption);
  }

  /**
   * `setsockopt(2)` - sets one option by its C name, or `{ level, optname, bytes }`.
   *
   * @throws {SystemCallError} what the kernel says, with the option's name; {@link UsageError} for a value that does not fit.
   */
  setOption<N extends SettableOption>(name: N, value: OptionInput<N>): this;
  setOption(raw: RawOption): this;
  setOption(name: SettableOption | RawOption, value?: unknown): this {
    writeOption(this.fd, name as SettableOption, value as never);
    return this;
  }

  /** {@link setOption} for each of `values`, in their order and in one crossing. Throws at the first failure: those before it stay set. */
  setOptions(values: OptionValues): this {
    writeOptions(this.fd, values);
    return this;
  }

  /**
   * `bind(2)` - gives the socket its local address. What is left out is the wildcard: port 0 lets the kernel choose.
   *
   * @throws {SystemCallError} `EADDRINUSE`, `EADDRNOTAVAIL` - not an address of this host, `EACCES` - a port below
   * `ip_unprivileged_port_start`, `EINVAL` - bound already.
   */
  bind(address: AddressInput = {}): this {
    const length = writeAddress(this.family, address);
    const result = native.bind(this.fd, length);
    if (result < 0) throw new SystemCallError(result, 'bind', errorContext(this.family, address));
    return this;
  }

  /**
   * `listen(2)` - starts accepting connections. On a listener a second call only changes the backlog.
   *
   * @throws {SystemCallError} `EADDRINUSE` - sockets with `SO_REUSEADDR` may share an address, only one of them may listen.
   */
  listen(settings: ListenOptions = {}): this {
    listenOn(this, settings);
    return this;
  }

  /** `accept4(2)`, waiting for a connection. @throws what {@link tryAccept} throws. */
  async accept(wait: WaitOptions = {}): Promise<Socket<F>> {
    knownKeys(wait, 'accept', waitKeys);
    // Taken now: the event that brings the connection has none of the caller's frames.
    const origin = originAt(this, 'accept');
    return await this.#waits.call(Wait.read, 'accept', () => this.#accept(origin), wait);
  }

  /** `accept4(2)` - the next connection of the queue, or `undefined`. @throws {SystemCallError} `EINVAL` - it does not listen; `EMFILE`. */
  tryAccept(): Socket<F> | undefined {
    return this.#accept();
  }

  /**
   * `connect(2)`, waiting until the connection stands or has failed. After a timeout or an abort the attempt goes on in
   * the kernel: close the socket.
   *
   * A Unix listener whose queue is full is not waited for: a non-blocking connect(2) fails with `EAGAIN` at once, and
   * nothing tells when there is room, connect(2) ERRORS.
   *
   * @throws {SystemCallError} `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `EADDRNOTAVAIL`, `ENOENT` and others.
   */
  async connect(address: AddressInput, wait: WaitOptions = {}): Promise<this> {
    knownKeys(wait, 'connect', waitKeys);
    checkWait(wait);
    if (this.connectOnce(address) !== 'done')
      await this.#waits.call(Wait.write, 'connect', () => connectOutcome(this, address), wait);
    return this;
  }

  /** `connect(2)` - true if it is done, false if it goes on in the background: the socket becomes writable then. */
  tryConnect(address: AddressInput): boolean {
    return this.connectOnce(address) === 'done';
  }

  /**
   * `connect(2)`, once - as {@link tryConnect}, and tells what the kernel said of a connection that is on its way. Called
   * again it tells what became of it; after a failure, which it throws, the next call starts anew.
   *
   * @throws {SystemCallError} `EISCONN` - connected, and a call has said so before; what {@link connect} throws.
   */
  connectOnce(address: AddressInput): ConnectProgress {
    return connectOnce(this, address);
  }

  /**
   * `connect(2)` with AF_UNSPEC: dissolves the association. A TCP connection is reset; an address and port given to bind
   * stay, one the kernel chose is released though getsockname(2) goes on reporting it.
   */
  disconnect(): this {
    disconnect(this);
    return this;
  }

  /**
   * `fcntl(2)` F_DUPFD_CLOEXEC - another Socket for the same open socket, with a descriptor of its own, as dup(2): the connection
   * ends when the last is closed, {@link shutdown} and options are shared.
   *
   * @throws {SystemCallError} `EMFILE` - no descriptor is left.
   */
  dup(): Socket<F> {
    return new Socket(check(native.dup(this.fd), 'fcntl'), this.family, originAt(this, 'dup'));
  }

  /** `getsockname(2)` - the local address. */
  getsockname(): AddressOf<F> {
    return addressFrom(native.getsockname(this.fd), 'getsockname') as AddressOf<F>;
  }

  /** `getpeername(2)` - the remote address. @throws {SystemCallError} `ENOTCONN`. */
  getpeername(): AddressOf<F> {
    return addressFrom(native.getpeername(this.fd), 'getpeername') as AddressOf<F>;
  }

  /**
   * `poll(2)`, waiting until one of `events` holds, and takes nothing: `POLLIN` - data, a connection to accept, or the end of
   * the stream; `POLLPRI` - urgent data; `POLLOUT` - room to send, or connected; `POLLRDHUP` - the peer has sent FIN (Linux).
   * `POLLERR` - a pending error or an entry of the error queue - and `POLLHUP` - both halves are closed - are reported whether
   * asked for or not. Resolves with those that hold.
   */
  async poll(events: readonly PollEvent[], wait: WaitOptions = {}): Promise<Set<PollEvent>> {
    knownKeys(wait, 'poll', waitKeys);
    const sum = pollBits(events);
    return await this.#waits.call(Wait.poll, 'poll', () => pollUnlessNone(this.fd, sum), wait);
  }

  /** `poll(2)` - those of `events`, and of `POLLERR` and `POLLHUP`, that hold now; empty if none does. */
  tryPoll(events: readonly PollEvent[]): Set<PollEvent> {
    return pollNow(this.fd, pollBits(events));
  }

  /**
   * epoll(7), edge-triggered: calls `listener` with those of `events`, `POLLERR` and `POLLHUP` that hold, first if any holds now, then
   * after each change, until {@link close} or the function it returns is called. Take until there is `undefined`: what is left is
   * reported with the next change only. No promise, so half the price of a wait. What `listener` throws is an uncaught exception.
   *
   * @throws {SystemCallError} `ENOSPC` - no more can be watched, epoll_ctl(2); {@link UsageError} for an unknown event.
   */
  watch(events: readonly PollEvent[], listener: (events: readonly PollEvent[]) => void): () => void {
    return this.#waits.listen(pollBits(events), listener);
  }

  /**
   * `shutdown(2)` - ends one half of the connection, or both. For TCP `write` sends FIN; it never lingers. `read` stops a
   * listener. @throws {SystemCallError} `ENOTCONN`.
   */
  shutdown(half: Half): this {
    shutDown(this, half);
    return this;
  }

  /**
   * `sendto(2)`, waiting until the socket takes something. Resolves with how many bytes it took: a stream may take fewer. With
   * `MSG_FASTOPEN` and no cookie for the address it waits for the connection and sends then, as the blocking call does.
   */
  send(payload: Payload, options: transfer.SendOptions & WaitOptions = {}): Promise<number> {
    return this.#waits.call(Wait.write, 'send', sendOpening(this, payload, options), options);
  }

  /**
   * `sendto(2)` - the number of bytes taken, or `undefined` where it would block.
   *
   * @throws {SystemCallError} `EPIPE` - the write half is closed (never SIGPIPE), `ECONNRESET`, `EMSGSIZE`, `EDESTADDRREQ`;
   * `EINPROGRESS` - with `MSG_FASTOPEN` and no cookie: it connects, and took nothing.
   */
  trySend(payload: Payload, options: transfer.SendOptions = {}): number | undefined {
    return transfer.send(this, payload, options);
  }

  /** `recv(2)`, waiting for data. Resolves with at most `size` bytes; empty at the end of a stream. @throws what {@link tryRecv} throws. */
  recv(options: transfer.RecvOptions & WaitOptions = {}): Promise<Buffer> {
    return this.#received('recv', options, () => transfer.recv(this, options));
  }

  /**
   * `recv(2)` - what is there, or `undefined` where it would block. Empty at the end of a stream.
   *
   * @throws {SystemCallError} `ECONNRESET`, reported once; `ENOTCONN`.
   */
  tryRecv(options: transfer.RecvOptions = {}): Buffer | undefined {
    return transfer.recv(this, options);
  }

  /** `sendmsg(2)`, waiting until the socket takes something. Resolves with the bytes it took. @throws what {@link trySend} throws. */
  async sendmsg(message: transfer.SendMessage, wait: WaitOptions = {}): Promise<number> {
    knownKeys(wait, 'sendmsg', waitKeys);
    return await this.#waits.call(Wait.write, 'sendmsg', sendMessageOpening(this, message), wait);
  }

  /** `sendmsg(2)` - data in one piece or several, with control messages. Returns and throws what {@link trySend} does. */
  trySendmsg(message: transfer.SendMessage): number | undefined {
    return transfer.sendmsg(this, message);
  }

  /** `recvmsg(2)`, waiting for a message. At the end of a stream its data is empty. @throws what {@link tryRecv} throws. */
  recvmsg(options: transfer.RecvMessageOptions & WaitOptions = {}): Promise<ReceivedMessage<F>> {
    return this.#received('recvmsg', options, () => transfer.recvmsg(this, options));
  }

  /** `recvmsg(2)` - data with its sender, control messages and flags, or `undefined` where it would block. */
  tryRecvmsg(options: transfer.RecvMessageOptions = {}): ReceivedMessage<F> | undefined {
    return transfer.recvmsg(this, options);
  }

  /**
   * `sendmmsg(2)`, waiting until the socket takes at least one. Resolves with how many messages went out. Of a
   * {@link MessageBatch} it sends those there are when the socket takes them. @throws what {@link trySend} throws for the first.
   */
  sendmmsg(
    messages: readonly BatchMessage[] | MessageBatch,
    options: batches.SendBatchOptions & WaitOptions = {},
  ): Promise<number> {
    return this.#waits.call(Wait.write, 'sendmmsg', () => batches.sendmmsg(this, messages, options), options);
  }

  /**
   * `sendmmsg(2)` - several datagrams in one call, each with its control messages. Returns how many went out, `undefined`
   * where it would block. @throws what {@link trySend} throws, if the first fails: a later failure ends the call, which returns those before.
   */
  trySendmmsg(
    messages: readonly BatchMessage[] | MessageBatch,
    options: batches.SendBatchOptions = {},
  ): number | undefined {
    return batches.sendmmsg(this, messages, options);
  }

  /** {@link tryRecvmmsg}, waiting for at least one message. Into a {@link MessageBatch} it resolves with how many came. */
  recvmmsg(batch: MessageBatch, options?: Receiving): Promise<number>;
  recvmmsg(options: batches.BatchOptions & WaitOptions): Promise<batches.BatchReceived<F>[]>;
  async recvmmsg(
    place: (batches.BatchOptions & WaitOptions) | MessageBatch,
    options: Receiving = {},
  ): Promise<batches.BatchReceived<F>[] | number> {
    return place instanceof MessageBatch
      ? await this.#received('recvmmsg', options, () => batches.fill(this, place, options))
      : await this.#received('recvmmsg', place, () => batches.recvmmsg(this, place));
  }

  /**
   * `recvmmsg(2)` - the datagrams that are there, at most `count`, or `undefined` if there is none. Into a
   * {@link MessageBatch} it returns how many came.
   */
  tryRecvmmsg(batch: MessageBatch, options?: transfer.TransferOptions): number | undefined;
  tryRecvmmsg(options: batches.BatchOptions): batches.BatchReceived<F>[] | undefined;
  tryRecvmmsg(
    place: batches.BatchOptions | MessageBatch,
    options: transfer.TransferOptions = {},
  ): batches.BatchReceived<F>[] | number | undefined {
    return place instanceof MessageBatch ? batches.fill(this, place, options) : batches.recvmmsg(this, place);
  }

  /**
   * `close(2)` - lets the descriptor go; pending waits end with `ERR_SOCKET_CLOSED`. A second call does nothing.
   *
   * With `SO_LINGER` on and seconds above 0 it holds up the thread, on a non-blocking socket too: use {@link closeAsync}.
   */
  close(): void {
    if (this.closed) return;
    check(native.close(this.#release()), 'close');
  }

  /**
   * `close(2)`; where it may wait, on a thread of its own: with `SO_LINGER` of seconds above 0, and for some milliseconds with
   * packet sockets (synchronize_net() in packet_release()). Resolves when the call has returned. At most 64 wait at a time, more
   * wait for one of these. A process that ends waits for them, so process.exit() does as well.
   */
  async closeAsync(): Promise<void> {
    if (this.closed) return;
    check(await native.closeAsync(this.#release()), 'close');
  }

  /** Gives the descriptor up and returns it: the caller has to close it. Pending waits end with `ERR_SOCKET_CLOSED`. */
  detach(): number {
    const fd = this.fd;
    this.#release();
    native.disown(fd);
    return fd;
  }

  /** {@link Socket.close}, where the block of `using` ends. */
  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAsync();
  }

  /** Also of a closed socket: there the call itself fails, as a rejection and not as an exception. */
  get #waits(): Readiness {
    return (this.#origin.waits ??= new Readiness(this.#fd));
  }

  /** Waits for what a receive with these flags takes. */
  #received<T>(syscall: string, options: Receiving, attempt: () => T | undefined): Promise<T> {
    return this.#waits.call(receiveKind, syscall, attempt, options);
  }

  #release(): number {
    const fd = this.#fd;
    this.#fd = -1;
    forget(this.#origin);
    // Before close(2): the event loop must not watch a number that may soon be another's.
    this.#origin.waits?.stop(closedError());
    return fd;
  }

  #accept(origin?: Origin): Socket<F> | undefined {
    const fd = acceptFrom(this);
    return fd === undefined ? undefined : new Socket(fd, this.family, origin ?? originAt(this, 'tryAccept'));
  }
}
