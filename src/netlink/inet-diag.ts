import { formatIPv4, formatIPv6 } from '../address.js';
import { littleEndian } from '../options/memory.js';
import { memoryFields } from '../options/spec.js';
import { decodeTcpInfo } from '../options/decode-tcp-info.js';
import type { SocketOwner } from '../proc/owner.js';
import type { MemoryInfo, TcpInfo } from '../options/values.gen.js';
import { encodeAttributes, readText, readU32, u32, walkAttributes } from './attribute.js';
import { type Clause, compileBytecode } from './bytecode.js';
import { readCookie, writeCookie } from './cookie.js';
import { AF_INET, AF_UNSPEC } from './ip-prefix.js';
import type { ReceiveBuffer } from './message.js';
import { NetlinkProtocolError } from './netlink-error.js';
import { type SocketState, stateMask, stateName } from './state.js';

// IPPROTO_*. 255 stands for all raw sockets.
const protocolNumbers = { tcp: 6, udp: 17, raw: 255, mptcp: 262 } as const;

/** A protocol whose sockets sock_diag(7) lists. */
export type InetProtocol = keyof typeof protocolNumbers;

export function isInetProtocol(value: unknown): value is InetProtocol {
  return typeof value === 'string' && Object.hasOwn(protocolNumbers, value);
}

/** Name of an IPPROTO_* number; `undefined` for what cannot be listed by number, as raw sockets. */
export function protocolName(number: number): InetProtocol | undefined {
  const found = Object.entries(protocolNumbers).find(([name, value]) => value === number && name !== 'raw');
  return found && (found[0] as InetProtocol);
}

// struct inet_diag_req_v2, and struct inet_diag_sockid inside it and inside struct inet_diag_msg
const requestSize = 56;
const openRequestSize = 60;
const sockidSize = 48;
// INET_DIAG_NOCOOKIE, in both halves
const INET_DIAG_NOCOOKIE = 0xffff_ffff_ffff_ffffn;
/** `struct inet_diag_msg`; offsets of its fields. */
export const inetMessageSize = 72;
export const at = {
  family: 0,
  state: 1,
  timer: 2,
  retransmits: 3,
  localPort: 4,
  remotePort: 6,
  localAddress: 8,
  remoteAddress: 24,
  interfaceIndex: 40,
  cookie: 44,
  expires: 52,
  receiveQueue: 56,
  sendQueue: 60,
  uid: 64,
  inode: 68,
} as const;

/** `idiag_cookie` of the message that begins at `start`. */
export function cookieOf({ view }: ReceiveBuffer, start: number): bigint {
  return readCookie(view, start + at.cookie);
}

// INET_DIAG_REQ_*
const RequestAttribute = { BYTECODE: 1, PROTOCOL: 3 } as const;

// INET_DIAG_*
const Extension = {
  INFO: 2,
  CONG: 4,
  TOS: 5,
  TCLASS: 6,
  SKMEMINFO: 7,
  SHUTDOWN: 8,
  SKV6ONLY: 11,
  MARK: 15,
  CGROUP_ID: 21,
} as const;

/** What a row is to carry beyond what the kernel sends anyway. Each makes the dump longer. */
export interface InetDetails {
  /** `TCP_INFO`; TCP alone has one. */
  readonly info?: boolean | undefined;
  /** Buffer memory, `SK_MEMINFO`. */
  readonly memory?: boolean | undefined;
  /** Name of the congestion control, as `cubic`. */
  readonly congestion?: boolean | undefined;
  /** Type of service and traffic class. */
  readonly tos?: boolean | undefined;
}

/** Addresses as the kernel has them: 4 or 16 bytes in network order. */
export interface SocketId {
  readonly localPort: number;
  readonly remotePort: number;
  readonly localAddress: Uint8Array;
  readonly remoteAddress: Uint8Array;
  readonly interfaceIndex: number;
  /** Absent: any socket of this name. */
  readonly cookie?: bigint | undefined;
}

export interface InetRequest {
  readonly family: number;
  readonly protocol: InetProtocol;
  readonly details: InetDetails;
  readonly states: number;
  readonly id?: SocketId | undefined;
  readonly clauses?: readonly Clause[] | undefined;
}

