import { codeOf } from '../../errors.js';
import type { RawDescriptor } from '../../raw/raw.js';
import type { PollEvent } from '../../index.js';
import type { Host } from '../network/host.js';
import type { LabSocket } from '../network/host.js';
import type { CallLine, Value } from './script.js';
import type { Carried, SocketKind } from './socket-kind.js';
import { numberOf } from './values.js';

/** A socket of a script. */
export interface SocketDescriptor {
  readonly socket: LabSocket;
  readonly carries: Carried;
  /** O_NONBLOCK as the script has it: the sockets themselves never block. */
  nonBlocking: boolean;
}

/** Shuts a connection down in both directions: what waits for it returns. */
export function endConnection({ socket: { socket } }: SocketDescriptor): void {
  try {
    if (!socket.closed) socket.shutdown('both');
  } catch (error) {
    // It had none.
    if (codeOf(error) !== 'ENOTCONN') throw error;
  }
}

/** What a descriptor of a script stands for; pipes, files and sets of epoll(7) are no sockets. */
export type Descriptor = SocketDescriptor | RawDescriptor;

/** What a script's calls need of the run. */
export interface Machine {
  readonly host: Host;
  /** By the number the script gives it. */
  readonly descriptors: Map<number, Descriptor>;
  /** Opens a socket of the script's IP version. */
  open(name: string, kind: SocketKind): SocketDescriptor;
  /** The address a script's `...` stands for. */
  bindAddress(): { address: string; port: number };
  connectAddress(): { address: string; port: number };
  /** The call that decides whose packets the next ones are. */
  listens(descriptor: SocketDescriptor): void;
  /** Or, of a socket that has no connection, where its packets go. */
  connects(descriptor: SocketDescriptor, target: { address: string; port: number }): void;
  accepted(descriptor: SocketDescriptor): void;
  /** Memory that the kernel may still read: it lives as long as the run. */
  keep(memory: Uint8Array): void;
  /** What the script's clock showed at a time of day in nanoseconds: from when to when, for what the machine was late since. */
  scriptMs(nanoseconds: bigint): [fromMs: number, toMs: number];
  readonly toleranceMs: number;
}

/** What a call came to: a number, or what the script's arguments say of it too, which may differ. */
export interface Returned {
  readonly value: number;
  /** Results that are no return value, as the value of an option: what was expected, and what came. */
  readonly results?: readonly { readonly what: string; readonly expected: string; readonly got: string }[];
}

/** One try of a call: `undefined` where it would block. */
export type Attempt = () => Returned | undefined;

export interface SystemCall {
  /** What a blocking call waits for. */
  readonly waits?: PollEvent;
  /** Prepares the call, or says why it cannot be made. */
  prepare(machine: Machine, line: CallLine): Attempt;
  /** A call that blocks goes on until all is done, as write(2) does. */
  readonly whole?: true;
  /** Makes the call so that it really blocks: what it came to in the end. `undefined` where that is the same as trying again. */
  readonly block?: (machine: Machine, line: CallLine) => Promise<number> | undefined;
  /** Not only where the script says how long it blocks. */
  readonly blocksAlways?: true;
}

/** An argument that is not what the call takes. */
export class ArgumentMistake extends Error {}

export function argument(line: CallLine, index: number): Value {
  const value = line.args[index];
  if (value === undefined) throw new ArgumentMistake(`${line.name}: expected at least ${index + 1} arguments`);
  return value;
}

export function number(line: CallLine, index: number): number {
  const value = numberOf(argument(line, index));
  if (value === undefined) throw new ArgumentMistake(`${line.name}: argument ${index + 1} is no known number`);
  return value;
}

/** The descriptor of a number of the script. */
export function anyDescriptorAt(machine: Machine, value: number, name: string): Descriptor {
  const found = machine.descriptors.get(value);
  if (found === undefined) throw new ArgumentMistake(`${name}: ${value} is no open descriptor`);
  return found;
}

export function descriptorAt(machine: Machine, value: number, name: string): SocketDescriptor {
  const found = anyDescriptorAt(machine, value, name);
  if (!('socket' in found)) throw new ArgumentMistake(`${name}: descriptor ${value} is not a socket`);
  return found;
}

export function descriptor(machine: Machine, line: CallLine): SocketDescriptor {
  return descriptorAt(machine, number(line, 0), line.name);
}

/** The kernel's own number of it. */
export function fdOf(found: Descriptor): number {
  return 'socket' in found ? found.socket.socket.fd : found.fd;
}

export const done: Returned = { value: 0 };

export function count(taken: number | undefined): Returned | undefined {
  return taken === undefined ? undefined : { value: taken };
}
