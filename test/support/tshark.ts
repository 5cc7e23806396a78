import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOST } from '../../src/lab/capture/write.js';
import type { Endpoint } from '../../src/lab/host/host.js';
import { PROTOCOL_TCP } from '../../src/lab/peer/frame.js';
import { type Flag, flagNames, sequenceDistance, type TcpOptions } from '../../src/lab/peer/segment.js';
import type { Trace, TraceSegment } from '../../src/lab/trace.js';

/** A TCP segment over IPv4 as tshark reads it. */
export interface TsharkSegment {
  /** tshark's number of the connection: a SYN with another sequence number begins a new one between the same ports. */
  readonly stream: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly flags: readonly Flag[];
  /** Relative: see {@link tsharkDifferences}. */
  readonly seq: number;
  readonly seqRaw: number;
  /** Absent without ACK. */
  readonly ack?: number;
  readonly ackRaw?: number;
  /** Not scaled. */
  readonly window: number;
  /** Bytes of data, by the length in the IP header: also where the capture cut them. */
  readonly length: number;
  /** SACK blocks are relative, as `ack` is. Without the options no field of {@link TcpOptions} is there for. */
  readonly options: TcpOptions;
  readonly retransmission: boolean;
}

export interface TsharkPacket {
  /** Counts from 1. */
  readonly number: number;
  readonly interface: string;
  readonly description: string;
  /** `undefined` where the file does not say. */
  readonly outgoing: boolean | undefined;
  /** Since 1970. */
  readonly atNs: bigint;
  readonly comments: readonly string[];
  /** Bytes in the file, and of the whole packet. */
  readonly capturedLength: number;
  readonly originalLength: number;
  /** Absent for anything but TCP over IPv4. */
  readonly segment?: TsharkSegment;
}

const TIMEOUT_MS = 60_000;
const LONGEST_OUTPUT = 512 * 1024 * 1024;

const settings = [
  'tcp.relative_sequence_numbers:TRUE',
  'tcp.analyze_sequence_numbers:TRUE',
  // Between two ends of a veth the kernel leaves checksums half done.
  'tcp.check_checksum:FALSE',
  'ip.check_checksum:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
];

/** Analysis that says that these sequence numbers were sent before. Out of order is the same at the sender: nothing overtakes there. */
const sentBefore = [
  'tcp.analysis.retransmission',
  'tcp.analysis.fast_retransmission',
  'tcp.analysis.spurious_retransmission',
  'tcp.analysis.out_of_order',
] as const;

const fields = [
  'frame.number',
  'frame.time_epoch',
  'frame.interface_name',
  'frame.interface_description',
  'frame.packet_flags_direction',
  'frame.cap_len',
  'frame.len',
  'frame.comment',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'tcp.stream',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.flags',
  'tcp.seq',
  'tcp.seq_raw',
  'tcp.ack',
  'tcp.ack_raw',
  'tcp.window_size_value',
  'tcp.len',
  'tcp.option_kind',
  'tcp.options.mss_val',
  'tcp.options.wscale.shift',
  'tcp.options.sack_le',
  'tcp.options.sack_re',
  'tcp.options.timestamp.tsval',
  'tcp.options.timestamp.tsecr',
  ...sentBefore,
] as const;

type Layers = Readonly<Partial<Record<(typeof fields)[number], readonly string[]>>>;

const SACK_PERMITTED = 4;
const OUTGOING = 2;
/**
 * How far apart a segment of the trace and its packet may be: the file has the time of day, the trace a steady one. The time of
 * day is slewed by up to 0.5 ms a second (adjtimex(2)), and a busy machine reads the two clocks some microseconds apart.
 */
function toleranceNs(ms: number): bigint {
  return 50_000n + BigInt(Math.round(ms * 500));
}

/** A path, or what is in it. */
export type CaptureFile = string | Uint8Array;

