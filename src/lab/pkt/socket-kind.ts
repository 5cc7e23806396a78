import type { SocketType } from '../../index.js';
import type { CallLine, Value } from './script.js';
import { namesOf, numberOf } from './values.js';

/** What the packets of a socket carry. */
export type Carried = 'TCP' | 'UDP' | 'ICMP';

/** What socket(2) is asked for. */
export interface SocketKind {
  readonly type: SocketType;
  readonly protocol: number;
  readonly carries: Carried;
  readonly nonBlocking: boolean;
}

const types: Readonly<Record<string, SocketType>> = { SOCK_STREAM: 'stream', SOCK_DGRAM: 'dgram' };
/** or-ed to a type, socket(2). */
const typeFlags = ['SOCK_NONBLOCK', 'SOCK_CLOEXEC'];
/** linux/in.h, linux/in6.h. */
const protocols: Readonly<Record<string, number>> = {
  IPPROTO_IP: 0,
  IPPROTO_ICMP: 1,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_ICMPV6: 58,
};
const pings = [protocols['IPPROTO_ICMP'], protocols['IPPROTO_ICMPV6']];

/** A type that can be played, `SOCK_DGRAM|SOCK_NONBLOCK` too. */
export function socketTypeOf(value: Value | undefined): SocketType | undefined {
  const [type, ...more] = namesOf(value).filter((name) => !typeFlags.includes(name));
  return type === undefined || more.length > 0 || !Object.hasOwn(types, type) ? undefined : types[type];
}

/** A protocol that can be played, by name or number. */
export function protocolOf(value: Value | undefined): number | undefined {
  if (value?.kind === 'word') return Object.hasOwn(protocols, value.name) ? protocols[value.name] : undefined;
  const number = value && numberOf(value);
  return Object.values(protocols).find((known) => known === number);
}

/** What a call of socket(2) asks for; `undefined` where that cannot be played. */
export function socketKindOf({ args }: CallLine): SocketKind | undefined {
  const [type, protocol] = [socketTypeOf(args[1]), protocolOf(args[2])];
  if (type === undefined || protocol === undefined) return undefined;
  const carries = type === 'stream' ? 'TCP' : pings.includes(protocol) ? 'ICMP' : 'UDP';
  return { type, protocol, carries, nonBlocking: namesOf(args[1]).includes('SOCK_NONBLOCK') };
}
