import { codeOf } from '../../errors.js';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkNamespace, Socket } from '../../index.js';
import { packetNumbers } from '../../raw/raw.js';
import { decodeFrame, EtherType, isIp } from './peer/frame.js';
import { type LinkSocket, openOnLink, sendFrame, tryFrame, whenReadable } from './peer/link-socket.js';
import { type AddressedSegment, segmentOf } from './peer/segment.js';
import { completeChecksum } from './complete-checksum.js';

// The links of the lab have an MTU of 1500, and no segment is cut on its way unless a script raises gsoMaxSegments.
const longestFrame = 2048;
/** Of an Ethernet header. */
const headerSize = 14;
const receiveBufferSize = 8 << 20;
const turn = 512;
/** A packet socket does not cut what is longer than the MTU: EMSGSIZE, packet(7). */
const tooLong = 'a frame came that holds several segments: leave gsoMaxSegments at 1 on a relayed link';

/** What a relay does with one frame that is none of the others: it comes later and others go past it, twice, or behind the next one. */
export type Exception =
  | { readonly kind: 'apart'; readonly delayMs: number }
  | { readonly kind: 'twice'; readonly delayMs: number }
  | { readonly kind: 'behind the next'; readonly delayMs: number };

/** What a relay does with a frame: its delay, `lost`, or an exception from the order in which they came. */
export type Treatment = (segment: AddressedSegment | undefined) => number | 'lost' | Exception;

/** A frame that waits for the next one goes on alone after so long. */
const longestWaitMs = 500;

/** One way through the relay. It keeps the order of frames, whatever their delays, unless an exception is asked for. */
class Way {
  readonly #from: LinkSocket;
  readonly #to: LinkSocket;
  readonly #treat: Treatment;
  readonly #queue: { readonly frame: Uint8Array; readonly dueMs: number }[] = [];
  readonly #onError: (error: unknown) => void;
  #sending = false;
  /** Frames that go on their own. */
  #apart = 0;
  /** Those that wait for the next one. */
  readonly #waiting: { readonly frame: Uint8Array; readonly timer: NodeJS.Timeout }[] = [];
  /** Of the last packet of IP: who it was from and to, and what it holds. */
  #header: Uint8Array | undefined;

  constructor(from: LinkSocket, to: LinkSocket, treat: Treatment, onError: (error: unknown) => void) {
    this.#from = from;
    this.#to = to;
    this.#treat = treat;
    this.#onError = onError;
    whenReadable(from, () => void this.#take()).catch(onError);
  }

  /** Whether nothing has come and nothing waits: what is sent on may be answered at once, by the other way. */
  isIdle(): boolean {
    return this.#take() === 0 && this.#queue.length === 0 && this.#apart === 0 && this.#waiting.length === 0;
  }

  /** Sends a packet of IP on, as if the host had sent it; false where none has passed, and it is not known to whom. */
  inject(packet: Uint8Array): boolean {
    if (this.#header === undefined) return false;
    this.#send(Buffer.concat([this.#header, packet]));
    return true;
  }

  close(): void {
    for (const { timer } of this.#waiting) clearTimeout(timer);
  }

  /** Takes what has come, and returns how many frames that were. */
  #take(): number {
    for (let count = 0; count < turn; count++) {
      const message = tryFrame(this.#from, { size: longestFrame });
      if (message === undefined) return count;
      const isOwn =
        message.address?.family === 'packet' && message.address.packetType === packetNumbers.PACKET_OUTGOING;
      if (isOwn) continue;
      if (message.flags.includes('MSG_TRUNC')) throw new Error(tooLong);
      this.#forward(Uint8Array.from(message.data));
    }
    return turn;
  }

  #forward(frame: Uint8Array): void {
    const decoded = decodeFrame(frame);
    // A delayed ARP would only add its own delay to the first segment.
    const isArp = decoded === undefined || decoded.etherType === EtherType.ARP;
    const segment = decoded !== undefined && isIp(decoded) ? segmentOf(decoded.payload) : undefined;
    if (segment !== undefined) this.#header = frame.slice(0, headerSize);
    const treatment = isArp ? 0 : this.#treat(segment);
    if (treatment === 'lost') return;
    completeChecksum(frame);
    if (typeof treatment === 'object') this.#carry(frame, treatment);
    else this.#carryInOrder(frame, treatment);
  }

  #carry(frame: Uint8Array, { kind, delayMs }: Exception): void {
    switch (kind) {
      case 'twice':
        this.#carryInOrder(frame, delayMs);
        this.#carryInOrder(frame, delayMs);
        return;
      case 'apart':
        this.#apart++;
        setTimeout(() => {
          this.#apart--;
          if (!this.#to.socket.closed) this.#send(frame);
        }, delayMs);
        return;
      case 'behind the next':
        this.#waiting.push({ frame, timer: setTimeout(() => this.#release(delayMs), longestWaitMs) });
    }
  }

  /** Those that wait go on. */
  #release(delayMs: number): void {
    for (const { frame, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      if (!this.#to.socket.closed) this.#carryInOrder(frame, delayMs);
    }
  }

  #carryInOrder(frame: Uint8Array, treatment: number): void {
    if (treatment === 0 && this.#queue.length === 0) this.#send(frame);
    else {
      this.#queue.push({ frame, dueMs: performance.now() + treatment });
      this.#work().catch(this.#onError);
    }
    if (this.#waiting.length > 0) this.#release(treatment);
  }

  async #work(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      // Timers count whole milliseconds, and may be one early.
      while (next.dueMs > performance.now()) await delay(Math.ceil(next.dueMs - performance.now()));
      if (this.#to.socket.closed) return;
      this.#send(next.frame);
      this.#queue.shift();
    }
    this.#sending = false;
  }

  #send(frame: Uint8Array): void {
    try {
      sendFrame(this.#to, frame);
    } catch (error) {
      if (codeOf(error) === 'EMSGSIZE') throw new Error(tooLong, { cause: error });
      // The host has set its end down: nothing arrives there.
      if (!['ENETDOWN', 'ENXIO'].includes(codeOf(error))) throw error;
    }
  }
}

/**
 * Carries frames between two links of a namespace that has no addresses, through packet sockets, so that each can be delayed
 * or lost. It needs no queueing discipline of the kernel (netem is a module many machines lack).
 */
export class Relay {
  readonly #sockets: Socket[] = [];
  readonly #ways: Way[] = [];

  /** `onError` is told why a way had to stop, as that a treatment threw. */
  constructor(
    namespace: NetworkNamespace,
    links: readonly [string, string],
    there: Treatment,
    back: Treatment,
    onError: (error: unknown) => void,
  ) {
    const open = (link: string): LinkSocket => {
      const wire = openOnLink(namespace, link, { receiveBuffer: receiveBufferSize });
      this.#sockets.push(wire.socket);
      return wire;
    };
    try {
      const [near, far] = [open(links[0]), open(links[1])];
      this.#ways.push(new Way(near, far, there, onError), new Way(far, near, back, onError));
    } catch (error) {
      for (const socket of this.#sockets) socket.close();
      throw error;
    }
  }

  /** Nothing is on its way. */
  isIdle(): boolean {
    return this.#ways.every((way) => way.isIdle());
  }

  /** Sends a packet of IP there, or back; see {@link Way.inject}. */
  inject(way: 'there' | 'back', packet: Uint8Array): boolean {
    return this.#ways[way === 'there' ? 0 : 1]?.inject(packet) ?? false;
  }

  async close(): Promise<void> {
    for (const way of this.#ways) way.close();
    await Promise.all(this.#sockets.map((socket) => socket.closeAsync()));
  }
}
