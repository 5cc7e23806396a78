import type * as net from 'node:net';
import { createInterface } from 'node:readline';
import { UsageError } from '../errors.js';
import { Socket } from '../socket/socket.js';

interface Kind {
  readonly kind: string;
}

/** A message and the descriptor that came with it, which is the receiver's to close. */
export interface Delivery<M extends Kind> {
  readonly message: M;
  readonly fd?: number;
}

const longestMessage = 4096;
/** CMSG_SPACE of one descriptor. */
const oneDescriptor = 24;
const receiving = { size: longestMessage, controlSize: oneDescriptor };

export interface Waiting {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Received = ReturnType<Socket<'unix'>['tryRecvmsg']>;

/**
 * One end of a conversation in datagrams of JSON, over a seqpacket socket: messages keep their bounds, and carry descriptors
 * (unix(7)).
 */
export class Channel<M extends Kind> {
  readonly #socket: Socket<'unix'>;
  readonly #kinds: readonly M['kind'][];

  /** `kinds` are those that the other end may send. */
  constructor(socket: Socket<'unix'>, kinds: readonly M['kind'][]) {
    this.#socket = socket;
    this.#kinds = kinds;
  }

  /** The user of the process at the other end, as it was at connect or listen (SO_PEERCRED). */
  get peerUid(): number {
    return this.#socket.getOption('SO_PEERCRED').uid;
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  async send(message: M, fd?: number): Promise<void> {
    await this.#socket.sendmsg(packed(message, fd));
  }

  /** False where the other end has not read what was sent before. */
  trySend(message: M, fd?: number): boolean {
    return this.#socket.trySendmsg(packed(message, fd)) !== undefined;
  }

  /** The next message; `undefined` once the other end is closed. */
  async receive(waiting: Waiting = {}): Promise<Delivery<M> | undefined> {
    return this.#unpacked(
      await this.#socket.recvmsg({ ...receiving, timeoutMs: waiting.timeoutMs, signal: waiting.signal }),
    );
  }

  /** The next message if it is there, `'none yet'` if not; `undefined` once the other end is closed. */
  tryReceive(): Delivery<M> | 'none yet' | undefined {
    const received = this.#socket.tryRecvmsg(receiving);
    return received === undefined ? 'none yet' : this.#unpacked(received);
  }

  close(): void {
    this.#socket.close();
  }

  #unpacked({ data, control }: NonNullable<Received>): Delivery<M> | undefined {
    const fd = control.flatMap((one) => (one.type === 'SCM_RIGHTS' ? one.fds : []))[0];
    if (data.length === 0) return undefined;
    try {
      return { message: this.#parsed(data.toString()), ...(fd !== undefined && { fd }) };
    } catch (error) {
      if (fd !== undefined) Socket.adopt(fd).close();
      throw error;
    }
  }

  #parsed(text: string): M {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (this.#isMessage(value)) return value;
    throw new UsageError(
      'ERR_NOT_SUPPORTED',
      `hand-over: the other process speaks another protocol: ${text.slice(0, 80)}`,
    );
  }

  #isMessage(value: unknown): value is M {
    return (
      typeof value === 'object' &&
      value !== null &&
      'kind' in value &&
      (this.#kinds as readonly unknown[]).includes(value.kind)
    );
  }
}

function packed(message: Kind, fd: number | undefined): Parameters<Socket<'unix'>['sendmsg']>[0] {
  return {
    data: JSON.stringify(message),
    ...(fd !== undefined && { control: [{ type: 'SCM_RIGHTS', fds: [fd] }] }),
  };
}

/** Reads a stream line by line. An end that was killed resets it: that is the `'close'` that follows. */
export function eachLine(input: net.Socket, hear: (line: string) => void): void {
  const ignore = (): void => {};
  // The interface emits the errors of its input again.
  createInterface({ input: input.on('error', ignore) })
    .on('error', ignore)
    .on('line', hear);
}
