import { lostComment } from '../../src/lab/wire/capture-file.js';
import type { Endpoint } from '../../src/lab/network/host.js';
import { sequenceDistance } from '../../src/lab/network/peer/segment.js';
import type { Trace, TraceSegment } from '../../src/lab/record/trace.js';
import { type CaptureFile, readWithTshark, type TsharkPacket, type TsharkSegment } from './tshark.js';

/**
 * How far apart a segment of the trace and its packet may be: the file has the time of day, the trace a steady one. The time of
 * day is slewed by up to 0.5 ms a second (adjtimex(2)), and a busy machine reads the two clocks some microseconds apart.
 */
function toleranceNs(ms: number): bigint {
  return 50_000n + BigInt(Math.round(ms * 500));
}

const show = ({ address, port }: Endpoint): string => `${address}:${port}`;
const wayOf = ({ source, destination }: Pick<TsharkSegment, 'source' | 'destination'>): string =>
  `${show(source)} > ${show(destination)}`;
const wayBackOf = ({ source, destination }: TsharkSegment): string => `${show(destination)} > ${show(source)}`;

interface Numbers {
  readonly seqs: readonly number[];
  readonly acks: readonly number[];
}

/** What may stand for the sequence numbers of each packet: tshark's reading first. */
function numbersOf(packets: readonly TsharkPacket[]): ReadonlyMap<TsharkPacket, Numbers> {
  const begun = new Set<string>();
  const basesOf = new Map<string, readonly number[]>();
  const read = new Map<TsharkPacket, Numbers>();
  for (const packet of packets) {
    const { segment } = packet;
    if (segment === undefined) continue;
    const { stream, seqRaw, seq, ack, ackRaw = 0, flags } = segment;
    const ways = [wayOf(segment), wayBackOf(segment)] as const;
    if (flags.includes('SYN')) begun.add(`${stream} ${ways[0]}`);
    const isEstablished = ways.every((way) => begun.has(`${stream} ${way}`));
    const relative = (way: string, raw: number, number: number): number[] => {
      const current = (raw - number) >>> 0;
      const bases = [current, ...(basesOf.get(way) ?? []).filter((base) => base !== current)];
      basesOf.set(way, bases);
      return (isEstablished ? [current] : bases).map((base) => (raw - base) >>> 0);
    };
    read.set(packet, {
      seqs: relative(ways[0], seqRaw, seq),
      acks: ack === undefined ? [] : relative(ways[1], ackRaw, ack),
    });
  }
  return read;
}

/**
 * Packets that tshark takes for sent before, whether they were or not. A SYN of the same number is no new connection to it, so
 * what follows is compared with the highest number of the connection before. The kernel's initial numbers go with the time of
 * day (secure_tcp_seq()), which can be set back: the answer to that SYN need not be higher.
 */
function behindTheOlder(packets: readonly TsharkPacket[]): ReadonlySet<TsharkPacket> {
  const ways = new Map<string, { base?: number; end: number; olderEnd?: number }>();
  const behind = new Set<TsharkPacket>();
  for (const packet of packets) {
    const { segment } = packet;
    if (segment === undefined) continue;
    const { stream, seqRaw, length, flags } = segment;
    const key = `${stream} ${wayOf(segment)}`;
    const end = (seqRaw + length + Number(flags.includes('SYN')) + Number(flags.includes('FIN'))) >>> 0;
    const way = ways.get(key) ?? { end };
    ways.set(key, way);
    if (flags.includes('SYN') && seqRaw !== way.base) {
      if (way.base !== undefined) way.olderEnd = way.end;
      way.base = seqRaw;
      way.end = end;
    }
    if (sequenceDistance(end, way.end) > 0) way.end = end;
    if (way.olderEnd !== undefined && sequenceDistance(seqRaw, way.olderEnd) < 0) behind.add(packet);
  }
  return behind;
}

/** What is compared as it is. No `others`: tshark has a field of its own for each kind of option. */
function comparable({ flags, window, length, retransmission, options }: TraceSegment | TsharkSegment) {
  const { mss, windowScale, sackPermitted, sack, timestamps } = options;
  const blocks = sack?.map(({ left, right }) => ({ left: left >>> 0, right: right >>> 0 }));
  return {
    flags,
    window,
    length,
    retransmission,
    mss,
    windowScale,
    sackPermitted,
    sack: blocks,
    timestamps: timestamps && { value: timestamps.value, echo: timestamps.echo },
  };
}

function differencesOf(segment: TraceSegment, read: TsharkSegment, { seqs, acks }: Numbers): string[] {
  const theirs = new Map<string, unknown>(Object.entries(comparable(read)));
  const { seq, ack } = segment;
  const isAckRight = ack === undefined ? acks.length === 0 : acks.includes(ack >>> 0);
  return [
    ...Object.entries(comparable(segment))
      .map(([name, value]) => [name, JSON.stringify(value), JSON.stringify(theirs.get(name))] as const)
      .filter(([, mine, other]) => mine !== other)
      .map(([name, mine, other]) => `${name} is ${mine}, tshark says ${other}`),
    ...(seqs.includes(seq >>> 0) ? [] : [`seq is ${seq}, tshark says ${seqs.join(' or ')}`]),
    ...(isAckRight ? [] : [`ack is ${ack}, tshark says ${acks.length === 0 ? 'undefined' : acks.join(' or ')}`]),
  ];
}

