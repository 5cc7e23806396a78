import { decodeFrame, ipIn } from '../network/peer/frame.js';
import { decodeIp, type IpPacket } from '../network/peer/ip.js';
import { Numbering } from '../network/numbering.js';
import { type AddressedSegment, identity, segmentIn } from '../network/peer/segment.js';
import { EndsKept } from '../record/ends-kept.js';
import type { Trace, TracePacket, TracePassage, TraceSegment } from '../record/trace.js';
import type { Frame } from './frame-store.js';
import { kindNotDrawn } from './not-drawn.js';
import { packetIdentity, packetIn } from './packets.js';

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

/** What went over the links. */
export type Passed = Pick<Trace, 'segments' | 'omitted' | 'packets' | 'omittedPackets' | 'notDrawn'>;

/** Kept of a long run, of segments and of packets each; a picture shows no more, and the capture file has them all. */
const keptAtBegin = 3000;
const keptAtEnd = 1000;

/** So many go past none that still arrives. */
const mostFlying = 100_000;

/** What is kept of something whose second copy has not come yet. */
interface Draft {
  readonly sentMs: number;
  receivedMs?: number;
}

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

/** A copy of something, where and when it was seen. */
interface Sighting extends Pick<Frame, 'outgoing' | 'forOthers'> {
  readonly end: WireEnd;
  readonly atMs: number;
}

/** Joins the two copies of each: what did not come to the other end was lost. */
class Joined<T extends TracePassage> {
  readonly passed = new EndsKept<T>(keptAtBegin, keptAtEnd);
  /** On their way, by the link and direction they go. */
  readonly #flying = new Map<string, Flying>();

  sent(key: string, { end }: Sighting, passage: T): void {
    this.#onWay(end.host, end.peer).add(key, passage);
    this.passed.add(passage);
  }

  /** Whether it had been sent. */
  arrived(key: string, { end, atMs, forOthers }: Sighting): boolean {
    const draft = this.#onWay(end.peer, end.host).take(key);
    const isAbsent = end.absences.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs);
    if (draft !== undefined && !forOthers && !isAbsent) draft.receivedMs = Math.max(atMs, draft.sentMs);
    return draft !== undefined;
  }

  #onWay(from: string, to: string): Flying {
    const way = `${from} ${to}`;
    const flying = this.#flying.get(way) ?? new Flying();
    this.#flying.set(way, flying);
    return flying;
  }
}

/** What went over the links of a run, frame by frame. */
class Passages {
  readonly #segments = new Joined<TraceSegment>();
  readonly #packets = new Joined<TracePacket>();
  readonly #notDrawn = new Map<string, number>();
  readonly #numbering = new Numbering();

  segment(segment: AddressedSegment, sighting: Sighting): void {
    const { end, atMs, outgoing, forOthers } = sighting;
    const { host, peer } = end;
    const key = identity(segment);
    if (outgoing) {
      this.#segments.sent(key, sighting, { sentMs: atMs, ...this.#numbering.passing(segment, host, peer) });
    } else if (!this.#segments.arrived(key, sighting) && !forOthers && end.hasMade(segment)) {
      const passing = this.#numbering.passing(segment, peer, host);
      this.#segments.passed.add({ sentMs: atMs, receivedMs: atMs, ...passing, byLink: true });
    }
  }

  /** False where it is none that is drawn. */
  packet(ip: IpPacket, sighting: Sighting): boolean {
    const packet = packetIn(ip, (way, seq) => this.#numbering.known(way, seq));
    if (packet === undefined) return false;
    const { end, atMs, outgoing } = sighting;
    const key = packetIdentity(ip);
    if (outgoing) this.#packets.sent(key, sighting, { sentMs: atMs, from: end.host, to: end.peer, ...packet });
    else this.#packets.arrived(key, sighting);
    return true;
  }

  other(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    const kind = frame && kindNotDrawn(frame);
    if (kind !== undefined) this.#notDrawn.set(kind, (this.#notDrawn.get(kind) ?? 0) + 1);
  }

  get passed(): Passed {
    const { kept: segments, omitted } = this.#segments.passed;
    const { kept: packets, omitted: omittedPackets } = this.#packets.passed;
    return {
      segments,
      ...(omitted !== undefined && { omitted }),
      ...(packets.length > 0 && { packets }),
      ...(omittedPackets !== undefined && { omittedPackets }),
      ...(this.#notDrawn.size > 0 && { notDrawn: Object.fromEntries(this.#notDrawn) }),
    };
  }
}

/** What went over the links, as the captures at both of their ends have it. */
export function passagesOf(
  frames: Iterable<Frame>,
  ends: readonly WireEnd[],
  sinceBegin: (nanoseconds: bigint) => number,
): Passed {
  const passages = new Passages();
  for (const { interface: index, atNs, outgoing, forOthers, bytes } of frames) {
    const end = ends[index];
    if (end === undefined) continue;
    const sighting = { end, atMs: sinceBegin(atNs), outgoing, forOthers };
    const packet = ipIn(bytes);
    const ip = packet && decodeIp(packet);
    // Nothing of its data is kept.
    const segment = ip && segmentIn(ip, (payload) => payload);
    if (segment !== undefined) passages.segment(segment, sighting);
    else if ((ip === undefined || !passages.packet(ip, sighting)) && outgoing) passages.other(bytes);
  }
  return passages.passed;
}
