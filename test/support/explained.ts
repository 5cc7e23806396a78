import { type ChildResult } from './children.js';
import { sockwise } from './matrix.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import type { Socket } from '../../src/socket/socket.js';

/** Runs the command line program inside a namespace: a child is where the thread is that starts it. */
export async function sockwiseIn(namespace: NetworkNamespace, ...args: readonly string[]): Promise<ChildResult> {
  // The promise hides in an object, because `run` refuses one.
  const { result } = namespace.run(() => ({ result: sockwise(args) }));
  return await result;
}

/** Closes what a test has left open, in the order in which it was opened. */
export class Sockets {
  readonly #open: Socket<'IPv4' | 'IPv6'>[] = [];

  keep<S extends Socket<'IPv4' | 'IPv6'>>(socket: S): S {
    this.#open.push(socket);
    return socket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open) socket.close();
  }
}