/** Packets by host and four-tuple, each to be taken once. */
class Pile {
  readonly #packets = new Map<string, TsharkPacket[]>();

  constructor(packets: readonly TsharkPacket[]) {
    for (const packet of packets) {
      if (packet.segment === undefined) continue;
      const key = `${packet.interface} ${wayOf(packet.segment)}`;
      const same = this.#packets.get(key);
      if (same === undefined) this.#packets.set(key, [packet]);
      else same.push(packet);
    }
  }

  /** The first that was sent about then and says the same, or else the first that was sent about then. */
  take(
    host: string,
    segment: TraceSegment,
    isAboutThen: (packet: TsharkPacket) => boolean,
    saysTheSame: (packet: TsharkPacket) => boolean,
  ): TsharkPacket | undefined {
    const packets = this.#packets.get(`${host} ${wayOf(segment)}`) ?? [];
    const candidates = packets.filter(isAboutThen);
    const found = candidates.find(saysTheSame) ?? candidates[0];
    if (found !== undefined) packets.splice(packets.indexOf(found), 1);
    return found;
  }

  get left(): readonly TsharkPacket[] {
    return [...this.#packets.values()].flat();
  }
}

/** {@link tsharkDifferences} of a file that was read by {@link readWithTshark}. */
export function differences(trace: Trace, packets: readonly TsharkPacket[]): string[] {
  const numbers = numbersOf(packets);
  const behind = behindTheOlder(packets);
  const departures = new Pile(packets);
  const since = (ms: number): bigint => BigInt(trace.beginNs) + BigInt(Math.round(ms * 1e6));
  const found: string[] = [];

  /** What it says that the segment does not. */
  const against = (segment: TraceSegment, packet: TsharkPacket): string[] => {
    const { segment: read } = packet;
    const its = numbers.get(packet);
    if (read === undefined || its === undefined) return ['no segment'];
    const { retransmission } = behind.has(packet) ? segment : read;
    const isLost = packet.comments.includes(lostComment);
    return [
      ...differencesOf(segment, { ...read, retransmission }, its),
      ...(isLost === (segment.receivedMs === undefined) ? [] : [`the file says ${isLost ? 'lost' : 'not lost'}`]),
    ];
  };

  for (const [index, segment] of trace.segments.entries()) {
    const tell = (what: string): number =>
      found.push(`segment ${index} (${wayOf(segment)} ${segment.flags.join(' ')}): ${what}`);
    const atNs = since(segment.sentMs);
    const tolerance = toleranceNs(segment.sentMs);
    const departure = departures.take(
      segment.from,
      segment,
      (packet) => packet.atNs - atNs <= tolerance && atNs - packet.atNs <= tolerance,
      (packet) => against(segment, packet).length === 0,
    );
    // Forged on the way: its sender knows nothing of it, and what arrives is not looked at here.
    const isForged = segment.receivedMs === segment.sentMs;
    if (departure === undefined && isForged) continue;
    if (departure === undefined) tell(`tshark saw none leave ${segment.from} at ${segment.sentMs} ms`);
    else against(segment, departure).forEach(tell);
  }

  const { count = 0, afterIndex = -1 } = trace.omitted ?? {};
  const last = trace.segments[afterIndex];
  const next = trace.segments[afterIndex + 1];
  const isOmitted = ({ atNs }: TsharkPacket): boolean =>
    count > 0 &&
    (last === undefined || atNs >= since(last.sentMs) - toleranceNs(last.sentMs)) &&
    (next === undefined || atNs <= since(next.sentMs) + toleranceNs(next.sentMs));
  const { left } = departures;
  const omitted = left.filter(isOmitted).length;
  if (omitted !== count) found.push(`${count} segments are omitted, tshark saw ${omitted} more`);
  for (const packet of left.filter((each) => !isOmitted(each))) {
    found.push(`tshark saw ${packet.interface} send one more at ${packet.atNs} ns`);
  }
  return found;
}

/**
 * Where the segments of a trace are not what tshark reads in its capture file; empty where they agree. Hosts are the names
 * of the interfaces, and a packet is found by host, addresses and time. No host forwards: the copy sent on would look like a
 * retransmission.
 *
 * A relative number counts from the sender's SYN. Where tshark 4.0 saw none (packet-tcp.c, tcp_analyze_sequence_number) the
 * first segment of the sender has 1, or what the other side's first segment acknowledged is 1, whichever comes first. So an
 * RST that answers a SYN to a closed port is `seq 1`, and a stray ACK is `seq 1, ack 1` and the RST for it `seq 1`. The same
 * is asked of the trace.
 *
 * A SYN of another sequence number begins a new connection of these ports, and tshark then counts the last segments of the
 * older one, as the challenge ACK of a half-open connection, from numbers that are not theirs. Until both SYNs of the new one
 * are there the trace may count either way.
 */
export function tsharkDifferences(trace: Trace, file: CaptureFile): string[] {
  return differences(trace, readWithTshark(file));
}
