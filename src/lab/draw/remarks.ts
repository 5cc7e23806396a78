import { withPosition } from '../record/position.js';
import type { Trace } from '../record/trace.js';
import type { Remark } from '../wire/capture-file.js';
import { deedsOf, marksOf } from './ladder/row.js';

/** What happened in a run, a line each, in order of time: for the comments of a capture. */
export function remarksOf(trace: Pick<Trace, 'events' | 'omittedEvents' | 'error'>): Remark[] {
  const { events, error } = trace;
  const remarks = [
    ...deedsOf(events).map(({ atMs, host, socket, text, result }) => {
      const who = socket === undefined ? '' : `${socket}.`;
      return { atMs, text: `${host}: ${who}${text}${result === '' ? '' : ` = ${result}`}` };
    }),
    ...marksOf(trace).map(({ atMs, text }) => ({ atMs, text })),
    ...(error === undefined ? [] : [{ atMs: error.atMs, text: `the script was aborted: ${withPosition(error)}` }]),
  ];
  return remarks.sort((a, b) => a.atMs - b.atMs);
}
