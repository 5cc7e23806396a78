import type { Trace } from '../../record/trace.js';
import type { RunWords } from '../run-words.js';
import type { LadderRow } from './row.js';
import { PacketWords } from './packet-words.js';
import { deedText, foldText, socketPrefix, timeText } from './words.js';

/** A description is heard from begin to end. */
const mostSentences = 60;

function sentence(row: LadderRow, trace: Trace, packets: PacketWords, words: RunWords): string {
  switch (row.kind) {
    case 'call': {
      const { call } = row;
      const deed = `${socketPrefix(trace, call, words)}${deedText(trace, call, words)}`;
      const made = words.calling(call.host, deed);
      if (row.waits) return words.waiting(made);
      return call.result === '' ? made : words.named(made, call.result);
    }
    case 'return':
      return words.returning(row.call.name, row.call.host, row.call.result);
    case 'packet': {
      const { from, to, receivedMs } = row.packet;
      return words.sending(from, packets.whole(row.packet, '→'), to, receivedMs === undefined);
    }
    case 'state':
      return words.isIn(row.state.host, row.state.state);
    case 'mark':
      return row.mark.text;
    case 'error':
      return words.scriptAborted(row.message);
    case 'fold':
      return foldText(row, words);
  }
}

/** What happens, in words, for those who do not see the picture. */
export function describe(trace: Trace, rows: readonly LadderRow[], words: RunWords): string {
  const names = trace.hosts.map(({ name }) => name).join(words.comma);
  const shown = rows.slice(0, mostSentences);
  const packets = new PacketWords(trace, words);
  const left = rows.length - shown.length;
  return [
    words.hosts(names === '' ? words.noHosts : names),
    ...shown.map((row) => words.at(timeText(row.atMs), sentence(row, trace, packets, words))),
    ...(left === 0 ? [] : [words.moreEvents(left)]),
  ].join(' ');
}
