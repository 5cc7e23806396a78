const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** Stops this thread, so that the kernel may do what a synchronous call waits for. */
export function pause(ms: number): void {
  Atomics.wait(nobodyWakes, 0, 0, ms);
}
