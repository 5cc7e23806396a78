import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../src/lab/network/host.js';
import { Protocol } from '../../src/lab/network/peer/frame.js';
import { type Flag, flagNames, type TcpOptions } from '../../src/lab/network/peer/segment.js';

/** A TCP segment over IPv4 as tshark reads it. */
export interface TsharkSegment {
  /** tshark's number of the connection: a SYN with another sequence number begins a new one between the same ports. */
  readonly stream: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly flags: readonly Flag[];
  /** Relative: tsharkDifferences() says to what. */
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
/** A path, or what is in it. */
export type CaptureFile = string | Uint8Array;

/** tshark reads no socket, which is what Node makes of a pipe: what is no file becomes one. */
export function withPath<T>(file: CaptureFile, read: (path: string) => T): T {
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
  if (layers['ip.proto']?.[0] !== String(Protocol.TCP) || layers['tcp.flags'] === undefined) return undefined;
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
