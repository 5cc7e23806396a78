import type { TraceSegment } from '../record/trace.js';
import { type AddressedSegment, sequenceDistance, sequenceLength, withSackEdges } from './peer/segment.js';

/** A segment wherever it is on its way. */
export type PassingSegment = Omit<TraceSegment, 'sentMs' | 'receivedMs' | 'byLink'>;

/** So many holes are known in what was sent one way: a peer that leaves more is no TCP, and their memory is bounded. */
const mostHoles = 100;

/** Numbers that were passed over: from the first to before the second. */
type Hole = readonly [begin: number, end: number];

/** What has been sent of a connection one way, in relative numbers. */
class Sent {
  readonly initial: number;
  /** Behind the highest number; undefined before the first segment. */
  end: number | undefined;
  /** Below that, what has not been sent: a scripted peer may send what is ahead first. */
  #holes: readonly Hole[] = [];

  constructor(initial: number) {
    this.initial = initial;
  }

  /** Takes numbers from the first to before the second, and says whether all of them had been sent before. */
  isAgain(begin: number, end: number): boolean {
    const known = this.end;
    const isEmpty = end <= begin;
    // A number alone, as of an RST that is forged ahead, sends nothing.
    if (known === undefined || !isEmpty) this.end = Math.max(known ?? Number.NEGATIVE_INFINITY, end);
    if (known === undefined || isEmpty) return false;
    const isNew = this.#fillHoles(begin, end);
    if (begin > known) this.#holes = [...this.#holes, [known, begin] as const].slice(-mostHoles);
    return end <= known && !isNew;
  }

  /** Whether some of these numbers were passed over and are sent now. */
  #fillHoles(begin: number, end: number): boolean {
    const isIn = ([from, to]: Hole): boolean => begin < to && end > from;
    if (!this.#holes.some(isIn)) return false;
    this.#holes = this.#holes.flatMap((hole): Hole[] => {
      if (!isIn(hole)) return [hole];
      const [from, to] = hole;
      return [...(from < begin ? [[from, begin] as const] : []), ...(end < to ? [[end, to] as const] : [])];
    });
    return true;
  }
}

/** From one end of a connection to the other. */
export type Way = Pick<AddressedSegment, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;

/**
 * Numbers relative to the initial one, as textbooks and tshark(1) have them: a SYN is 0. Where no SYN was seen the first byte
 * sent, or acknowledged by the other side, is 1.
 */
export class Numbering {
  readonly #bases = new Map<string, number>();
  /** By direction and link: a router sends on what was sent before, and that is no retransmission. */
  readonly #sent = new Map<string, Sent>();
  /** By direction, that of the link it was seen on last. */
  readonly #latest = new Map<string, Sent>();

  /** A segment between two hosts, with its numbers. */
  passing(segment: AddressedSegment, from: string, to: string): PassingSegment {
    return {
      from,
      to,
      source: { address: segment.source, port: segment.sourcePort },
      destination: { address: segment.destination, port: segment.destinationPort },
      flags: segment.flags,
      ...this.#relative(segment, `${from} ${to}`),
      window: segment.window,
      length: segment.payload.length,
    };
  }

  /** What `from` would send next on a connection: its number on the wire, of the byte behind all it has sent, and its initial one. */
  next({ source, sourcePort, destination, destinationPort }: Way): { readonly seq: number; readonly initial: number } {
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const initial = this.#bases.get(there) ?? 0;
    return { seq: (initial + (this.#latest.get(there)?.end ?? 0)) >>> 0, initial };
  }

  /** A number of a segment that was sent before; `undefined` where none of its direction has been seen. */
  known({ source, sourcePort, destination, destinationPort }: Way, seq: number): number | undefined {
    const base = this.#bases.get(`${source}:${sourcePort} ${destination}:${destinationPort}`);
    return base === undefined ? undefined : sequenceDistance(seq, base);
  }

  #relative(segment: AddressedSegment, link: string): Pick<TraceSegment, 'seq' | 'ack' | 'options' | 'retransmission'> {
    const { source, sourcePort, destination, destinationPort, flags, options } = segment;
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const back = `${destination}:${destinationPort} ${source}:${sourcePort}`;
    if (flags.includes('SYN')) this.#bases.set(there, segment.seq);
    const initial = this.#base(there, segment.seq - 1);
    const seq = sequenceDistance(segment.seq, initial);
    const retransmission = this.#onLink(there, link, initial).isAgain(seq, seq + sequenceLength(segment));
    if (!flags.includes('ACK')) return { seq, options, retransmission };
    const base = this.#base(back, segment.ack - 1);
    const relative = (edge: number): number => sequenceDistance(edge, base);
    return { seq, ack: relative(segment.ack), options: withSackEdges(options, relative), retransmission };
  }

  /** What was sent this way over a link since the initial number of the connection. */
  #onLink(direction: string, link: string, initial: number): Sent {
    const known = this.#sent.get(`${link} ${direction}`);
    const sent = known?.initial === initial ? known : new Sent(initial);
    this.#sent.set(`${link} ${direction}`, sent);
    this.#latest.set(direction, sent);
    return sent;
  }

  #base(direction: string, otherwise: number): number {
    const base = this.#bases.get(direction) ?? otherwise;
    this.#bases.set(direction, base);
    return base;
  }
}
