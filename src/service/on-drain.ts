import { EventEmitter } from 'node:events';
import { invalidArgument, messageOf } from '../errors.js';

/** An event of the process: the package of the command and that of the program may be two copies. */
const draining = Symbol.for('sockwise.draining');
const bus: EventEmitter = process;

type Hook = () => unknown;
const hooks: Hook[] = [];

/**
 * `hook` is called once when `sockwise restart` begins to drain this program: its servers accept no more, and other connections
 * than HTTP's have to be told in the words of their protocol, as websockets by a close frame. What it returns is waited for,
 * within `--drain`. In a process that the command has not started it is never called. Each worker of a cluster and each worker
 * thread has its own.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - `hook` is no function.
 */
export function onDrain(hook: Hook): void {
  if (typeof hook !== 'function') throw invalidArgument('hook', 'a function', hook);
  if (hooks.length === 0) bus.once(draining, (ended: unknown[]) => ended.push(...hooks.splice(0).map(called)));
  hooks.push(hook);
}

async function called(hook: Hook): Promise<void> {
  try {
    await hook();
  } catch (error) {
    // The others are still to be told, and the connections to be drained.
    process.emitWarning(`sockwise restart: onDrain: ${messageOf(error)}`);
  }
}

/** Calls the hooks of this thread, and waits for what they return. */
export async function callDrainHooks(): Promise<void> {
  const ended: unknown[] = [];
  bus.emit(draining, ended);
  await Promise.all(ended);
}
