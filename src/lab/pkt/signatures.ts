import type { CallLine, Value } from './script.js';
import { protocolOf, socketTypeOf } from './socket-kind.js';
import { field, isInt, namesOf, numberOf, optionBytes, optionLength, valueText } from './values.js';

/** What an argument must be: what to call it, and whether a value is one. */
interface Kind {
  readonly what: string;
  readonly fits: (value: Value, args: readonly Value[]) => boolean;
}

const any: Kind = { what: 'a value', fits: () => true };
const number: Kind = { what: 'a number of 32 bits', fits: (value) => isIntValue(value) };
const descriptor: Kind = {
  what: 'a descriptor, as 3',
  fits: (value) => value.kind === 'number' && value.value >= 0 && value.value < 2 ** 31,
};
const buffer: Kind = {
  what: '"...", "NULL" or a text',
  fits: (value) => value.kind === 'any' || value.kind === 'text' || (value.kind === 'word' && value.name === 'NULL'),
};
const size: Kind = {
  what: 'a number of bytes below 2**31',
  fits: (value) => value.kind === 'number' && value.value >= 0 && value.value < 2 ** 31,
};
const message: Kind = {
  what: 'a message in { }, with a msg_iov as [{..., 100}]',
  fits: (value) => {
    const parts = field(value, 'msg_iov');
    return parts?.kind === 'array' && parts.items.every(isPart);
  },
};
const address: Kind = {
  what: '"...", "AF_UNSPEC" or {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}',
  fits: (value) => value.kind === 'any' || isAddress(value) || (value.kind === 'word' && value.name.startsWith('AF_')),
};
const option: Kind = {
  what: 'a value as [1], "cubic" or {onoff=1, linger=0}, its numbers of 32 bits',
  fits: (value, args) => value.kind === 'any' || optionBytes(value, optionLength(args[4])) !== undefined,
};
const event: Kind = {
  what: 'an event in { }',
  fits: (value) => isEvent(value) || (value.kind === 'array' && value.items.every(isEvent)),
};
const oneNumber: Kind = {
  what: 'a number in [ ]',
  fits: (value) => value.kind === 'any' || (value.kind === 'array' && value.items.length === 1 && isNumbers(value)),
};
const pair: Kind = {
  what: 'two numbers in [ ]',
  fits: (value) => value.kind === 'array' && value.items.length === 2 && isNumbers(value),
};
const polled: Kind = {
  what: 'what to poll in [{ }]',
  fits: (value) =>
    value.kind === 'array' && value.items.every((item) => hasField(item, 'fd') && hasField(item, 'events')),
};
const path: Kind = { what: 'a path in double quotes', fits: (value) => value.kind === 'text' };
const half: Kind = {
  what: 'SHUT_RD, SHUT_WR or SHUT_RDWR',
  fits: (value) => [0, 1, 2].includes(numberOf(value) ?? -1),
};
const command: Kind = { what: 'F_GETFL or F_SETFL', fits: (value) => /^F_[GS]ETFL$/.test(namesOf(value)[0] ?? '') };
const socketType: Kind = {
  what: 'SOCK_STREAM or SOCK_DGRAM',
  fits: (value) => socketTypeOf(value) !== undefined,
};
const protocol: Kind = {
  what: '0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP or IPPROTO_ICMPV6',
  fits: (value) => protocolOf(value) !== undefined,
};
const nowhere: Kind = { what: 'NULL', fits: (value) => value.kind === 'word' && value.name === 'NULL' };

function hasField(value: Value, name: string): boolean {
  return field(value, name) !== undefined;
}

function isIntValue(value: Value): boolean {
  const given = numberOf(value);
  return given !== undefined && isInt(given);
}

/** Its fields one by one: what is not known would be ignored. */
const addressFields: Readonly<Record<string, (value: Value) => boolean>> = {
  sa_family: ({ kind }) => kind === 'word',
  sin_port: (value) => numberOf(value) !== undefined,
  sin_addr: (value) => value.kind === 'made' && value.by === 'inet_addr' && value.of[0]?.kind === 'text',
};

function isAddress(value: Value): boolean {
  return (
    value.kind === 'struct' &&
    value.fields.every(({ name = '', value: of }) => Object.hasOwn(addressFields, name) && addressFields[name]?.(of))
  );
}

function isEvent(value: Value): boolean {
  const events = field(value, 'events');
  return value.kind === 'struct' && (events === undefined || isIntValue(events));
}

/** Of a `msg_iov`. */
function isPart(value: Value): boolean {
  const bytes = value.kind === 'struct' && value.fields.length === 2 ? value.fields[1]?.value : undefined;
  return bytes !== undefined && size.fits(bytes, []);
}

function isNumbers(value: Value): boolean {
  return value.kind === 'array' && value.items.every(isIntValue);
}

/** The arguments of each call; those behind `least` may be left out. */
interface Signature {
  readonly takes: readonly Kind[];
  readonly least?: number;
}

const transfer: Signature = { takes: [descriptor, buffer, size, number] };
const transferTo: Signature = { takes: [...transfer.takes, address, any] };
const moveMessage: Signature = { takes: [descriptor, message, number] };
const named: Signature = { takes: [descriptor, address, any] };

const signatures: Readonly<Record<string, Signature>> = {
  socket: { takes: [any, socketType, protocol] },
  bind: named,
  listen: { takes: [descriptor, number] },
  accept: named,
  connect: named,
  read: { takes: [descriptor, buffer, size] },
  write: { takes: [descriptor, buffer, size] },
  recv: transfer,
  send: transfer,
  recvfrom: transferTo,
  sendto: transferTo,
  sendmsg: moveMessage,
  recvmsg: moveMessage,
  close: { takes: [descriptor] },
  shutdown: { takes: [descriptor, half] },
  setsockopt: { takes: [descriptor, number, number, option, size] },
  getsockopt: { takes: [descriptor, number, number, option, oneNumber] },
  fcntl: { takes: [descriptor, command, number], least: 2 },
  poll: { takes: [polled, number, number] },
  epoll_create: { takes: [number] },
  epoll_create1: { takes: [number] },
  epoll_ctl: { takes: [descriptor, number, descriptor, event], least: 3 },
  epoll_wait: { takes: [descriptor, event, size, number] },
  pipe: { takes: [pair] },
  open: { takes: [path, number] },
  splice: { takes: [descriptor, nowhere, descriptor, nowhere, size, number] },
  sendfile: { takes: [descriptor, descriptor, oneNumber, size] },
  ioctl: { takes: [descriptor, number, oneNumber], least: 2 },
};

/** A mistake in the arguments of a call: in which, from 0; the number of them where one is missing. */
export interface WrongArgument {
  readonly index: number;
  readonly reason: string;
}

/** The first argument that is not what the call takes. */
export function wrongArgument({ name, args }: CallLine): WrongArgument | undefined {
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) return undefined;
  const { takes, least = takes.length } = signature;
  const index = args.findIndex((value, at) => !(takes[at]?.fits(value, args) ?? false));
  const wrong = args[index];
  if (wrong !== undefined) {
    const expected = takes[index]?.what ?? `${takes.length} arguments`;
    return { index, reason: `${name}: expected ${expected}, got ${valueText(wrong)}` };
  }
  if (args.length >= least) return undefined;
  return { index: args.length, reason: `${name}: expected ${takes[args.length]?.what ?? ''}, got ")"` };
}