const extensionBits = [
  ['info', [Extension.INFO]],
  ['memory', [Extension.SKMEMINFO]],
  ['congestion', [Extension.CONG]],
  ['tos', [Extension.TOS, Extension.TCLASS]],
] as const satisfies readonly (readonly [keyof InetDetails, readonly number[]])[];

function extensions(details: InetDetails): number {
  return extensionBits
    .filter(([name]) => details[name])
    .flatMap(([, numbers]) => numbers)
    .reduce((mask, number) => mask | (1 << (number - 1)), 0);
}

function writeId(view: DataView, offset: number, id: SocketId): void {
  view.setUint16(offset, id.localPort);
  view.setUint16(offset + 2, id.remotePort);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(id.localAddress, offset + 4);
  bytes.set(id.remoteAddress, offset + 20);
  view.setUint32(offset + 36, id.interfaceIndex, littleEndian);
  writeCookie(view, offset + 40, id.cookie ?? INET_DIAG_NOCOOKIE);
}

/** `struct inet_diag_req` where the family is left open, or `struct inet_diag_req_v2`, and its attributes. */
export function encodeInetRequest({ family, protocol, details, states, id, clauses = [] }: InetRequest): Uint8Array[] {
  const number = protocolNumbers[protocol];
  const isOpen = family === AF_UNSPEC;
  const request = new Uint8Array(isOpen ? openRequestSize : requestSize);
  const view = new DataView(request.buffer);
  request[0] = family;
  if (!isOpen) request[1] = number & 0xff;
  request[isOpen ? 3 : 2] = extensions(details);
  view.setUint32(isOpen ? openRequestSize - 8 : 4, states >>> 0, littleEndian);
  if (id !== undefined) writeId(view, isOpen ? 4 : requestSize - sockidSize, id);
  const attributes = [
    ...(clauses.length > 0 ? [{ type: RequestAttribute.BYTECODE, value: compileBytecode(clauses) }] : []),
    // sdiag_protocol is one byte; a number above that travels in an attribute.
    ...(number > 0xff ? [u32(RequestAttribute.PROTOCOL, number)] : []),
  ];
  return [request, encodeAttributes(attributes)];
}

// idiag_timer
const timerKinds = [undefined, 'retransmit', 'keepalive', 'time-wait', 'zero-window-probe'] as const;

/** The timer that runs on a socket, `idiag_timer`. */
export type TimerKind = Exclude<(typeof timerKinds)[number], undefined>;

/** Name of `idiag_timer`; `undefined` for none. */
export function timerKind(number: number): TimerKind | undefined {
  return timerKinds[number];
}

/** The timer that runs on a socket. */
export interface SocketTimer {
  /** What it runs for. */
  readonly kind: TimerKind;
  /** Time left. For `time-wait` this is what is left of TIME_WAIT, or of a FIN_WAIT2 that nobody holds any more. */
  readonly remainingMs: number;
  /** Retransmissions, or probes, without an answer so far. */
  readonly retransmits: number;
}

export function decodeMemory(value: Uint8Array): MemoryInfo {
  const word = (index: number): number => (4 * index + 4 <= value.length ? readU32(value.subarray(4 * index)) : 0);
  const pairs = memoryFields.map((field, index) => [field, word(index)] as const);
  return Object.fromEntries(pairs) as Record<keyof MemoryInfo, number>;
}

