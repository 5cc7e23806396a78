import type { TcpOptions } from '../../record/segment.js';
import type { PacketEnd, QuotedPacket, TracePacket, TraceSegment } from '../../record/trace.js';
import type { Scales } from '../ladder/scales.js';
import { spanText, timeText } from '../ladder/words.js';
import type { ReportWords } from '../report-words.js';
import { endpointText } from '../text/event-text.js';
import type { StepWords } from './step-words.js';

/** A name with what it stands for. */
export type Field = readonly [name: string, value: string];

function optionTexts({ mss, windowScale, sackPermitted, sack, timestamps, others }: TcpOptions): string[] {
  return [
    ...(mss === undefined ? [] : [`MSS ${mss}`]),
    ...(windowScale === undefined ? [] : [`window scale ${windowScale}`]),
    ...(sackPermitted === undefined ? [] : ['SACK permitted']),
    ...(sack ?? []).map(({ left, right }) => `SACK ${left} to ${right}`),
    ...(timestamps === undefined ? [] : [`timestamp ${timestamps.value}, echo ${timestamps.echo}`]),
    ...(others ?? []).map(({ kind, bytes }) => `option ${kind} of ${bytes.length + 2} bytes`),
  ];
}

function figure(count: number): string {
  return count.toLocaleString('en-US');
}

function windowText(segment: TraceSegment, scales: Scales, said: StepWords): string {
  const scale = scales.of(segment);
  const { window } = segment;
  if (scale === undefined || scale === 0) return said.bytes(figure(window));
  return said.scaled(said.bytes(figure(window * 2 ** scale)), figure(window), scale);
}

/** A row of fields, unless there is nothing to say. */
export function field(name: string, value: string | undefined): Field[] {
  return value === undefined ? [] : [[name, value]];
}

function endText({ address, port }: PacketEnd): string {
  return port === undefined ? address : endpointText({ address, port });
}

function endFields({ from, to, source, destination }: TraceSegment | TracePacket, words: ReportWords): Field[] {
  const { steps: said, run } = words;
  return [
    ...field(said.from, `${from}${run.comma}${endText(source)}`),
    ...field(said.to, `${to}${run.comma}${endText(destination)}`),
  ];
}

function timeFields({ sentMs, receivedMs }: TraceSegment | TracePacket, isAgain: boolean, said: StepWords): Field[] {
  const received = receivedMs === undefined ? said.neverReceived : flightText(sentMs, receivedMs, said);
  return [
    ...field(said.sent, isAgain ? said.sentAgain(timeText(sentMs)) : timeText(sentMs)),
    ...field(said.received, received),
  ];
}

/** A segment, decoded. */
export function segmentFields(segment: TraceSegment, isAgain: boolean, scales: Scales, words: ReportWords): Field[] {
  const { steps: said, run } = words;
  const { flags, seq, ack, length, options } = segment;
  const shown = optionTexts(options);
  return [
    ...endFields(segment, words),
    ...field(said.flags, flags.join(' ') || run.noFlags),
    ...field(said.sequence, length === 0 ? figure(seq) : said.range(figure(seq), figure(seq + length - 1))),
    ...field(said.acknowledges, ack === undefined ? undefined : said.allBefore(figure(ack))),
    ...field(said.window, windowText(segment, scales, said)),
    ...field(said.data, length === 0 ? said.none : said.bytes(figure(length))),
    ...field(said.options, shown.length === 0 ? undefined : shown.join('; ')),
    ...timeFields(segment, isAgain, said),
  ];
}

/** As `TCP 192.168.0.1:40000 → 192.168.0.2:80, sequence number 1 to 1,460`. */
function quotedText({ protocol, source, destination, seq, length }: QuotedPacket, words: ReportWords): string {
  const { steps: said, run } = words;
  const ends = `${protocol} ${endText(source)} → ${endText(destination)}`;
  const bytes = length === undefined ? [] : [said.bytes(figure(length))];
  const isRange = seq !== undefined && length !== undefined && length > 0;
  const range = isRange ? said.range(figure(seq), figure(seq + length - 1)) : figure(seq ?? 0);
  return [ends, ...(seq === undefined ? bytes : [said.numbered(range)])].join(run.comma);
}

function numbered(number: number | undefined, name: string | undefined, { run }: ReportWords): string | undefined {
  if (number === undefined) return undefined;
  return name === undefined ? String(number) : `${number}${run.comma}${name}`;
}

/** Another packet, decoded. */
export function packetFields(packet: TracePacket, words: ReportWords): Field[] {
  const { steps: said, run } = words;
  const { protocol, type, code, mtu, pointer, gateway, echo, about, length } = packet;
  const names = protocol === 'UDP' ? {} : run.icmp[protocol];
  const codeName = names[`${type}/${code}`];
  const bytes = length === 0 ? said.none : said.bytes(figure(length));
  return [
    ...endFields(packet, words),
    ...field(said.type, numbered(type, names[String(type)]?.name, words)),
    ...field(said.code, numbered(code, codeName?.whole ?? codeName?.name, words)),
    ...field(said.mtu, mtu === undefined ? undefined : said.bytes(figure(mtu))),
    ...field(said.pointer, pointer === undefined ? undefined : figure(pointer)),
    ...field(said.router, gateway),
    ...field(said.identifier, echo && String(echo.id)),
    ...field(said.sequence, echo && String(echo.seq)),
    ...field(said.about, about && quotedText(about, words)),
    ...field(about === undefined ? said.data : said.quotes, bytes),
    ...timeFields(packet, false, said),
  ];
}

/** When it was over, and how long it had taken. */
export function flightText(beginMs: number, endMs: number, said: StepWords): string {
  const ms = endMs - beginMs;
  return said.later(timeText(endMs), ms < 1 ? `${Math.round(ms * 1000)} µs` : spanText(ms));
}
