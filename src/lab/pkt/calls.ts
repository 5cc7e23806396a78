import type { MessageFlag, PollEvent, Socket } from '../../index.js';
import { codeOf } from '../../errors.js';
import type { Host } from '../network/host.js';
import type { LabSocket } from '../network/lab-socket.js';
import type { CallLine, Value } from './script.js';
import { numberOf, namesOf, optionBytes } from './values.js';

/** A descriptor of a script. */
export interface Descriptor {
  readonly socket: LabSocket;
  /** O_NONBLOCK as the script has it: the sockets themselves never block. */
  nonBlocking: boolean;
}

/** What a script's calls need of the run. */
export interface Machine {
  readonly host: Host;
  /** By the number the script gives it. */
  readonly descriptors: Map<number, Descriptor>;
  /** Opens a socket of the script's IP version. */
  open(name: string): LabSocket;
  /** The address a script's `...` stands for. */
  bindAddress(): { address: string; port: number };
  connectAddress(): { address: string; port: number };
  /** The call that decides whose packets the next ones are. */
  listens(descriptor: Descriptor): void;
  connects(descriptor: Descriptor, target: { address: string; port: number }): void;
  accepted(descriptor: Descriptor): void;
}

/** What a call came to: a number, or what the script's arguments say of it too, which may differ. */
export interface Returned {
  readonly value: number;
  /** Results that are no return value, as the value of an option: what was expected, and what came. */
  readonly results?: readonly { readonly what: string; readonly expected: string; readonly got: string }[];
}

/** One try of a call: `undefined` where it would block. */
type Attempt = () => Returned | undefined;

export interface SystemCall {
  /** What a blocking call waits for. */
  readonly waits?: PollEvent;
  /** Prepares the call, or says why it cannot be made. */
  prepare(machine: Machine, line: CallLine): Attempt;
  /** A call that blocks goes on until all is done, as write(2) does. */
  readonly whole?: true;
}

/** An argument that is not what the call takes. */
export class ArgumentMistake extends Error {}

function argument(line: CallLine, index: number): Value {
  const value = line.args[index];
  if (value === undefined) throw new ArgumentMistake(`${line.name}: expected at least ${index + 1} arguments`);
  return value;
}

function number(line: CallLine, index: number): number {
  const value = numberOf(argument(line, index));
  if (value === undefined) throw new ArgumentMistake(`${line.name}: argument ${index + 1} is no known number`);
  return value;
}

function descriptorAt(machine: Machine, value: number, name: string): Descriptor {
  const found = machine.descriptors.get(value);
  if (found === undefined) throw new ArgumentMistake(`${name}: ${value} is no open descriptor`);
  return found;
}

function descriptor(machine: Machine, line: CallLine): Descriptor {
  return descriptorAt(machine, number(line, 0), line.name);
}

/** By name, as the library takes them; a number other than 0 would name none. */
function flags(line: CallLine, index: number): MessageFlag[] {
  const value = line.args[index];
  if (value?.kind === 'number' && value.value !== 0)
    throw new ArgumentMistake(`${line.name}: expected flags by name, got ${value.value}`);
  return namesOf(value) as MessageFlag[];
}

const done: Returned = { value: 0 };

function count(taken: number | undefined): Returned | undefined {
  return taken === undefined ? undefined : { value: taken };
}

/** The address in `{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}`. */
function addressOf(value: Value | undefined): { address?: string; port?: number } | undefined {
  if (value?.kind !== 'struct') return undefined;
  const port = field(value, 'sin_port');
  const host = field(value, 'sin_addr');
  const text = host?.kind === 'made' ? host.of[0] : undefined;
  const portNumber = port === undefined ? undefined : numberOf(port);
  return {
    ...(text?.kind === 'text' && { address: text.text }),
    ...(portNumber !== undefined && { port: portNumber }),
  };
}

function field(value: Value, name: string): Value | undefined {
  return value.kind === 'struct' ? value.fields.find((one) => one.name === name)?.value : undefined;
}

