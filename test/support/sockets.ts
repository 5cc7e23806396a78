import { expect } from 'vitest';
import type { InternetAddress, SocketAddress } from '../../src/address.js';
import { frame, native } from '../../src/native/load.js';
import { scratch } from '../../src/options/scratch.js';
import { Socket } from '../../src/socket/socket.js';

export type InternetSocket = Socket<'IPv4' | 'IPv6'>;

export function listening(address = '127.0.0.1', backlog = 511): InternetSocket {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return Socket.open({ family }).bind({ address }).listen({ backlog });
}

/** Both ends of a TCP connection over loopback. */
export async function connection(): Promise<[client: InternetSocket, accepted: InternetSocket]> {
  using listener = listening();
  const client = Socket.open();
  await client.connect(listener.getsockname());
  return [client, await listener.accept()];
}

export function bound(type: 'stream' | 'dgram' = 'dgram', address = '127.0.0.1'): InternetSocket {
  return Socket.open({ family: address.includes(':') ? 'IPv6' : 'IPv4', type }).bind({ address });
}

/** An address of 127.0.0.1 at which nobody receives. */
export function nobody(type: 'stream' | 'dgram'): InternetAddress {
  using socket = bound(type);
  return socket.getsockname();
}

/**
 * A socket whose address answers that nobody is there, while no other process can take its port: a stream socket that does
 * not listen, or a datagram socket that takes from itself alone.
 */
export function deaf(type: 'stream' | 'dgram', address = '127.0.0.1'): InternetSocket {
  const socket = bound(type, address);
  if (type === 'dgram') socket.tryConnect(socket.getsockname());
  return socket;
}

/** The numbers of Linux on x86 and arm: these tests do not stand on the catalogue. */
const options = {
  SO_SNDBUF: [1, 7],
  SO_RCVBUF: [1, 8],
  SO_LINGER: [1, 13],
  SO_PASSCRED: [1, 16],
  SO_TIMESTAMP: [1, 29],
  SO_TIMESTAMPNS: [1, 35],
  SO_TIMESTAMPING: [1, 37],
  SO_RXQ_OVFL: [1, 40],
  IP_PKTINFO: [0, 8],
  IP_RECVOPTS: [0, 6],
  IP_RECVERR: [0, 11],
  IP_RECVTTL: [0, 12],
  IP_RECVTOS: [0, 13],
  TCP_INQ: [6, 36],
  UDP_GRO: [17, 104],
  IPV6_RECVERR: [41, 25],
  IPV6_RECVPKTINFO: [41, 49],
  IPV6_RECVHOPLIMIT: [41, 51],
  IPV6_RECVTCLASS: [41, 66],
} as const;

/** setsockopt(2) with ints. */
export function set(socket: Socket, name: keyof typeof options, ...ints: number[]): void {
  const [level, optname] = options[name];
  scratch.bytes.set(new Uint8Array(Int32Array.from(ints).buffer));
  frame.set([socket.fd, level, optname, 4 * ints.length]);
  expect(native.setsockopt(), `setsockopt ${name}`).toBe(0);
}

/** How an operation fails: the `code` of what it throws or rejects with, or `undefined` if it does not. */
export async function codeOf(operation: () => unknown): Promise<string | undefined> {
  try {
    await operation();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
}

/** Sends until the socket takes no more. Returns how many bytes or datagrams it took. */
export function fill(socket: Socket, payload: Uint8Array, address?: SocketAddress): number {
  let calls = 0;
  while (socket.trySend(payload, { address }) !== undefined) calls++;
  return calls;
}
