import { AsyncLocalStorage } from 'node:async_hooks';

const breakers = new AsyncLocalStorage<(error: unknown) => void>();

/** Runs `work` such that a rejection nobody handles, of a promise it or its callbacks made, is told to `breakOff`. */
export function withBreaker<T>(breakOff: (error: unknown) => void, work: () => T): T {
  return breakers.run(breakOff, work);
}

let isListening = false;

/**
 * A script may start calls and not wait for them. One that fails breaks off its own run; after that run it is nobody's. For
 * processes that do nothing but run experiments: elsewhere Node's own rule stands, and the process ends.
 */
export function breakOffAtRejections(): void {
  if (isListening) return;
  isListening = true;
  process.on('unhandledRejection', (error) => {
    const breakOff = breakers.getStore();
    if (breakOff === undefined) throw error;
    breakOff(error);
  });
}