/** Bytes of each part of a `msg_iov`. */
function sizesOf(message: Value): number[] {
  const parts = field(message, 'msg_iov');
  const items = parts?.kind === 'array' ? parts.items : [];
  return items.map((item) => {
    const size = item.kind === 'struct' ? item.fields[1]?.value : undefined;
    return (size === undefined ? undefined : numberOf(size)) ?? 0;
  });
}

/** fd, buffer, size, and for all but read(2) flags. */
const receiving: SystemCall = {
  waits: 'POLLIN',
  prepare(machine, line) {
    const { socket } = descriptor(machine, line).socket;
    const options = { size: number(line, 2), flags: flags(line, 3) };
    return () => count(socket.tryRecv(options)?.length);
  },
};

/** A send of so many zeros, in one piece or several; what is left goes in one. */
function sending(sizesIn: (line: CallLine) => number[], flagsIndex: number): SystemCall {
  return {
    waits: 'POLLOUT',
    whole: true,
    prepare(machine, line) {
      const found = descriptor(machine, line);
      const sizes = sizesIn(line);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const given = flags(line, flagsIndex);
      const address = given.includes('MSG_FASTOPEN') ? machine.connectAddress() : undefined;
      if (address !== undefined) machine.connects(found, address);
      let left = total;
      return () => {
        const data = (left === total ? sizes : [left]).map((size) => new Uint8Array(size));
        const message = { data, flags: given, ...(address !== undefined && { address }) };
        const taken = found.socket.socket.trySendmsg(message);
        if (taken === undefined) return undefined;
        left -= taken;
        return { value: total - left };
      };
    },
  };
}

/** fd, buffer, size, and for all but write(2) flags. */
const sendingOne = sending((line) => [number(line, 2)], 3);

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
    prepare: (machine, line) => () => {
      const value = numberOf(line.result) ?? 3;
      machine.descriptors.set(value, { socket: machine.open(`fd ${value}`), nonBlocking: false });
      return { value };
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
        const accepted = { socket: machine.host.record(`fd ${value}`, socket), nonBlocking: false };
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
      const target = { ...machine.connectAddress(), ...addressOf(line.args[1]) };
      return () => {
        machine.connects(found, target);
        const now = found.socket.socket.connectOnce(target);
        if (now === 'done') return done;
        if (found.nonBlocking) throw Object.assign(new Error(now), { code: now });
        return undefined;
      };
    },
  },
  read: receiving,
  recv: receiving,
  recvfrom: receiving,
  write: sendingOne,
  send: sendingOne,
  sendto: sendingOne,
  sendmsg: sending((line) => sizesOf(argument(line, 1)), 2),
  recvmsg: {
    waits: 'POLLIN',
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const message = argument(line, 1);
      const size = sizesOf(message).reduce((sum, each) => sum + each, 0);
      return () => {
        const got = socket.tryRecvmsg({ size, controlSize: 512, flags: flags(line, 2) });
        if (got === undefined) return undefined;
        return { value: got.data.length, results: controlResults(field(message, 'msg_control'), got.control) };
      };
    },
  },
  close: {
    prepare(machine, line) {
      const value = number(line, 0);
      const found = descriptorAt(machine, value, line.name);
      return () => {
        found.socket.socket.close();
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
      const sizes = argument(line, 4);
      const length =
        (sizes.kind === 'array' && sizes.items[0] !== undefined ? numberOf(sizes.items[0]) : undefined) ?? 4;
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

type Control = ReturnType<Socket['tryRecvmsg']> & object;

function controlResults(expected: Value | undefined, got: Control['control']): NonNullable<Returned['results']> {
  const items = expected?.kind === 'array' ? expected.items : [];
  return items.map((item) => {
    const type = namesOf(field(item, 'cmsg_type'))[0] ?? '';
    const data = field(item, 'cmsg_data');
    const message = got.find((one) => one.type === type);
    const wanted = data === undefined ? undefined : numberOf(data);
    const value = message !== undefined && 'queued' in message ? message.queued : undefined;
    return {
      what: type,
      expected: String(wanted ?? 'a message'),
      got: message === undefined ? 'none' : wanted === undefined ? 'a message' : String(value),
    };
  });
}

/** The errno a call failed with, for what is no mistake of ours. */
export function errnoOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
