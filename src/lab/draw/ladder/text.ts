import { stripVTControlCharacters } from 'node:util';
import { UsageError } from '../../../index.js';
import type { Json } from '../../record/json.js';
import type { PacketEnd, Trace, TraceState } from '../../record/trace.js';
import { type ArrowText, type Note, Rails } from './rails.js';
import { quietMs } from './fold.js';
import {
  connectionKey,
  type Deed,
  flowKey,
  type FoldRow,
  isSegment,
  type LadderRow,
  type Packet,
  pairKey,
} from './row.js';
import { rowsOf } from './rows.js';
import { type Ink, TextLine, wrapText } from './text-line.js';
import { labelOf, textOf } from '../page/words.js';
import { english, type ReportWords } from '../report-words.js';
import type { RunWords } from '../run-words.js';
import { PacketWords } from './packet-words.js';
import { deedText, foldText, notDrawnTexts, resultText, socketPrefix, spanText, timeText } from './words.js';

const narrowest = 40;

/** A span of time without anything is said from here on. */
const gapMs = 100;

/** A state stands in the row before it if it came this soon after. */
const soonMs = 1;

/** Times that are sums of others may differ by as much. */
const roundingMs = 0.001;

/** A row with the states that stand beside it. */
interface Block {
  readonly row: LadderRow;
  readonly states: TraceState[];
}

function isSame(a: PacketEnd, b: PacketEnd | undefined): boolean {
  return a.address === b?.address && a.port === b.port;
}

/** When a segment left the socket of the state, or came to it; an error comes to the one that sent the segment it is about. */
function touched({ host, local, remote }: TraceState, packet: Packet): number | undefined {
  const { from, to, sentMs, receivedMs } = packet;
  const isOf = (here: PacketEnd, there: PacketEnd): boolean => isSame(here, local) && isSame(there, remote);
  if (isSegment(packet)) {
    const { source, destination } = packet;
    if (host === from && isOf(source, destination)) return sentMs;
    return host === to && isOf(destination, source) ? receivedMs : undefined;
  }
  const { about } = packet;
  if (about?.protocol !== 'TCP' || host !== to) return undefined;
  return isOf(about.source, about.destination) ? receivedMs : undefined;
}

/** When the row reached the host of the state, if the state may have come with it. */
function reached(state: TraceState, row: LadderRow): number | undefined {
  switch (row.kind) {
    case 'packet':
      return touched(state, row.packet);
    case 'call':
    case 'return':
      return state.host === row.call.host ? row.atMs : undefined;
    case 'state':
    case 'fold':
      return row.atMs;
    case 'mark':
    case 'error':
      return undefined;
  }
}

function isRoomFor(state: TraceState, { row, states }: Block): boolean {
  const since = state.atMs - (reached(state, row) ?? Number.NaN);
  return since >= -roundingMs && since < soonMs && states.every(({ host }) => host !== state.host);
}

function blocksOf(rows: readonly LadderRow[], rails: Rails): Block[] {
  const blocks: Block[] = [];
  for (const row of rows) {
    const last = blocks.at(-1);
    if (row.kind !== 'state') blocks.push({ row, states: [] });
    else if (last !== undefined && rails.isOutside(row.state.host) && isRoomFor(row.state, last))
      last.states.push(row.state);
    else blocks.push({ row, states: [row.state] });
  }
  return blocks;
}

function grouped<T>(
  all: readonly T[],
  groupOf: (one: T) => string,
  keyOf: (one: T) => string,
): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const one of all) groups.set(groupOf(one), (groups.get(groupOf(one)) ?? new Set()).add(keyOf(one)));
  return groups;
}

/** Says in words what stands in a trace; ports only where there are several connections to tell apart. */
class Wording {
  readonly #trace: Trace;
  readonly #sockets: Map<string, Set<string>>;
  readonly #flows: Map<string, Set<string>>;
  /** Several flows in all: an error must say which one it is about. */
  readonly #isMixed: boolean;
  readonly #words: PacketWords;
  readonly #said: RunWords;

