import { columns } from '../text/columns.js';
import { runEnglish, type RunWords } from '../run-words.js';
import type { Event } from '../../record/event.js';
import type { IcmpName } from '../icmp-names.js';
import type { Trace, TracePacket, TraceSegment } from '../../record/trace.js';
import type { Deed, FoldRow } from './row.js';

/** As textbooks order them, which is not the order of their bits. */
const flagOrder = ['SYN', 'FIN', 'RST', 'PSH', 'URG', 'ECE', 'CWR', 'ACK'] as const;

/** What is not to be read off a segment alone. */
export interface SegmentFacts {
  readonly again: boolean;
  /** Its numbers are those of an earlier connection. */
  readonly oldSeq: boolean;
  readonly oldAck: boolean;
  /** It has no data and another number than the next, as a probe has. */
  readonly isProbe: boolean;
  /** In bytes, where it says something: the peer may send nothing, or something again. */
  readonly window: number | undefined;
}

/** As `PSH ACK seq=1 ack=1 len=5`. */
export function segmentText(
  { flags, seq, ack, length, options: { sack = [] }, byLink }: TraceSegment,
  { again, oldSeq, oldAck, isProbe, window }: SegmentFacts,
  words: RunWords,
): string {
  const names = flagOrder.filter((flag) => flags.includes(flag));
  const takesNumbers = length > 0 || flags.includes('SYN') || flags.includes('FIN') || flags.includes('RST');
  const plainAck = ack !== undefined && !takesNumbers;
  return [
    ...(names.length === 0 ? [words.noFlags] : names),
    ...(plainAck && !isProbe ? [] : [`seq=${oldSeq ? words.old : seq}`]),
    ...(ack === undefined ? [] : [`ack=${oldAck ? words.old : ack}`]),
    ...(length === 0 ? [] : [`len=${length}`]),
    ...(window === undefined ? [] : [`win=${window}`]),
    ...(sack.length === 0 ? [] : [`sack=${sack.map(({ left, right }) => `${left}-${right}`).join(',')}`]),
    ...(again ? [words.again] : []),
    ...(byLink === true ? [words.byLink] : []),
  ].join(' ');
}

/** What a message is called, or its type alone. */
export function icmpNameOf({ protocol, type = 0, code = 0 }: TracePacket, words: RunWords): IcmpName {
  const known = protocol === 'UDP' ? {} : words.icmp[protocol];
  return known[`${type}/${code}`] ?? (code === 0 ? known[type] : undefined) ?? { name: words.icmpType(type, code) };
}

/** As `ICMP fragmentation needed, MTU 1200`, `UDP 12 bytes`; in brief where there is little room. */
export function packetText(packet: TracePacket, words: RunWords, isBrief = false): string {
  const { protocol, length, mtu, gateway, echo } = packet;
  if (protocol === 'UDP') return `UDP ${words.bytes(length)}`;
  const { name, brief = name } = icmpNameOf(packet, words);
  const more = [
    ...(mtu === undefined ? [] : [`MTU ${mtu}`]),
    ...(gateway === undefined ? [] : [words.toRouter(gateway)]),
    ...(echo === undefined ? [] : [words.echoOf(echo.id, echo.seq)]),
  ];
  return `${protocol} ${[isBrief ? brief : name, ...more].join(words.comma)}`;
}

/** The ports of the connection that an error is about, as `about 40000>80`; undefined where it says none. */
export function aboutText({ about }: TracePacket, arrow: string, words: RunWords): string | undefined {
  if (about?.source.port === undefined || about.destination.port === undefined) return undefined;
  const ports = `${about.source.port}${arrow}${about.destination.port}`;
  return words.about(about.protocol === 'TCP' ? ports : `${about.protocol} ${ports}`);
}

/** A time since the run began. */
export function timeText(ms: number): string {
  if (ms >= 999.995) return `${(ms / 1000).toFixed(3)} s`;
  return `${ms.toFixed(2)} ms`;
}

/** A span of time, as `408 ms`, `59.9 s`. */
export function spanText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 99_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

const figure = (count: number): string => count.toLocaleString('en-US');

export function foldText(row: FoldRow, words = runEnglish): string {
  const { segments, packets, bytes, again, lost, calls, marks, omitted, omittedPackets } = row;
  const more = figure(omitted);
  const left = figure(omittedPackets);
  const parts = [
    ...(segments === 0 ? [] : [words.segments(figure(segments), segments === 1)]),
    ...(packets === 0 ? [] : [words.packets(figure(packets), packets === 1)]),
    ...(segments + packets === 0 ? [] : [words.dataBytes(figure(bytes), bytes === 1)]),
    ...(again === 0 ? [] : [words.sentAgain(figure(again))]),
    ...(lost === 0 ? [] : [words.lostOf(figure(lost))]),
    ...(calls === 0 ? [] : [words.calls(figure(calls), calls === 1)]),
    ...(marks === 0 ? [] : [words.marks(figure(marks), marks === 1)]),
    ...(omitted === 0
      ? []
      : [words.inFileOnly(segments === 0 ? words.segments(more, omitted === 1) : words.further(more))]),
    ...(omittedPackets === 0
      ? []
      : [words.inFileOnly(packets === 0 ? words.packets(left, omittedPackets === 1) : words.further(left))]),
  ];
  return parts.length === 0 ? '…' : `… ${parts.join(words.comma)} …`;
}

/** As `3 packets not drawn: IPv6, UDP`. */
export function notDrawnTexts({ notDrawn = {} }: Pick<Trace, 'notDrawn'>, words: RunWords): string[] {
  const count = Object.values(notDrawn).reduce((sum, each) => sum + each, 0);
  return count === 0
    ? []
    : [words.notDrawn(figure(count), count === 1, Object.keys(notDrawn).sort().join(words.comma))];
}

/** As `client: close()`; the socket's name only where the host has several. Another host may have the same name. */
export function socketPrefix(
  { events, hosts }: Pick<Trace, 'events' | 'hosts'>,
  { host, socket }: Deed,
  words: RunWords,
): string {
  if (socket === undefined) return '';
  const isOther = (event: Event): boolean =>
    event.kind === 'call' && event.host === host && event.actor !== undefined && event.actor !== socket;
  if (!events.some(isOther)) return '';
  const isHostToo = hosts.some(({ name }) => name === socket && name !== host);
  return words.named(isHostToo ? words.socketNamed(socket) : socket, '');
}

/** The call, and of a link the host at its other end, where there are several. */
export function deedText({ hosts }: Pick<Trace, 'hosts'>, { event, text }: Deed, words: RunWords): string {
  if (event.kind !== 'link' || event.link === undefined || event.to === undefined || hosts.length < 3) return text;
  return words.linkTo(event.link, event.to, event.change);
}

/** A result of at most so many columns is not broken into lines. */
const unbroken = 16;

export function unbrokenText(result: string): string {
  return columns(result) <= unbroken ? result.replaceAll(' ', '\u00a0') : result;
}

/** What came of a call; of what is no call but a remark, behind a colon. */
export function resultText({ event, result }: Deed, words: RunWords): string {
  if (result === '') return '';
  const isCall = event.kind === 'call' && event.name !== 'sysctl';
  return isCall ? ` =\u00a0${unbrokenText(result)}` : words.named('', unbrokenText(result));
}
