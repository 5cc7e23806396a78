import type { Trace } from '../../record/trace.js';
import type { LadderRow } from './row.js';
import { SegmentWords } from './segment-words.js';
import { deedText, foldText, socketPrefix, timeText } from './words.js';

/** A description is heard from begin to end. */
const mostSentences = 60;

function sentence(row: LadderRow, trace: Trace, words: SegmentWords): string {
  switch (row.kind) {
    case 'call': {
      const { call } = row;
      const made = `${call.host} calls ${socketPrefix(trace, call)}${deedText(trace, call)}`;
      return row.waits ? `${made}, which waits` : `${made}${call.result === '' ? '' : `: ${call.result}`}`;
    }
    case 'return':
      return `${row.call.name} of ${row.call.host} returns: ${row.call.result}`;
    case 'segment': {
      const { from, to, receivedMs } = row.segment;
      return `${from} sends ${words.of(row.segment)} to ${to}${receivedMs === undefined ? ', which is lost' : ''}`;
    }
    case 'state':
      return `${row.state.host} is in ${row.state.state}`;
    case 'mark':
      return row.mark.text;
    case 'error':
      return `the script was aborted: ${row.message}`;
    case 'fold':
      return foldText(row);
  }
}

/** What happens, in words, for those who do not see the picture. */
export function describe(trace: Trace, rows: readonly LadderRow[]): string {
  const names = trace.hosts.map(({ name }) => name).join(', ');
  const shown = rows.slice(0, mostSentences);
  const words = new SegmentWords(trace);
  const left = rows.length - shown.length;
  return [
    `Hosts from left to right: ${names === '' ? 'none' : names}.`,
    ...shown.map((row) => `${timeText(row.atMs)}: ${sentence(row, trace, words)}.`),
    ...(left === 0 ? [] : [`${left} more events.`]),
  ].join(' ');
}