  constructor(trace: Trace, words: RunWords) {
    this.#said = words;
    const { states, segments, packets = [] } = trace;
    this.#words = new PacketWords(trace, words);
    this.#trace = trace;
    this.#sockets = grouped(states, Wording.#kind, connectionKey);
    const withPorts = [...segments, ...packets.filter(({ protocol }) => protocol === 'UDP')];
    this.#flows = grouped(withPorts, pairKey, flowKey);
    this.#isMixed = new Set(withPorts.map(flowKey)).size > 1;
  }

  static #kind({ host, remote }: TraceState): string {
    return `${host} ${remote === undefined ? 'unconnected' : 'connected'}`;
  }

  state(state: TraceState): Note {
    const { host, local, remote, how } = state;
    const several = (this.#sockets.get(Wording.#kind(state))?.size ?? 0) > 1;
    const ports = remote === undefined ? `:${local.port}` : `${local.port}>${remote.port}`;
    const text = `${how === 'seen' ? '' : '~'}${state.state}${several ? ` ${ports}` : ''}`;
    return { host, text, ink: how };
  }

  call(call: Deed, waits: boolean): Note {
    const text = `${socketPrefix(this.#trace, call, this.#said)}${deedText(this.#trace, call, this.#said)}`;
    if (waits) return { host: call.host, text: `${text} …`, ink: 'plain' };
    return { host: call.host, text: `${text}${resultText(call, this.#said)}`, ink: call.failed ? 'bad' : 'plain' };
  }

  result(call: Deed): Note {
    const text = `… ${socketPrefix(this.#trace, call, this.#said)}${call.name}${resultText(call, this.#said)}`;
    return { host: call.host, text, ink: call.failed ? 'bad' : 'plain' };
  }

  packet(packet: Packet): Pick<ArrowText, 'texts' | 'ink'> {
    const { source, destination, sentMs, receivedMs = sentMs } = packet;
    const isReset = isSegment(packet) && packet.flags.includes('RST');
    const ink = isReset ? 'bad' : this.#words.isAgain(packet) ? 'again' : 'plain';
    const several = (this.#flows.get(pairKey(packet))?.size ?? 0) > 1;
    const ports = several ? `${source.port}>${destination.port} ` : '';
    const took = receivedMs - sentMs >= soonMs ? this.#said.took(spanText(receivedMs - sentMs)) : '';
    const whole = `${ports}${this.#words.whole(packet, '>')}`;
    const short = [this.#words.of(packet), this.#words.of(packet, true)].map((text) => `${ports}${text}`);
    return { texts: [`${whole}${took}`, whole, ...(this.#isMixed ? [] : short)], ink };
  }
}

function linesOf(row: LadderRow, rails: Rails, wording: Wording, words: RunWords): TextLine[] {
  switch (row.kind) {
    case 'call':
      return rails.note(wording.call(row.call, row.waits));
    case 'return':
      return rails.note(wording.result(row.call));
    case 'packet': {
      const { from, to, receivedMs } = row.packet;
      return rails.arrow({ from, to, ...wording.packet(row.packet), lost: receivedMs === undefined });
    }
    case 'state':
      return rails.isOutside(row.state.host) ? [rails.line()] : rails.note(wording.state(row.state));
    case 'mark':
      return rails.bar(row.mark.text, 'strong');
    case 'error':
      return rails.bar(words.aborted(row.message), 'bad');
    case 'fold': {
      const states = row.states.filter(({ host }) => !rails.isOutside(host));
      const notes = states.flatMap((state) => rails.note(wording.state(state)));
      return [...rails.across(foldText(row, words), 'strong'), ...notes];
    }
  }
}

/** When a row is over, as far as it shows. */
function endOf(row: LadderRow): number {
  return row.kind === 'packet' ? (row.packet.receivedMs ?? row.atMs) : row.atMs;
}

/** Longer arrows are no easier to follow. */
const widest = 110;
const eachFurtherHost = 45;

function widestOf(hosts: number): number {
  return widest + eachFurtherHost * Math.max(0, hosts - 2);
}

/** The lines of a ladder, and those above them with the names of its hosts. */
interface Lines {
  readonly heads: readonly string[];
  readonly lines: readonly string[];
}

function ladder(trace: Trace, width: number, words: RunWords): Lines {
  const rows = rowsOf(trace, words);
  const folds = rows.flatMap((row): FoldRow[] => (row.kind === 'fold' ? [row] : []));
  const times = Math.max(0, ...rows.map(({ atMs }) => timeText(atMs).length));
  const rails = new Rails(trace.hosts, times + 1, Math.min(width, widestOf(trace.hosts.length)));
  const wording = new Wording(trace, words);
  const lines: TextLine[] = [];
  let end = 0;
  let shown = '';
  for (const { row, states } of blocksOf(rows, rails)) {
    const quiet = quietMs(folds, end, row.atMs);
    if (quiet >= gapMs) lines.push(...rails.across(`… ${spanText(quiet)} …`, 'soft', ':'));
    end = Math.max(end, endOf(row), ...states.map(({ atMs }) => atMs));
    const block = linesOf(row, rails, wording, words);
    const beside = [...(row.kind === 'fold' ? row.states : []), ...states].filter(({ host }) => rails.isOutside(host));
    rails.beside(
      beside.map((state) => wording.state(state)),
      block,
    );
    const time = timeText(row.atMs);
    if (time !== shown) block[0]?.put(times - time.length, time, 'soft');
    shown = time;
    lines.push(...block);
  }
  return { heads: rails.heads().map(String), lines: lines.map(String) };
}

function paragraph(text: string, width: number, ink: Ink, indent = ''): string[] {
  return wrapText(text, width - indent.length).map((part, index) => {
    const line = new TextLine();
    line.put(index === 0 ? 0 : indent.length, part, ink);
    return String(line);
  });
}

function findingTexts({ findings, labels = {} }: Trace, words: ReportWords): string[] {
  if (findings === null) return [];
  if (isList(findings)) return findings.map((part) => textOf(part, labels, words));
  if (typeof findings !== 'object') return [textOf(findings, labels, words)];
  return Object.entries(findings).map(([key, part]) => words.named(labelOf(key, labels), textOf(part, labels, words)));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * The run as a ladder for a terminal: hosts are lines, time goes down. Calls stand at the line of their host, states beside it; a
 * state that was not looked at but follows from a segment has a `~`. No line is wider than `width` columns.
 */
export function ladderText(trace: Trace, width = 80, reportWords: ReportWords = english): string {
  const words = reportWords.run;
  if (!Number.isInteger(width) || width < narrowest) {
    throw new UsageError('ERR_OUT_OF_RANGE', `width: expected at least ${narrowest} columns, got ${width}`);
  }
  const { name, title, variant, kernel, node, states, dropped } = trace;
  const { heads, lines } = ladder(trace, width, words);
  const findings = findingTexts(trace, reportWords).flatMap((text) => paragraph(text, width, 'plain', '  '));
  const notes = [
    ...(states.some(({ how }) => how === 'implied') ? [words.impliedMark] : []),
    ...(dropped === 0 ? [] : [words.captureLost(dropped.toLocaleString('en-US'))]),
    ...notDrawnTexts(trace, words),
  ];
  return [
    ...paragraph(reportWords.named(`${name}${variant === undefined ? '' : ` (${variant})`}`, title), width, 'strong'),
    ...[trace.about, trace.rule].flatMap((text) => (text === undefined ? [] : paragraph(text, width, 'plain'))),
    ...paragraph(`Linux ${kernel}, Node ${node}`, width, 'soft'),
    '',
    ...heads,
    ...lines,
    ...(notes.length === 0 ? [] : ['', ...notes.flatMap((text) => paragraph(text, width, 'soft'))]),
    ...(findings.length === 0 ? [] : ['', ...findings]),
    '',
  ].join('\n');
}

/** The last lines of the ladder below the names of its hosts, without colours: what led to an error, to be printed with it. */
export function ladderEnd(trace: Trace, most = 20, width = 80): string {
  const { heads, lines } = ladder(trace, width, english.run);
  const left = lines.length > most ? [`(${lines.length - most} lines before)`] : [];
  return stripVTControlCharacters([...heads, ...left, ...lines.slice(-most)].join('\n'));
}
