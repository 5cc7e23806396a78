import { littleEndian } from '../options/memory.js';
import type { MemoryInfo } from '../options/values.gen.js';
import { constant } from '../socket/sockaddr.js';
import type { SocketOwner } from '../proc/owner.js';
import { decodeAttributes, readU32 } from './attribute.js';
import { readCookie } from './cookie.js';
import { decodeMemory, decodeShutdown } from './inet-diag.js';
import type { ReceiveBuffer } from './message.js';
import { NetlinkProtocolError } from './netlink-error.js';
import { type SocketState, stateName } from './state.js';

const AF_UNIX = constant('AF_UNIX');

// struct unix_diag_req and struct unix_diag_msg
const requestSize = 24;
const messageSize = 16;

// UDIAG_SHOW_*
const Show = { NAME: 1, VFS: 2, PEER: 4, RQLEN: 16, MEMINFO: 32, UID: 64 } as const;

// UNIX_DIAG_*
const UnixAttribute = { NAME: 0, VFS: 1, PEER: 2, RQLEN: 4, MEMINFO: 5, SHUTDOWN: 6, UID: 7 } as const;

// SOCK_*, by number; MIPS swaps the first two, and this package has no build for it.
const typeNames: Readonly<Record<number, UnixSocketRow['type']>> = { 1: 'stream', 2: 'dgram', 5: 'seqpacket' };

/** One unix socket, as the kernel listed it. */
export interface UnixSocketRow {
  /** Tells it from a row of an IP socket. */
  readonly protocol: 'unix';
  /** As socket(2) was asked for. */
  readonly type: 'stream' | 'dgram' | 'seqpacket';
  /** `LISTEN`, `ESTABLISHED` where connected, else `CLOSE`. */
  readonly state: SocketState;
  /** A path, or an abstract name with `\0` for its first character; absent where the socket has no name. */
  readonly path?: string;
  /** Inode of the file that bind(2) made, its lower 32 bits; absent where the socket has no path. */
  readonly fileInode?: number;
  /** Names the socket, as in `/proc/PID/fd`. */
  readonly inode: number;
  /** Inode of the connected socket; absent where there is none, or it has closed. */
  readonly peerInode?: number;
  /** Bytes to read; on a listener the connections that wait for accept(2). */
  readonly receiveQueue: number;
  /** Bytes the peer has not read; on a listener the backlog. */
  readonly sendQueue: number;
  /** Absent on kernels that do not tell it. */
  readonly uid?: number;
  /** Which halves were shut down. */
  readonly shutdown?: { readonly read: boolean; readonly write: boolean };
  /** Names the socket for as long as the machine runs (`SO_COOKIE`). */
  readonly cookie: bigint;
  /** Buffer memory in bytes, where it was asked for. */
  readonly memory?: MemoryInfo;
  /** The processes that hold the socket, where `listSockets` was asked for them. */
  readonly owners?: readonly SocketOwner[];
}

/** `struct unix_diag_req`. */
export function encodeUnixRequest(states: number, memory: boolean): Uint8Array {
  const request = new Uint8Array(requestSize);
  const view = new DataView(request.buffer);
  request[0] = AF_UNIX;
  view.setUint32(4, states >>> 0, littleEndian);
  view.setUint32(
    12,
    Show.NAME | Show.VFS | Show.PEER | Show.RQLEN | Show.UID | (memory ? Show.MEMINFO : 0),
    littleEndian,
  );
  return request;
}

// A path comes with the NUL of its sockaddr; in an abstract name every byte counts.
function decodeName(name: Uint8Array): string {
  const end = name[0] === 0 || name.at(-1) !== 0 ? name.length : name.length - 1;
  return Buffer.from(name.buffer, name.byteOffset, end).toString();
}

/** Decodes a `struct unix_diag_msg` and the attributes behind it. */
export function decodeUnixRow({ bytes, view }: ReceiveBuffer, start: number, end: number): UnixSocketRow {
  if (end - start < messageSize)
    throw new NetlinkProtocolError(`a unix socket row of ${end - start} bytes is too short`);
  const type = typeNames[view.getUint8(start + 1)];
  const state = stateName(view.getUint8(start + 2));
  if (type === undefined || state === undefined)
    throw new NetlinkProtocolError('a unix socket row of unknown type or state');
  const found = decodeAttributes(bytes, start + messageSize, end);
  const name = found.get(UnixAttribute.NAME);
  const file = found.get(UnixAttribute.VFS);
  const peer = found.get(UnixAttribute.PEER);
  const queues = found.get(UnixAttribute.RQLEN);
  const memory = found.get(UnixAttribute.MEMINFO);
  const shutdown = found.get(UnixAttribute.SHUTDOWN);
  const uid = found.get(UnixAttribute.UID);
  return {
    protocol: 'unix',
    type,
    state,
    ...(name && { path: decodeName(name) }),
    ...(file && { fileInode: readU32(file) }),
    inode: view.getUint32(start + 4, littleEndian),
    ...(peer && { peerInode: readU32(peer) }),
    receiveQueue: queues ? readU32(queues) : 0,
    sendQueue: queues ? readU32(queues.subarray(4)) : 0,
    ...(uid && { uid: readU32(uid) }),
    ...(shutdown && { shutdown: decodeShutdown(shutdown[0] ?? 0) }),
    cookie: readCookie(view, start + 8),
    ...(memory && { memory: decodeMemory(memory) }),
  };
}
