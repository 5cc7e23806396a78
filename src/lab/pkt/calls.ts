import type { PollEvent } from '../../index.js';
import { codeOf } from '../../errors.js';
import { descriptorCalls } from './descriptor-calls.js';
import {
  anyDescriptorAt,
  argument,
  ArgumentMistake,
  descriptor,
  descriptorAt,
  done,
  number,
  type SystemCall,
} from './machine.js';
import { socketKindOf } from './socket-kind.js';
import { addressOf, isUnspecified, transferCalls, unspecified } from './transfer-calls.js';
import type { Value } from './script.js';
import { field, namesOf, numberOf, optionBytes, optionLength } from './values.js';

/** As ints, and what is no int, as an option of one byte, byte by byte. */
function bytesText(bytes: Uint8Array): string {
  const view = Buffer.from(bytes);
  if (view.length % 4 !== 0) return [...view].join(', ');
  return Array.from({ length: view.length / 4 }, (_, index) => view.readInt32LE(4 * index)).join(', ');
}

function events(value: Value | undefined): PollEvent[] {
  return namesOf(value) as PollEvent[];
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

const halves = ['read', 'write', 'both'] as const;

/** The system calls a script may make, by name. */
export const systemCalls: Readonly<Record<string, SystemCall>> = {
  socket: {
    prepare(machine, line) {
      const kind = socketKindOf(line);
      if (kind === undefined) throw new ArgumentMistake('socket: expected a type and a protocol that are known');
      return () => {
        const value = Math.max(numberOf(line.result) ?? 3, 0);
        machine.descriptors.set(value, machine.open(`fd ${value}`, kind));
        return { value };
      };
    },
  },
  bind: {
    prepare(machine, line) {
      const { socket } = descriptor(machine, line);
      const address = { ...machine.bindAddress(), ...addressOf(line.args[1]) };
      return () => {
        socket.socket.bind(address);
        return done;
      };
    },
  },
  listen: {
    prepare(machine, line) {
      const found = descriptor(machine, line);
      const backlog = number(line, 1);
      return () => {
        found.socket.socket.listen({ backlog });
        machine.listens(found);
        return done;
      };
    },
  },
  accept: {
    waits: 'POLLIN',
    prepare(machine, line) {
      const found = descriptor(machine, line);
      return () => {
        const socket = found.socket.socket.tryAccept();
        if (socket === undefined) return undefined;
        const value = numberOf(line.result) ?? -1;
        const accepted = {
          socket: machine.host.record(`fd ${value}`, socket),
          carries: 'TCP',
          nonBlocking: false,
        } as const;
        machine.descriptors.set(value, accepted);
        machine.accepted(accepted);
        return { value };
      };
    },
  },
  connect: {
    waits: 'POLLOUT',
    prepare(machine, line) {
      const found = descriptor(machine, line);
      const parts = { ...machine.connectAddress(), ...addressOf(line.args[1]) };
      const target = isUnspecified(line.args[1]) ? unspecified : parts;
      return () => {
        if (target === parts) machine.connects(found, parts);
        const now = found.socket.socket.connectOnce(target);
        if (now === 'done') return done;
        if (found.nonBlocking) throw Object.assign(new Error(now), { code: now });
        return undefined;
      };
    },
  },
  ...transferCalls,
  ...descriptorCalls,
  close: {
    prepare(machine, line) {
      const value = number(line, 0);
      const found = anyDescriptorAt(machine, value, line.name);
      return () => {
        if ('socket' in found) found.socket.socket.close();
        else found.close();
        machine.descriptors.delete(value);
        return done;
      };
    },
  },
  shutdown: {
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const half = halves[number(line, 1)];
      if (half === undefined) throw new ArgumentMistake('shutdown: expected SHUT_RD, SHUT_WR or SHUT_RDWR');
      return () => {
        socket.shutdown(half);
        return done;
      };
    },
  },
  setsockopt: {
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const bytes = optionBytes(argument(line, 3), number(line, 4));
      if (bytes === undefined)
        throw new ArgumentMistake('setsockopt: expected a value as [1], "cubic" or {onoff=1, linger=0}');
      const [level, optname] = [number(line, 1), number(line, 2)];
      return () => {
        socket.setOption({ level, optname, bytes });
        return done;
      };
    },
  },
  getsockopt: {
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const [level, optname] = [number(line, 1), number(line, 2)];
      const length = optionLength(line.args[4]);
      const wanted = optionBytes(argument(line, 3), length);
      return () => {
        const got = socket.getOption({ level, optname, length });
        if (wanted === undefined) return done;
        return { value: 0, results: [{ what: 'value', expected: bytesText(wanted), got: bytesText(got) }] };
      };
    },
  },
  fcntl: {
    prepare(machine, line) {
      const found = descriptor(machine, line);
      const command = namesOf(line.args[1])[0];
      const O_RDWR = 2;
      const O_NONBLOCK = 0o4000;
      if (command === 'F_GETFL') return () => ({ value: O_RDWR | (found.nonBlocking ? O_NONBLOCK : 0) });
      if (command !== 'F_SETFL') throw new ArgumentMistake(`fcntl: expected F_GETFL or F_SETFL`);
      const given = number(line, 2);
      return () => {
        found.nonBlocking = (given & O_NONBLOCK) !== 0;
        return done;
      };
    },
  },
  poll: {
    prepare(machine, line) {
      const list = argument(line, 0);
      const items = list.kind === 'array' ? list.items : [];
      const begin = performance.now();
      const timeoutMs = number(line, 2);
      const looks = items.map((item) => {
        const fd = field(item, 'fd');
        const { socket } = descriptorAt(machine, (fd && numberOf(fd)) ?? -1, 'poll').socket;
        return { socket, wanted: events(field(item, 'events')), expected: namesOf(field(item, 'revents')) };
      });
      return () => {
        const seen = looks.map(({ socket, wanted, expected }) => ({ expected, got: [...socket.tryPoll(wanted)] }));
        const value = seen.filter(({ got }) => got.length > 0).length;
        if (value === 0 && (timeoutMs < 0 || performance.now() - begin < timeoutMs)) return undefined;
        const results = seen
          .filter(({ expected, got }) => !sameSet(expected, got))
          .map(({ expected, got }) => ({
            what: 'revents',
            expected: expected.join('|') || '0',
            got: got.join('|') || '0',
          }));
        return { value, results };
      };
    },
  },
};

/** The errno a call failed with, for what is no mistake of ours. */
export function errnoOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
