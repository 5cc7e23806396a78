import type { TcpOptions } from '../../record/segment.js';
import type { Trace, TraceSegment, TraceState } from '../../record/trace.js';
import { endpointText } from '../text/event-text.js';
import { english, type ReportWords } from '../report-words.js';
import type { StepWords } from './step-words.js';
import type { Deed, LadderRow } from '../ladder/row.js';
import { Scales } from '../ladder/scales.js';
import type { SegmentWords } from '../ladder/segment-words.js';
import { deedText, foldText, socketPrefix, spanText, timeText } from '../ladder/words.js';

/** One thing that happened, as it is shown when one steps through a ladder. */
export interface Step {
  /** Which of the ladder's rows it is. */
  readonly row: number;
  readonly head: string;
  /** Names with what they stand for: the call and what came of it, or the fields of the segment. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How many of the trace's states were there before the next step, and before this one. */
  readonly states: number;
  readonly before: number;
}

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
function field(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function segmentFields(
  segment: TraceSegment,
  isAgain: boolean,
  scales: Scales,
  { steps: said, run }: ReportWords,
): [string, string][] {
  const { from, to, source, destination, flags, seq, ack, length, options, sentMs, receivedMs } = segment;
  const shown = optionTexts(options);
  const received = receivedMs === undefined ? undefined : flightText(sentMs, receivedMs, said);
  return [
    ...field(said.from, `${from}${run.comma}${endpointText(source)}`),
    ...field(said.to, `${to}${run.comma}${endpointText(destination)}`),
    ...field(said.flags, flags.join(' ') || run.noFlags),
    ...field(said.sequence, length === 0 ? figure(seq) : said.range(figure(seq), figure(seq + length - 1))),
    ...field(said.acknowledges, ack === undefined ? undefined : said.allBefore(figure(ack))),
    ...field(said.window, windowText(segment, scales, said)),
    ...field(said.data, length === 0 ? said.none : said.bytes(figure(length))),
    ...field(said.options, shown.length === 0 ? undefined : shown.join('; ')),
    ...field(said.sent, isAgain ? said.sentAgain(timeText(sentMs)) : timeText(sentMs)),
    ...field(said.received, received ?? said.neverReceived),
  ];
}

/** When it was over, and how long it had taken. */
function flightText(beginMs: number, endMs: number, said: StepWords): string {
  const ms = endMs - beginMs;
  return said.later(timeText(endMs), ms < 1 ? `${Math.round(ms * 1000)} µs` : spanText(ms));
}

function callFields(trace: Trace, call: Deed, { steps: said, run }: ReportWords): [string, string][] {
  const { host, atMs, endMs, result } = call;
  return [
    ...field(said.host, host === '' ? said.none : host),
    ...field(said.call, `${socketPrefix(trace, call, run)}${deedText(trace, call, run)}`),
    ...field(said.result, result === '' ? said.none : result),
    ...field(said.called, timeText(atMs)),
    ...field(said.returned, flightText(atMs, endMs, said)),
  ];
}

function headOf(
  row: Exclude<LadderRow, { kind: 'state' }>,
  segments: SegmentWords,
  { steps: said, run }: ReportWords,
): string {
  switch (row.kind) {
    case 'call':
    case 'return': {
      const { host, text, name, result } = row.call;
      if (row.kind === 'return') return said.returns(name, host, result);
      const made = host === '' ? text : run.named(host, text);
      return row.waits ? said.waits(made) : result === '' ? made : `${made} = ${result}`;
    }
    case 'segment': {
      const { from, to, receivedMs } = row.segment;
      const text = run.named(`${from} → ${to}`, segments.of(row.segment));
      return receivedMs === undefined ? said.lost(text) : text;
    }
    case 'mark':
      return row.mark.text;
    case 'error':
      return run.aborted(row.message);
    case 'fold':
      return foldText(row, run);
  }
}

function fieldsOf(
  row: LadderRow,
  trace: Trace,
  segments: SegmentWords,
  scales: Scales,
  words: ReportWords,
): [string, string][] {
  const { time, range } = words.steps;
  switch (row.kind) {
    case 'call':
    case 'return':
      return callFields(trace, row.call, words);
    case 'segment':
      return segmentFields(row.segment, segments.isAgain(row.segment), scales, words);
    case 'fold':
      return [[time, range(timeText(row.beginMs), timeText(row.endMs))]];
    case 'mark':
    case 'error':
    case 'state':
      return [[time, timeText(row.atMs)]];
  }
}

/** The ladder's rows in order, with what they hold and how far the states had come; states are no steps of their own. */
export function stepsOf(
  trace: Trace,
  rows: readonly LadderRow[],
  segments: SegmentWords,
  words: ReportWords = english,
): Step[] {
  const scales = new Scales(trace.segments);
  const { states } = trace;
  const numbers = [...rows.keys()].filter((row) => rows[row]?.kind !== 'state');
  const ends = numbers.map((_, place) => {
    const next = rows[numbers[place + 1] ?? rows.length];
    // What returns or was aborted at the moment of a state stands below it.
    const isAfter = ({ atMs }: TraceState): boolean =>
      next !== undefined &&
      (atMs > next.atMs || (atMs === next.atMs && next.kind !== 'return' && next.kind !== 'error'));
    const first = states.findIndex(isAfter);
    return first < 0 ? states.length : first;
  });
  return numbers.flatMap((number, place): Step[] => {
    const row = rows[number];
    if (row === undefined || row.kind === 'state') return [];
    return [
      {
        row: number,
        head: headOf(row, segments, words),
        fields: fieldsOf(row, trace, segments, scales, words),
        states: ends[place] ?? states.length,
        before: ends[place - 1] ?? 0,
      },
    ];
  });
}

/** As the page's script takes it: a line of the socket table from then on. */
export function stateLines({ states }: Trace): string[][] {
  return states.map(({ host, local, remote, state, how }) => [
    host,
    endpointText(local),
    remote === undefined ? '*' : endpointText(remote),
    state,
    how === 'seen' ? '' : '~',
  ]);
}
