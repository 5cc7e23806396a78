import type { SegmentEvent } from '../../record/event.js';
import type { IpPacket } from './ip.js';
import type { AddressedSegment } from './segment.js';

/** A segment and when the kernel handed it to the link: nanoseconds since 1970. */
export interface ArrivedSegment extends AddressedSegment {
  readonly atNs: bigint;
}

/** A packet that carries no segment, and when the kernel handed it to the link: nanoseconds since 1970. */
export interface ArrivedPacket extends IpPacket {
  readonly atNs: bigint;
}

/** A segment as it is recorded, with numbers relative to those of the connection. */
export type PeerSegment = Omit<SegmentEvent, 'kind' | 'atMs' | 'endMs' | 'host'>;