/** One socket, as the kernel listed it. */
export interface SocketRow {
  /** The one asked for. */
  readonly protocol: InetProtocol;
  /** Of the socket: a v4-mapped connection is `IPv6`. */
  readonly family: 'IPv4' | 'IPv6';
  /** TCP's state; of UDP and raw sockets `ESTABLISHED` where connected, else `CLOSE`. */
  readonly state: SocketState;
  /** The wildcard, `0.0.0.0` or `::`, where it is bound to no one address. */
  readonly localAddress: string;
  /** 0 to 65535; of a raw socket the IP protocol. */
  readonly localPort: number;
  /** The wildcard where it is not connected. */
  readonly remoteAddress: string;
  /** 0 where it is not connected. */
  readonly remotePort: number;
  /** Bytes to read; on a TCP listener the connections that wait for accept(2). */
  readonly receiveQueue: number;
  /** Bytes not acknowledged; on a TCP listener the backlog. */
  readonly sendQueue: number;
  /** `undefined` where none runs. */
  readonly timer: SocketTimer | undefined;
  /** The socket's own user (`sk_uid`). 0 where no process holds the socket. */
  readonly uid: number;
  /** As in `/proc/PID/fd`. 0 where no process holds the socket, as in TIME_WAIT. */
  readonly inode: number;
  /** Interface the socket is bound to, 0 for none. */
  readonly interfaceIndex: number;
  /** Names the socket for as long as the machine runs (`SO_COOKIE`). */
  readonly cookie: bigint;
  /** Which halves were shut down; absent where no descriptor is left. */
  readonly shutdown?: { readonly read: boolean; readonly write: boolean };
  /** IPv6 sockets that listen or are only bound. */
  readonly v6only?: boolean;
  /** `SO_MARK`; the kernel tells it only with CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Id of the cgroup v2 the socket was made in. Linux 5.9. */
  readonly cgroupId?: bigint;
  /** IP_TOS, 0 to 255, where `tos` was asked for. */
  readonly tos?: number;
  /** IPV6_TCLASS of an IPv6 socket, 0 to 255, where `tos` was asked for. */
  readonly trafficClass?: number;
  /** `TCP_INFO`, where it was asked for; absent in TIME_WAIT. */
  readonly info?: TcpInfo;
  /** Name of the congestion control, where it was asked for. */
  readonly congestion?: string;
  /** Buffer memory in bytes, where it was asked for. */
  readonly memory?: MemoryInfo;
  /** The processes that hold the socket, where `listSockets` was asked for them. None where none does, or none can be seen. */
  readonly owners?: readonly SocketOwner[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** Takes the value of one attribute. Most rows have some, so the simple ones are read where they lie. */
type Decoder = (row: Mutable<SocketRow>, buffer: ReceiveBuffer, start: number, length: number) => void;

const RCV_SHUTDOWN = 1;
const SEND_SHUTDOWN = 2;

const decoders: Readonly<Record<number, Decoder>> = {
  [Extension.INFO]: (row, buffer, start, length) => {
    // MPTCP answers with a structure of its own.
    if (row.protocol === 'tcp') row.info = decodeTcpInfo(buffer, start, length);
  },
  [Extension.CONG]: (row, { bytes }, start, length) =>
    void (row.congestion = readText(bytes.subarray(start, start + length))),
  [Extension.TOS]: (row, { bytes }, start) => void (row.tos = bytes[start] ?? 0),
  [Extension.TCLASS]: (row, { bytes }, start) => void (row.trafficClass = bytes[start] ?? 0),
  [Extension.SKMEMINFO]: (row, { bytes }, start, length) =>
    void (row.memory = decodeMemory(bytes.subarray(start, start + length))),
  [Extension.SHUTDOWN]: (row, { bytes }, start) => void (row.shutdown = decodeShutdown(bytes[start] ?? 0)),
  [Extension.SKV6ONLY]: (row, { bytes }, start) => void (row.v6only = bytes[start] !== 0),
  [Extension.MARK]: (row, { view }, start) => void (row.mark = view.getUint32(start, littleEndian)),
  [Extension.CGROUP_ID]: (row, { view }, start) => void (row.cgroupId = view.getBigUint64(start, littleEndian)),
};

/** What was shut down: the bits of `sk_shutdown`. */
export function decodeShutdown(mask: number): { readonly read: boolean; readonly write: boolean } {
  return { read: (mask & RCV_SHUTDOWN) !== 0, write: (mask & SEND_SHUTDOWN) !== 0 };
}

/**
 * Name of the state in a row. TCP_CLOSE on TCP can only be a socket that is bound and no more: nothing else in that state
 * is in a table the kernel lists, and {@link standingOf} tells what came to it on the way.
 */
export function rowState(protocol: InetProtocol, number: number): SocketState {
  const state = stateName(number);
  if (state === undefined) throw new NetlinkProtocolError(`unknown socket state ${number}`);
  return state === 'CLOSE' && protocol === 'tcp' ? 'BOUND' : state;
}

const TCP_CLOSE = 7;
const boundMask = stateMask(['BOUND']);

/** How a row answers a request, which the kernel tests before it fills the row in (`inet_diag_dump_icsk`). */
export type Standing = 'as asked' | 'in another state' | 'ended';

/**
 * A connection that ended in between comes as TCP_CLOSE, and the TIME_WAIT in its place does not come at all. Nothing else in
 * TCP_CLOSE is without an owner, or without a port.
 */
export function standingOf(
  protocol: InetProtocol,
  states: number,
  { bytes, view }: ReceiveBuffer,
  start: number,
  end: number,
): Standing {
  requireInetMessage(start, end);
  if (protocol !== 'tcp') return 'as asked';
  const state = bytes[start + at.state] as number;
  const isAsked = (states & (state === TCP_CLOSE ? boundMask : 1 << state)) !== 0;
  if (state !== TCP_CLOSE) return isAsked || stateName(state) === undefined ? 'as asked' : 'in another state';
  if (view.getUint16(start + at.localPort) === 0 || view.getUint32(start + at.inode, littleEndian) === 0)
    return 'ended';
  return isAsked ? 'as asked' : 'in another state';
}

/** Checks the length of a `struct inet_diag_msg`, which every reader of its fields relies on. */
function requireInetMessage(start: number, end: number): void {
  if (end - start < inetMessageSize)
    throw new NetlinkProtocolError(`a socket row of ${end - start} bytes is too short`);
}

export function formatRowAddress(family: number, bytes: Uint8Array, offset: number): string {
  return family === AF_INET ? formatIPv4(bytes, offset) : formatIPv6(bytes, offset);
}

function timerOf(view: DataView, start: number): SocketTimer | undefined {
  const kind = timerKind(view.getUint8(start + at.timer));
  if (kind === undefined) return undefined;
  return {
    kind,
    remainingMs: view.getUint32(start + at.expires, littleEndian),
    retransmits: view.getUint8(start + at.retransmits),
  };
}

/** Decodes rows of `struct inet_diag_msg` with the attributes behind them. */
export class InetRowDecoder {
  readonly #protocol: InetProtocol;
  // The rows of a table share few addresses, and the texts of 50,000 rows would cost more than all else in them.
  readonly #texts = new Map<number, string>();

  constructor(protocol: InetProtocol) {
    this.#protocol = protocol;
  }

  decode(buffer: ReceiveBuffer, start: number, end: number): SocketRow {
    requireInetMessage(start, end);
    const { bytes, words, view } = buffer;
    const isIPv4 = view.getUint8(start + at.family) === AF_INET;
    // Every field at once and always in the same order: rows of one shape are half as big.
    const row: Mutable<SocketRow> = {
      protocol: this.#protocol,
      family: isIPv4 ? 'IPv4' : 'IPv6',
      state: rowState(this.#protocol, view.getUint8(start + at.state)),
      localAddress: isIPv4
        ? this.#ipv4(bytes, words, start + at.localAddress)
        : formatIPv6(bytes, start + at.localAddress),
      localPort: view.getUint16(start + at.localPort),
      remoteAddress: isIPv4
        ? this.#ipv4(bytes, words, start + at.remoteAddress)
        : formatIPv6(bytes, start + at.remoteAddress),
      remotePort: view.getUint16(start + at.remotePort),
      receiveQueue: view.getUint32(start + at.receiveQueue, littleEndian),
      sendQueue: view.getUint32(start + at.sendQueue, littleEndian),
      timer: timerOf(view, start),
      uid: view.getUint32(start + at.uid, littleEndian),
      inode: view.getUint32(start + at.inode, littleEndian),
      interfaceIndex: view.getUint32(start + at.interfaceIndex, littleEndian),
      cookie: readCookie(view, start + at.cookie),
    };
    walkAttributes(view, start + inetMessageSize, end, (type, valueStart, length) =>
      decoders[type]?.(row, buffer, valueStart, length),
    );
    return row;
  }

  #ipv4(bytes: Uint8Array, words: Uint32Array, offset: number): string {
    const word = words[offset >> 2] ?? 0;
    let text = this.#texts.get(word);
    if (text === undefined) {
      text = formatIPv4(bytes, offset);
      this.#texts.set(word, text);
    }
    return text;
  }
}
