import type { Event, MarkEvent } from '../../record/event.js';
import type { Trace, TracePacket, TraceSegment, TraceState } from '../../record/trace.js';
import { runEnglish } from '../run-words.js';
import { type Said, saidOf } from '../text/event-text.js';

/** What stands beside a host's line: a call, or something done to the host, with what came of it. */
export interface Deed extends Said {
  readonly event: Exclude<Event, MarkEvent>;
  readonly atMs: number;
  readonly endMs: number;
  readonly host: string;
  /** Name of the socket or program that made the call. */
  readonly socket?: string;
}

/** Looks at the socket table show as states, and segments of a scripted peer among the others. */
export function isDeed(event: Event): event is Exclude<Event, { kind: 'mark' | 'look' | 'segment' }> {
  return event.kind !== 'mark' && event.kind !== 'look' && event.kind !== 'segment';
}

export function deedsOf(events: readonly Event[], words = runEnglish): Deed[] {
  return events.flatMap((event): Deed[] => {
    if (!isDeed(event)) return [];
    const { atMs, endMs, host, actor } = event;
    const socket = event.kind === 'call' ? actor : undefined;
    return [{ ...saidOf(event, words), event, atMs, endMs, host, ...(socket !== undefined && { socket }) }];
  });
}

/** The marks of a run; where events are left out, one says so. */
export function marksOf(
  { events, omittedEvents }: Pick<Trace, 'events' | 'omittedEvents'>,
  words = runEnglish,
): MarkEvent[] {
  return events.flatMap((event, index): MarkEvent[] => {
    const mark = event.kind === 'mark' ? [event] : [];
    if (omittedEvents === undefined || omittedEvents.afterIndex !== index) return mark;
    const text = words.notRecorded(omittedEvents.count.toLocaleString('en-US'));
    return [...mark, { kind: 'mark', host: '', atMs: event.atMs, endMs: event.atMs, text }];
  });
}

/** What is an arrow. */
export type Packet = TraceSegment | TracePacket;

export function isSegment(packet: Packet): packet is TraceSegment {
  return !('protocol' in packet);
}

/** Like packets in a row, and what stood among them, as one row. */
export interface FoldRow {
  readonly kind: 'fold';
  /** Where it stands among the rows: between its begin and the last packet of it that was sent. */
  readonly atMs: number;
  readonly beginMs: number;
  readonly endMs: number;
  readonly segments: number;
  /** Those that are no segments. */
  readonly packets: number;
  /** Bytes of data in both. */
  readonly bytes: number;
  /** Of both, those sent again, and those that did not arrive. */
  readonly again: number;
  readonly lost: number;
  readonly calls: number;
  readonly marks: number;
  /** Segments that only the capture file has; they are not among `segments`. */
  readonly omitted: number;
  /** The same of other packets. */
  readonly omittedPackets: number;
  /** The last state of each connection end that changed meanwhile. */
  readonly states: readonly TraceState[];
}

export type LadderRow =
  | { readonly kind: 'call'; readonly atMs: number; readonly call: Deed; readonly waits: boolean }
  /** Only of a call that waited. */
  | { readonly kind: 'return'; readonly atMs: number; readonly call: Deed }
  | { readonly kind: 'packet'; readonly atMs: number; readonly packet: Packet }
  | { readonly kind: 'state'; readonly atMs: number; readonly state: TraceState }
  | { readonly kind: 'mark'; readonly atMs: number; readonly mark: MarkEvent }
  | { readonly kind: 'error'; readonly atMs: number; readonly message: string }
  | FoldRow;

const ranks: Readonly<Record<LadderRow['kind'], number>> = {
  mark: 0,
  call: 1,
  packet: 2,
  fold: 2,
  state: 3,
  return: 4,
  error: 5,
};

/** By time, and of the same moment what is the reason of the other first. */
export function inOrder(a: LadderRow, b: LadderRow): number {
  return a.atMs - b.atMs || ranks[a.kind] - ranks[b.kind];
}

export function connectionKey({ host, local, remote }: TraceState): string {
  const far = remote === undefined ? '*' : `${remote.address}:${remote.port}`;
  return `${host} ${local.address}:${local.port} ${far}`;
}

export function protocolOf(packet: Packet): string {
  return isSegment(packet) ? 'TCP' : packet.protocol;
}

/** Who talks to whom, the same for both directions: a connection, or datagrams between two ports. */
export function flowKey(packet: Packet): string {
  const { source, destination } = packet;
  const [here, there] = [`${source.address}:${source.port}`, `${destination.address}:${destination.port}`];
  return `${protocolOf(packet)} ${here < there ? `${here} ${there}` : `${there} ${here}`}`;
}

/** The pair of hosts between which packets of a protocol go: several flows of such a pair are told apart by their ports. */
export function pairKey(packet: Packet): string {
  return `${protocolOf(packet)} ${[packet.from, packet.to].sort().join(' ')}`;
}

export function opensOrCloses(packet: Packet): boolean {
  if (!isSegment(packet)) return false;
  const { flags } = packet;
  return flags.includes('SYN') || flags.includes('FIN') || flags.includes('RST');
}
