import { decodeFrame, ipIn } from '../network/peer/frame.js';
import { Numbering } from '../network/numbering.js';
import { type AddressedSegment, identity, segmentOf } from '../network/peer/segment.js';
import { EndsKept, type Omitted } from '../record/ends-kept.js';
import type { TraceSegment } from '../record/trace.js';
import type { Frame } from './frame-store.js';
import { kindNotDrawn } from './not-drawn.js';

/** One end of a link that is listened on. */
export interface WireEnd {
  readonly host: string;
  /** Who is at the other end. */
  readonly peer: string;
  /** Whether the link itself has made a segment, or doubled it. */
  readonly hasMade: (segment: AddressedSegment) => boolean;
  /** From when to when, since the run began, the host did not take what came. */
  readonly absences: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface SegmentList {
  readonly segments: TraceSegment[];
  readonly omitted?: Omitted;
  readonly notDrawn?: Readonly<Record<string, number>>;
}

/** Kept of a long run; a picture shows no more, and the capture file has them all. */
const keptAtBegin = 3000;
const keptAtEnd = 1000;

type Draft = { -readonly [K in keyof TraceSegment]: TraceSegment[K] };

/** So many go past none that still arrives. */
const mostFlying = 100_000;

/** Sent one way, and not arrived yet: those that are lost stay, so none is looked for by going through all. */
class Flying {
  readonly #drafts = new Map<string, Draft[]>();

  add(key: string, draft: Draft): void {
    const same = this.#drafts.get(key);
    if (same === undefined) this.#drafts.set(key, [draft]);
    else if (same.push(draft) > mostFlying) same.shift();
    const [oldest] = this.#drafts.size > mostFlying ? this.#drafts.keys() : [];
    if (oldest !== undefined) this.#drafts.delete(oldest);
  }

  /** The one that was sent first. */
  take(key: string): Draft | undefined {
    const same = this.#drafts.get(key);
    const draft = same?.shift();
    if (same?.length === 0) this.#drafts.delete(key);
    return draft;
  }
}

/** Joins the two copies of each segment: a segment that did not come to the other end was lost. */
export function segmentsOf(
  frames: Iterable<Frame>,
  ends: readonly WireEnd[],
  sinceBegin: (nanoseconds: bigint) => number,
): SegmentList {
  const passed = new EndsKept<TraceSegment>(keptAtBegin, keptAtEnd);
  const notDrawn = new Map<string, number>();
  const numbering = new Numbering();
  /** On their way, by the link and direction they go. */
  const flying = new Map<string, Flying>();
  for (const { interface: index, atNs, outgoing, forOthers, bytes } of frames) {
    const end = ends[index];
    if (end === undefined) continue;
    const packet = ipIn(bytes);
    // Nothing of its data is kept.
    const segment = packet && segmentOf(packet, (payload) => payload);
    if (segment === undefined) {
      const frame = outgoing ? decodeFrame(bytes) : undefined;
      const kind = frame && kindNotDrawn(frame);
      if (kind !== undefined) notDrawn.set(kind, (notDrawn.get(kind) ?? 0) + 1);
      continue;
    }
    const key = identity(segment);
    const atMs = sinceBegin(atNs);
    const way = outgoing ? `${end.host} ${end.peer}` : `${end.peer} ${end.host}`;
    const onWay = flying.get(way) ?? new Flying();
    flying.set(way, onWay);
    if (outgoing) {
      const draft: Draft = { sentMs: atMs, ...numbering.passing(segment, end.host, end.peer) };
      onWay.add(key, draft);
      passed.add(draft);
      continue;
    }
    const arrived = onWay.take(key);
    const isAbsent = end.absences.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
    if (arrived !== undefined && !forOthers && !isAbsent) arrived.receivedMs = Math.max(atMs, arrived.sentMs);
    if (arrived === undefined && !forOthers && end.hasMade(segment))
      passed.add({ sentMs: atMs, receivedMs: atMs, ...numbering.passing(segment, end.peer, end.host), byLink: true });
  }
  const { kept: segments, omitted } = passed;
  return {
    segments,
    ...(omitted !== undefined && { omitted }),
    ...(notDrawn.size > 0 && { notDrawn: Object.fromEntries(notDrawn) }),
  };
}
