import { native } from '../native/load.js';

/** What is left of a Socket when it was collected: its descriptor, and the stack of the call that opened it. */
export class Origin {
  fd = -1;
  readonly frames: string;

  /** Keeps the callers of `opener`. */
  constructor(opener: (...args: never[]) => unknown) {
    const { stackTraceLimit } = Error;
    const holder: { stack?: unknown } = {};
    Error.stackTraceLimit = framesKept;
    Error.captureStackTrace(holder, opener);
    Error.stackTraceLimit = stackTraceLimit;
    // Made text at once (3 us for two frames), because a recorded stack holds each frame's `this`: an object that opens a
    // socket and keeps it would never be collected.
    this.frames = String(holder.stack).split('\n').slice(1).join('\n');
  }
}

const framesKept = 2;

const registry = new FinalizationRegistry<Origin>(({ fd, frames }) => {
  // Not owned any more: the environment closed it while it was torn down.
  if (native.close(fd) < 0) return;
  process.emitWarning(`a Socket (descriptor ${fd}) was collected without close(); it was opened at\n${frames}`, {
    type: 'SockwiseWarning',
    code: 'SOCKWISE_UNCLOSED',
  });
});

/** Closes the descriptor with a warning if `socket` is collected before {@link forget}. */
export function watchOver(socket: object, fd: number, origin: Origin): void {
  origin.fd = fd;
  registry.register(socket, origin, origin);
}

export function forget(origin: Origin): void {
  registry.unregister(origin);
}