/** tshark reads no socket, which is what Node makes of a pipe: what is no file becomes one. */
function withPath<T>(file: CaptureFile, read: (path: string) => T): T {
  if (typeof file === 'string') return read(file);
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-tshark-'));
  try {
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, file);
    return read(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tshark(args: readonly string[], file: CaptureFile): Buffer {
  const set = settings.flatMap((setting) => ['-o', setting]);
  const { status, error, stdout, stderr } = withPath(file, (path) =>
    spawnSync('tshark', ['-n', '-r', path, ...set, ...args], {
      // What the user has set must not change what comes out.
      env: { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent' },
      timeout: TIMEOUT_MS,
      maxBuffer: LONGEST_OUTPUT,
    }),
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`tshark: exit code ${status}: ${stderr.toString()}`);
  return stdout;
}

/** Whether it is installed; then what is to be said to `needs()`. */
export const hasTshark = spawnSync('tshark', ['--version']).status === 0;
export const noTshark = 'tshark is not installed';

function numbers(layers: Layers, field: keyof Layers): number[] {
  return (layers[field] ?? []).map(Number);
}

function numberOf(layers: Layers, field: keyof Layers): number {
  const [value] = numbers(layers, field);
  if (value === undefined) throw new Error(`tshark: packet ${layers['frame.number']?.[0]} has no ${field}`);
  return value;
}

function text(layers: Layers, field: keyof Layers): string {
  return layers[field]?.[0] ?? '';
}

function optionsOf(layers: Layers): TcpOptions {
  const [mss] = numbers(layers, 'tcp.options.mss_val');
  const [windowScale] = numbers(layers, 'tcp.options.wscale.shift');
  const [value] = numbers(layers, 'tcp.options.timestamp.tsval');
  const [echo] = numbers(layers, 'tcp.options.timestamp.tsecr');
  const rights = numbers(layers, 'tcp.options.sack_re');
  const sack = numbers(layers, 'tcp.options.sack_le').map((left, index) => ({
    left,
    right: rights[index] ?? Number.NaN,
  }));
  return {
    ...(mss === undefined ? {} : { mss }),
    ...(windowScale === undefined ? {} : { windowScale }),
    ...(numbers(layers, 'tcp.option_kind').includes(SACK_PERMITTED) ? { sackPermitted: true as const } : {}),
    ...(sack.length === 0 ? {} : { sack }),
    ...(value === undefined || echo === undefined ? {} : { timestamps: { value, echo } }),
  };
}

function segmentOf(layers: Layers): TsharkSegment | undefined {
  // An ICMP error quotes a TCP header: its own protocol comes first.
  if (layers['ip.proto']?.[0] !== String(PROTOCOL_TCP) || layers['tcp.flags'] === undefined) return undefined;
  const bits = numberOf(layers, 'tcp.flags');
  const flags = flagNames.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return {
    stream: numberOf(layers, 'tcp.stream'),
    source: { address: text(layers, 'ip.src'), port: numberOf(layers, 'tcp.srcport') },
    destination: { address: text(layers, 'ip.dst'), port: numberOf(layers, 'tcp.dstport') },
    flags,
    seq: numberOf(layers, 'tcp.seq'),
    seqRaw: numberOf(layers, 'tcp.seq_raw'),
    ...(flags.includes('ACK') ? { ack: numberOf(layers, 'tcp.ack'), ackRaw: numberOf(layers, 'tcp.ack_raw') } : {}),
    window: numberOf(layers, 'tcp.window_size_value'),
    length: numberOf(layers, 'tcp.len'),
    options: optionsOf(layers),
    retransmission: sentBefore.some((field) => layers[field] !== undefined),
  };
}

function packetOf(layers: Layers): TsharkPacket {
  const [direction] = numbers(layers, 'frame.packet_flags_direction');
  const [seconds = '', fraction = ''] = text(layers, 'frame.time_epoch').split('.');
  const segment = segmentOf(layers);
  return {
    number: numberOf(layers, 'frame.number'),
    interface: text(layers, 'frame.interface_name'),
    description: text(layers, 'frame.interface_description'),
    outgoing: direction === undefined ? undefined : direction === OUTGOING,
    atNs: BigInt(seconds + fraction.padEnd(9, '0')),
    comments: layers['frame.comment'] ?? [],
    capturedLength: numberOf(layers, 'frame.cap_len'),
    originalLength: numberOf(layers, 'frame.len'),
    ...(segment === undefined ? {} : { segment }),
  };
}

/** Every packet of a capture file. */
export function readWithTshark(file: CaptureFile): TsharkPacket[] {
  const output = tshark(['-T', 'json', ...fields.flatMap((field) => ['-e', field])], file).toString();
  const packets = JSON.parse(output) as readonly { readonly _source: { readonly layers: Layers } }[];
  return packets.map(({ _source: { layers } }) => packetOf(layers));
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
    const isLost = packet.comments.includes(LOST);
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
