import { Socket } from '../../index.js';

interface Reading {
  /** performance.now() of this process. */
  readonly hereMs: number;
  /** The kernel's time of day at that moment, in nanoseconds. */
  readonly kernelNs: bigint;
}

const attempts = 20;

/**
 * Both clocks at one moment. A datagram between two Unix sockets is stamped when it is sent (`unix_dgram_sendmsg`), and the
 * moment is known to half the time the send took: the shortest of several counts.
 */
function read(): Reading {
  const [left, right] = Socket.pair({ type: 'dgram' });
  using sender = left;
  using receiver = right.setOption('SO_TIMESTAMPNS', true);
  let best: Reading & { readonly doubtMs: number } = { hereMs: 0, kernelNs: 0n, doubtMs: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = performance.now();
    sender.trySend('x');
    const doubtMs = performance.now() - before;
    const stamp = receiver.tryRecvmsg({ size: 1, controlSize: 64 })?.control.find(isStamp);
    if (stamp !== undefined && doubtMs < best.doubtMs)
      best = { hereMs: before + doubtMs / 2, kernelNs: stamp.nanoseconds, doubtMs };
  }
  return best;
}

export function isStamp<T extends { readonly type: string }>(
  message: T,
): message is Extract<T, { readonly type: 'SCM_TIMESTAMPNS' | 'SCM_TIMESTAMP' }> {
  return message.type === 'SCM_TIMESTAMPNS';
}

/**
 * Turns the kernel's packet times into those of performance.now(), which the calls of a script are timed with. The time of
 * day is slewed by up to 0.5 ms a second (adjtimex(2)), so a run reads both clocks at its begin and at its end.
 */
export class KernelClock {
  readonly #begin = read();
  #end: Reading | undefined;

  /** When the run began, in nanoseconds since 1970. */
  get beginNs(): bigint {
    return this.#begin.kernelNs;
  }

  stop(): void {
    this.#end = read();
  }

  /** Time of day in nanoseconds, as milliseconds of performance.now(). */
  toMs(nanoseconds: bigint): number {
    const kernelMs = Number(nanoseconds - this.#begin.kernelNs) / 1e6;
    if (this.#end === undefined) return this.#begin.hereMs + kernelMs;
    const wholeKernelMs = Number(this.#end.kernelNs - this.#begin.kernelNs) / 1e6;
    const rate = wholeKernelMs > 0 ? (this.#end.hereMs - this.#begin.hereMs) / wholeKernelMs : 1;
    return this.#begin.hereMs + kernelMs * rate;
  }

  /** The other way round. */
  toNs(ms: number): bigint {
    return this.#begin.kernelNs + BigInt(Math.round((ms - this.#begin.hereMs) * 1e6));
  }
}
