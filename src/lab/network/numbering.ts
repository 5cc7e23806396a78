import type { TraceSegment } from '../record/trace.js';
import { type AddressedSegment, sequenceDistance, sequenceLength, withSackEdges } from './peer/segment.js';

/** A segment wherever it is on its way. */
export type PassingSegment = Omit<TraceSegment, 'sentMs' | 'receivedMs' | 'byLink'>;

/** So many holes are known in what was sent one way: a peer that leaves more is no TCP, and their memory is bounded. */
const mostHoles = 100;

/** Numbers that were passed over: from the first to before the second. */
type Hole = readonly [begin: number, end: number];

/** From one end of a connection to the other. */
export type Way = Pick<AddressedSegment, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>;

/**
 * Numbers relative to the initial one, as textbooks and tshark(1) have them: a SYN is 0. Where no SYN was seen the first byte
 * sent, or acknowledged by the other side, is 1.
 */
export class Numbering {
  readonly #bases = new Map<string, number>();
  /** Highest relative number sent, by direction. */
  readonly #sent = new Map<string, number>();
  /** Below that, what has not been sent: a scripted peer may send what is ahead first. */
  readonly #holes = new Map<string, readonly Hole[]>();

  /** A segment between two hosts, with its numbers. */
  passing(segment: AddressedSegment, from: string, to: string): PassingSegment {
    return {
      from,
      to,
      source: { address: segment.source, port: segment.sourcePort },
      destination: { address: segment.destination, port: segment.destinationPort },
      flags: segment.flags,
      ...this.#relative(segment),
      window: segment.window,
      length: segment.payload.length,
    };
  }

  /** What `from` would send next on a connection: its number on the wire, of the byte behind all it has sent, and its initial one. */
  next({ source, sourcePort, destination, destinationPort }: Way): { readonly seq: number; readonly initial: number } {
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const initial = this.#bases.get(there) ?? 0;
    return { seq: (initial + (this.#sent.get(there) ?? 0)) >>> 0, initial };
  }

  /** A number of a segment that was sent before; `undefined` where none of its direction has been seen. */
  known({ source, sourcePort, destination, destinationPort }: Way, seq: number): number | undefined {
    const base = this.#bases.get(`${source}:${sourcePort} ${destination}:${destinationPort}`);
    return base === undefined ? undefined : sequenceDistance(seq, base);
  }

  #relative(segment: AddressedSegment): Pick<TraceSegment, 'seq' | 'ack' | 'options' | 'retransmission'> {
    const { source, sourcePort, destination, destinationPort, flags, options } = segment;
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const back = `${destination}:${destinationPort} ${source}:${sourcePort}`;
    if (flags.includes('SYN') && this.#bases.get(there) !== segment.seq) {
      this.#bases.set(there, segment.seq);
      this.#sent.delete(there);
      this.#holes.delete(there);
    }
    const seq = sequenceDistance(segment.seq, this.#base(there, segment.seq - 1));
    const end = seq + sequenceLength(segment);
    const known = this.#sent.get(there);
    const sent = known ?? Number.NEGATIVE_INFINITY;
    // A number alone, as of a RST that is forged ahead, sends nothing.
    if (known === undefined || end > seq) this.#sent.set(there, Math.max(sent, end));
    const isNew = this.#fillHoles(there, seq, end);
    const retransmission = end > seq && end <= sent && !isNew;
    if (known !== undefined && end > seq && seq > known) this.#addHole(there, [known, seq]);
    if (!flags.includes('ACK')) return { seq, options, retransmission };
    const base = this.#base(back, segment.ack - 1);
    const relative = (edge: number): number => sequenceDistance(edge, base);
    return { seq, ack: relative(segment.ack), options: withSackEdges(options, relative), retransmission };
  }

  #addHole(direction: string, hole: Hole): void {
    this.#holes.set(direction, [...(this.#holes.get(direction) ?? []), hole].slice(-mostHoles));
  }

  /** Whether some of these numbers, from the first to before the second, were passed over and are sent now. */
  #fillHoles(direction: string, begin: number, end: number): boolean {
    const holes = this.#holes.get(direction);
    const isIn = ([from, to]: Hole): boolean => begin < to && end > from;
    if (holes === undefined || end <= begin || !holes.some(isIn)) return false;
    const left = holes.flatMap((hole): Hole[] => {
      if (!isIn(hole)) return [hole];
      const [from, to] = hole;
      return [...(from < begin ? [[from, begin] as const] : []), ...(end < to ? [[end, to] as const] : [])];
    });
    if (left.length === 0) this.#holes.delete(direction);
    else this.#holes.set(direction, left);
    return true;
  }

  #base(direction: string, otherwise: number): number {
    const base = this.#bases.get(direction) ?? otherwise;
    this.#bases.set(direction, base);
    return base;
  }
}
