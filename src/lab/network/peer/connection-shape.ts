import type { PacketToSend } from './ip.js';
import type { Segment, TcpOptions } from './segment.js';
import type { ArrivedSegment, PeerSegment } from './segment-passed.js';

/** What a connection needs of the peer that it is one of. */
export interface ConnectionPeer {
  readonly address: string;
  readonly host: { readonly name: string; readonly A: string };
  /** When it sent last: nanoseconds since 1970. */
  readonly sentNs: bigint;
  readonly note: (segment: PeerSegment) => void;
  send(segment: Segment): void;
  sendPacket(packet: PacketToSend): void;
  take(match: (segment: ArrivedSegment) => boolean): ArrivedSegment | undefined;
  takeEach(take: (segment: ArrivedSegment) => boolean): void;
  waiting(match: (segment: ArrivedSegment) => boolean): ArrivedSegment[];
  bytesReceived(localPort: number, remotePort: number): number | undefined;
  settle(): Promise<void>;
}

/** What is fixed for a connection of a scripted peer. */
export interface ConnectionSettings {
  /** Of the peer. */
  readonly localPort: number;
  /** Of the host; learned from its SYN where the host connects. */
  readonly remotePort?: number;
  /** Initial sequence number of the peer, on the wire. */
  readonly initialSeq?: number;
  /** The clock of the peer, sent as TSval with every segment; no timestamps where absent. */
  readonly clock?: number;
}

/** What to change about a segment: all else is as the state of the connection has it. */
export interface SegmentChange {
  /** Relative to the peer's initial sequence number: its SYN is 0. */
  readonly seq?: number;
  /** Relative to the host's initial sequence number. */
  readonly ack?: number;
  /** As in the header, not scaled; 65,000 if absent. */
  readonly window?: number;
  /** Text goes as UTF-8. */
  readonly data?: string | Uint8Array;
  /** TSval instead of the clock of the connection. */
  readonly clock?: number;
  /** Beside the timestamps. The edges of SACK blocks are relative as `ack` is. */
  readonly options?: TcpOptions;
}

/** What this end says of itself in a handshake. */
export interface HandshakeSettings {
  /** Beside MSS 1460, which they may change, and the timestamps. */
  readonly options?: TcpOptions;
  readonly window?: number;
}

export interface ExpectOptions {
  /** How long to wait: 0 to 600,000, 5000 if absent. */
  readonly deadlineMs?: number;
}

export interface SaysOptions extends ExpectOptions {
  /** When it must come: so long after the last segment of this connection that was sent or said, by the kernel's clock. */
  readonly afterMs?: number;
  /** How much earlier or later it may come, 4 if absent; longer on a slow machine. */
  readonly toleranceMs?: number;
}
