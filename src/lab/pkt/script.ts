import type { Place } from '../record/scanner.js';
import type { WrittenIp } from '../network/peer/as-written.js';
import type { WrittenSegment } from '../network/peer/notation.js';
import type { WrittenDatagram, WrittenIcmp, WrittenPorts } from '../network/peer/packet-notation.js';

/** When an event has to happen, in milliseconds: since the begin, or since the event before it. */
export type When =
  | { readonly kind: 'at' | 'after'; readonly ms: number; readonly latestMs?: number }
  /** `*`: whenever it happens. */
  | { readonly kind: 'any' };

/** An argument or a result of a call. */
export type Value =
  | { readonly kind: 'any' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'or'; readonly parts: readonly Value[] }
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name?: string; readonly value: Value }[] }
  /** `htons(8080)`, `inet_addr("192.0.2.1")`. */
  | { readonly kind: 'made'; readonly by: string; readonly of: readonly Value[] };

/** `in` is `<`, to the host. */
export type Way = 'in' | 'out';

interface Happens {
  readonly place: Place;
  readonly when: When;
}

interface Packet extends Happens {
  readonly way: Way;
  readonly ip: WrittenIp;
  /** Addresses of its own, where it has some. */
  readonly addresses?: { readonly source: string; readonly destination: string };
}

export interface SegmentLine extends Packet {
  readonly kind: 'segment';
  /** Ports of its own. */
  readonly ports?: WrittenPorts;
  readonly segment: WrittenSegment;
}

export interface DatagramLine extends Packet, WrittenDatagram {}

export interface IcmpLine extends Packet, WrittenIcmp {}

/** A packet that carries no segment. */
export type PacketLine = DatagramLine | IcmpLine;

export interface CallLine extends Happens {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Value[];
  /** Where each argument stands, and behind them the closing bracket. */
  readonly argPlaces: readonly Place[];
  readonly result: Value;
  readonly errno?: string;
  /** It blocks until then, since it began. */
  readonly returnsMs?: number;
}

export interface ShellLine extends Happens {
  readonly kind: 'shell';
  readonly command: string;
}

export interface CodeLine extends Happens {
  readonly kind: 'code';
  readonly code: string;
  /** Where the code begins, behind `%{`. */
  readonly codePlace: Place;
}

export type Line = SegmentLine | PacketLine | CallLine | ShellLine | CodeLine;

/** A script of packetdrill, read. */
export interface PktScript {
  readonly file: string;
  /** Where its shell commands run. */
  readonly folder: string;
  /** Options at its top, as `--tolerance_usecs=10000`, without the dashes. */
  readonly options: readonly { readonly name: string; readonly value: string; readonly place: Place }[];
  readonly lines: readonly Line[];
  /** What stands in its first comment: what the script is about. */
  readonly about: string;
}
