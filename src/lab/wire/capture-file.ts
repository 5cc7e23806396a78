import { closeSync, openSync, writeSync } from 'node:fs';
import { withPlace } from '../record/place.js';
import type { Trace } from '../record/trace.js';
import type { Frame } from './frame-store.js';
import { type CapturedPacket, type CaptureInterface, pcapng } from './pcapng.js';

interface Remark {
  readonly atMs: number;
  readonly text: string;
}

function remarksOf({ calls, marks, error }: Pick<Trace, 'calls' | 'marks' | 'error'>): Remark[] {
  const remarks = [
    ...calls.map(({ atMs, host, socket, call, result }) => {
      return { atMs, text: `${host}: ${socket === undefined ? '' : `${socket}.`}${call} = ${result}` };
    }),
    ...marks.map(({ atMs, text }) => ({ atMs, text })),
    ...(error === undefined ? [] : [{ atMs: error.atMs, text: `the script broke off: ${withPlace(error)}` }]),
  ];
  return remarks.sort((a, b) => a.atMs - b.atMs);
}

/** Comment of a segment that did not come to the other end. */
export const LOST = 'lost on the way';

/** When the lost segments were sent, as the trace has it. */
function lostTimes({ segments }: Trace): ReadonlySet<number> {
  return new Set(segments.filter(({ receivedMs }) => receivedMs === undefined).map(({ sentMs }) => sentMs));
}

/**
 * What was sent, each frame once: with the copies that arrived, a reader would take every segment for one sent twice. Each
 * remark goes with the next frame, or with the last one if there is none after it.
 */
function* packets(
  frames: Iterable<Frame>,
  trace: Trace,
  sinceBegin: (frame: Frame) => number,
): Generator<CapturedPacket> {
  const remarks = remarksOf(trace);
  const lost = lostTimes(trace);
  const packetOf = (frame: Frame, untilMs: number): CapturedPacket => {
    const count = remarks.findIndex(({ atMs }) => atMs > untilMs);
    const comments = remarks.splice(0, count < 0 ? remarks.length : count).map(({ text }) => text);
    if (lost.has(sinceBegin(frame))) comments.push(LOST);
    const { interface: number, atNs, bytes } = frame;
    return { interface: number, atNs, bytes, originalLength: bytes.length, outgoing: true, comments };
  };
  let last: Frame | undefined;
  for (const frame of frames) {
    if (!frame.outgoing) continue;
    if (last !== undefined) yield packetOf(last, sinceBegin(last));
    last = frame;
  }
  if (last !== undefined) yield packetOf(last, Number.POSITIVE_INFINITY);
}

/** Writes what was sent in a run to a file, each call and mark as a comment of the frame that follows it. */
export function writeCapture(
  file: string,
  frames: Iterable<Frame>,
  interfaces: readonly CaptureInterface[],
  trace: Trace,
  sinceBegin: (frame: Frame) => number,
): void {
  const comment = trace.variant === undefined ? trace.title : `${trace.title}: ${trace.variant}`;
  const facts = { application: 'sockwise', kernel: trace.kernel, comment };
  const fd = openSync(file, 'w');
  try {
    for (const block of pcapng(facts, interfaces, packets(frames, trace, sinceBegin))) writeSync(fd, block);
  } finally {
    closeSync(fd);
  }
}
