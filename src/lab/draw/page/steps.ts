import type { Trace, TraceState } from '../../record/trace.js';
import { endpointText } from '../text/event-text.js';
import { english, type ReportWords } from '../report-words.js';
import { type Field, field, flightText, packetFields, segmentFields } from './packet-fields.js';
import { type Deed, isSegment, type LadderRow } from '../ladder/row.js';
import type { PacketWords } from '../ladder/packet-words.js';
import { Scales } from '../ladder/scales.js';
import { deedText, foldText, socketPrefix, timeText } from '../ladder/words.js';

/** One thing that happened, as it is shown when one steps through a ladder. */
export interface Step {
  /** Which of the ladder's rows it is. */
  readonly row: number;
  readonly head: string;
  /** Names with what they stand for: the call and what came of it, or the fields of the packet. */
  readonly fields: readonly Field[];
  /** How many of the trace's states were there before the next step, and before this one. */
  readonly states: number;
  readonly before: number;
}

function callFields(trace: Trace, call: Deed, { steps: said, run }: ReportWords): Field[] {
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
  packets: PacketWords,
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
    case 'packet': {
      const { from, to, receivedMs } = row.packet;
      const text = run.named(`${from} → ${to}`, packets.whole(row.packet, '→'));
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

function fieldsOf(row: LadderRow, trace: Trace, packets: PacketWords, scales: Scales, words: ReportWords): Field[] {
  const { time, range } = words.steps;
  switch (row.kind) {
    case 'call':
    case 'return':
      return callFields(trace, row.call, words);
    case 'packet':
      return isSegment(row.packet)
        ? segmentFields(row.packet, packets.isAgain(row.packet), scales, words)
        : packetFields(row.packet, words);
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
  packets: PacketWords,
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
        head: headOf(row, packets, words),
        fields: fieldsOf(row, trace, packets, scales, words),
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
