import { check, invalidArgument, UsageError } from '../errors.js';
import { Poll } from '../native/binding.js';
import { native } from '../native/load.js';

const bits = {
  POLLIN: Poll.IN,
  POLLPRI: Poll.PRI,
  POLLOUT: Poll.OUT,
  POLLERR: Poll.ERR,
  POLLHUP: Poll.HUP,
  POLLRDHUP: Poll.RDHUP,
} as const;

/** A readiness of poll(2), by its C name. */
export type PollEvent = keyof typeof bits;

const names = Object.keys(bits) as readonly PollEvent[];

function isPollEvent(name: unknown): name is PollEvent {
  return typeof name === 'string' && Object.hasOwn(bits, name);
}

/** The sum of the events. */
export function pollBits(events: readonly PollEvent[]): number {
  if (!Array.isArray(events)) throw invalidArgument('events', 'an array of POLL names', events);
  let sum = 0;
  for (const event of events as readonly unknown[]) {
    if (!isPollEvent(event)) throw invalidArgument('events', `one of ${names.join(', ')}`, event);
    if (event === 'POLLRDHUP' && process.platform !== 'linux')
      throw new UsageError('ERR_NOT_SUPPORTED', `POLLRDHUP: not available on ${process.platform}`);
    sum |= bits[event];
  }
  return sum;
}

/** poll(2) of one descriptor, without waiting. */
export function pollNow(fd: number, sum: number): Set<PollEvent> {
  const ready = check(native.poll(fd, sum), 'poll');
  return new Set(names.filter((name) => (ready & bits[name]) !== 0));
}

const namesOfBits: (readonly PollEvent[] | undefined)[] = [];

/** The names in a sum, in an array made once for each: an event must not cost an object. */
export function pollNames(sum: number): readonly PollEvent[] {
  return (namesOfBits[sum] ??= Object.freeze(names.filter((name) => (sum & bits[name]) !== 0)));
}

/** The same, `undefined` where none holds. */
export function pollUnlessNone(fd: number, sum: number): Set<PollEvent> | undefined {
  const ready = pollNow(fd, sum);
  return ready.size === 0 ? undefined : ready;
}
