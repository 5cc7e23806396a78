import { closeSync, openSync, writeSync } from 'node:fs';
import type { Trace } from '../record/trace.js';
import type { Frame } from './frame-store.js';
import { type CapturedPacket, type CaptureInterface, pcapng } from './pcapng.js';

/** What is written beside the packets: what happened, in words. */
export interface Remark {
  readonly atMs: number;
  readonly text: string;
}

/** Written at once. */
const bufferSize = 1 << 18;

/** Comment of a segment that did not come to the other end. */
export const lostComment = 'lost on the way';

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
  remarksOfRun: readonly Remark[],
  sinceBegin: (frame: Frame) => number,
): Generator<CapturedPacket> {
  const remarks = [...remarksOfRun];
  const lost = lostTimes(trace);
  const packetOf = (frame: Frame, untilMs: number): CapturedPacket => {
    const count = remarks.findIndex(({ atMs }) => atMs > untilMs);
    const comments = remarks.splice(0, count < 0 ? remarks.length : count).map(({ text }) => text);
    if (lost.has(sinceBegin(frame))) comments.push(lostComment);
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

/** Writes what was sent in a run to a file, each remark as a comment of the frame that follows it. They are in order of time. */
export function writeCapture(
  file: string,
  frames: Iterable<Frame>,
  interfaces: readonly CaptureInterface[],
  trace: Trace,
  remarks: readonly Remark[],
  sinceBegin: (frame: Frame) => number,
): void {
  const comment = trace.variant === undefined ? trace.title : `${trace.title}: ${trace.variant}`;
  const facts = { application: 'sockwise', kernel: trace.kernel, comment };
  const fd = openSync(file, 'w');
  try {
    let pending: Uint8Array[] = [];
    let size = 0;
    const write = (): void => {
      const bytes = Buffer.concat(pending, size);
      for (let done = 0; done < size; ) done += writeSync(fd, bytes, done);
      [pending, size] = [[], 0];
    };
    for (const block of pcapng(facts, interfaces, packets(frames, trace, remarks, sinceBegin))) {
      pending.push(block);
      size += block.length;
      if (size >= bufferSize) write();
    }
    write();
  } finally {
    closeSync(fd);
  }
}
