import type { Family } from '../address.js';
import { check } from '../errors.js';
import { Frame } from '../native/binding.js';
import { frame, native } from '../native/load.js';
import { type AddressInput, writeAddress } from '../socket/sockaddr.js';
import { unlessBlocked } from '../socket/transfer.js';

/** What a call sends or fills: memory, or a number of bytes at a null pointer. */
export type Memory = Uint8Array | number;

/** Where a send goes: an address of the socket's family. */
export interface Destination {
  readonly family: Family;
  readonly address: AddressInput;
}

function written(to: Destination | undefined): number {
  return to === undefined ? 0 : writeAddress(to.family, to.address);
}

/**
 * sendmsg(2) with flags by number, `MSG_ZEROCOPY` too: who gives that keeps the memory until its completion has come. `undefined`
 * where it would block.
 */
export function sendParts(fd: number, parts: readonly Memory[], flags: number, to?: Destination): number | undefined {
  return unlessBlocked(native.sendmsg(fd, parts, flags, written(to), 0), 'sendmsg');
}

/** recvmsg(2) without control messages: how many bytes came. `undefined` where it would block. */
export function receiveInto(fd: number, into: Memory, flags: number): number | undefined {
  return unlessBlocked(native.recvmsg(fd, [into], flags, 0), 'recvmsg');
}

/**
 * sendto(2) on a thread of its own, of a descriptor that blocks meanwhile: the kernel treats a connection with a writer that waits
 * otherwise (sk_write_pending). It ends when all is sent, or with the connection.
 */
export async function sendBlocking(fd: number, data: Uint8Array, flags: number, to?: Destination): Promise<number> {
  const begun: number | Promise<number> = native.sendBlocking(fd, data, flags, written(to));
  return check(await begun, 'sendto');
}

/** linux/sockios.h and asm-generic/ioctls.h: requests that answer with one int. */
export const requests = { SIOCINQ: 0x541b, FIONREAD: 0x541b, SIOCOUTQ: 0x5411, TIOCOUTQ: 0x5411 } as const;

/** ioctl(2): the int it answers with. */
export function ioctl(fd: number, request: number): number {
  return check(native.ioctl(fd, request), 'ioctl');
}

/** A descriptor that is no socket. */
export interface RawDescriptor {
  readonly fd: number;
  close(): void;
}

function owned(fd: number): RawDescriptor {
  return { fd, close: () => void check(native.close(fd), 'close') };
}

/** pipe2(2). */
export function openPipe(): [read: RawDescriptor, write: RawDescriptor] {
  check(native.pipe(), 'pipe');
  return [owned(frame[Frame.fd] ?? -1), owned(frame[Frame.level] ?? -1)];
}

/** splice(2) on a thread of its own, of a socket that blocks meanwhile. */
export async function spliceBlocking(from: number, to: number, length: number): Promise<number> {
  const begun: number | Promise<number> = native.spliceBlocking(from, to, length);
  return check(await begun, 'splice');
}

/** splice(2), without blocking. `undefined` where it would. */
export function splice(from: number, to: number, length: number): number | undefined {
  return unlessBlocked(native.splice(from, to, length), 'splice');
}

/** sendfile(2) from an offset on. `undefined` where it would block. */
export function sendFile(to: number, from: number, offset: number, length: number): number | undefined {
  return unlessBlocked(native.sendfile(to, from, offset, length), 'sendfile');
}

/** sched_setscheduler(2), linux/sched.h. */
export const schedulers = { SCHED_OTHER: 0, SCHED_FIFO: 1 } as const;

/** sched_setscheduler(2) of a thread, 0 being this one. */
export function setScheduler(thread: number, policy: keyof typeof schedulers, priority: number): void {
  check(native.setScheduler(thread, schedulers[policy], priority), 'sched_setscheduler');
}

/** epoll_ctl(2). */
export const epollOperations = { EPOLL_CTL_ADD: 1, EPOLL_CTL_DEL: 2, EPOLL_CTL_MOD: 3 } as const;

/** The addon takes no more at once: the next look has the others. */
const mostEvents = 1024;

/** A set of epoll(7) of its own: edges, EPOLLONESHOT and EPOLLEXCLUSIVE are what it was asked for. */
export class Epoll implements RawDescriptor {
  readonly fd = check(native.epollCreate(), 'epoll_create');

  control(operation: number, fd: number, events: number): void {
    check(native.epollCtl(this.fd, operation, fd, events | 0), 'epoll_ctl');
  }

  /** epoll_wait(2), without waiting. */
  look(most: number): { readonly fd: number; readonly events: number }[] {
    const pairs = new Int32Array(2 * Math.min(most, mostEvents));
    const count = check(native.epollWait(this.fd, pairs), 'epoll_wait');
    return Array.from({ length: count }, (_, index) => ({
      events: (pairs[2 * index] ?? 0) >>> 0,
      fd: pairs[2 * index + 1] ?? -1,
    }));
  }

  close(): void {
    check(native.close(this.fd), 'close');
  }
}

const { ETH_P_ALL, PACKET_OTHERHOST, PACKET_OUTGOING } = native.constants;

/** Numbers of packet(7): every protocol, and types of packets. 0 on a system that has no packet sockets. */
export const packetNumbers = {
  ETH_P_ALL: ETH_P_ALL ?? 0,
  PACKET_OTHERHOST: PACKET_OTHERHOST ?? 0,
  PACKET_OUTGOING: PACKET_OUTGOING ?? 0,
} as const;
