import { constants } from 'node:os';
import { catalog, levels } from '../../index.js';
import { epollOperations, requests } from '../../raw/raw.js';
import type { Value } from './script.js';

/** SOF_TIMESTAMPING_ of linux/net_tstamp.h, from the lowest bit on. */
const stampingFlags = Object.fromEntries(
  [
    'TX_HARDWARE',
    'TX_SOFTWARE',
    'RX_HARDWARE',
    'RX_SOFTWARE',
    'SOFTWARE',
    'SYS_HARDWARE',
    'RAW_HARDWARE',
    'OPT_ID',
    'TX_SCHED',
    'TX_ACK',
    'OPT_CMSG',
    'OPT_TSONLY',
    'OPT_STATS',
    'OPT_PKTINFO',
    'OPT_TX_SWHW',
    'BIND_PHC',
    'OPT_ID_TCP',
    'OPT_RX_FILTER',
  ].map((name, bit) => [`SOF_TIMESTAMPING_${name}`, 1 << bit]),
);

/** What words of scripts stand for; errors and signals have those of the machine, options those of the catalogue. */
const words: Readonly<Record<string, number | undefined>> = {
  NULL: 0,
  ...requests,
  ...epollOperations,
  // sys/socket.h of Linux: some of them cannot be given to the sockets of this package.
  MSG_OOB: 0x1,
  MSG_PEEK: 0x2,
  MSG_DONTROUTE: 0x4,
  MSG_CTRUNC: 0x8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_ERRQUEUE: 0x2000,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_ZEROCOPY: 0x4000000,
  MSG_FASTOPEN: 0x20000000,
  // sys/epoll.h.
  EPOLLIN: 0x1,
  EPOLLPRI: 0x2,
  EPOLLOUT: 0x4,
  EPOLLERR: 0x8,
  EPOLLHUP: 0x10,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x10000000,
  EPOLLONESHOT: 0x40000000,
  EPOLLET: 0x80000000,
  // linux/errqueue.h.
  SO_EE_ORIGIN_NONE: 0,
  SO_EE_ORIGIN_LOCAL: 1,
  SO_EE_ORIGIN_ICMP: 2,
  SO_EE_ORIGIN_ICMP6: 3,
  SO_EE_ORIGIN_TIMESTAMPING: 4,
  SO_EE_ORIGIN_ZEROCOPY: 5,
  SO_EE_ORIGIN_TXTIME: 6,
  SO_EE_CODE_ZEROCOPY_COPIED: 1,
  SCM_TSTAMP_SND: 0,
  SCM_TSTAMP_SCHED: 1,
  SCM_TSTAMP_ACK: 2,
  ...stampingFlags,
  SOL_IP: levels.IPPROTO_IP,
  SOL_IPV6: levels.IPPROTO_IPV6,
  SOL_TCP: levels.IPPROTO_TCP,
  SOL_UDP: levels.IPPROTO_UDP,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_NONBLOCK: 0o4000,
  F_GETFL: 3,
  F_SETFL: 4,
  // linux/tcp.h: another name of TCP_INQ.
  TCP_CM_INQ: catalog.TCP_INQ.number,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  IP_PMTUDISC_DONT: 0,
  IP_PMTUDISC_WANT: 1,
  IP_PMTUDISC_DO: 2,
  IP_PMTUDISC_PROBE: 3,
};

/** Options by their own names. */
const optionNumbers = Object.entries(catalog).flatMap(([name, row]) =>
  'number' in row ? [[name, row.number] as const] : [],
);

const numbers: ReadonlyMap<string, number | undefined> = new Map([
  ...optionNumbers,
  ...Object.entries(levels),
  ...Object.entries(constants.errno),
  ...Object.entries(words),
]);

/** The number a word stands for; undefined for one that is not known. */
export function wordNumber(name: string): number | undefined {
  return numbers.get(name);
}

/** Whether an int, or an unsigned one, can hold it. */
export function isInt(number: number): boolean {
  return Number.isSafeInteger(number) && number >= -(2 ** 31) && number < 2 ** 32;
}

/** JavaScript's own operator cuts to 32 bits. */
function or(a: number, b: number): number {
  return isInt(a) && isInt(b) ? a | b : Number(BigInt(a) | BigInt(b));
}

/** htons(3), of what has 16 bits. */
function portOf({ by, of: [only] }: Extract<Value, { kind: 'made' }>): number | undefined {
  const port = by === 'htons' && only !== undefined ? numberOf(only) : undefined;
  return port !== undefined && port >= 0 && port < 2 ** 16 ? port : undefined;
}

/** The number a value is: flags that are or-ed together too. */
export function numberOf(value: Value): number | undefined {
  switch (value.kind) {
    case 'number':
      return value.value;
    case 'word':
      return wordNumber(value.name);
    case 'or': {
      const parts = value.parts.map(numberOf);
      return parts.includes(undefined) ? undefined : parts.reduce<number>((sum, part) => or(sum, part ?? 0), 0);
    }
    case 'made':
      return portOf(value);
    default:
      return undefined;
  }
}

/** A field of a structure, by name. */
export function field(value: Value, name: string): Value | undefined {
  return value.kind === 'struct' ? value.fields.find((one) => one.name === name)?.value : undefined;
}

/** Names that are or-ed together, as flags of a send; a 0 is none. */
export function namesOf(value: Value | undefined): string[] {
  if (value === undefined) return [];
  if (value.kind === 'or') return value.parts.flatMap(namesOf);
  return value.kind === 'word' ? [value.name] : [];
}

/** A value as it is written. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case 'any':
      return '...';
    case 'number':
      return String(value.value);
    case 'word':
      return value.name;
    case 'text':
      return JSON.stringify(value.text);
    case 'or':
      return value.parts.map(valueText).join('|');
    case 'array':
      return `[${value.items.map(valueText).join(', ')}]`;
    case 'struct':
      return `{${value.fields.map(({ name, value: of }) => (name === undefined ? '' : `${name}=`) + valueText(of)).join(', ')}}`;
    case 'made':
      return `${value.by}(${value.of.map(valueText).join(', ')})`;
  }
}

/**
 * The bytes an option is set to: an array of ints, a structure of ints, or a text; ints of 64 bits where the length is that of so
 * many. `undefined` where one does not fit.
 */
export function optionBytes(value: Value, length: number): Uint8Array | undefined {
  if (value.kind === 'text') return Buffer.from(value.text).subarray(0, length);
  const items =
    value.kind === 'array' ? value.items : value.kind === 'struct' ? value.fields.map((field) => field.value) : [];
  const [only] = items;
  if (items.length === 1 && only?.kind === 'struct') return optionBytes(only, length);
  const isLong = items.length > 0 && length === 8 * items.length;
  const numbers = items.map(numberOf).filter((number) => number !== undefined && (isLong || isInt(number)));
  if (numbers.length === 0 || numbers.length < items.length) return undefined;
  const bytes = Buffer.alloc(Math.max((isLong ? 8 : 4) * numbers.length, length));
  for (const [index, number = 0] of numbers.entries())
    if (isLong) bytes.writeBigInt64LE(BigInt(number), 8 * index);
    else bytes.writeInt32LE(number | 0, 4 * index);
  return bytes.subarray(0, length);
}

/** How many bytes of an option a call is told: `4`, or where it tells them itself, `[4]`. */
export function optionLength(value: Value | undefined): number {
  const given = value?.kind === 'array' ? value.items[0] : value;
  return (given && numberOf(given)) ?? 4;
}
