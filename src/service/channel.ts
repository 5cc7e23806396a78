import { UsageError } from '../errors.js';
import { Socket } from '../socket/socket.js';

/** What the two processes of a hand-over say to each other, a datagram of JSON each. */
export type Message =
  /** The successor's first: which versions of this protocol it speaks. */
  | { readonly kind: 'hello'; readonly versions: readonly number[] }
  | { readonly kind: 'refused'; readonly reason: string }
  /** With a listening or bound socket. */
  | { readonly kind: 'socket'; readonly name: string }
  /** With the socket on which the next successor is waited for. Nothing follows before `ready`. */
  | { readonly kind: 'control' }
  /** The successor serves. */
  | { readonly kind: 'ready' }
  /** The predecessor accepts no more. */
  | { readonly kind: 'taken' };

export const protocolVersions: readonly number[] = [1];

/** A message and the descriptor that came with it, which is the receiver's to close. */
export interface Delivery {
  readonly message: Message;
  readonly fd?: number;
}

const kinds: readonly string[] = [
  'hello',
  'refused',
  'socket',
  'control',
  'ready',
  'taken',
] satisfies Message['kind'][];
const longestMessage = 4096;
/** CMSG_SPACE of one descriptor. */
const oneDescriptor = 24;

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(String(value.kind));
}

function parsed(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isMessage(value)) return value;
  throw new UsageError(
    'ERR_NOT_SUPPORTED',
    `hand-over: the other process speaks another protocol: ${text.slice(0, 80)}`,
  );
}

export interface Waiting {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One end of the conversation, over a seqpacket socket: messages keep their bounds, and carry descriptors (unix(7)). */
export class Channel {
  readonly #socket: Socket<'unix'>;

  constructor(socket: Socket<'unix'>) {
    this.#socket = socket;
  }

  /** The user of the process at the other end, as it was at connect or listen (SO_PEERCRED). */
  get peerUid(): number {
    return this.#socket.getOption('SO_PEERCRED').uid;
  }

  async send(message: Message, fd?: number): Promise<void> {
    await this.#socket.sendmsg({
      data: JSON.stringify(message),
      ...(fd !== undefined && { control: [{ type: 'SCM_RIGHTS', fds: [fd] }] }),
    });
  }

  /** The next message; `undefined` once the other end is closed. */
  async receive(waiting: Waiting = {}): Promise<Delivery | undefined> {
    const { data, control } = await this.#socket.recvmsg({
      size: longestMessage,
      controlSize: oneDescriptor,
      timeoutMs: waiting.timeoutMs,
      signal: waiting.signal,
    });
    const fd = control.flatMap((one) => (one.type === 'SCM_RIGHTS' ? one.fds : []))[0];
    if (data.length === 0) return undefined;
    try {
      return { message: parsed(data.toString()), ...(fd !== undefined && { fd }) };
    } catch (error) {
      if (fd !== undefined) Socket.adopt(fd).close();
      throw error;
    }
  }

  close(): void {
    this.#socket.close();
  }
}
