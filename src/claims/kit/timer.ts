import type { SocketRow } from '../../index.js';

/**
 * What a timer of the kernel was started with, from what was left of it just after that: the length it is near to, or the
 * seconds themselves. On a busy machine a second or two have gone by.
 */
export function about(remainingMs: number, lengths: readonly number[]): string {
  const seconds = remainingMs / 1000;
  const near = lengths.find((length) => seconds <= length && seconds > length * 0.8 - 2);
  return near === undefined ? `${seconds.toFixed(1)} s` : `about ${near} s`;
}

/** When the timer of what `look` sees runs out, on this process's clock, exact to `exactMs`. */
export function endOfTimer(look: () => SocketRow | undefined, exactMs: number): number {
  for (;;) {
    const begin = performance.now();
    const remainingMs = look()?.timer?.remainingMs ?? Number.NaN;
    // On a busy machine time may pass between the two clocks: such a look says nothing.
    if (performance.now() - begin < exactMs) return begin + remainingMs;
  }
}
