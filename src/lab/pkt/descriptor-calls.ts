import { closeSync, openSync } from 'node:fs';
import { Epoll, epollOperations, ioctl, openPipe, sendFile, splice, spliceBlocking } from '../../raw/raw.js';
import {
  anyDescriptorAt,
  argument,
  ArgumentMistake,
  count,
  descriptor,
  done,
  fdOf,
  type Machine,
  number,
  type Returned,
  type SystemCall,
} from './machine.js';
import type { CallLine, Value } from './script.js';
import { field, numberOf } from './values.js';

/** The set of a script's descriptor, and what each of its descriptors was given to tell. */
class ScriptEpoll extends Epoll {
  readonly told = new Map<number, number>();
}

function epollOf(machine: Machine, line: CallLine): ScriptEpoll {
  const found = anyDescriptorAt(machine, number(line, 0), line.name);
  if (!(found instanceof ScriptEpoll)) throw new ArgumentMistake(`${line.name}: ${number(line, 0)} is no set of epoll`);
  return found;
}

/** `{events=EPOLLIN, fd=4}`: what is waited for, and what the event tells. */
function eventOf(value: Value): { readonly events: number; readonly data: number } {
  const part = (names: readonly string[]): number => {
    const given = names.map((name) => field(value, name)).find((one) => one !== undefined);
    return (given && numberOf(given)) ?? 0;
  };
  return { events: part(['events']) >>> 0, data: part(['fd', 'ptr', 'u32', 'u64']) };
}

function hex(events: number): string {
  return `0x${events.toString(16)}`;
}

function opened(machine: Machine, line: CallLine, fd: number): Returned {
  const value = numberOf(line.result) ?? fd;
  machine.descriptors.set(value, { fd, close: () => closeSync(fd) });
  return { value };
}

/** Whether a wait of so many milliseconds that began then is over; -1 waits for ever. */
function isOver(beginMs: number, timeoutMs: number): boolean {
  return timeoutMs >= 0 && performance.now() - beginMs >= timeoutMs;
}

/** The descriptors and the length of a splice(2). */
function ends(machine: Machine, line: CallLine): [from: number, to: number, length: number] {
  const at = (index: number): number => fdOf(anyDescriptorAt(machine, number(line, index), line.name));
  return [at(0), at(2), number(line, 4)];
}

const epollCreate: SystemCall = {
  prepare: (machine, line) => () => {
    const value = numberOf(line.result) ?? 3;
    machine.descriptors.set(value, new ScriptEpoll());
    return { value };
  },
};

/** Calls on descriptors that are no sockets. */
export const descriptorCalls: Readonly<Record<string, SystemCall>> = {
  epoll_create: epollCreate,
  epoll_create1: epollCreate,
  epoll_ctl: {
    prepare(machine, line) {
      const epoll = epollOf(machine, line);
      const fd = fdOf(anyDescriptorAt(machine, number(line, 2), line.name));
      const operation = number(line, 1);
      const { events, data } =
        operation === epollOperations.EPOLL_CTL_DEL ? { events: 0, data: 0 } : eventOf(argument(line, 3));
      return () => {
        epoll.control(operation, fd, events);
        epoll.told.set(fd, data);
        return done;
      };
    },
  },
  epoll_wait: {
    prepare(machine, line) {
      const epoll = epollOf(machine, line);
      const list = argument(line, 1);
      const expected = (list.kind === 'array' ? list.items : [list]).map(eventOf);
      const most = number(line, 2);
      const beginMs = performance.now();
      return () => {
        const seen = epoll.look(most);
        if (seen.length === 0 && !isOver(beginMs, number(line, 3))) return undefined;
        const results = seen.flatMap(({ fd, events }, index) => [
          { what: 'events', expected: hex(expected[index]?.events ?? 0), got: hex(events) },
          {
            what: 'data of the event',
            expected: String(expected[index]?.data ?? 'none'),
            got: String(epoll.told.get(fd) ?? fd),
          },
        ]);
        return { value: seen.length, results };
      };
    },
  },
  pipe: {
    prepare(machine, line) {
      const list = argument(line, 0);
      const [read, write] = list.kind === 'array' ? list.items.map(numberOf) : [];
      if (read === undefined || write === undefined) throw new ArgumentMistake('pipe: expected two numbers in [ ]');
      return () => {
        const ends = openPipe();
        machine.descriptors.set(read, ends[0]);
        machine.descriptors.set(write, ends[1]);
        return done;
      };
    },
  },
  open: {
    prepare(machine, line) {
      const path = argument(line, 0);
      if (path.kind !== 'text') throw new ArgumentMistake('open: expected a path in double quotes');
      return () => opened(machine, line, openSync(path.text, number(line, 1)));
    },
  },
  splice: {
    waits: 'POLLIN',
    // What it comes to beside urgent data depends on whether the socket blocks (tcp_splice_read()).
    blocksAlways: true,
    block: (machine, line) => spliceBlocking(...ends(machine, line)),
    prepare(machine, line) {
      const [from, to, length] = ends(machine, line);
      return () => count(splice(from, to, length));
    },
  },
  sendfile: {
    waits: 'POLLOUT',
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const from = fdOf(anyDescriptorAt(machine, number(line, 1), line.name));
      const offset = argument(line, 2);
      const begin = offset.kind === 'array' && offset.items[0] !== undefined ? numberOf(offset.items[0]) : 0;
      return () => count(sendFile(socket.fd, from, begin ?? 0, number(line, 3)));
    },
  },
  ioctl: {
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const request = number(line, 1);
      const list = line.args[2];
      const expected = list?.kind === 'array' && list.items[0] !== undefined ? numberOf(list.items[0]) : undefined;
      return () => {
        const got = ioctl(socket.fd, request);
        if (expected === undefined) return done;
        return { value: 0, results: [{ what: 'value', expected: String(expected), got: String(got) }] };
      };
    },
  },
};
