import { constants as os } from 'node:os';
import { check, integer, UsageError } from '../errors.js';
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
import { Readiness } from './readiness.js';
import { forget, lostError, Origin, placeOfOwner, watchOver } from './unclosed.js';

function closedError(): UsageError {
  return new UsageError('ERR_SOCKET_CLOSED', 'the socket is closed');
}

/** The one owner of a socket's descriptor, until it is closed or given up. */
export class OwnedDescriptor {
  #fd: number;
  #origin: Origin;
  #readiness: Readiness | undefined;

  /** `origin` is what is named if the socket is never closed. */
  protected constructor(fd: number, origin: Origin) {
    this.#fd = fd;
    this.#origin = origin;
    watchOver(this, fd, origin);
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

  /** Also of a closed socket: there the call itself fails, as a rejection and not as an exception. */
  protected get readiness(): Readiness {
    if (this.#readiness === undefined) {
      const readiness = new Readiness(this.#fd);
      this.#readiness = readiness;
      this.#origin.stop = (error) => readiness.stop(error);
    }
    return this.#readiness;
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

  /** `setsockopt(2)` for each of `values`, in their order and in one crossing; ends at the first failure. */
  setOptions(values: OptionValues): this {
    writeOptions(this.fd, values);
    return this;
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
   * `close(2)`; where `SO_LINGER` with seconds above 0 makes it wait, on a thread of its own. Resolves when the call has
   * returned. At most 64 linger at a time, more wait for one of these. A process that ends waits for them, so process.exit()
   * does as well.
   */
  async closeAsync(): Promise<void> {
    if (this.closed) return;
    check(await native.closeAsync(this.#release()), 'close');
  }

  /** Gives the descriptor up without closing it, and returns it: the caller has to close it. */
  detach(): number {
    const fd = this.fd;
    this.#release();
    native.disown(fd);
    return fd;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeAsync();
  }

  #release(): number {
    const fd = this.#fd;
    this.#fd = -1;
    forget(this.#origin);
    // Before close(2): the event loop must not watch a number that may soon be another's.
    this.#readiness?.stop(closedError());
    return fd;
  }
}

/** Puts a descriptor from outside into the care of this environment, close-on-exec and non-blocking. */
export function takeOver(fd: unknown): number {
  const descriptor = integer(fd, 'fd', 0, 2 ** 31 - 1);
  const owned = native.own(descriptor);
  if (owned === -os.errno.EEXIST) {
    const place = placeOfOwner(descriptor);
    throw new UsageError(
      'ERR_SOCKET_BUSY',
      `descriptor ${descriptor}: another Socket owns it${place === undefined ? '' : `, opened at\n${place}`}`,
    );
  }
  check(owned, 'fcntl');
  const prepared = native.setNonBlocking(descriptor);
  if (prepared < 0) native.disown(descriptor);
  check(prepared, 'fcntl');
  return descriptor;
}
