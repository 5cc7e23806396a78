import { isIcmpError } from '../network/peer/icmp.js';
import { listOf } from '../network/peer/option-list.js';
import { segmentText, type WrittenSegment } from '../network/peer/notation.js';
import { asPacket, packetText } from '../network/peer/packet-notation.js';
import type { CallEvent } from '../record/event.js';
import type { Json } from '../record/json.js';
import type { Trace, TracePacket, TraceSegment } from '../record/trace.js';
import { runEnglish } from './run-words.js';
import { icmpNameOf } from './ladder/words.js';

/** A run as a script of packetdrill, and what of it such a script cannot say. */
export interface PktScriptText {
  /** Empty where the run has not one host and one scripted peer. */
  readonly text: string;
  /** What is not in `text`, a phrase each; empty where it says all. */
  readonly cannot: readonly string[];
}

/** The script's own clock is not that of the run: what came at once may come so much later. */
const toleranceUs = 100_000;
/** A call that took longer has waited for something. */
const blockedMs = 5;
const firstDescriptor = 3;

/** What is written at a moment: a line without its time. */
interface Part {
  readonly atMs: number;
  readonly endMs?: number;
  readonly line: string;
}

type Written = { readonly line: string } | { readonly cannot: string };

/** Numbers of descriptors, in the order sockets are made. */
class Descriptors {
  readonly #numbers = new Map<string, number>();
  /** Sockets of UDP that are not connected: each send says where it goes. */
  readonly unconnected = new Set<string>();

  of(actor: string): number | undefined {
    return this.#numbers.get(actor);
  }

  open(actor: string): number {
    const number = firstDescriptor + this.#numbers.size;
    this.#numbers.set(actor, number);
    return number;
  }
}

function resultOf({ outcome }: CallEvent, value = 0): string {
  if (outcome?.errno !== undefined) return `-1 ${outcome.errno}`;
  return String(typeof outcome?.value === 'number' ? outcome.value : value);
}

function fieldOf(argument: Json | undefined, field: string): Json | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  return Object.entries(argument).find(([name]) => name === field)?.[1];
}

/** The port of an address argument. */
function portOf(address: Json | undefined): Json | undefined {
  return fieldOf(address, 'port');
}

const halves: Readonly<Record<string, string>> = { read: 'SHUT_RD', write: 'SHUT_WR', both: 'SHUT_RDWR' };

/** A value of an option that is one int. */
function intOf(value: Json | undefined): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** `SOL_SOCKET` for `SO_REUSEADDR`: the level is in the name. */
function levelOf(option: string): string | undefined {
  if (option.startsWith('SO_')) return 'SOL_SOCKET';
  if (option.startsWith('TCP_')) return 'SOL_TCP';
  if (option.startsWith('IPV6_')) return 'SOL_IPV6';
  return option.startsWith('IP_') ? 'SOL_IP' : undefined;
}

function optionCall(event: CallEvent, fd: number): Written {
  const [name, value] = event.args;
  const [option, int] = [String(name), intOf(value)];
  const level = levelOf(option);
  if (level === undefined || int === undefined) return { cannot: `setsockopt ${option}` };
  return { line: `setsockopt(${fd}, ${level}, ${option}, [${int}], 4) = ${resultOf(event)}` };
}

function callLine(event: CallEvent, descriptors: Descriptors, port: number): Written {
  const { name, actor = '', args } = event;
  if (name === 'socket') {
    const type = fieldOf(args[0], 'type') ?? 'stream';
    if (type !== 'stream' && type !== 'dgram') return { cannot: `a ${JSON.stringify(type)} socket` };
    const fd = descriptors.open(actor);
    if (type === 'stream') return { line: `socket(..., SOCK_STREAM, IPPROTO_TCP) = ${fd}` };
    descriptors.unconnected.add(actor);
    return { line: `socket(..., SOCK_DGRAM, IPPROTO_UDP) = ${fd}` };
  }
  const fd = descriptors.of(actor);
  if (fd === undefined) return { cannot: `${name} of ${actor}: the script has no such socket` };
  switch (name) {
    case 'bind':
      return {
        line: `bind(${fd}, {sa_family = AF_INET, sin_port = htons(${String(portOf(args[0]) ?? 0)})}, ...) = ${resultOf(event)}`,
      };
    case 'connect':
      if (portOf(args[0]) !== port) return { cannot: `connect to ${JSON.stringify(args[0])}` };
      descriptors.unconnected.delete(actor);
      return { line: `connect(${fd}, ..., ...) = ${resultOf(event)}` };
    case 'listen':
      return { line: `listen(${fd}, ${String(args[0])}) = ${resultOf(event)}` };
    case 'accept':
      if (event.outcome?.ok === true && event.outcome.errno === undefined)
        return { line: `accept(${fd}, ..., ...) = ${descriptors.open(`${actor}.accepted`)}` };
      return { line: `accept(${fd}, ..., ...) = ${resultOf(event)}` };
    case 'send':
      if (descriptors.unconnected.has(actor))
        return { line: `sendto(${fd}, ..., ${String(args[0])}, 0, ..., ...) = ${resultOf(event)}` };
      return { line: `write(${fd}, ..., ${String(args[0])}) = ${resultOf(event)}` };
    case 'recv':
      if (args.length > 0) return { cannot: `recv with ${String(args[0])}` };
      return { line: `read(${fd}, ..., 65536) = ${resultOf(event)}` };
    case 'shutdown':
      return { line: `shutdown(${fd}, ${halves[String(args[0])] ?? 'SHUT_RDWR'}) = ${resultOf(event)}` };
    case 'close':
      return { line: `close(${fd}) = ${resultOf(event)}` };
    case 'setsockopt':
      return optionCall(event, fd);
    default:
      return { cannot: name };
  }
}

