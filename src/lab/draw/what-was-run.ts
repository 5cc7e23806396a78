import type { CallEvent, Event } from '../record/event.js';
import { isRecord, type Json } from '../record/json.js';

/** What the rows of a case were made of, without what differs from run to run: times, ports, processes, waits. */
export interface Ingredients {
  /** Names of system calls. */
  readonly calls: readonly string[];
  /** Socket options that were set or asked for, by C name. */
  readonly options: readonly string[];
  /** Kernel parameters that were written. */
  readonly sysctls: readonly string[];
  /** Signals that were sent, as `SIGKILL`. */
  readonly signals: readonly string[];
}

/** Options a call sets or asks for. */
export function optionsOf({ name, args: [first = null] }: CallEvent): string[] {
  if (name === 'setsockopt' || name === 'getsockopt') return typeof first === 'string' ? [first] : [];
  if (name !== 'socket' || !isRecord(first)) return [];
  const { options } = first;
  return options !== undefined && isRecord(options) ? Object.keys(options) : [];
}

function textAt(args: readonly Json[], index: number): string[] {
  const value = args[index];
  return typeof value === 'string' ? [value] : [];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted();
}

/** The system calls, options, sysctls and signals of a run, each once. */
export function ingredientsOf(events: readonly Event[]): Ingredients {
  const calls = events.filter((event) => event.kind === 'call');
  const system = calls.filter(({ name }) => name !== 'sysctl');
  return {
    calls: distinct(system.map(({ name }) => name)),
    options: distinct(calls.flatMap(optionsOf)),
    sysctls: distinct(calls.flatMap(({ name, args }) => (name === 'sysctl' ? textAt(args, 0) : []))),
    signals: distinct(calls.flatMap(({ name, args }) => (name === 'kill' ? textAt(args, 1) : []))),
  };
}
