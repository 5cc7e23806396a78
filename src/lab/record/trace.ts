import type { Json } from './json.js';
import type { Labels } from './labels.js';
import type { Event } from './event.js';
import type { Omitted } from './ends-kept.js';
import type { Endpoint, Flag, TcpOptions } from './segment.js';

/** A host of the experiment; the first one stands left in the picture. */
export interface TraceHost {
  /** As the script calls it. */
  readonly name: string;
  /** Its first one. */
  readonly address: string;
  /** It has no TCP stack: the script writes its segments. */
  readonly scripted: boolean;
}

/** What went over a link, as the capture at either end saw it. */
export interface TracePassage {
  /** When it left, by the kernel's timestamp, since the run began. */
  readonly sentMs: number;
  /** When it came to the other end; absent if it was lost on the way. */
  readonly receivedMs?: number;
  /** Names of hosts. */
  readonly from: string;
  /** The host at the other end of the link. */
  readonly to: string;
}

/** A TCP segment. */
export interface TraceSegment extends TracePassage {
  /** Where it comes from. */
  readonly source: Endpoint;
  /** Where it goes. */
  readonly destination: Endpoint;
  /** Those that are set. */
  readonly flags: readonly Flag[];
  /** Relative to the initial sequence number of its sender: a SYN is 0. */
  readonly seq: number;
  /** Relative to the initial sequence number of the other side; absent without ACK. */
  readonly ack?: number;
  /** As in the header, not scaled. */
  readonly window: number;
  /** Its SACK blocks are relative as `ack` is. */
  readonly options: TcpOptions;
  /** Bytes of data. */
  readonly length: number;
  /** Its sequence numbers had been sent before. */
  readonly retransmission: boolean;
  /** The link made it, as a script asked: injected, or a second copy. The host it names as its sender does not know of it. */
  readonly byLink?: true;
}

/** Where a packet comes from or goes to. */
export interface PacketEnd {
  /** An IP address. */
  readonly address: string;
  /** Absent in ICMP, and where a quote ends before it. */
  readonly port?: number;
}

/** The packet that an error of ICMP or ICMPv6 is about, as far as it is quoted: RFC 792, RFC 4443 section 3. */
export interface QuotedPacket {
  /** `TCP`, `UDP`, `ICMP` or `ICMPv6`; another by its number, as `IP protocol 132`. */
  readonly protocol: string;
  /** Who sent it. */
  readonly source: PacketEnd;
  /** Where it was to go. */
  readonly destination: PacketEnd;
  /** Of a TCP segment: relative as in `segments`; absent where the quote ends before it, or no segment of the connection was seen. */
  readonly seq?: number;
  /** Bytes of data it had, quoted or not; absent where the quote does not have its whole header. */
  readonly length?: number;
}

/** A packet that is no TCP segment: UDP, ICMP or ICMPv6. */
export interface TracePacket extends TracePassage {
  /** What it is. */
  readonly protocol: 'UDP' | 'ICMP' | 'ICMPv6';
  /** Where it comes from. */
  readonly source: PacketEnd;
  /** Where it goes. */
  readonly destination: PacketEnd;
  /** Bytes behind its header: of data, or of what an error quotes. */
  readonly length: number;
  /** Of ICMP: RFC 792, RFC 4443. */
  readonly type?: number;
  /** Of ICMP: what it is of that type. */
  readonly code?: number;
  /** MTU of the next hop in bytes, RFC 1191 section 4 and RFC 4443 section 3.2; absent where a router does not say it. */
  readonly mtu?: number;
  /** Of a parameter problem: which byte of the quoted packet is wrong. */
  readonly pointer?: number;
  /** Of a redirect: the router to use instead. */
  readonly gateway?: string;
  /** Of an echo request or reply. */
  readonly echo?: { readonly id: number; readonly seq: number };
  /** Of an error: what it is about; absent where the quote is too short to say it. */
  readonly about?: QuotedPacket;
}

/** From now on the socket of this address pair is in this state. */
export interface TraceState {
  /** Since the run began. */
  readonly atMs: number;
  /** Whose socket it is. */
  readonly host: string;
  /** Its address and port. */
  readonly local: Endpoint;
  /** Absent for a listener. */
  readonly remote?: Endpoint;
  /** As the kernel names it; CLOSED where the socket is gone. */
  readonly state: string;
  /** The kernel listed it so, or it follows from a segment, where looking was too slow. */
  readonly how: 'seen' | 'implied';
}

/** A run of which there is no recording: its process hung and was killed, or ended. */
export interface DeadRun {
  /** Of the experiment. */
  readonly name: string;
  /** Of the experiment. */
  readonly title: string;
  /** Which one, where it has several. */
  readonly variant?: string;
  /** As `its process ended with status 3`. */
  readonly failure: string;
}

/** What is known of a run when it is over. */
export type Recording = Omit<
  Trace,
  'name' | 'title' | 'variant' | 'about' | 'rule' | 'cases' | 'labels' | 'findings' | 'error'
>;

/** One run of an experiment, as plain data that JSON can hold. Each list is in order of time. */
export interface Trace {
  /** As `linger-zero`. */
  readonly name: string;
  /** Of the experiment. */
  readonly title: string;
  /** Which of the experiment's variants it was, where it has several. */
  readonly variant?: string;
  /** What there is to see, and why it is so, where the experiment says it. */
  readonly about?: string;
  /** Why it is so, where the experiment says it. */
  readonly rule?: string;
  /** Ids of the cases whose packets it shows, where there are any. */
  readonly cases?: readonly string[];
  /** What the parts of its findings are called, by key, where the experiment says it. */
  readonly labels?: Labels;
  /** Release of the kernel it ran on. */
  readonly kernel: string;
  /** Version of Node. */
  readonly node: string;
  /** Begin of the run in nanoseconds since 1970, as decimal digits. */
  readonly beginNs: string;
  /** How long the run took. */
  readonly durationMs: number;
  /** From left to right in the picture. */
  readonly hosts: readonly TraceHost[];
  /** Calls, marks and all else that was done, by when it began. */
  readonly events: readonly Event[];
  /** Events in the middle of a very long run that are not in `events`. */
  readonly omittedEvents?: Omitted;
  /** What was on the links, by when it was sent. */
  readonly segments: readonly TraceSegment[];
  /** Segments in the middle of a long run that are not in `segments`; the capture file has them. */
  readonly omitted?: Omitted;
  /** UDP, ICMP and ICMPv6 on the links, by when it was sent; absent where there was none. Neighbour discovery is not among it. */
  readonly packets?: readonly TracePacket[];
  /** Of `packets`, as `omitted` is of `segments`. */
  readonly omittedPackets?: Omitted;
  /** Packets that are in the capture file only, counted by what they are, as `{ IGMP: 2, IPv6: 1 }`; ARP and the like are not counted. */
  readonly notDrawn?: Readonly<Record<string, number>>;
  /** TCP states of the sockets, by when they got there. */
  readonly states: readonly TraceState[];
  /** Packets the kernel had no room to show to the capture. */
  readonly dropped: number;
  /** What the script returned. */
  readonly findings: Json;
  /** When the script was aborted, why, and if it is known where in the script, as `script.mjs:7:3`. */
  readonly error?: { readonly atMs: number; readonly message: string; readonly where?: string };
}
