import { decodeFrame, isIp } from '../network/peer/frame.js';
import { Numbering } from '../network/numbering.js';
import { type AddressedSegment, identity, segmentOf } from '../network/peer/segment.js';
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
  readonly omitted?: { readonly count: number; readonly afterIndex: number };
  readonly notDrawn?: Readonly<Record<string, number>>;
}

/** Kept of a long run; a picture shows no more, and the capture file has them all. */
const keptAtBegin = 3000;
const keptAtEnd = 1000;

type Draft = { -readonly [K in keyof TraceSegment]: TraceSegment[K] };

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
    const segment = frame !== undefined && isIp(frame) ? segmentOf(frame.payload) : undefined;
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
    // Its sender does not know of it.
    if (arrived === undefined && !forOthers && end.hasMade(segment))
      keep({ sentMs: atMs, receivedMs: atMs, ...numbering.passing(segment, end.peer, end.host) });
  }
  const rest = tail.slice(-keptAtEnd);
  omitted += tail.length - rest.length;
  return {
    segments: [...head, ...rest],
    ...(omitted > 0 && { omitted: { count: omitted, afterIndex: keptAtBegin - 1 } }),
    ...(notDrawn.size > 0 && { notDrawn: Object.fromEntries(notDrawn) }),
  };
}
