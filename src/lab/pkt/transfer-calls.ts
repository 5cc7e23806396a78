import type { MessageFlag } from '../../index.js';
import { type Destination, type Memory, receiveInto, sendBlocking, sendParts } from '../../raw/raw.js';
import { messageResults } from './control-results.js';
import {
  argument,
  ArgumentMistake,
  count,
  descriptor,
  number,
  type Machine,
  type SocketDescriptor,
  type SystemCall,
} from './machine.js';
import type { CallLine, Value } from './script.js';
import { field, namesOf, numberOf, wordNumber } from './values.js';

/** Given to connect(2) and sendto(2) as `AF_UNSPEC`. */
export const unspecified = { family: 'unspec' } as const;

export function isUnspecified(value: Value | undefined): boolean {
  return value?.kind === 'word' && value.name === 'AF_UNSPEC';
}

/** The address in `{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}`. */
export function addressOf(value: Value | undefined): { address?: string; port?: number } | undefined {
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

/** By name, as the library takes them; a number other than 0 would name none. */
function flags(line: CallLine, index: number): MessageFlag[] {
  const value = line.args[index];
  if (value?.kind === 'number' && value.value !== 0)
    throw new ArgumentMistake(`${line.name}: expected flags by name, got ${value.value}`);
  return namesOf(value) as MessageFlag[];
}

function isNull(value: Value | undefined): boolean {
  return value?.kind === 'word' && value.name === 'NULL';
}

/** Bytes of each part of a `msg_iov`; those of a null pointer as a number. */
function partsOf(message: Value): Part[] {
  const parts = field(message, 'msg_iov');
  const items = parts?.kind === 'array' ? parts.items : [];
  return items.map((item) => {
    const [at, size] = item.kind === 'struct' ? item.fields : [];
    return { size: (size === undefined ? undefined : numberOf(size.value)) ?? 0, isNull: isNull(at?.value) };
  });
}

/** Memory of a call. */
interface Part {
  readonly size: number;
  readonly isNull: boolean;
}

function memoryOf({ size, isNull: nowhere }: Part): Memory {
  return nowhere ? size : new Uint8Array(size);
}

function flagsByNumber(line: CallLine, index: number): number {
  return line.args[index] === undefined ? 0 : number(line, index);
}

/** fd, buffer, size, and for all but read(2) flags. */
const receiving: SystemCall = {
  waits: 'POLLIN',
  prepare(machine, line) {
    const { socket } = descriptor(machine, line).socket;
    const into = memoryOf({ size: number(line, 2), isNull: isNull(line.args[1]) });
    const flags = flagsByNumber(line, 3);
    return () => count(receiveInto(socket.fd, into, flags));
  },
};

const MSG_FASTOPEN = wordNumber('MSG_FASTOPEN') ?? 0;
const MSG_ZEROCOPY = wordNumber('MSG_ZEROCOPY') ?? 0;

/** Where a send says that it goes; nothing where it does not. */
type Naming = (line: CallLine) => Value | undefined;

const nowhere: Naming = () => undefined;

/** Where a send goes: a connection has its peer, MSG_FASTOPEN opens one, and a packet goes to its address. */
function destinationOf(machine: Machine, line: CallLine, flags: number, named: Naming): Destination | undefined {
  const found = descriptor(machine, line);
  const { family } = found.socket.socket;
  const name = named(line);
  if (found.carries === 'TCP' ? (flags & MSG_FASTOPEN) === 0 : name === undefined) return undefined;
  if (isUnspecified(name)) return { family, address: unspecified };
  const address =
    found.carries === 'TCP' ? machine.connectAddress() : { ...machine.connectAddress(), ...addressOf(name) };
  machine.connects(found, address);
  return { family, address };
}

/** linux/icmp.h, linux/icmpv6.h: a ping socket sends nothing else (ping_common_sendmsg()). */
const echoRequests = { IPv4: 8, IPv6: 128 } as const;
const icmpHeaderSize = 8;

/** Of sendto(2) on a ping socket it begins with the header of an echo request, as there. */
function memoryFor(found: SocketDescriptor, line: CallLine, part: Part): Memory {
  const memory = memoryOf(part);
  const { family } = found.socket.socket;
  const isEcho = found.carries === 'ICMP' && line.name === 'sendto' && part.size >= icmpHeaderSize;
  if (isEcho && typeof memory !== 'number') memory[0] = echoRequests[family === 'IPv6' ? 'IPv6' : 'IPv4'];
  return memory;
}

/** A send of so many zeros, in one piece or several; what is left goes in one. */
function sending(partsIn: (line: CallLine) => Part[], flagsIndex: number, named = nowhere): SystemCall {
  const sum = (parts: readonly Part[]): number => parts.reduce((total, { size }) => total + size, 0);
  return {
    waits: 'POLLOUT',
    whole: true,
    block(machine, line) {
      const parts = partsIn(line);
      if (parts.some((part) => part.isNull)) return undefined;
      const flags = flagsByNumber(line, flagsIndex);
      const { socket } = descriptor(machine, line).socket;
      return sendBlocking(socket.fd, new Uint8Array(sum(parts)), flags, destinationOf(machine, line, flags, named));
    },
    prepare(machine, line) {
      const found = descriptor(machine, line);
      const parts = partsIn(line);
      const total = sum(parts);
      const flags = flagsByNumber(line, flagsIndex);
      const to = destinationOf(machine, line, flags, named);
      let left = total;
      return () => {
        const memory = left === total ? parts.map((part) => memoryFor(found, line, part)) : [new Uint8Array(left)];
        if ((flags & MSG_ZEROCOPY) !== 0) for (const each of memory) if (typeof each !== 'number') machine.keep(each);
        const taken = sendParts(found.socket.socket.fd, memory, flags, to);
        if (taken === undefined) return undefined;
        left -= taken;
        return { value: total - left };
      };
    },
  };
}

/** fd, buffer, size, and for all but write(2) flags. */
const onePart = (line: CallLine): Part[] => [{ size: number(line, 2), isNull: isNull(line.args[1]) }];
const sendingOne = sending(onePart, 3);

/** Calls that move data. */
export const transferCalls: Readonly<Record<string, SystemCall>> = {
  read: receiving,
  recv: receiving,
  recvfrom: receiving,
  write: sendingOne,
  send: sendingOne,
  sendto: sending(onePart, 3, (line) => line.args[4]),
  sendmsg: sending(
    (line) => partsOf(argument(line, 1)),
    2,
    (line) => field(argument(line, 1), 'msg_name'),
  ),
  recvmsg: {
    waits: 'POLLIN',
    prepare(machine, line) {
      const { socket } = descriptor(machine, line).socket;
      const message = argument(line, 1);
      const size = partsOf(message).reduce((sum, part) => sum + part.size, 0);
      return () => {
        const got = socket.tryRecvmsg({ size, controlSize: 512, flags: flags(line, 2) });
        return got && { value: got.data.length, results: messageResults(machine, message, got) };
      };
    },
  },
};
