import type * as dgram from 'node:dgram';
import { errorMonitor, type EventEmitter } from 'node:events';
import type * as net from 'node:net';
import { invalidArgument } from '../errors.js';
import { explain, type Explanation } from './explain.js';
import type { UnixExplanation } from './unix.js';
import type { BindRequest } from './predict.js';
import { explanationText } from './text.js';
import { type ExplanationWords, inEnglish } from './words.js';

/** What can fail to bind: servers of net, http, https, http2 and tls, sockets of dgram, and net.Socket with a local port. */
export type Attachable = net.Server | dgram.Socket | net.Socket;

const codes: readonly unknown[] = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'EAFNOSUPPORT', 'EINVAL'];
// The process is about to report an error, and somebody waits for it.
const timeoutMs = 150;

function isBindFailure(error: unknown): error is Error & { readonly syscall: string } {
  if (!(error instanceof Error) || !('code' in error && 'syscall' in error)) return false;
  return codes.includes(error.code) && (error.syscall === 'bind' || error.syscall === 'listen');
}

/** Writes the explanation into the error's text, and adds it as data that printing the error does not repeat. */
function write(error: Error, explanation: Explanation | UnixExplanation, words: ExplanationWords): void {
  const { message, stack } = error;
  const text = `${message}\n${explanationText(explanation, words)}`;
  // The stack was made with the error, and repeats the message.
  const newStack = stack?.replace(message, () => text);
  Object.defineProperty(error, 'explanation', { value: explanation, configurable: true, writable: true });
  error.message = text;
  if (newStack !== undefined) error.stack = newStack;
}

function explainInPlace(error: unknown, known: Partial<BindRequest>, words: ExplanationWords): void {
  if (!isBindFailure(error) || 'explanation' in error) return;
  try {
    write(error, explain(error, { known, timeoutMs }), words);
  } catch {
    // A frozen error, no Linux: the error stays as Node made it, and nobody gets a second one.
  }
}

const attached = new WeakSet<Attachable>();

/**
 * Explains in the text of the error why a bind failed, and adds `error.explanation`, an {@link Explanation}. Nothing else
 * changes: who handles the error handles the same one, and one that nobody handles ends the process as before. It costs
 * nothing until a bind fails; then the sockets and their owners are read and cures are tried, for
 * at most 150 ms: what is not known by then is left out, and the text says so. Returns what it was given.
 */
export function attach<Target extends Attachable>(target: Target): Target {
  return attachIn(inEnglish, target);
}

/** {@link attach}, in the words of a language. */
export function attachIn<Target extends Attachable>(words: ExplanationWords, target: Target): Target {
  // Both take longer to load than this package has for it.
  const { Server, Socket } = process.getBuiltinModule('node:net');
  const datagram = process.getBuiltinModule('node:dgram').Socket;
  if (!(target instanceof Server || target instanceof datagram || target instanceof Socket))
    throw invalidArgument('target', 'a net.Server, dgram.Socket or net.Socket', target);
  if (attached.has(target)) return target;
  attached.add(target);
  const known: Partial<BindRequest> = { protocol: target instanceof datagram ? 'udp' : 'tcp' };
  // Runs before the listeners of 'error', and does not count as one of them.
  const emitter: EventEmitter = target;
  emitter.on(errorMonitor, (error: unknown) => explainInPlace(error, known, words));
  return target;
}
