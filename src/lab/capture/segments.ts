import { decodeFrame, EtherType } from '../peer/frame.js';
import { type AddressedSegment, segmentOf, sequenceDistance, sequenceLength } from '../peer/segment.js';
import type { TraceSegment } from '../trace.js';
import type { Frame } from './frame-store.js';
import { kindNotDrawn } from './not-drawn.js';

/** One end of a link that is listened on. */
export interface WireEnd {
  readonly host: string;
  /** Who is at the other end. */
  readonly peer: string;
  /** From when to when, since the run began, the host did not take what came. */
  readonly absences: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface SegmentList {
  readonly segments: TraceSegment[];
  readonly omitted?: { readonly count: number; readonly afterIndex: number };
  readonly notDrawn?: Readonly<Record<string, number>>;
}

/** A segment wherever it is on its way. */
export type PassingSegment = Omit<TraceSegment, 'sentMs' | 'receivedMs'>;

/** Kept of a long run; a picture shows no more, and the capture file has them all. */
const keptAtBegin = 3000;
const keptAtEnd = 1000;

type Draft = { -readonly [K in keyof TraceSegment]: TraceSegment[K] };

/** What both copies of a segment have in common, at the sender's interface and at the receiver's. */
function identity(segment: AddressedSegment): string {
  const { source, destination, sourcePort, destinationPort, seq, ack, window, flags, options, payload } = segment;
  const { value, echo } = options.timestamps ?? {};
  return [
    source,
    sourcePort,
    destination,
    destinationPort,
    seq,
    ack,
    window,
    flags,
    value,
    echo,
    payload.length,
  ].join();
}

/**
 * Numbers relative to the initial one, as textbooks and tshark(1) have them: a SYN is 0. Where no SYN was seen the first byte
 * sent, or acknowledged by the other side, is 1.
 */
export class Numbering {
  readonly #bases = new Map<string, number>();
  /** Highest relative number sent, by direction. */
  readonly #sent = new Map<string, number>();

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

  #relative(segment: AddressedSegment): Pick<TraceSegment, 'seq' | 'ack' | 'options' | 'retransmission'> {
    const { source, sourcePort, destination, destinationPort, flags, options } = segment;
    const there = `${source}:${sourcePort} ${destination}:${destinationPort}`;
    const back = `${destination}:${destinationPort} ${source}:${sourcePort}`;
    if (flags.includes('SYN') && this.#bases.get(there) !== segment.seq) {
      this.#bases.set(there, segment.seq);
      this.#sent.delete(there);
    }
    const seq = sequenceDistance(segment.seq, this.#base(there, segment.seq - 1));
    const end = seq + sequenceLength(segment);
    const sent = this.#sent.get(there) ?? Number.NEGATIVE_INFINITY;
    this.#sent.set(there, Math.max(sent, end));
    const retransmission = end > seq && end <= sent;
    if (!flags.includes('ACK')) return { seq, options, retransmission };
    const base = this.#base(back, segment.ack - 1);
    const relative = (edge: number): number => sequenceDistance(edge, base);
    const sack = options.sack?.map(({ left, right }) => ({ left: relative(left), right: relative(right) }));
    const shown = sack === undefined ? options : { ...options, sack };
    return { seq, ack: relative(segment.ack), options: shown, retransmission };
  }

  #base(direction: string, otherwise: number): number {
    const base = this.#bases.get(direction) ?? otherwise;
    this.#bases.set(direction, base);
    return base;
  }
}

/** Joins the two copies of each segment: a segment that did not come to the other end was lost. */
export function segmentsOf(
  frames: Iterable<Frame>,
  ends: readonly WireEnd[],
  sinceBegin: (nanoseconds: bigint) => number,
): SegmentList {
  const head: TraceSegment[] = [];
  let tail: TraceSegment[] = [];
  let omitted = 0;
  const notDrawn = new Map<string, number>();
  const numbering = new Numbering();
  /** On their way, by the link and direction they go. */
  const flying = new Map<string, { key: string; draft: Draft }[]>();
  const keep = (draft: Draft): void => {
    if (head.length < keptAtBegin) head.push(draft);
    else tail.push(draft);
    if (tail.length < 2 * keptAtEnd) return;
    omitted += tail.length - keptAtEnd;
    tail = tail.slice(-keptAtEnd);
  };
  for (const { interface: index, atNs, outgoing, forOthers, bytes } of frames) {
    const end = ends[index];
    const frame = decodeFrame(bytes);
    const segment = frame?.etherType === EtherType.IPv4 ? segmentOf(frame.payload) : undefined;
    if (end === undefined || frame === undefined) continue;
    if (segment === undefined) {
      const kind = outgoing ? kindNotDrawn(frame) : undefined;
      if (kind !== undefined) notDrawn.set(kind, (notDrawn.get(kind) ?? 0) + 1);
      continue;
    }
    const key = identity(segment);
    const atMs = sinceBegin(atNs);
    const way = outgoing ? `${end.host} ${end.peer}` : `${end.peer} ${end.host}`;
    const queue = flying.get(way) ?? [];
    flying.set(way, queue);
    if (outgoing) {
      const draft: Draft = { sentMs: atMs, ...numbering.passing(segment, end.host, end.peer) };
      queue.push({ key, draft });
      keep(draft);
      continue;
    }
    const at = queue.findIndex((candidate) => candidate.key === key);
    const [arrived] = at < 0 ? [] : queue.splice(at, 1);
    const isAbsent = end.absences.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
    if (arrived !== undefined && !forOthers && !isAbsent)
      arrived.draft.receivedMs = Math.max(atMs, arrived.draft.sentMs);
  }
  const rest = tail.slice(-keptAtEnd);
  omitted += tail.length - rest.length;
  return {
    segments: [...head, ...rest],
    ...(omitted > 0 && { omitted: { count: omitted, afterIndex: keptAtBegin - 1 } }),
    ...(notDrawn.size > 0 && { notDrawn: Object.fromEntries(notDrawn) }),
  };
}
