import { native } from '../native/load.js';

/** What is left of a Socket when it was collected: its descriptor, and the stack of the call that opened it. */
export class Origin {
  declare readonly stack: string;

  constructor(
    readonly fd: number,
    opener: (...args: never[]) => unknown,
  ) {
    const { stackTraceLimit } = Error;
    // Frames are recorded now and turned into text only if asked for; a few cost little beside socket(2).
    Error.stackTraceLimit = framesKept;
    Error.captureStackTrace(this, opener);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const framesKept = 4;

const registry = new FinalizationRegistry<Origin>((origin) => {
  // Not owned any more: the environment closed it while it was torn down.
  if (native.close(origin.fd) < 0) return;
  const frames = origin.stack.split('\n').slice(1).join('\n');
  process.emitWarning(`a Socket (descriptor ${origin.fd}) was collected without close(); it was opened at\n${frames}`, {
    type: 'SockwiseWarning',
    code: 'SOCKWISE_UNCLOSED',
  });
});

/** Closes the descriptor with a warning if `socket` is collected before {@link forget}. */
export function watchOver(socket: object, origin: Origin): void {
  registry.register(socket, origin, origin);
}

export function forget(origin: Origin): void {
  registry.unregister(origin);
}