/** Sockets never block here: where that shows, the script says so for one call. */
function linesOf({ atMs, endMs, actor = '', outcome }: CallEvent, line: string, descriptors: Descriptors): Part[] {
  if (!['EINPROGRESS', 'EAGAIN'].includes(outcome?.errno ?? '')) return [{ atMs, endMs, line }];
  const set = (flags: string): Part => ({ atMs, line: `fcntl(${descriptors.of(actor) ?? -1}, F_SETFL, ${flags}) = 0` });
  return [set('O_RDWR|O_NONBLOCK'), { atMs, line }, set('O_RDWR')];
}

/** As the peer sends it; of the host's, which options come is the kernel's, in an order of its own. */
function segmentLine(segment: TraceSegment, isPeers: boolean): string {
  const { flags, seq, ack, window, length, options } = segment;
  const written: WrittenSegment = {
    flags,
    seq,
    length,
    ...(ack !== undefined && { ack }),
    ...(isPeers && { window }),
    options: isPeers ? listOf(options) : 'any',
  };
  return `${isPeers ? '<' : '>'} ${segmentText(written)}`;
}

/** A packet that carries no segment. */
function packetLine(packet: TracePacket, isPeers: boolean): Written {
  const way = isPeers ? '<' : '>';
  const written = asPacket(packet);
  if (written.kind === 'udp') return { line: `${way} ${packetText({ kind: 'udp', length: written.length })}` };
  const isError = isIcmpError(packet.protocol === 'ICMPv6', [packet.type ?? 0, packet.code ?? 0]);
  if (written.about === undefined || (isError && written.about.protocol === 'raw'))
    return { cannot: `${packet.protocol} ${icmpNameOf(packet, runEnglish).name} of ${packet.from}` };
  return { line: `${way} ${packetText(written)}` };
}

/** Ports of a packet, if it has both. */
function portsOf(one: TraceSegment | TracePacket): [from: number, to: number] | undefined {
  const { source, destination } = one;
  return source.port === undefined || destination.port === undefined ? undefined : [source.port, destination.port];
}

function seconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

/** A run between one host and a scripted peer as a script of packetdrill. */
export function pktScript(trace: Trace): PktScriptText {
  const host = trace.hosts.find(({ scripted }) => !scripted);
  const peer = trace.hosts.find(({ scripted }) => scripted);
  if (trace.hosts.length !== 2 || host === undefined || peer === undefined)
    return { text: '', cannot: ['a script has one host and a scripted peer'] };
  const cannot: string[] = [];
  const descriptors = new Descriptors();
  const passed = [...trace.segments, ...(trace.packets ?? [])].sort((a, b) => a.sentMs - b.sentMs);
  const first = passed.find((one) => portsOf(one) !== undefined);
  const ports = first && portsOf(first);
  const [hostsPort, peersPort] = first?.from === host.name ? (ports ?? []) : (ports?.toReversed() ?? []);
  const isOne = passed.every((one) => {
    const found = portsOf(one);
    return found === undefined || (found.includes(hostsPort ?? 0) && found.includes(peersPort ?? 0));
  });
  if (!isOne) cannot.push('connections between other ports than those of the first');
  if (trace.segments.some(({ from, options }) => from === peer.name && options.timestamps !== undefined))
    cannot.push('timestamps of the peer: a script names those of the host that it echoes');
  if ([trace.omitted, trace.omittedPackets, trace.omittedEvents].some((one) => one !== undefined))
    cannot.push('the middle of the run, which is not in the record');
  const parts: Part[] = [];
  for (const event of trace.events) {
    if (event.kind === 'mark') parts.push({ atMs: event.atMs, line: `// ${event.text.replaceAll('\n', ' ')}` });
    if (event.kind === 'link' || event.kind === 'process') cannot.push(`${event.kind} ${event.change}`);
    if (event.kind !== 'call') continue;
    const written = callLine(event, descriptors, peersPort ?? 0);
    if ('cannot' in written) cannot.push(written.cannot);
    else parts.push(...linesOf(event, written.line, descriptors));
  }
  for (const segment of trace.segments)
    parts.push({ atMs: segment.sentMs, line: segmentLine(segment, segment.from === peer.name) });
  for (const packet of trace.packets ?? []) {
    const written = packetLine(packet, packet.from === peer.name);
    if ('cannot' in written) cannot.push(written.cannot);
    else parts.push({ atMs: packet.sentMs, line: written.line });
  }
  parts.sort((a, b) => a.atMs - b.atMs);
  const begin = parts.find(({ line }) => !line.startsWith('//'))?.atMs ?? 0;
  let before = begin;
  const lines = parts.map(({ atMs, endMs = atMs, line }) => {
    if (line.startsWith('//')) return line;
    const since = Math.max(0, atMs - before);
    before = Math.max(before, atMs);
    // What only this process was slow with is no block of the call's: something of the peer ends that.
    const isEnded = passed.some(({ from, sentMs }) => from === peer.name && sentMs > atMs && sentMs < endMs);
    const blocks = isEnded && endMs - atMs > blockedMs ? `...${seconds(since + endMs - atMs)}` : '';
    return `${`+${seconds(since)}${blocks}`.padStart(8)} ${line}`;
  });
  const unique = [...new Set(cannot)];
  const head = [
    `// ${trace.title}`,
    ...unique.map((what) => `// Not in this script: ${what}`),
    `--tolerance_usecs=${toleranceUs}`,
    ...(hostsPort !== undefined && first?.from !== host.name ? [`--bind_port=${hostsPort}`] : []),
    ...(peersPort !== undefined && first?.from === host.name ? [`--connect_port=${peersPort}`] : []),
  ];
  return { text: `${[...head, ...lines].join('\n')}\n`, cannot: unique };
}
